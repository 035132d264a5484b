// Garmin's times: seconds of UTC, and the offset of the wall clock in seconds, or none.
import { dayBounds, fixedZone, isZone, type LocalDay, localDayOf, offsetAt, wireIn } from '../../model/local-day.ts'
import { isOnCalendar, parseOffset, wireTimestamp } from '../../model/timestamps.ts'
import { isObject } from './summaries.ts'

/**
 * The zone of one summary. Its own offset is that of the place where the device was; a zone that agrees with it also
 * knows when the clock changes. Null when neither says anything.
 */
export function zoneAt(seconds: number, offsetSeconds: number | null | undefined, known: string | null): string | null {
  const offset = fixedOffset(offsetSeconds)
  if (offset === null) return known
  if (known !== null && offsetAt(seconds * 1000, known) === parseOffset(offset)) return known
  return offset
}

/** `+03:00`. Null for what no clock shows. */
export function fixedOffset(offsetSeconds: unknown): string | null {
  if (typeof offsetSeconds !== 'number' || Math.abs(offsetSeconds) > 18 * 3600) return null
  const zone = fixedZone(Math.round(offsetSeconds / 60))
  return isZone(zone) ? zone : null
}

/** Spells instants as the zone's clock shows them; in UTC where nobody knows the zone. */
export function clockOf(zone: string | null): (seconds: number) => string {
  if (zone !== null && /[A-Za-z]/.test(zone)) return (seconds) => wireIn(Math.round(seconds * 1000), zone)
  const minutes = zone === null ? 0 : parseOffset(zone)
  return (seconds) => wireTimestamp(Math.round(seconds * 1000), minutes)
}

export function localDay(seconds: number, zone: string | null): LocalDay {
  return localDayOf(seconds * 1000, zone)
}

/** The bounds of a day, left to the loop where nobody knows the zone. */
export function boundsOf(
  day: LocalDay,
  zone: string | null,
  endZone: string | null = zone,
): { start_time: string; end_time: string } | undefined {
  return zone === null ? undefined : dayBounds(day, zone, endZone)
}

export interface TimedValue {
  /** UTC. */
  seconds: number
  value: number
}

/** `{"0": 44, "15": 47}`: seconds after the start, sparse. What is no number and what `keep` refuses is left out. */
export function valuesAt(
  map: Record<string, unknown> | null | undefined,
  startSeconds: number,
  keep: (value: number) => boolean,
): TimedValue[] {
  if (!isObject(map)) return []
  const values: TimedValue[] = []
  for (const [key, value] of Object.entries(map)) {
    const after = Number(key)
    const seconds = startSeconds + after
    if (typeof value === 'number' && key.trim() !== '' && isOnCalendar(seconds * 1000) && keep(value)) {
      values.push({ seconds, value })
    }
  }
  return values.sort((a, b) => a.seconds - b.seconds)
}

export const isPositive = (value: number): boolean => value > 0
export const isNotNegative = (value: number): boolean => value >= 0
