// The data points of one person on one civil day, for every type that has points.
import { simulateDay } from '../people/day.ts'
import { dayOfInstant, plusDays } from '../people/days.ts'
import { CELL_MS } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { chance } from '../people/random.ts'
import {
  drinks,
  eaten,
  floorsIn,
  lastSync,
  levelAt,
  METERS_PER_FLOOR,
  millimetersIn,
  MINUTE,
  restingBpm,
  seen,
  stepsIn,
  weighings,
  zoneAt,
  zoneBounds,
} from '../fitbit/device.ts'
import { logsOf } from '../fitbit/nights.ts'
import { exercisePoint, sleepPoint } from './sessions.ts'
import { type Json, dateOf, int64, interval, sampleTime } from './shapes.ts'
import { workoutsOf } from '../fitbit/workouts.ts'

export interface Point {
  id: string
  /** The civil day that it is filed under. */
  day: string
  startAt: number
  endAt: number
  value: Json
  source: 'watch' | 'scale' | 'derived' | 'manual' | 'phone'
}

type Make = (who: Person, day: string, now: number) => Point[]

const ZONE_NAMES = ['LIGHT', 'MODERATE', 'VIGOROUS', 'PEAK']
const ACTIVE_ZONES = [null, 'FAT_BURN', 'CARDIO', 'PEAK'] as const
const LEVEL_NAMES = {
  sedentary: 'SEDENTARY',
  light: 'LIGHTLY_ACTIVE',
  moderate: 'MODERATELY_ACTIVE',
  vigorous: 'VERY_ACTIVE',
} as const
const MINUTE_LEVELS = { light: 'LIGHT', moderate: 'MODERATE', vigorous: 'VIGOROUS' } as const

