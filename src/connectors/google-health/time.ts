// Every point has the offset of its own moment; windows of civil days have none.
import { dayBounds, type LocalDay, localDayOf, wireAt, zoneOfInstant } from '../../model/local-day.ts'
import { offsetText, wireTimestamp } from '../../model/timestamps.ts'
import { dayOfCivil, type Interval, type SampleTime } from './values.ts'

/** A moment as the person's clock showed it: with its own offset, else in the zone that is known. */
export function shown(at: number, offsetSeconds: number | null | undefined, zone: string | null): string {
  return offsetSeconds === null || offsetSeconds === undefined
    ? wireAt(at, zone ?? '+00:00')
    : wireTimestamp(at, offsetSeconds / 60)
}

/** The local day of a moment: what the page calls it, else by its offset, else by the zone. */
export function dayAt(
  at: number,
  offsetSeconds: number | null | undefined,
  civil: unknown,
  zone: string | null,
): LocalDay {
  return dayOfCivil(civil) ?? localDayOf(at, zoneOfOffset(offsetSeconds) ?? zone)
}

export function dayOfInterval(interval: Interval, zone: string | null): LocalDay {
  return dayAt(interval.startTime, interval.startUtcOffset, interval.civilStartTime, zone)
}

export function dayOfSample(time: SampleTime, zone: string | null): LocalDay {
  return dayAt(time.physicalTime, time.utcOffset, time.civilTime, zone)
}

export function shownSample(time: SampleTime, zone: string | null): string {
  return shown(time.physicalTime, time.utcOffset, zone)
}

export function shownStart(interval: Interval, zone: string | null): string {
  return shown(interval.startTime, interval.startUtcOffset, zone)
}

/** Null when the end does not follow the start. */
export function shownEnd(interval: Interval, zone: string | null): string | null {
  const { startTime, endTime, startUtcOffset, endUtcOffset } = interval
  return typeof endTime === 'number' && endTime > startTime
    ? shown(endTime, endUtcOffset ?? startUtcOffset, zone)
    : null
}

export function zoneOfOffset(offsetSeconds: number | null | undefined): string | null {
  return offsetSeconds === null || offsetSeconds === undefined ? null : offsetText(offsetSeconds / 60)
}

/** The bounds of a day: of a moment of it, the page knows the offset. Without either the loop adds them. */
export function boundsOf(
  day: LocalDay,
  zone: string | null,
  moment?: { at: number; offsetSeconds: number | null | undefined },
): { start_time: string; end_time: string } | Record<string, never> {
  const own = moment === undefined ? zone : zoneOfInstant(moment.at, zone, zoneOfOffset(moment.offsetSeconds))
  return own === null ? {} : dayBounds(day, own)
}
