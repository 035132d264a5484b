// Withings' times are instants; a zone stands beside them or is known from elsewhere.
import { dayBounds, type LocalDay, wireIn } from '../../model/local-day.ts'
import { isOnCalendar } from '../../model/timestamps.ts'

/** An instant is an instant: without a zone it is shown in UTC. */
export function shownAt(epochSeconds: number, zone: string | null): string {
  return wireIn(epochSeconds * 1000, zone ?? '+00:00')
}

/** Left to the loop where nobody said which offset the day had. */
export function boundsOf(day: LocalDay, zone: string | null): { start_time?: string; end_time?: string } {
  return zone === null ? {} : dayBounds(day, zone)
}

/** A map from seconds to values, in order and without nulls. */
export function timedValues(series: Record<string, number | null | undefined> | null | undefined, zone: string | null) {
  return Object.entries(series ?? {})
    .flatMap(([at, value]) => (typeof value === 'number' && isEpoch(at) ? [{ at: Number(at), value }] : []))
    .sort((a, b) => a.at - b.at)
    .map(({ at, value }) => ({ timestamp: shownAt(at, zone), value }))
}

export function isEpoch(text: string): boolean {
  return /^\d{1,12}$/.test(text) && isOnCalendar(Number(text) * 1000)
}

/** A page reaches beyond the days that were asked for: those at its edges are there in part only. */
export function isWanted(day: LocalDay, { start_date: start, end_date: end }: Record<string, string>): boolean {
  return (start === undefined || day >= start) && (end === undefined || day <= end)
}
