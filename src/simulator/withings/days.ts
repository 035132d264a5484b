// The watch's days: a row for each, the day in pieces, and workouts.
import { activeKcal, basalKcal, type Day, simulateDay } from '../people/day.ts'
import { midnight } from '../people/days.ts'
import type { Person } from '../people/person.ts'
import { around, between, chance } from '../people/random.ts'
import { deviceIdOf, numberOf, seconds, WATCH } from './ids.ts'

const MINUTE = 60_000
const SYNC_MS = 15 * MINUTE
const PIECE_MINUTES = 5
const METERS_PER_STEP = 0.74
/** Minutes between readings of the heart outside workouts. */
const PULSE_MINUTES = 10

export interface ActivityRow {
  date: string
  deviceid: string | null
  modified: number
  [field: string]: unknown
}

export interface WorkoutRow {
  id: number
  date: string
  modified: number
  data: Record<string, number | null>
  [field: string]: unknown
}

/** How many of the day's minutes the phone has. */
function syncedMinutes(day: Day, nowMs: number): number {
  const sync = Math.floor(nowMs / SYNC_MS) * SYNC_MS
  return Math.max(0, Math.min(day.length, Math.floor((sync - day.startAt) / MINUTE)))
}

/** The watch's row, and on some days the same day once more as Google Fit had it. */
export function activityRows(who: Person, date: string, nowMs: number): ActivityRow[] {
  if (midnight(date, who.timeZone) > nowMs) return []
  const day = simulateDay(who, date)
  const minutes = syncedMinutes(day, nowMs)
  if (minutes === 0) return []
  const device = deviceIdOf(who.id, WATCH)
  const own = { ...totals(who, day, minutes), ...pulse(who, day, minutes) }
  const modified = seconds(day.startAt + minutes * MINUTE)
  const rows: ActivityRow[] = [
    {
      date,
      timezone: who.timeZone,
      deviceid: device,
      hash_deviceid: device,
      brand: 1,
      is_tracker: true,
      modified,
      model: WATCH.name,
      modelid: WATCH.id,
      ...own,
    },
  ]
  if (chance('google fit', who.id, date)() < 0.2) {
    const { steps, distance, ...rest } = totals(who, day, minutes)
    rows.push({
      date,
      timezone: who.timeZone,
      deviceid: null,
      hash_deviceid: null,
      brand: 18,
      is_tracker: false,
      modified: modified - 600,
      model: 'GoogleFit tracker',
      modelid: 1055,
      steps: Math.round(steps * 0.95),
      distance: round(distance * 0.95, 1),
      ...rest,
    })
  }
  return rows
}

function totals(who: Person, day: Day, minutes: number) {
  let steps = 0
  const time = { soft: 0, moderate: 0, intense: 0 }
  for (let i = 0; i < minutes; i++) {
    steps += day.steps[i]!
    const met = day.met[i]! / 100
    if (day.asleep[i] || met < 1.5) continue
    time[met >= 6 ? 'intense' : met >= 3 ? 'moderate' : 'soft'] += 60
  }
  const calories = round(activeKcal(who, day, 0, minutes), 3)
  return {
    steps,
    distance: round(steps * METERS_PER_STEP, 1),
    elevation: Math.round(between(chance('floors', who.id, day.day), 0, 24) * (minutes / day.length)),
    ...time,
    active: time.moderate + time.intense,
    calories,
    totalcalories: round(calories + (basalKcal(who) * minutes) / 1440, 3),
  }
}

function pulse(who: Person, day: Day, minutes: number) {
  const beats = day.bpm.subarray(0, minutes)
  const zones = [0, 0, 0, 0]
  for (const bpm of beats) zones[zoneOf(bpm / who.maxBpm)]! += 60
  return {
    hr_average: Math.round(beats.reduce((sum, bpm) => sum + bpm, 0) / beats.length),
    hr_min: Math.min(...beats),
    hr_max: Math.max(...beats),
    ...Object.fromEntries(zones.map((time, i) => [`hr_zone_${i}`, time])),
  }
}

function zoneOf(share: number): number {
  if (share < 0.6) return 0
  return share < 0.75 ? 1 : share < 0.9 ? 2 : 3
}

