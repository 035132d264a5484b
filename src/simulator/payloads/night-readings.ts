// What the sensors read in a night, beyond its stages.
import { wireIn } from '../../model/local-day.ts'
import { CELL_MS, type Night, secondsIn } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { between, chance } from '../people/random.ts'
import { mean, round } from './series.ts'

interface Reading {
  at: number
  timestamp: string
  value: number
}

export interface NightReadings {
  bpm: Reading[]
  hrv: Reading[]
  oxygen: Reading[]
  breaths: Reading[]
  avgHrv: number
}

const FIVE_MINUTES_MS = 10 * CELL_MS
const HALF_HOUR_MS = 6 * FIVE_MINUTES_MS

export function nightReadings(who: Person, night: Night): NightReadings {
  const reading = (at: number, value: number): Reading => ({ at, timestamp: wireIn(at, who.timeZone), value })
  const fives = (values: readonly (number | null)[]): Reading[] =>
    values.flatMap((value, i) => (value === null ? [] : [reading(night.startAt + i * FIVE_MINUTES_MS, value)]))
  const random = chance('sensors', who.id, night.day, night.nap ? 'nap' : 'night')
  const oxygen: Reading[] = []
  const breaths: Reading[] = []
  for (let at = night.startAt; at < night.endAt; at += HALF_HOUR_MS) {
    oxygen.push(reading(at, round(Math.min(100, night.spo2 + between(random, -0.8, 0.8)), 1)))
    breaths.push(reading(at, round(night.breathsPerMinute + between(random, -1, 1), 1)))
  }
  const hrv = fives(night.hrvRmssdMs)
  return { bpm: fives(night.bpm), hrv, oxygen, breaths, avgHrv: mean(hrv.map(({ value }) => value)) }
}

/** 0 to 100: long enough, little awake, enough of deep and REM. */
export function sleepScore(night: Night): number {
  const inBed = (night.endAt - night.startAt) / 1000
  const asleep = inBed - secondsIn(night, 'awake')
  const restorative = (secondsIn(night, 'deep') + secondsIn(night, 'rem')) / asleep
  const score = 60 * Math.min(1, asleep / (8 * 3600)) + 25 * (asleep / inBed) + 15 * Math.min(1, restorative / 0.45)
  return Math.round(score)
}
