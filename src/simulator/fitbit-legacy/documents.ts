// A person's days in the shape of the old Web API: text for numbers, and wall clocks without an offset.
import {
  METERS_PER_FLOOR,
  activeIn,
  basalIn,
  drinks,
  eaten,
  floorsIn,
  millimetersIn,
  minutesOf,
  MINUTE,
  restingBpm,
  type Seen,
  seen,
  stepsIn,
  totalIn,
  weighings,
  zoneBounds,
  zoneMinutes,
} from '../fitbit/device.ts'
import { legacyUserId, logId } from '../fitbit/ids.ts'
import { classicBlocks, isClassic, type Log, logsOf, minutesIn, stages } from '../fitbit/nights.ts'
import { hasTrack } from '../fitbit/tcx.ts'
import { type Logged, workoutsOf } from '../fitbit/workouts.ts'
import { simulateDay } from '../people/day.ts'
import { localIso } from '../people/days.ts'
import { CELL_MS } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { chance } from '../people/random.ts'

type Document = { [name: string]: unknown }

/** `2026-09-15T06:47:00.000`. */
function wall(at: number, who: Person): string {
  return localIso(at, who.timeZone).slice(0, 23)
}

const kilometers = (millimeters: number): number => Math.round(millimeters / 100) / 10_000
const ZONE_NAMES = ['Out of Range', 'Fat Burn', 'Cardio', 'Peak']

function zonesOf(who: Person, minutes: readonly number[]): Document[] {
  const bounds = [30, ...zoneBounds(who), 220]
  return minutes.map((each, i) => ({
    name: ZONE_NAMES[i],
    min: bounds[i],
    max: bounds[i + 1],
    minutes: each,
    caloriesOut: 0,
  }))
}

/** What a resource of the activity series counts between two minutes. */
export const RESOURCES: Record<string, (who: Person, of: Seen, from: number, to: number) => number> = {
  steps: (_who, of, from, to) => stepsIn(of, from, to),
  distance: (_who, of, from, to) => kilometers(millimetersIn(of, from, to)),
  floors: (_who, of, from, to) => floorsIn(of, from, to),
  elevation: (_who, of, from, to) => Math.round(floorsIn(of, from, to) * METERS_PER_FLOOR * 100) / 100,
  calories: (who, of, from, to) => Math.round(totalIn(who, of, from, to) * 100) / 100,
  caloriesBMR: (who, _of, from, to) => Math.round(basalIn(who, from, to)),
  activityCalories: (who, of, from, to) => Math.round(activeIn(who, of, from, to) * 1.2),
  minutesSedentary: (_who, of, from, to) => minutesOf(of, 'sedentary', from, to),
  minutesLightlyActive: (_who, of, from, to) => minutesOf(of, 'light', from, to),
  minutesFairlyActive: (_who, of, from, to) => minutesOf(of, 'moderate', from, to),
  minutesVeryActive: (_who, of, from, to) => minutesOf(of, 'vigorous', from, to),
}

export function seriesRow(who: Person, resource: string, day: string, now: number): Document {
  const of = seen(who, day, now)
  const value = RESOURCES[resource]!(who, of, 0, of.minutes)
  return { dateTime: day, value: String(resource === 'calories' ? Math.round(value) : value) }
}

export function intraday(who: Person, resource: string, day: string, step: number, now: number): Document {
  const of = seen(who, day, now)
  const dataset: Document[] = []
  for (let from = 0; from < of.minutes; from += step) {
    const time = localIso(of.day.startAt + from * MINUTE, who.timeZone).slice(11, 19)
    dataset.push({ time, value: RESOURCES[resource]!(who, of, from, Math.min(from + step, of.minutes)) })
  }
  return {
    [`activities-${resource}`]: [seriesRow(who, resource, day, now)],
    [`activities-${resource}-intraday`]: { dataset, datasetInterval: step, datasetType: 'minute' },
  }
}