const MAKERS: Record<string, Make> = {
  steps: minutely('st', (of, i) => (stepsIn(of, i, i + 1) > 0 ? { count: int64(stepsIn(of, i, i + 1)) } : null)),
  distance: minutely('di', (of, i) => {
    const millimeters = millimetersIn(of, i, i + 1)
    return millimeters > 0 ? { millimeters: int64(millimeters) } : null
  }),
  floors: minutely('fl', (of, i) => {
    const floors = floorsIn(of, i, i + 1)
    return floors > 0 ? { count: int64(floors) } : null
  }),
  altitude: minutely('al', (of, i) => {
    const floors = floorsIn(of, i, i + 1)
    return floors > 0 ? { gainMillimeters: int64(floors * METERS_PER_FLOOR * 1000) } : null
  }),
  'active-minutes': minutely('am', (of, i) => {
    const level = levelAt(of, i)
    if (level === null || level === 'sedentary') return null
    return { activeMinutesByActivityLevel: [{ activityLevel: MINUTE_LEVELS[level], activeMinutes: '1' }] }
  }),
  'active-zone-minutes': minutely('az', (of, i, who) => {
    const zone = ACTIVE_ZONES[zoneAt(who, of, i)]
    return zone ? { heartRateZone: zone, activeZoneMinutes: zone === 'FAT_BURN' ? '1' : '2' } : null
  }),
  'time-in-heart-rate-zone': minutely('tz', (of, i, who) => ({ heartRateZoneType: ZONE_NAMES[zoneAt(who, of, i)]! })),
  'activity-level': (who, day, now) => stretches(who, day, now, 'av'),
  'sedentary-period': (who, day, now) =>
    stretches(who, day, now, 'sp').flatMap(({ value, ...point }) => {
      const { activityLevelType, interval: at } = value as { activityLevelType: string; interval: Json }
      return activityLevelType === 'SEDENTARY' ? [{ ...point, value: { interval: at } }] : []
    }),
  'heart-rate': heartRate,
  'heart-rate-variability': (who, day, now) =>
    fiveMinutes(who, day, now, 'hv', (night, i) => {
      const rmssd = night.hrvRmssdMs[i]
      return typeof rmssd === 'number'
        ? { rootMeanSquareOfSuccessiveDifferencesMilliseconds: rmssd, standardDeviationMilliseconds: rmssd + 12 }
        : null
    }),
  'oxygen-saturation': (who, day, now) =>
    fiveMinutes(who, day, now, 'ox', (night, i) => ({
      percentage: Math.round((night.spo2 - (i % 5) * 0.2) * 10) / 10,
    })),
  weight: (who, day, now) =>
    weighings(who, day, now).map(({ at, kg }) =>
      sample(who, day, at, `${at}`, { weightGrams: Math.round(kg * 1000) }, 'scale'),
    ),
  'body-fat': (who, day, now) =>
    weighings(who, day, now).flatMap(({ at, fatPercentage: percentage }) =>
      percentage === null ? [] : [sample(who, day, at, `${at}`, { percentage }, 'scale')],
    ),
  height: (who, day) => {
    const { startAt } = simulateDay(who, day)
    const value = { heightMillimeters: int64(who.heightM * 1000) }
    return day.endsWith('-01-01') ? [sample(who, day, startAt + 540 * MINUTE, `h-${day}`, value, 'manual')] : []
  },
  'daily-resting-heart-rate': (who, day, now) => {
    const bpm = restingBpm(who, seen(who, day, now), now)
    return daily(who, day, bpm === null ? null : { beatsPerMinute: int64(bpm) })
  },
  'daily-heart-rate-variability': ofNight((night) => ({ averageHeartRateVariabilityMilliseconds: night.averageHrv })),
  'daily-oxygen-saturation': ofNight((night) => ({
    averagePercentage: Math.round(night.spo2 * 10) / 10,
    lowerBoundPercentage: Math.round((night.spo2 - 2) * 10) / 10,
    upperBoundPercentage: Math.round(Math.min(100, night.spo2 + 2) * 10) / 10,
  })),
  'daily-respiratory-rate': ofNight((night) => ({ breathsPerMinute: night.breathsPerMinute })),
  'daily-sleep-temperature-derivations': ofNight((night) => ({
    nightlyTemperatureCelsius: Math.round((33.5 + night.temperatureDeviation) * 100) / 100,
    baselineTemperatureCelsius: 33.5,
  })),
  'daily-vo2-max': (who, day, now) =>
    daily(
      who,
      day,
      dayIsOver(who, day, now) ? { vo2Max: who.vo2Max, cardioFitnessLevel: 'GOOD', estimated: true } : null,
    ),
  'daily-heart-rate-zones': (who, day, now) => {
    const bounds = [30, ...zoneBounds(who), 221]
    const heartRateZones = ZONE_NAMES.map((heartRateZoneType, i) => ({
      heartRateZoneType,
      minBeatsPerMinute: int64(bounds[i]!),
      maxBeatsPerMinute: int64(bounds[i + 1]! - 1),
    }))
    return daily(who, day, simulateDay(who, day).startAt <= now ? { heartRateZones } : null)
  },
  'respiratory-rate-sleep-summary': (who, day, now) =>
    logsOf(who, day, now)
      .filter((log) => log.main)
      .map(({ night, id }) => {
        const stats = { breathsPerMinute: night.breathsPerMinute, standardDeviation: 1, signalToNoise: 2.6 }
        return sample(who, day, night.endAt, `rr-${id}`, { fullSleepStats: stats }, 'derived')
      }),
  'run-vo2-max': (who, day, now) =>
    workoutsOf(who, day, now)
      .filter(({ workout }) => workout.sport === 'running' && !workout.manual)
      .map(({ id, workout }) =>
        sample(who, day, workout.endAt, `rv-${id}`, { runVo2Max: who.vo2Max - 0.4 }, 'derived'),
      ),
  sleep: (who, day, now) => logsOf(who, day, now).flatMap((log) => sleepPoint(who, log)),
  exercise: (who, day, now) => workoutsOf(who, day, now).map((logged) => exercisePoint(who, day, logged)),
  'nutrition-log': (who, day, now) =>
    eaten(who, day, now).map((food) => ({
      id: `f-${food.at}`,
      day,
      startAt: food.at,
      endAt: food.at,
      source: 'manual',
      value: {
        interval: interval(food.at, food.at, who.timeZone),
        nutrients: [
          { quantity: { grams: food.protein, userProvidedUnit: 'GRAM' }, nutrient: 'PROTEIN' },
          { quantity: { grams: food.fiber, userProvidedUnit: 'GRAM' }, nutrient: 'DIETARY_FIBER' },
          { quantity: { grams: food.sodiumMg / 1000, userProvidedUnit: 'MILLIGRAM' }, nutrient: 'SODIUM' },
        ],
        energy: { kcal: food.kcal, userProvidedUnit: 'KILOCALORIE' },
        totalCarbohydrate: { grams: food.carbs, userProvidedUnit: 'GRAM' },
        totalFat: { grams: food.fat, userProvidedUnit: 'GRAM' },
        mealType: food.meal,
        serving: { amount: food.grams, foodMeasurementUnitDisplayName: 'gram' },
        foodDisplayName: food.name,
      },
    })),
  'hydration-log': (who, day, now) =>
    drinks(who, day, now).map(({ at, milliliters }) => ({
      id: `hy-${at}`,
      day,
      startAt: at,
      endAt: at,
      source: 'manual',
      value: {
        interval: interval(at, at, who.timeZone),
        amountConsumed: { milliliters, userProvidedUnit: 'MILLILITER' },
      },
    })),
  electrocardiogram: (who, day, now) => {
    const { startAt } = simulateDay(who, day)
    const at = startAt + 581 * MINUTE
    if (chance('fitbit ecg', who.id, day)() > 0.05 || at + 15 * MINUTE > now) return []
    const value = {
      interval: interval(at, at, who.timeZone),
      beatsPerMinuteAvg: int64(who.restingBpm + 12),
      resultClassification: 'NORMAL_SINUS_RHYTHM',
      waveformSamples: Array.from({ length: 750 }, (_, i) => Math.round(600 * Math.sin(i / 9))),
      samplingFrequencyHertz: 250,
      millivoltsScalingFactor: 10_922,
      leadNumber: 1,
    }
    return [{ id: `ecg-${at}`, day, startAt: at, endAt: at, value, source: 'watch' }]
  },
  'irregular-rhythm-notification': () => [],
  'core-body-temperature': () => [],
  'blood-glucose': () => [],
  'vo2-max': () => [],
  'ovulation-test': () => [],
  'menstrual-period': () => [],
  symptoms: () => [],
  moods: () => [],
  'active-energy-burned': () => [],
  'basal-energy-burned': () => [],
  'swim-lengths-data': () => [],
}

