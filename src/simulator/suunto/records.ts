// A person's days in Suunto's shapes.
import { createHash } from 'node:crypto'
import { type Edit, edited } from '../kit/edits.ts'
import { fitFileOf } from '../kit/fit.ts'
import { activeKcal, basalKcal, simulateDay, type Workout } from '../people/day.ts'
import { daysFrom, localIso } from '../people/days.ts'
import { CELL_MS, mainNight, napOf, type Night, secondsIn } from '../people/night.ts'
import type { Person } from '../people/person.ts'

export const WORKOUTS = 'workouts'
const SUUNTO = 23
const JOULES_PER_KCAL = 4184
const MINUTE = 60_000
const SLOT_MINUTES = 10
const SYNCED_AFTER_MS = 180_000
const TYPES: Record<string, number> = {
  running: 1,
  cycling: 2,
  walking: 0,
  hiking: 11,
  swimming: 85,
  rowing: 15,
  yoga: 51,
  strength_training: 23,
}

export interface Synced {
  day: string
  workout: Workout
  body: Record<string, unknown> & { workoutKey: string; startTime: number; lastModified: number }
}

export function offsetMinutes(who: Person, at: number): number {
  const zone = localIso(at, who.timeZone).slice(23)
  return (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)))
}

/** Oldest first. */
export function workoutsOf(who: Person, start: string, end: string, now: number, edits: readonly Edit[]): Synced[] {
  const all = daysFrom(start, end).flatMap((day) =>
    simulateDay(who, day)
      .workouts.filter(({ endAt }) => endAt + SYNCED_AFTER_MS <= now)
      .map((workout) => ({ day, workout, body: bodyOf(who, workout) })),
  )
  return edited(all, WORKOUTS, edits, {
    id: ({ body }) => body.workoutKey,
    rewrite: (each, times) => ({
      ...each,
      body: {
        ...each.body,
        isEdited: true,
        lastModified: each.body.lastModified + times * MINUTE,
        totalAscent: 10 + times,
      },
    }),
  })
}

function bodyOf(who: Person, workout: Workout): Synced['body'] {
  const hash = createHash('sha256').update(`suunto|${who.id}|${workout.startAt}`).digest('hex')
  return {
    workoutId: 0,
    activityId: TYPES[workout.sport] ?? 18,
    startTime: workout.startAt,
    stopTime: workout.endAt,
    totalTime: (workout.endAt - workout.startAt) / 1000,
    totalDistance: workout.meters ?? 0,
    totalAscent: 10,
    energyConsumption: Math.round(workout.kcal),
    isManuallyAdded: workout.manual,
    isEdited: false,
    timeOffsetInMinutes: offsetMinutes(who, workout.startAt),
    hrdata: {},
    startPosition: { x: 0, y: 0 },
    lastModified: workout.endAt + SYNCED_AFTER_MS,
    workoutKey: hash.slice(0, 24),
  }
}

export function fileOf(who: Person, workout: Workout): Uint8Array {
  const serial = Number.parseInt(createHash('sha256').update(`race|${who.id}`).digest('hex').slice(0, 7), 16)
  return fitFileOf(who, workout, {
    manufacturer: SUUNTO,
    serial,
    utcOffsetMinutes: offsetMinutes(who, workout.startAt),
  })
}

export interface Sample {
  at: number
  timestamp: string
  entryData: Record<string, unknown>
}

export function sleepOfDay(who: Person, day: string): Sample[] {
  return [mainNight(who, day), napOf(who, day)]
    .filter((night): night is Night => night !== null)
    .map((night) => entryOf(who, night))
}

function entryOf(who: Person, night: Night): Sample {
  const at = night.endAt + SYNCED_AFTER_MS
  const text = (instant: number): string => localIso(instant, who.timeZone)
  const asleep = secondsIn(night, 'deep') + secondsIn(night, 'light') + secondsIn(night, 'rem')
  const latency = (night.latencyCells * CELL_MS) / 1000
  const awake = secondsIn(night, 'awake') - latency
  return {
    at,
    timestamp: text(at),
    entryData: {
      BedtimeStart: text(night.startAt),
      BedtimeEnd: text(night.endAt),
      DateTime: text(night.startAt),
      Duration: asleep + awake,
      DeepSleepDuration: secondsIn(night, 'deep'),
      LightSleepDuration: secondsIn(night, 'light'),
      REMSleepDuration: secondsIn(night, 'rem'),
      WakeAfterSleepOnsetDuration: awake,
      SleepOnsetLatencyDuration: latency,
      HRAvg: Math.round(night.averageBpm),
      HRMin: night.lowestBpm,
      AvgHRV: night.averageHrv,
      MaxSpo2: Math.round(night.spo2) / 100,
      SleepQualityScore: night.nap ? undefined : 78,
      SleepId: Math.floor(night.startAt / 1000),
      IsNap: night.nap,
    },
  }
}

export function activityOfDay(who: Person, day: string): Sample[] {
  const lived = simulateDay(who, day)
  return slots(lived.length).map((from) => {
    const to = Math.min(lived.length, from + SLOT_MINUTES)
    const at = lived.startAt + from * MINUTE
    let steps = 0
    for (let minute = from; minute < to; minute++) steps += lived.steps[minute]!
    const kcal = activeKcal(who, lived, from, to)
    return {
      at,
      timestamp: localIso(at, who.timeZone),
      entryData: { HR: lived.bpm[from], StepCount: steps, EnergyConsumption: Math.round(kcal * JOULES_PER_KCAL) },
    }
  })
}

export function recoveryOfDay(who: Person, day: string): Sample[] {
  const lived = simulateDay(who, day)
  return slots(lived.length)
    .filter((from) => from % 120 === 0)
    .map((from) => {
      const at = lived.startAt + from * MINUTE
      const balance = Math.max(0.05, Math.min(1, 0.9 - from / 2400 - lived.strain / 5))
      return {
        at,
        timestamp: localIso(at, who.timeZone),
        entryData: { Balance: Math.round(balance * 100) / 100, StressState: lived.asleep[from] === 1 ? 1 : 2 },
      }
    })
}

function slots(minutes: number): number[] {
  return Array.from({ length: Math.ceil(minutes / SLOT_MINUTES) }, (_, i) => i * SLOT_MINUTES)
}

/** Steps and joules of the day until now. */
export function totalsOf(who: Person, day: string, now: number): { steps: number; joules: number } {
  const lived = simulateDay(who, day)
  const until = Math.min(lived.length, Math.max(0, Math.floor((now - lived.startAt) / MINUTE)))
  const steps = lived.steps.subarray(0, until).reduce((sum, each) => sum + each, 0)
  const kcal = activeKcal(who, lived, 0, until) + (basalKcal(who) * until) / 1440
  return { steps, joules: Math.round(kcal * JOULES_PER_KCAL) }
}