export function daySummary(who: Person, day: string, now: number): Document {
  const of = seen(who, day, now)
  const to = of.minutes
  const basal = Math.round(basalIn(who, 0, to))
  const resting = restingBpm(who, of, now)
  const distance = kilometers(millimetersIn(of, 0, to))
  return {
    activities: workoutsOf(who, day, now).map((logged) => shortLog(who, day, logged)),
    goals: { steps: 10_000 },
    summary: {
      steps: stepsIn(of, 0, to),
      distances: [
        { activity: 'total', distance },
        { activity: 'tracker', distance },
      ],
      floors: floorsIn(of, 0, to),
      elevation: RESOURCES.elevation!(who, of, 0, to),
      caloriesOut: Math.round(totalIn(who, of, 0, to)),
      caloriesBMR: basal,
      activityCalories: Math.round(activeIn(who, of, 0, to) * 1.2),
      lightlyActiveMinutes: minutesOf(of, 'light'),
      fairlyActiveMinutes: minutesOf(of, 'moderate'),
      veryActiveMinutes: minutesOf(of, 'vigorous'),
      sedentaryMinutes: to === 0 ? 1440 : minutesOf(of, 'sedentary'),
      // Absent, not null, while nothing is known.
      ...(resting === null ? {} : { restingHeartRate: resting }),
      ...(to === 0 ? {} : { heartRateZones: zonesOf(who, zoneMinutes(who, of)) }),
    },
  }
}

export function heartDay(who: Person, day: string, now: number): Document {
  const of = seen(who, day, now)
  const resting = restingBpm(who, of, now)
  const value = {
    customHeartRateZones: [],
    heartRateZones: zonesOf(who, zoneMinutes(who, of)),
    ...(resting === null ? {} : { restingHeartRate: resting }),
  }
  return { dateTime: day, value }
}

export function heartIntraday(who: Person, day: string, now: number): Document {
  const of = seen(who, day, now)
  const dataset = Array.from({ length: of.minutes }, (_, i) => ({
    time: localIso(of.day.startAt + i * MINUTE, who.timeZone).slice(11, 19),
    value: of.day.bpm[i]!,
  }))
  return {
    'activities-heart': [heartDay(who, day, now)],
    'activities-heart-intraday': { dataset, datasetInterval: 1, datasetType: 'minute' },
  }
}

export function azmDay(who: Person, day: string, now: number): Document {
  const [, fatBurn, cardio, peak] = zoneMinutes(who, seen(who, day, now)) as [number, number, number, number]
  return {
    dateTime: day,
    value: { activeZoneMinutes: fatBurn + 2 * cardio + 2 * peak, fatBurnActiveZoneMinutes: fatBurn },
  }
}

const SPORTS: Record<string, { name: string; typeId: number }> = {
  running: { name: 'Run', typeId: 90009 },
  cycling: { name: 'Bike', typeId: 90001 },
  walking: { name: 'Walk', typeId: 90013 },
  hiking: { name: 'Hike', typeId: 90012 },
  swimming: { name: 'Swim', typeId: 90024 },
  yoga: { name: 'Yoga', typeId: 52001 },
  rowing: { name: 'Rowing', typeId: 15000 },
  strength_training: { name: 'Weights', typeId: 2131 },
}

function shortLog(who: Person, day: string, { id, workout, steps, modifiedAt }: Logged): Document {
  const { name, typeId } = SPORTS[workout.sport] ?? { name: 'Workout', typeId: 3000 }
  return {
    logId: Number(id),
    activityId: typeId,
    activityParentName: name,
    name,
    calories: Math.round(workout.kcal),
    duration: workout.endAt - workout.startAt,
    hasStartTime: true,
    startDate: day,
    startTime: localIso(workout.startAt, who.timeZone).slice(11, 16),
    ...(workout.meters === null ? {} : { distance: workout.meters / 1000 }),
    ...(steps > 0 ? { steps } : {}),
    lastModified: new Date(modifiedAt).toISOString(),
  }
}

export function activityLog(who: Person, logged: Logged): Document {
  const { id, workout, steps, heart, zones, modifiedAt } = logged
  const { name, typeId } = SPORTS[workout.sport] ?? { name: 'Workout', typeId: 3000 }
  const lasts = workout.endAt - workout.startAt
  return {
    logId: Number(id),
    logType: workout.manual ? 'manual' : 'auto_detected',
    activityName: name,
    activityTypeId: typeId,
    startTime: localIso(workout.startAt, who.timeZone),
    originalStartTime: localIso(workout.startAt, who.timeZone),
    duration: lasts,
    activeDuration: lasts,
    originalDuration: lasts,
    calories: Math.round(workout.kcal),
    ...(steps > 0 ? { steps } : {}),
    ...(workout.meters === null
      ? {}
      : {
          distance: workout.meters / 1000,
          distanceUnit: 'Kilometer',
          speed: Math.round(((workout.meters * 3600) / lasts) * 1e6) / 1e6,
          pace: Math.round((lasts / workout.meters) * 1e6) / 1e6,
        }),
    ...(heart === null ? {} : { averageHeartRate: Math.round(heart.avg), heartRateZones: zonesOf(who, zones) }),
    ...(workout.sport === 'swimming' ? { poolLength: 25, poolLengthUnit: 'Meter' } : {}),
    ...(hasTrack(logged) ? { tcxLink: `https://api.fitbit.com/1/user/-/activities/${id}.tcx` } : {}),
    source: workout.manual ? { name: 'Fitbit for Android', type: 'app' } : { name: 'Charge 6', type: 'tracker' },
    lastModified: new Date(modifiedAt).toISOString(),
  }
}

