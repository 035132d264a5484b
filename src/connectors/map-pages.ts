// Mapping without a server: what `loam map` and the golden tests do.
import { type Connector, type MapContext, type Mapped, type Read, UnreadablePage } from './connector.ts'
import { dropZeros } from './never-zero.ts'
import { shownZone } from './shown-zone.ts'

export interface MapInput {
  timeZone: string | null
  receivedAt: number
  request?: Record<string, string>
}

export interface Reader {
  connector: Connector
  kind: string
  read: Read
}

export interface MappedPage {
  kind: string
  /** Given, or shown by the page. */
  timeZone: string | null
  mapped: Mapped[]
  unknown: { table: string; code: string; count: number }[]
  /** Documents that could not be read beside others that could. */
  unreadable: { place: string; problem: string }[]
}

/** The page kinds of a connector and of its variants, in its own spelling. */
export function kindsOf(connector: Connector): string[] {
  return [...new Set(allOf(connector).flatMap(({ reads }) => Object.keys(reads)))]
}

/**
 * The connector or the variant of it that has this kind, and how it reads it: by the kind's own name, else by an alias.
 * Case and separators make no difference. Null when none has it.
 */
export function readerOf(connector: Connector, kind: string): Reader | null {
  return readersOf(connector, kind)[0] ?? null
}

/** All that go by this name, the likeliest first: a connector and its variant may share one, and the page decides. */
export function readersOf(connector: Connector, kind: string): readonly Reader[] {
  let named = readersByName.get(connector)
  if (named === undefined) readersByName.set(connector, (named = byName(connector)))
  return named.get(bare(kind)) ?? []
}

/** Under bare names. */
const readersByName = new WeakMap<Connector, Map<string, Reader[]>>()

function byName(connector: Connector): Map<string, Reader[]> {
  const readers = allOf(connector).flatMap((each) =>
    Object.entries(each.reads).map(([kind, read]): Reader => ({ connector: each, kind, read })),
  )
  const named = Map.groupBy(readers, ({ kind }) => bare(kind))
  for (const reader of readers) {
    for (const alias of new Set(reader.read.aliases?.map(bare))) {
      const same = named.get(alias) ?? []
      if (!same.includes(reader)) named.set(alias, [...same, reader])
    }
  }
  return named
}

function allOf(connector: Connector): Connector[] {
  return [connector, ...Object.values(connector.variants ?? {})]
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** Throws UnreadablePage when the payload is not that kind of page, a RangeError when there is no such kind. */
export function mapPage(connector: Connector, kind: string, payload: unknown, input: MapInput): MappedPage {
  let refused: UnreadablePage | undefined
  for (const reader of readersOf(connector, kind)) {
    try {
      return mapWith(reader, payload, input)
    } catch (error) {
      if (!(error instanceof UnreadablePage)) throw error
      refused ??= error
    }
  }
  throw refused ?? new RangeError(`${connector.id} has no page kind ${kind}; it has ${kindsOf(connector).join(', ')}`)
}

function mapWith(reader: Reader, payload: unknown, input: MapInput): MappedPage {
  const unknown = new Map<string, { table: string; code: string; count: number }>()
  const unreadable: MappedPage['unreadable'] = []
  const zone = input.timeZone ?? shownZone(reader.connector, reader.kind, payload)
  const context: MapContext = {
    request: input.request ?? {},
    timeZone: zone,
    receivedAt: input.receivedAt,
    unknown(table, code) {
      const key = `${table}\n${code}`
      const entry = unknown.get(key) ?? { table, code, count: 0 }
      entry.count++
      unknown.set(key, entry)
    },
    unreadable: (place, problem) => unreadable.push({ place, problem }),
  }
  const mapped = dropZeros(reader.read.map(payload, context))
  return { kind: reader.kind, timeZone: zone, mapped, unknown: [...unknown.values()], unreadable }
}