/** A map of pieces: five minutes of steps, single readings of the heart, of the blood's oxygen and of its variability. */
export function pieces(who: Person, date: string, nowMs: number): [at: number, piece: Record<string, unknown>][] {
  const day = simulateDay(who, date)
  const minutes = syncedMinutes(day, nowMs)
  const source = { model: WATCH.name, model_id: WATCH.id, deviceid: deviceIdOf(who.id, WATCH) }
  const found: [number, Record<string, unknown>][] = []
  const start = seconds(day.startAt)
  for (let i = 0; i < minutes; i += PIECE_MINUTES) {
    const end = Math.min(i + PIECE_MINUTES, minutes)
    const steps = day.steps.subarray(i, end).reduce((sum, each) => sum + each, 0)
    const inWorkout = day.workoutMinute[i] === 1
    if (steps === 0 && !inWorkout && day.asleep[i]) continue
    found.push([
      start + i * 60,
      {
        steps,
        distance: round(steps * METERS_PER_STEP, 2),
        calories: round(activeKcal(who, day, i, end), 2),
        duration: (end - i) * 60,
        ...source,
      },
    ])
  }
  for (let i = 0; i < minutes; i++) {
    const every = day.workoutMinute[i] === 1 ? 1 : PULSE_MINUTES
    // Ten seconds past the minute: readings have their own instants.
    if (i % every === 0) found.push([start + i * 60 + 10, { heart_rate: day.bpm[i], ...source }])
  }
  for (const [i, value] of day.night.hrvRmssdMs.entries()) {
    const at = seconds(day.night.startAt) + i * 300 + 20
    if (value === null || i % 3 !== 0 || at < start || at > start + minutes * 60) continue
    found.push([at, { rmssd: value, sdnn1: value + 8, hrv_quality: 4, ...source }])
    found.push([at + 10, { spo2_auto: Math.round(day.night.spo2 * 2) / 2, ...source }])
  }
  return found.sort(([a], [b]) => a - b)
}

const CATEGORIES: Record<string, number> = {
  running: 2,
  cycling: 6,
  walking: 1,
  hiking: 3,
  swimming: 7,
  rowing: 187,
  yoga: 28,
  strength_training: 16,
}
const POOL_METERS = 25

export function workoutRows(who: Person, date: string, nowMs: number): WorkoutRow[] {
  const day = simulateDay(who, date)
  return day.workouts
    .filter((workout) => workout.endAt + SYNC_MS <= nowMs)
    .map((workout): WorkoutRow => {
      const random = chance('withings workout', who.id, workout.startAt)
      const from = Math.round((workout.startAt - day.startAt) / MINUTE)
      const to = Math.round((workout.endAt - day.startAt) / MINUTE)
      const swims = workout.sport === 'swimming'
      const steps = day.steps.subarray(from, to).reduce((sum, each) => sum + each, 0)
      const meters = workout.meters === null ? null : Math.round(workout.meters)
      const laps = Math.round((meters ?? 0) / POOL_METERS)
      const seen = workout.manual ? {} : pulse(who, { ...day, bpm: day.bpm.subarray(from, to) }, to - from)
      return {
        id: numberOf('workout', who.id, workout.startAt),
        category: CATEGORIES[workout.sport] ?? 36,
        timezone: who.timeZone,
        model: workout.manual ? 1051 : WATCH.id,
        attrib: workout.manual ? 2 : random() < 0.3 ? 7 : 0,
        startdate: seconds(workout.startAt),
        enddate: seconds(workout.endAt),
        date,
        deviceid: workout.manual ? null : deviceIdOf(who.id, WATCH),
        data: {
          calories: workout.kcal,
          intensity: workout.manual ? 30 : 0,
          manual_distance: workout.manual ? (meters ?? 0) : 0,
          manual_calories: workout.manual ? workout.kcal : 0,
          pause_duration: 0,
          algo_pause_duration: workout.manual ? null : Math.round(Math.max(0, around(random, 40, 30))),
          ...seen,
          ...(workout.manual || steps === 0 ? {} : { steps }),
          ...(workout.manual || swims || meters === null ? {} : { distance: meters }),
          ...(swims && !workout.manual ? { pool_laps: laps, pool_length: POOL_METERS, strokes: laps * 20 } : {}),
          spo2_average: null,
        },
        modified: seconds(workout.endAt) + 900,
      }
    })
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals
}