export function hasPoints(dataType: string): boolean {
  return Object.hasOwn(MAKERS, dataType)
}

/** Points of the device's own; `phone` adds what another app wrote of the same. */
export function pointsOfDay(who: Person, dataType: string, day: string, now: number): Point[] {
  return simulateDay(who, day).startAt > now ? [] : MAKERS[dataType]!(who, day, now)
}

/** A phone counts the same walk with fewer steps, and another app knows some of the nights: `list` has both. */
export function phonePointsOfDay(who: Person, dataType: string, day: string, now: number): Point[] {
  if (dataType !== 'steps' && dataType !== 'sleep') return []
  if (chance('fitbit phone', who.id, dataType, day)() > 0.3) return []
  return pointsOfDay(who, dataType, day, now)
    .slice(0, 1)
    .map((point) => ({ ...point, id: `hc-${point.id}`, source: 'phone' }))
}

function minutely(
  prefix: string,
  valueAt: (of: ReturnType<typeof seen>, minute: number, who: Person) => { [name: string]: Json } | null,
): Make {
  return (who, day, now) => {
    const of = seen(who, day, now)
    const points: Point[] = []
    for (let i = 0; i < of.minutes; i++) {
      const value = valueAt(of, i, who)
      if (value === null) continue
      const startAt = of.day.startAt + i * MINUTE
      const at = interval(startAt, startAt + MINUTE, who.timeZone)
      const id = `${prefix}-${startAt / 1000}`
      points.push({ id, day, startAt, endAt: startAt + MINUTE, value: { interval: at, ...value }, source: 'watch' })
    }
    return points
  }
}

