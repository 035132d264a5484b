// Polar's times: local without a zone, with an offset beside them, or only a time of day.
import { addDays, fixedZone, instantIn, type LocalDay, offsetAt, wireAt, zoneOfInstant } from '../../model/local-day.ts'
import { offsetText, parseTimestamp } from '../../model/timestamps.ts'

export const UTC = '+00:00'

/** A wall clock and its offset in minutes. Without the offset it is read in the zone that is known. */
export function startOf(
  wall: string,
  offsetMinutes: number | null | undefined,
  known: string | null,
): { startAt: number; zone: string | null } {
  if (typeof offsetMinutes !== 'number' || Math.abs(offsetMinutes) > 18 * 60) {
    return { startAt: instantIn(wall, known), zone: known }
  }
  const offset = fixedZone(offsetMinutes)
  const startAt = instantIn(wall, offset)
  return { startAt, zone: zoneOfInstant(startAt, known, offset) }
}

/** `+03:00` of a time that has an offset. */
export function offsetOf(timestamp: string): string | null {
  const { offsetMinutes } = parseTimestamp(timestamp)
  return offsetMinutes === null ? null : offsetText(offsetMinutes)
}

const HOUR_MS = 3_600_000

/**
 * Readings of a night by time of day, from the day and clock at which it began. In order: a clock that goes back is past
 * midnight, one that goes back by an hour at most was turned back, or is a first reading from before the sleep.
 */
export function walk(
  readings: Record<string, number> | null | undefined,
  from: { day: LocalDay; clock: string },
  zone: string | null,
): { timestamp: string; value: number }[] {
  let { day, clock: before } = from
  let last = Number.NEGATIVE_INFINITY
  return Object.entries(readings ?? {}).map(([clock, value]) => {
    if (last === Number.NEGATIVE_INFINITY && minutesOf(clock) - minutesOf(before) >= 23 * 60) day = addDays(day, -1)
    const turnedBack = clock < before && minutesOf(before) - minutesOf(clock) <= 60
    if (clock.slice(0, 5) < before.slice(0, 5) && !turnedBack) day = addDays(day, 1)
    last = inOrder(instantIn(`${day}T${clock}`, zone), last, zone)
    before = clock
    return { timestamp: wireAt(last, zone), value }
  })
}

/** Wall clocks in the order in which they were shown. */
export function instantsOf(walls: readonly string[], zone: string | null): number[] {
  let last = Number.NEGATIVE_INFINITY
  return walls.map((wall) => {
    const at = instantIn(wall, zone)
    last = offsetOf(wall) === null ? inOrder(at, last, zone) : at
    return last
  })
}

/** An hour that comes twice has each clock twice: the first one that does not lie before the last reading. */
function inOrder(at: number, last: number, zone: string | null): number {
  if (zone === null || offsetAt(at - HOUR_MS, zone) === offsetAt(at + HOUR_MS, zone)) return at
  const clockOf = (instant: number): string => wireAt(instant, zone).slice(0, 19)
  const twins = [at - HOUR_MS, at, at + HOUR_MS].filter((each) => clockOf(each) === clockOf(at))
  return twins.find((each) => each >= last) ?? at
}

function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
}

/** A night that is dated by its morning begins on the evening before, or after midnight. */
export function eveningOf(morning: LocalDay, firstClock: string): { day: LocalDay; clock: string } {
  return { day: firstClock >= NOON ? addDays(morning, -1) : morning, clock: firstClock }
}

const NOON = '12:00'
