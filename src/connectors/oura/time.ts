// Oura's times are local with an offset, except the heart rate's, which are UTC.
import { dayBounds, instantIn, isIana, type LocalDay, wireAt, wireIn, zoneOfInstant } from '../../model/local-day.ts'
import { offsetText, parseOffset, parseTimestamp, toWire } from '../../model/timestamps.ts'
import type { Samples } from './payloads.ts'

/** The zone in which a page's times are shown: the one that is known, unless the page has another offset: a journey. */
export function zoneOfPage(known: string | null, timestamp: string | null | undefined): string | null {
  const shown = offsetOf(timestamp)
  return shown === null ? known : zoneOfInstant(parseTimestamp(timestamp!).epochMs!, known, shown)
}

/** `+02:00` of a time that has an offset. */
export function offsetOf(timestamp: string | null | undefined): string | null {
  if (timestamp === null || timestamp === undefined) return null
  const { offsetMinutes } = parseTimestamp(timestamp)
  return offsetMinutes === null ? null : offsetText(offsetMinutes)
}

/**
 * The bounds of a day on which the document shows a time. Left to the loop where nobody says which offset it had. `before` is
 * the offset that held until then.
 */
export function boundsOf(
  day: LocalDay,
  known: string | null,
  timestamp: string | null | undefined,
  before: string | null = null,
): { start_time: string; end_time: string } | Record<string, never> {
  const zone = zoneOfPage(known, timestamp)
  if (zone === null) return {}
  const bounds = dayBounds(day, zone)
  if (before === null || isIana(zone) || !isClockChange(before, zone)) return bounds
  return { ...bounds, start_time: dayBounds(day, before).start_time }
}

/** A clock that is changed by an hour is changed after midnight. Who travels does so in the course of a day. */
export function isClockChange(before: string, after: string): boolean {
  return Math.abs(parseOffset(before) - parseOffset(after)) === 60
}

export { instantIn as instantOf, wireAt }

export interface TimedValue {
  timestamp: string
  value: number
}

/** Values in place, nulls left out, each with the offset of its own instant where the zone is known. */
export function timedValues(samples: Samples | null | undefined, knownZone: string | null): TimedValue[] {
  if (samples === null || samples === undefined) return []
  const zone = zoneOfPage(knownZone, samples.timestamp)
  const start = instantIn(samples.timestamp, zone)
  return samples.items.flatMap((value, i) =>
    value === null ? [] : [{ timestamp: wireAt(start + i * samples.interval * 1000, zone), value }],
  )
}

/** A time on the person's wall clock; as it came when no zone is known. */
export function shownIn(timestamp: string, zone: string | null): string {
  return zone === null ? toWire(timestamp) : wireIn(instantIn(timestamp, zone), zone)
}

/** A time with its own offset; one without is the person's wall clock, in the zone that is known. */
export function asWire(timestamp: string | null | undefined, zone: string | null): string | null {
  if (timestamp === null || timestamp === undefined) return null
  return offsetOf(timestamp) === null ? shownIn(timestamp, zone) : toWire(timestamp)
}
