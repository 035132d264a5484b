// Mapping without a server: what `loam map` and the golden tests do.
import type { Connector, Mapped, Read } from './connector.ts'

export interface MapInput {
  timeZone: string | null
  receivedAt: number
  request?: Record<string, string>
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
export function readerOf(
  connector: Connector,
  kind: string,
): { connector: Connector; kind: string; read: Read } | null {
  const named = allOf(connector).flatMap((each) =>
    Object.entries(each.reads).map(([own, read]) => ({ connector: each, kind: own, read })),
  )
  const same = (name: string): boolean => bare(name) === bare(kind)
  return named.find((each) => same(each.kind)) ?? named.find((each) => each.read.aliases?.some(same)) ?? null
}

function allOf(connector: Connector): Connector[] {
  return [connector, ...Object.values(connector.variants ?? {})]
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** Throws UnreadablePage when the payload is not that kind of page, a RangeError when there is no such kind. */
export function mapPage(connector: Connector, kind: string, payload: unknown, input: MapInput): MappedPage {
  const reader = readerOf(connector, kind)
  if (reader === null) {
    throw new RangeError(`${connector.id} has no page kind ${kind}; it has ${kindsOf(connector).join(', ')}`)
  }
  const unknown = new Map<string, { table: string; code: string; count: number }>()
  const unreadable: MappedPage['unreadable'] = []
  const zone = input.timeZone ?? reader.connector.timeZone?.(reader.kind, payload) ?? null
  const mapped = reader.read.map(payload, {
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
  })
  return { kind: reader.kind, timeZone: zone, mapped, unknown: [...unknown.values()], unreadable }
}
