// The wall clock as if it were UTC, and beside it the offset that it had, in several spellings or not at all.
import { dayBounds, fixedZone, isIana, type LocalDay, offsetAt } from '../../model/local-day.ts'
import { offsetText, parseOffset, wireTimestamp } from '../../model/timestamps.ts'

export interface Moment {
  /** As the wire spells it; without offset where iHealth says none. */
  text: string
  day: LocalDay
  /** For the order of things, and to compare. */
  at: number
  zone: string | null
}

export function momentOf(
  wallSeconds: number,
  timeZone: string | number | null | undefined,
  known: string | null,
): Moment {
  const wallMs = wallSeconds * 1000
  const offset = offsetOf(timeZone)
  const local = wireTimestamp(wallMs).slice(0, 26)
  const day = local.slice(0, 10)
  if (offset === null) return { text: local, day, at: wallMs, zone: null }
  const at = wallMs - offset * 60_000
  const own = fixedZone(offset)
  const zone = known !== null && isIana(known) && offsetAt(at, known) === offset ? known : own
  return { text: `${local}${offsetText(offset)}`, day, at, zone }
}

/** Minutes east of UTC of `+0200`, `+02:00`, `2`, `-8` or `5.5`. Null for what is empty or no offset. */
export function offsetOf(timeZone: string | number | null | undefined): number | null {
  const text = typeof timeZone === 'number' ? String(timeZone) : (timeZone ?? '').trim()
  if (/^[+-](?:[01]\d|2[0-3]):?[0-5]\d$/.test(text)) return inRange(parseOffset(text))
  return /^[+-]?\d{1,2}(?:\.\d{1,2})?$/.test(text) ? inRange(Math.round(Number(text) * 60)) : null
}

function inRange(minutes: number): number | null {
  return Math.abs(minutes) <= 18 * 60 ? minutes : null
}

/** Of a day's readings, the oldest first. */
export function boundsOf(day: LocalDay, own: readonly { moment: Moment }[]) {
  const zone = own[0]?.moment.zone ?? null
  return zone === null ? {} : dayBounds(day, zone, own.at(-1)!.moment.zone)
}
