// Omron's times: the wall clock, its offset beside it, and the same in UTC without a mark.
import { fixedZone, instantIn, isIana, type LocalDay, offsetAt, wireAt } from '../../model/local-day.ts'
import { offsetText, parseOffset, parseTimestamp, toWire } from '../../model/timestamps.ts'
import type { Times } from './payloads.ts'

export interface Moment {
  at: number
  /** As the wire spells it, with the record's own offset. */
  text: string
  day: LocalDay
  /** For the bounds of its day. */
  zone: string | null
}

export function momentOf({ dateTime, dateTimeLocal, dateTimeUtcOffset }: Times, known: string | null): Moment {
  const offset = dateTimeUtcOffset ? offsetText(parseOffset(dateTimeUtcOffset)) : between(dateTimeLocal, dateTime)
  if (dateTimeLocal && offset !== null) {
    const { local } = parseTimestamp(dateTimeLocal)
    const text = toWire(`${local}${offset}`)
    const at = parseTimestamp(text).epochMs!
    return { at, text, day: text.slice(0, 10), zone: zoneAt(at, offset, known) }
  }
  if (dateTimeLocal) {
    const at = instantIn(parseTimestamp(dateTimeLocal).local, known)
    const text = wireAt(at, known)
    return { at, text, day: text.slice(0, 10), zone: known }
  }
  const at = Date.parse(`${parseTimestamp(dateTime!).local}Z`)
  const zone = offset ?? known ?? '+00:00'
  const text = wireAt(at, zone)
  return { at, text, day: text.slice(0, 10), zone: zoneAt(at, offset, known) }
}

/** Both clocks were given without the offset: it is what lies between them. */
function between(local: string | null | undefined, utc: string | null | undefined): string | null {
  if (!local || !utc) return null
  const [here, there] = [local, utc].map((time) => Date.parse(`${parseTimestamp(time).local}Z`))
  const minutes = Math.round((here! - there!) / 60_000)
  return Math.abs(minutes) <= MOST_MINUTES ? fixedZone(minutes) : null
}

/** No clock is further from UTC: beyond it one of the two times is wrong. */
const MOST_MINUTES = 18 * 60

/** The person's zone where it agrees with the record: it knows both seasons. Elsewhere somebody is on a journey. */
function zoneAt(at: number, offset: string | null, known: string | null): string | null {
  if (offset === null) return known
  return known !== null && isIana(known) && fixedZone(offsetAt(at, known)) === offset ? known : offset
}
