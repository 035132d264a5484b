// Mapping without a server: what `loam map` and the golden tests do.
import type { Connector, Mapped } from './connector.ts'

export interface MapInput {
  timeZone: string | null
  receivedAt: number
  request?: Record<string, string>
}

export interface MappedPage {
  kind: string
  mapped: Mapped[]
  unknown: { table: string; code: string; count: number }[]
}

/** The page kinds of a connector, in its own spelling. */
export function kindsOf(connector: Connector): string[] {
  return Object.keys(connector.reads)
}

/** Throws UnreadablePage when the payload is not that kind of page, a RangeError when there is no such kind. */
export function mapPage(connector: Connector, kind: string, payload: unknown, input: MapInput): MappedPage {
  const name = kindsOf(connector).find((each) => each.toLowerCase() === kind.toLowerCase())
  if (name === undefined) {
    throw new RangeError(`${connector.id} has no page kind ${kind}; it has ${kindsOf(connector).join(', ')}`)
  }
  const unknown = new Map<string, { table: string; code: string; count: number }>()
  const zone = input.timeZone ?? connector.timeZone?.(name, payload) ?? null
  const mapped = connector.reads[name]!.map(payload, {
    request: input.request ?? {},
    timeZone: zone,
    receivedAt: input.receivedAt,
    unknown(table, code) {
      const key = `${table}\n${code}`
      const entry = unknown.get(key) ?? { table, code, count: 0 }
      entry.count++
      unknown.set(key, entry)
    },
  })
  return { kind: name, mapped, unknown: [...unknown.values()] }
}
