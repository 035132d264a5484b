// A person's day as Dexcom's sensor and app write it down.
import { createHash } from 'node:crypto'
import { simulateDay } from '../people/day.ts'
import { localIso } from '../people/days.ts'
import { type GlucoseReading, glucoseOf, mealsOf } from '../people/glucose.ts'
import type { Person } from '../people/person.ts'
import { chance } from '../people/random.ts'

const HOUR = 3_600_000
/** Regulation: phones' readings come out this much later. */
export const DELAY_MS = 3 * HOUR
const RECEIVER_EVERY = 97

export interface DexcomRecord {
  recordId: string
  systemTime: string
  displayTime: string
  [name: string]: unknown
}

export interface Kept {
  at: number
  record: DexcomRecord
}

export function idOf(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256').update(parts.join('|')).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

export function userIdOf(who: Person, clientId: string): string {
  return createHash('sha256').update(`dexcom|${clientId}|${who.id}`).digest('hex')
}

function times(who: Person, at: number, receiver = false): { systemTime: string; displayTime: string } {
  const local = localIso(at, who.timeZone)
  const [wall, zone] = [local.slice(0, 19), local.slice(23)]
  const system = new Date(at).toISOString().slice(0, 19)
  // A receiver knows no zone: both of its times are bare.
  return receiver
    ? { systemTime: system, displayTime: wall }
    : { systemTime: `${system}Z`, displayTime: `${wall}${zone}` }
}

export function egvsOf(who: Person, day: string): Kept[] {
  const random = chance('dexcom', who.id, day)
  return glucoseOf(who, day).flatMap((reading, i) => {
    const phone = egv(who, reading, 'iOS')
    // Now and then the receiver has the same reading, some seconds apart.
    if (i % RECEIVER_EVERY !== 40 || random() < 0.2) return [phone]
    return [phone, egv(who, { ...reading, at: reading.at + 17_000 }, 'receiver')]
  })
}

function egv(who: Person, { at, mgPerDl, slope }: GlucoseReading, displayDevice: 'iOS' | 'receiver'): Kept {
  const recordId = idOf(who.id, 'egv', displayDevice, at)
  return {
    at,
    record: {
      recordId,
      ...times(who, at, displayDevice === 'receiver'),
      transmitterId: idOf(who.id, 'transmitter'),
      transmitterTicks: Math.round(at / 1000) % 5_000_000,
      value: mgPerDl,
      status: mgPerDl < 70 ? 'low' : mgPerDl > 250 ? 'high' : 'ok',
      trend: trendOf(slope),
      trendRate: Math.round(slope * 10) / 10,
      unit: 'mg/dL',
      rateUnit: 'mg/dL/min',
      displayDevice,
      transmitterGeneration: 'g7',
      displayApp: 'G7',
    },
  }
}

function trendOf(slope: number): string {
  if (slope >= 3) return 'doubleUp'
  if (slope >= 2) return 'singleUp'
  if (slope >= 1) return 'fortyFiveUp'
  if (slope > -1) return 'flat'
  if (slope > -2) return 'fortyFiveDown'
  return slope > -3 ? 'singleDown' : 'doubleDown'
}

const DEVICE = { displayDevice: 'iOS', transmitterGeneration: 'g7' }

export function eventsOf(who: Person, day: string): Kept[] {
  const entry = (at: number, type: string, sub: string | null, value: string, unit: string | null): Kept => ({
    at,
    record: {
      recordId: idOf(who.id, type, at),
      ...times(who, at),
      eventStatus: 'created',
      eventType: type,
      eventSubType: sub,
      value,
      unit,
      transmitterId: idOf(who.id, 'transmitter'),
      ...DEVICE,
    },
  })
  const meals = mealsOf(who, day).flatMap((meal) => [
    entry(meal.at, 'carbs', null, String(meal.carbohydratesG), 'grams'),
    entry(meal.at - 300_000, 'insulin', 'fastActing', meal.insulinUnits.toFixed(2), 'units'),
  ])
  const workouts = simulateDay(who, day).workouts.map((workout) =>
    entry(
      workout.startAt,
      'exercise',
      'medium',
      String(Math.round((workout.endAt - workout.startAt) / 60_000)),
      'minutes',
    ),
  )
  return [...meals, ...workouts].sort((a, b) => a.at - b.at)
}

export function calibrationsOf(who: Person, day: string): Kept[] {
  if (chance('calibration', who.id, day)() > 0.3) return []
  const reading = glucoseOf(who, day)[90]
  if (reading === undefined) return []
  const { at, mgPerDl } = reading
  const record = {
    recordId: idOf(who.id, 'calibration', at),
    ...times(who, at),
    unit: 'mg/dL',
    value: mgPerDl,
    transmitterId: idOf(who.id, 'transmitter'),
    transmitterTicks: Math.round(at / 1000) % 5_000_000,
    ...DEVICE,
  }
  return [{ at, record }]
}