/** Runs of one level; while asleep there is none. */
function stretches(who: Person, day: string, now: number, prefix: string): Point[] {
  const of = seen(who, day, now)
  const points: Point[] = []
  let from = 0
  for (let i = 1; i <= of.minutes; i++) {
    const level = levelAt(of, from)
    if (i < of.minutes && levelAt(of, i) === level) continue
    if (level !== null) {
      const [startAt, endAt] = [of.day.startAt + from * MINUTE, of.day.startAt + i * MINUTE]
      const value = { interval: interval(startAt, endAt, who.timeZone), activityLevelType: LEVEL_NAMES[level] }
      points.push({ id: `${prefix}-${startAt / 1000}`, day, startAt, endAt, value, source: 'derived' })
    }
    from = i
  }
  return points
}

const WORKOUT_SPACING_SECONDS = 5

/** Every minute, and every five seconds of a workout. */
function heartRate(who: Person, day: string, now: number): Point[] {
  const of = seen(who, day, now)
  const points: Point[] = []
  for (let i = 0; i < of.minutes; i++) {
    const active = of.day.workoutMinute[i] === 1
    for (let second = 0; second < 60; second += active ? WORKOUT_SPACING_SECONDS : 60) {
      const at = of.day.startAt + i * MINUTE + second * 1000
      const metadata = { motionContext: active ? 'ACTIVE' : 'SEDENTARY', sensorLocation: 'WRIST' }
      points.push(sample(who, day, at, `hr-${at / 1000}`, { beatsPerMinute: int64(of.day.bpm[i]!), metadata }, 'watch'))
    }
  }
  return points
}

function sample(
  who: Person,
  day: string,
  at: number,
  id: string,
  value: { [name: string]: Json },
  source: Point['source'],
): Point {
  return { id, day, startAt: at, endAt: at, value: { sampleTime: sampleTime(at, who.timeZone), ...value }, source }
}

function daily(_who: Person, day: string, value: { [name: string]: Json } | null): Point[] {
  if (value === null) return []
  const at = Date.parse(`${day}T00:00:00Z`)
  return [{ id: day, day, startAt: at, endAt: at, value: { date: dateOf(day), ...value }, source: 'derived' }]
}

type Night = ReturnType<typeof logsOf>[number]['night']

function ofNight(valueOf: (night: Night) => { [name: string]: Json }): Make {
  return (who, day, now) => {
    const main = logsOf(who, day, now).find((log) => log.main)
    return daily(who, day, main === undefined ? null : valueOf(main.night))
  }
}

/** Means of five minutes of the nights that touch this day, on whose clock they stand. */
function fiveMinutes(
  who: Person,
  day: string,
  now: number,
  prefix: string,
  valueAt: (night: Night, i: number) => { [name: string]: Json } | null,
): Point[] {
  const nights = [day, plusDays(day, 1)].flatMap((of) => logsOf(who, of, now).filter((log) => log.main))
  return nights.flatMap(({ night }) =>
    night.bpm.flatMap((_, i) => {
      const at = night.startAt + i * 10 * CELL_MS
      const value = valueAt(night, i)
      if (value === null || dayOfInstant(at, who.timeZone) !== day) return []
      return [sample(who, day, at, `${prefix}-${at / 1000}`, value, 'watch')]
    }),
  )
}

function dayIsOver(who: Person, day: string, now: number): boolean {
  const { startAt, length } = simulateDay(who, day)
  return startAt + length * MINUTE <= lastSync(now)
}
