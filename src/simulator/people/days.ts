// Local days of a zone, without anything of the reader's: what plays a provider must not share its mistakes.
import { Temporal } from 'temporal-polyfill'

const DAY_MS = 86_400_000
const cache = new Map<string, number>()

export function midnight(day: string, timeZone: string): number {
  const key = `${timeZone} ${day}`
  let at = cache.get(key)
  if (at === undefined) {
    at = Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds
    if (cache.size > 50_000) cache.clear()
    cache.set(key, at)
  }
  return at
}

export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The local day of an instant, by the midnights around it. */
export function dayOfInstant(at: number, timeZone: string): string {
  let day = new Date(at).toISOString().slice(0, 10)
  while (at < midnight(day, timeZone)) day = plusDays(day, -1)
  while (at >= midnight(plusDays(day, 1), timeZone)) day = plusDays(day, 1)
  return day
}

/** `2026-09-15T06:47:00.000+02:00`. */
export function localIso(at: number, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  const wall = zoned.toPlainDateTime().toString({ fractionalSecondDigits: 3 })
  return `${wall}${zoned.offset}`
}

/** Whole days from the first to the last, both included. */
export function daysFrom(start: string, end: string): string[] {
  const days: string[] = []
  for (let day = start; day <= end && days.length < 4000; day = plusDays(day, 1)) days.push(day)
  return days
}
