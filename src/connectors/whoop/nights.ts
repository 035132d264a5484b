// Cycles and recoveries do not say on which day their night ended. The question carries it: `<cycle>=<day>` in
// `nights`, the longest night of a cycle.
import type { LocalDay } from '../../model/local-day.ts'
import { isLocalDay } from '../../model/local-day.ts'
import type { Sleep } from './payloads.ts'
import { dayOfSleep, spanOf } from './time.ts'

export function nightsOf(sleeps: readonly Sleep[], known: string | null): string {
  const longest = new Map<string, { ms: number; day: LocalDay }>()
  for (const sleep of sleeps) {
    const day = dayOfSleep(sleep, known)
    if (sleep.nap === true || !sleep.cycle_id || day === null) continue
    const { startAt, endAt } = spanOf(sleep, known)
    const ms = endAt! - startAt
    if (ms > (longest.get(sleep.cycle_id)?.ms ?? 0)) longest.set(sleep.cycle_id, { ms, day })
  }
  return [...longest].map(([cycle, { day, ms }]) => `${cycle}=${day}/${minutesOf(ms)}`).join(',')
}

export function minutesOf(ms: number): number {
  return Math.round(ms / 60_000)
}

export interface Night {
  day: LocalDay
  minutes: number
}

/** By cycle. */
export function readNights(text = ''): Map<string, Night> {
  const nights = new Map<string, Night>()
  for (const entry of text.split(',')) {
    const [, cycle, day, minutes] = /^([^=]+)=(\d{4}-\d{2}-\d{2})\/(\d+)$/.exec(entry) ?? []
    if (cycle === undefined || !isLocalDay(day!)) continue
    nights.set(cycle, { day: day!, minutes: Number(minutes) })
  }
  return nights
}

/** Of two nights of one day the longer one is the day's: whatever is known of another day says nothing. */
export function isLongestOf(day: LocalDay, minutes: number, nights: Map<string, Night>): boolean {
  return [...nights.values()].every((other) => other.day !== day || other.minutes <= minutes)
}
