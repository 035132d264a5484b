// A page is a push (`{"dailies": […]}`), the bare list of a pull, or one summary: the same code reads them all.
import { z } from 'zod'
import type { MapContext } from '../connector.ts'
import { rawDocuments, readDocuments } from '../documents.ts'

/** Root keys that are spelled otherwise elsewhere: in pull paths and by older clients. */
const OTHER_NAMES = new Map<string, readonly string[]>([
  ['pulseox', ['pulseOx']],
  ['allDayRespiration', ['respiration']],
  ['moveIQActivities', ['moveiq', 'moveIQ']],
])

/** Under which a push may name them. */
export function rootKeysOf(kind: string): string[] {
  return [kind, ...(OTHER_NAMES.get(kind) ?? [])]
}

export interface Read<Summary> {
  summary: Summary
  /** As it came. */
  raw: unknown
}

/** What can be read, with what it was made of. A summary that lacks what its times need is left out alone and reported. */
export function read<Schema extends z.ZodType>(
  kind: string,
  schema: Schema,
  payload: unknown,
  context: MapContext,
): Read<z.infer<Schema>>[] {
  const withRaw = z.unknown().transform((raw, checked): Read<z.infer<Schema>> => {
    const parsed = schema.safeParse(raw)
    if (parsed.success) return { summary: parsed.data, raw }
    for (const { path, message } of parsed.error.issues) checked.addIssue({ code: 'custom', path: [...path], message })
    return z.NEVER
  })
  return readDocuments({ kind, schema: withRaw, lists: rootKeysOf(kind) }, payload, context)
}

export function summaries<Schema extends z.ZodType>(
  kind: string,
  schema: Schema,
  payload: unknown,
  context: MapContext,
): z.infer<Schema>[] {
  return readDocuments({ kind, schema, lists: rootKeysOf(kind) }, payload, context)
}

/** The summaries of a payload as they came; none when it is no page. For looking, where `read` is for reading. */
export function rawSummaries(kind: string, payload: unknown): Record<string, unknown>[] {
  return rawDocuments(payload, rootKeysOf(kind))
}

/** Garmin sends a summary again whenever it grows: of those with one name the last one counts. */
export function latest<Summary>(list: readonly Summary[], name: (summary: Summary) => string): Summary[] {
  const byName = new Map<string, Summary>()
  for (const summary of list) {
    const key = name(summary)
    byName.delete(key)
    byName.set(key, summary)
  }
  return [...byName.values()]
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