export function sleepLog(who: Person, log: Log): Document {
  const { night, id, main } = log
  const classic = isClassic(log)
  const asleep = minutesIn(night, 'deep', 'light', 'rem')
  const inBed = Math.round((night.endAt - night.startAt) / MINUTE)
  const block = ({ startAt, endAt, level }: { startAt: number; endAt: number; level: string }) => ({
    dateTime: wall(startAt, who),
    level: level === 'awake' && !classic ? 'wake' : level,
    seconds: (endAt - startAt) / 1000,
  })
  const { blocks, short } = stages(log)
  const staged = (level: 'deep' | 'light' | 'rem') => ({
    count: blocks.filter((each) => each.level === level).length,
    minutes: minutesIn(night, level),
  })
  const restless = Math.floor(
    classicBlocks(log)
      .filter(({ level }) => level === 'restless')
      .reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0) / MINUTE,
  )
  const levels = classic
    ? {
        data: classicBlocks(log).map(block),
        summary: {
          asleep: { count: 0, minutes: asleep },
          restless: { count: 1, minutes: restless },
          awake: { count: 1, minutes: inBed - asleep - restless },
        },
      }
    : {
        data: blocks.map(block),
        shortData: short.map(block),
        summary: {
          deep: staged('deep'),
          light: staged('light'),
          rem: staged('rem'),
          wake: {
            count: blocks.filter((each) => each.level === 'awake').length + short.length,
            minutes: inBed - asleep,
          },
        },
      }
  return {
    logId: Number(id),
    logType: 'auto_detected',
    type: classic ? 'classic' : 'stages',
    dateOfSleep: night.day,
    startTime: wall(night.startAt, who),
    endTime: wall(night.endAt, who),
    duration: night.endAt - night.startAt,
    efficiency: Math.round((asleep / inBed) * 100),
    infoCode: classic ? 2 : 0,
    isMainSleep: main,
    levels,
    minutesAsleep: asleep,
    minutesAwake: inBed - asleep,
    minutesToFallAsleep: 0,
    minutesAfterWakeup: 0,
    timeInBed: inBed,
  }
}

/** Of the main sleep that ends on this day; nothing until it is computed. */
export function nightly(who: Person, day: string, now: number): Log | null {
  return logsOf(who, day, now).find((log) => log.main) ?? null
}

export function hrvDay(who: Person, day: string, now: number, all: boolean): Document[] {
  const log = nightly(who, day, now)
  if (log === null) return []
  if (!all) return [{ dateTime: day, value: { dailyRmssd: log.night.averageHrv, deepRmssd: log.night.averageHrv } }]
  const minutes = log.night.hrvRmssdMs.flatMap((rmssd, i) =>
    rmssd === null
      ? []
      : [{ minute: wall(log.night.startAt + i * 10 * CELL_MS, who), value: { rmssd, coverage: 0.97 } }],
  )
  return [{ dateTime: day, minutes }]
}

export function spo2Day(who: Person, day: string, now: number, all: boolean): Document[] {
  const log = nightly(who, day, now)
  if (log === null) return []
  const avg = Math.round(log.night.spo2 * 10) / 10
  if (!all) return [{ dateTime: day, value: { avg, min: avg - 2, max: Math.min(100, avg + 2) } }]
  const minutes = log.night.bpm.map((_, i) => ({
    minute: wall(log.night.startAt + i * 10 * CELL_MS, who).slice(0, 19),
    value: Math.round((log.night.spo2 - (i % 5) * 0.2) * 10) / 10,
  }))
  return [{ dateTime: day, minutes }]
}

export function breathingDay(who: Person, day: string, now: number, all: boolean): Document[] {
  const log = nightly(who, day, now)
  if (log === null) return []
  const breathingRate = log.night.breathsPerMinute
  return [{ dateTime: day, value: all ? { fullSleepSummary: { breathingRate } } : { breathingRate } }]
}

