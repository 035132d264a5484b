// Times as the wire spells them: ISO 8601 with six fractional digits and a numeric offset.

/** `2026-01-12T15:15:33.569000+00:00`. `offsetMinutes` moves the wall clock, not the instant. */
export function wireTimestamp(epochMs: number, offsetMinutes = 0): string {
  const shifted = new Date(epochMs + offsetMinutes * 60_000).toISOString()
  return `${shifted.slice(0, 23)}000${offsetText(offsetMinutes)}`
}

/** Wall-clock time whose offset nobody knows: `2026-01-12T15:15:33.569000`. */
export function wireLocalTimestamp(local: string): string {
  const parsed = parseTimestamp(local)
  return `${parsed.local}000`
}

export function offsetText(offsetMinutes: number): string {
  const size = Math.abs(offsetMinutes)
  const hours = String(Math.floor(size / 60)).padStart(2, '0')
  const minutes = String(size % 60).padStart(2, '0')
  return `${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`
}

export interface ParsedTimestamp {
  /** Null when the text has no offset. */
  epochMs: number | null
  offsetMinutes: number | null
  /** The wall clock, `YYYY-MM-DDTHH:MM:SS.mmm`. */
  local: string
}

const PATTERN = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/

/** Reads ISO 8601 with or without seconds, fraction and offset. Throws a RangeError that names the text. */
export function parseTimestamp(text: string): ParsedTimestamp {
  const match = PATTERN.exec(text.trim())
  if (match === null) throw new RangeError(`not a time: ${JSON.stringify(text.slice(0, 40))}`)
  const [, day, hour, minute, second = '00', fraction = '', zone] = match
  const local = `${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}`
  const wall = Date.parse(`${local}Z`)
  if (Number.isNaN(wall)) throw new RangeError(`no such time: ${JSON.stringify(text.slice(0, 40))}`)
  const offsetMinutes = zone === undefined ? null : parseOffset(zone)
  return { local, offsetMinutes, epochMs: offsetMinutes === null ? null : wall - offsetMinutes * 60_000 }
}

/** Minutes east of UTC of `Z`, `+02:00`, `+0200` or `+02`. */
export function parseOffset(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  const sign = zone.startsWith('-') ? -1 : 1
  const digits = zone.slice(1).replace(':', '')
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0))
}

/** Any readable time in the wire's spelling, keeping its own offset, or none. */
export function toWire(text: string): string {
  const parsed = parseTimestamp(text)
  return parsed.epochMs === null ? `${parsed.local}000` : wireTimestamp(parsed.epochMs, parsed.offsetMinutes!)
}
