// What stands around the data: `{status, body}`, errors with HTTP 200, and empty maps that come as `[]`.
import type { z } from 'zod'
import { isZone } from '../../model/local-day.ts'
import { type MapContext, UnreadablePage } from '../connector.ts'
import { type PageShape, readDocuments } from '../documents.ts'

/** The body of an answer, or the payload where somebody took it out of its envelope already. */
export function bodyOf(kind: string, payload: unknown): unknown {
  if (!isObject(payload) || typeof payload.status !== 'number') return payload
  if (payload.status !== 0) throw new UnreadablePage(kind, 'status', 'expected 0 (this is an error and no page)')
  return payload.body ?? {}
}

/** Items under `list` in an answer, a bare list of them, or one item. */
export function readList<Schema extends z.ZodType>(
  { kind, list, schema, series }: Omit<PageShape<Schema>, 'lists'> & { list: string },
  payload: unknown,
  context: MapContext,
): z.infer<Schema>[] {
  const body = bodyOf(kind, payload)
  // Nothing at all: an empty list that PHP wrote as a map, or a body without its list.
  if (isObject(body) && (isEmpty(body) || (isObject(body[list]) && isEmpty(body[list])))) return []
  return readDocuments({ kind, schema, lists: [list], series }, body, context)
}

/** How many items a list has, whatever they are. */
export function countIn(payload: unknown, list: string): number {
  const body = isObject(payload) && isObject(payload.body) ? payload.body : payload
  const found = isObject(body) ? body[list] : body
  return Array.isArray(found) ? found.length : 0
}

export function rawList(payload: unknown, list: string): Record<string, unknown>[] {
  const body = isObject(payload) && isObject(payload.body) ? payload.body : payload
  const found = isObject(body) ? body[list] : body
  return Array.isArray(found) ? found.filter(isObject) : []
}

/** The first of these that is a zone; null when none is. */
export function firstZone(...zones: readonly (string | null | undefined)[]): string | null {
  return zones.find((zone) => typeof zone === 'string' && isZone(zone)) ?? null
}

/** Items that are there more than once: the last changed one of each. */
export function newestOf<Item extends { modified?: number | null }>(
  items: readonly Item[],
  nameOf: (item: Item) => string | null,
): Item[] {
  const newest = new Map<string, Item>()
  const kept: Item[] = []
  for (const item of items) {
    const name = nameOf(item)
    if (name === null) kept.push(item)
    else if ((newest.get(name)?.modified ?? 0) <= (item.modified ?? 0)) newest.set(name, item)
  }
  return [...kept, ...newest.values()]
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  return Object.keys(value as object).length === 0
}