export function skinDay(who: Person, day: string, now: number): Document[] {
  const log = nightly(who, day, now)
  if (log === null) return []
  const nightlyRelative = Math.round(log.night.temperatureDeviation * 100) / 100
  return [{ dateTime: day, value: { nightlyRelative }, logType: 'dedicated_temp_sensor' }]
}

export function cardioDay(who: Person, day: string, now: number): Document[] {
  const { startAt, length } = simulateDay(who, day)
  if (startAt + length * MINUTE > now) return []
  return [{ dateTime: day, value: { vo2Max: `${who.vo2Max - 2}-${who.vo2Max + 2}` } }]
}

export function weightLogs(who: Person, day: string, now: number): Document[] {
  return weighings(who, day, now).map(({ at, kg, fatPercentage }) => ({
    logId: at,
    date: day,
    time: wall(at, who).slice(11, 19),
    weight: kg,
    bmi: Math.round((kg / who.heightM ** 2) * 100) / 100,
    source: 'Aria',
    ...(fatPercentage === null ? {} : { fat: fatPercentage }),
  }))
}

export function fatLogs(who: Person, day: string, now: number): Document[] {
  return weighings(who, day, now).flatMap(({ at, fatPercentage }) =>
    fatPercentage === null
      ? []
      : [{ logId: at, date: day, time: wall(at, who).slice(11, 19), fat: fatPercentage, source: 'Aria' }],
  )
}

const MEAL_IDS = { BREAKFAST: 1, LUNCH: 3, DINNER: 5 } as const

export function foodLog(who: Person, day: string, now: number): Document {
  const all = eaten(who, day, now)
  const sum = (valueOf: (food: (typeof all)[number]) => number): number =>
    Math.round(all.reduce((total, food) => total + valueOf(food), 0) * 1000) / 1000
  return {
    foods: all.map((food) => ({
      logId: Number(logId(who.id, 'food', food.at)),
      logDate: day,
      loggedFood: {
        name: food.name,
        amount: food.grams,
        calories: food.kcal,
        mealTypeId: MEAL_IDS[food.meal],
        unit: { id: 147, name: 'gram', plural: 'grams' },
      },
      nutritionalValues: {
        calories: food.kcal,
        carbs: food.carbs,
        fat: food.fat,
        fiber: food.fiber,
        protein: food.protein,
        sodium: food.sodiumMg,
      },
    })),
    summary: {
      calories: sum(({ kcal }) => kcal),
      carbs: sum(({ carbs }) => carbs),
      fat: sum(({ fat }) => fat),
      fiber: sum(({ fiber }) => fiber),
      protein: sum(({ protein }) => protein),
      sodium: sum(({ sodiumMg }) => sodiumMg),
      water: drinks(who, day, now).reduce((total, { milliliters }) => total + milliliters, 0),
    },
  }
}

export function waterLog(who: Person, day: string, now: number): Document {
  const all = drinks(who, day, now)
  return {
    summary: { water: all.reduce((total, { milliliters }) => total + milliliters, 0) },
    water: all.map(({ at, milliliters }) => ({ logId: Number(logId(who.id, 'water', at)), amount: milliliters })),
  }
}

export function ecgReadings(who: Person, day: string, now: number): Document[] {
  const at = simulateDay(who, day).startAt + 581 * MINUTE
  if (chance('fitbit ecg', who.id, day)() > 0.05 || at + 15 * MINUTE > now) return []
  return [
    {
      startTime: wall(at, who),
      averageHeartRate: who.restingBpm + 12,
      resultClassification: 'Normal Sinus Rhythm',
      waveformSamples: Array.from({ length: 750 }, (_, i) => Math.round(600 * Math.sin(i / 9))),
      samplingFrequencyHz: 250,
      scalingFactor: 10_922,
      leadNumber: 1,
      deviceName: 'Sense 2',
    },
  ]
}

export function profile(who: Person, now: number): Document {
  return {
    user: {
      encodedId: legacyUserId(who.id),
      firstName: who.name,
      lastName: 'Example',
      gender: who.sex.toUpperCase(),
      age: who.age,
      country: 'DE',
      memberSince: '2021-05-02',
      timezone: who.timeZone,
      offsetFromUTCMillis: Date.parse(`${wall(now, who)}Z`) - now,
    },
  }
}
