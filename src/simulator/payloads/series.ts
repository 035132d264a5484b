// Series and their totals: a mean is the mean of the samples beside it, and parts add up to their sum.
import { wireIn } from '../../model/local-day.ts'
import type { Day } from '../people/day.ts'
import type { Person } from '../people/person.ts'

export const MINUTE_MS = 60_000

export function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

export function mean(values: readonly number[]): number {
  return round(sum(values) / values.length, 1)
}

export function round(value: number, digits = 0): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}

/** The instant of a minute of the day, as the person's clock shows it. */
export function timeAt(who: Person, day: Day, minute: number): string {
  return wireIn(day.startAt + minute * MINUTE_MS, who.timeZone)
}

/** The first minutes of consecutive stretches. */
export function stretches(from: number, to: number, every: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  for (let start = from; start < to; start += every) found.push({ from: start, to: Math.min(start + every, to) })
  return found
}

/** Whole numbers in these proportions that add up to the whole of their sum. */
export function inWholes(shares: readonly number[]): number[] {
  let exact = 0
  let given = 0
  return shares.map((share) => {
    exact += share
    const next = Math.round(exact) - given
    given += next
    return next
  })
}

export interface HeartSample {
  timestamp: string
  bpm: number
  context: number
  timer_duration_seconds: number | null
}

export function heartSummary(samples: readonly { bpm: number }[]) {
  const values = samples.map((sample) => sample.bpm)
  return { avg_hr_bpm: mean(values), min_hr_bpm: Math.min(...values), max_hr_bpm: Math.max(...values) }
}
