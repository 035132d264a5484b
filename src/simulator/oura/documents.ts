// Oura's documents of one person, in its own raw format, as of one moment.
import { createHash } from 'node:crypto'
import { activeKcal, basalKcal, simulateDay, type Day } from '../people/day.ts'
import { dayOfInstant, localIso, midnight, plusDays } from '../people/days.ts'
import { CELL_MS, type Night, secondsIn, type Stage } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { around, chance } from '../people/random.ts'

const MINUTE = 60_000
/** The ring talks to the phone every quarter of an hour; a night is ready some minutes after waking. */
const SYNC_MS = 15 * MINUTE
const NIGHT_READY_MS = 20 * MINUTE
/** Oura's day begins at four in the morning. */
const DAY_START_MINUTE = 240
const DAY_MINUTES = 1440

export interface OuraDocument {
  id: string
  day: string
  [field: string]: unknown
}

const BUILDERS: Record<string, (who: Person, day: string, now: number) => OuraDocument[]> = {
  daily_activity: dailyActivity,
  sleep: sleeps,
  daily_sleep: (who, day, now) =>
    scored(who, day, now, 'daily_sleep', {
      total_sleep: 0,
      efficiency: 1,
      deep_sleep: 2,
      rem_sleep: 3,
      latency: 4,
      restfulness: 5,
      timing: 6,
    }),
  daily_readiness: dailyReadiness,
  daily_stress: dailyStress,
  daily_resilience: () => [],
  daily_spo2: dailySpo2,
  daily_cardiovascular_age: cardiovascularAge,
  vO2_max: vo2Max,
  workout: workouts,
  session: sessions,
  enhanced_tag: enhancedTags,
  tag: () => [],
  rest_mode_period: () => [],
  sleep_time: () => [],
  ring_configuration: () => [],
}

export const COLLECTIONS: readonly string[] = Object.keys(BUILDERS)

/** What a phone would have uploaded by `now`. */
export function documentsOfDay(who: Person, collection: string, day: string, now: number): OuraDocument[] {
  if (midnight(day, who.timeZone) > now) return []
  return BUILDERS[collection]?.(who, day, lastSync(now)) ?? []
}

export function lastSync(now: number): number {
  return Math.floor(now / SYNC_MS) * SYNC_MS
}

export function uuidOf(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('\u0001')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export function accountId(personId: string): string {
  return uuidOf('oura account', personId)
}

function ready(night: Night, now: number): boolean {
  return night.endAt + NIGHT_READY_MS <= now
}

/** The minutes from four to four, as far as they were synced. */
function ouraMinutes(who: Person, day: string, now: number): { day: Day; index: number }[] {
  const first = simulateDay(who, day)
  const second = simulateDay(who, plusDays(day, 1))
  const start = first.startAt + DAY_START_MINUTE * MINUTE
  const count = Math.max(0, Math.min(DAY_MINUTES, Math.floor((now - start) / MINUTE)))
  return Array.from({ length: count }, (_, i) => {
    const index = DAY_START_MINUTE + i
    return index < first.length ? { day: first, index } : { day: second, index: index - first.length }
  })
}

function dailyActivity(who: Person, day: string, now: number): OuraDocument[] {
  const minutes = ouraMinutes(who, day, now)
  if (minutes.length === 0) return []
  const start = simulateDay(who, day).startAt + DAY_START_MINUTE * MINUTE
  const complete = minutes.length === DAY_MINUTES
  let steps = 0
  let active = 0
  const time = { high: 0, medium: 0, low: 0, sedentary: 0, resting: 0 }
  const metMinutes = { high: 0, medium: 0, low: 0, sedentary: 0 }
  const items: number[] = []
  for (const { day: of, index } of minutes) {
    const met = of.met[index]! / 100
    steps += of.steps[index]!
    active += activeKcal(who, of, index, index + 1)
    items.push(Math.round(met * 10) / 10)
    const level = of.asleep[index] ? 'resting' : levelOf(met)
    time[level] += 60
    if (level !== 'resting') metMinutes[level] += met
  }
  const classes: string[] = []
  for (let i = 0; i + 5 <= minutes.length; i += 5) {
    const five = minutes.slice(i, i + 5)
    const asleep = five.filter(({ day: of, index }) => of.asleep[index]).length >= 3
    const mean = five.reduce((sum, { day: of, index }) => sum + of.met[index]! / 100, 0) / 5
    classes.push(asleep ? '1' : { sedentary: '2', low: '3', medium: '4', high: '5' }[levelOf(mean)])
  }
  const activeCalories = Math.round(active)
  return [
    {
      // The id changes whenever the day is recomputed.
      id: uuidOf('daily_activity', who.id, day, minutes.length),
      class_5_min: classes.join(''),
      score: complete ? Math.round(Math.min(100, 45 + steps / 260)) : null,
      active_calories: activeCalories,
      average_met_minutes: Math.round((items.reduce((sum, met) => sum + met, 0) / items.length) * 1e5) / 1e5,
      contributors: contributors(
        complete,
        [
          'meet_daily_targets',
          'move_every_hour',
          'recovery_time',
          'stay_active',
          'training_frequency',
          'training_volume',
        ],
        who,
        day,
      ),
      equivalent_walking_distance: Math.round(steps * 0.74),
      high_activity_met_minutes: Math.round(metMinutes.high),
      high_activity_time: time.high,
      inactivity_alerts: 0,
      low_activity_met_minutes: Math.round(metMinutes.low),
      low_activity_time: time.low,
      medium_activity_met_minutes: Math.round(metMinutes.medium),
      medium_activity_time: time.medium,
      met: { interval: 60, items, timestamp: localIso(start, who.timeZone) },
      meters_to_target: Math.max(0, 9000 - Math.round(steps * 0.74)),
      non_wear_time: 0,
      resting_time: time.resting,
      sedentary_met_minutes: Math.round(metMinutes.sedentary),
      sedentary_time: time.sedentary,
      steps,
      target_calories: 450,
      target_meters: 9000,
      total_calories: Math.round((basalKcal(who) * minutes.length) / DAY_MINUTES) + activeCalories,
      day,
      timestamp: localIso(start, who.timeZone),
    },
  ]
}

function levelOf(met: number): 'high' | 'medium' | 'low' | 'sedentary' {
  if (met >= 6) return 'high'
  if (met >= 3) return 'medium'
  return met >= 1.5 ? 'low' : 'sedentary'
}

const PHASES: Record<Stage, string> = { deep: '1', light: '2', rem: '3', awake: '4' }

function sleeps(who: Person, day: string, now: number): OuraDocument[] {
  const { night, nap } = simulateDay(who, day)
  return [night, nap]
    .filter((each) => each !== null)
    .filter((each) => ready(each, now))
    .map((each, period) => sleepDocument(who, each, period))
}

function sleepDocument(who: Person, night: Night, period: number): OuraDocument {
  const phases = night.cells.map((cell) => PHASES[cell])
  const inBed = night.cells.length * (CELL_MS / 1000)
  const awake = secondsIn(night, 'awake')
  const timestamp = localIso(night.startAt, who.timeZone)
  return {
    id: uuidOf('sleep', who.id, night.day, night.nap ? 'nap' : 'night'),
    average_breath: night.breathsPerMinute,
    average_heart_rate: night.averageBpm,
    average_hrv: night.averageHrv,
    awake_time: awake,
    bedtime_end: localIso(night.endAt, who.timeZone),
    bedtime_start: timestamp,
    day: night.day,
    deep_sleep_duration: secondsIn(night, 'deep'),
    efficiency: Math.round(((inBed - awake) / inBed) * 100),
    heart_rate: { interval: 300, items: night.bpm, timestamp },
    hrv: { interval: 300, items: night.hrvRmssdMs, timestamp },
    latency: night.latencyCells * (CELL_MS / 1000),
    light_sleep_duration: secondsIn(night, 'light'),
    low_battery_alert: false,
    lowest_heart_rate: night.lowestBpm,
    movement_30_sec: night.cells.map((cell) => (cell === 'awake' ? '3' : '1')).join(''),
    period,
    readiness: night.nap
      ? null
      : {
          contributors: {},
          score: readinessScore(who, night.day),
          temperature_deviation: night.temperatureDeviation,
          temperature_trend_deviation: Math.round(night.temperatureDeviation * 50) / 100,
        },
    readiness_score_delta: 0,
    rem_sleep_duration: secondsIn(night, 'rem'),
    restless_periods: Math.round(awake / 12),
    sleep_phase_30_sec: phases.join(''),
    sleep_phase_5_min: phases.filter((_, i) => i % 10 === 4).join(''),
    app_sleep_phase_5_min: phases.filter((_, i) => i % 10 === 4).join(''),
    sleep_score_delta: 0,
    sleep_algorithm_version: 'v2',
    sleep_analysis_reason: 'foreground_sleep_analysis',
    time_in_bed: inBed,
    total_sleep_duration: inBed - awake,
    type: night.nap ? 'late_nap' : 'long_sleep',
    ring_id: uuidOf('ring', who.id).slice(0, 10),
  }
}

function sleepScore(who: Person, day: string): number {
  const { night } = simulateDay(who, day)
  const hours = (night.cells.length * CELL_MS) / 3_600_000
  const awakeShare = secondsIn(night, 'awake') / (night.cells.length * (CELL_MS / 1000))
  return clampScore(100 - Math.abs(8 - hours) * 9 - awakeShare * 90)
}

function readinessScore(who: Person, day: string): number {
  return clampScore(sleepScore(who, day) * 0.6 + 34 - 14 * simulateDay(who, day).strain)
}

function clampScore(score: number): number {
  return Math.round(Math.max(15, Math.min(99, score)))
}

function scored(
  who: Person,
  day: string,
  now: number,
  collection: string,
  parts: Record<string, number>,
): OuraDocument[] {
  if (!ready(simulateDay(who, day).night, now)) return []
  return [
    {
      id: uuidOf(collection, who.id, day),
      contributors: contributors(true, Object.keys(parts), who, day),
      day,
      score: sleepScore(who, day),
      timestamp: `${day}T00:00:00.000+00:00`,
    },
  ]
}

function dailyReadiness(who: Person, day: string, now: number): OuraDocument[] {
  const { night } = simulateDay(who, day)
  if (!ready(night, now)) return []
  return [
    {
      id: uuidOf('daily_readiness', who.id, day),
      contributors: contributors(
        true,
        [
          'activity_balance',
          'body_temperature',
          'hrv_balance',
          'previous_day_activity',
          'previous_night',
          'recovery_index',
          'resting_heart_rate',
          'sleep_balance',
          'sleep_regularity',
        ],
        who,
        day,
      ),
      day,
      score: readinessScore(who, day),
      temperature_deviation: night.temperatureDeviation,
      temperature_trend_deviation: Math.round(night.temperatureDeviation * 50) / 100,
      timestamp: `${day}T00:00:00.000+00:00`,
    },
  ]
}

function contributors(
  known: boolean,
  names: readonly string[],
  who: Person,
  day: string,
): Record<string, number | null> {
  const random = chance('contributors', who.id, day)
  return Object.fromEntries(names.map((name) => [name, known ? clampScore(around(random, 84, 9)) : null]))
}

/** Known once the day is over. */
function dailyStress(who: Person, day: string, now: number): OuraDocument[] {
  const { strain, startAt, length } = simulateDay(who, day)
  if (startAt + length * MINUTE > now) return []
  const high = Math.max(0, Math.round(4 + 6 * strain)) * 900
  const recovery = Math.max(0, Math.round(4 - 5 * strain)) * 900
  const summary = high > recovery * 2 ? 'stressful' : recovery > high * 2 ? 'restored' : 'normal'
  return [
    { id: uuidOf('daily_stress', who.id, day), day, stress_high: high, recovery_high: recovery, day_summary: summary },
  ]
}

function dailySpo2(who: Person, day: string, now: number): OuraDocument[] {
  const { night } = simulateDay(who, day)
  if (!ready(night, now)) return []
  return [
    {
      id: uuidOf('daily_spo2', who.id, day),
      breathing_disturbance_index: Math.round(12 * (1 - who.sleepQuality)),
      day,
      spo2_percentage: { average: night.spo2 },
    },
  ]
}

function cardiovascularAge(who: Person, day: string, now: number): OuraDocument[] {
  if (!ready(simulateDay(who, day).night, now)) return []
  const age = Math.round(who.age + (40 - who.vo2Max) / 2)
  return [
    {
      id: uuidOf('cva', who.id, day),
      day,
      pulse_wave_velocity: Math.round((4.2 + age * 0.08) * 10) / 10,
      vascular_age: age,
    },
  ]
}

function vo2Max(who: Person, day: string, now: number): OuraDocument[] {
  const { startAt } = simulateDay(who, day)
  const at = startAt + 12 * 60 * MINUTE
  // Once a week.
  if (Math.floor(Date.parse(`${day}T00:00:00Z`) / 86_400_000) % 7 !== 3 || at > now) return []
  return [{ id: uuidOf('vo2max', who.id, day), day, timestamp: localIso(at, who.timeZone), vo2_max: who.vo2Max }]
}

function workouts(who: Person, day: string, now: number): OuraDocument[] {
  return simulateDay(who, day)
    .workouts.filter((workout) => workout.endAt + 5 * MINUTE <= now)
    .map((workout, i) => ({
      id: uuidOf('workout', who.id, day, i),
      activity: workout.sport,
      calories: workout.kcal,
      day,
      distance: workout.meters,
      end_datetime: localIso(workout.endAt, who.timeZone),
      intensity: 'moderate',
      label: null,
      source: workout.manual ? 'manual' : 'workout_heart_rate',
      start_datetime: localIso(workout.startAt, who.timeZone),
    }))
}

/** Some evenings, ten minutes of meditation. */
function sessions(who: Person, day: string, now: number): OuraDocument[] {
  const random = chance('session', who.id, day)
  if (random() > 0.2) return []
  const { startAt, bpm } = simulateDay(who, day)
  const index = 20 * 60 + Math.floor(random() * 60)
  const start = startAt + index * MINUTE
  const end = start + 10 * MINUTE
  if (end > now) return []
  const calm = bpm[index]!
  const values = (make: (i: number) => number) => Array.from({ length: 120 }, (_, i) => Math.round(make(i) * 10) / 10)
  const timestamp = localIso(start, who.timeZone)
  return [
    {
      id: uuidOf('session', who.id, day),
      day,
      start_datetime: timestamp,
      end_datetime: localIso(end, who.timeZone),
      type: random() < 0.5 ? 'meditation' : 'breathing',
      heart_rate: { interval: 5, items: values((i) => calm - i / 24), timestamp },
      heart_rate_variability: { interval: 5, items: values((i) => who.hrvRmssdMs + i / 16), timestamp },
      mood: 'good',
      motion_count: null,
    },
  ]
}

function enhancedTags(who: Person, day: string, now: number): OuraDocument[] {
  return simulateDay(who, day)
    .tags.filter((tag) => tag.at <= now)
    .map((tag, i) => ({
      id: uuidOf('tag', who.id, day, i),
      day,
      tag_type_code: tag.code,
      start_time: localIso(tag.at, who.timeZone),
      end_time: null,
      start_day: day,
      end_day: null,
      comment: tag.comment,
      custom_name: null,
    }))
}

export interface HeartRateRow {
  timestamp: string
  timestamp_unix: number
  bpm: number
  source: string
}

/** Every five minutes, every minute in workouts. */
export function heartRateRows(who: Person, from: number, to: number, now: number): HeartRateRow[] {
  const rows: HeartRateRow[] = []
  const end = Math.min(to, lastSync(now))
  for (let day = dayOfInstant(from, who.timeZone); midnight(day, who.timeZone) < end; day = plusDays(day, 1)) {
    const simulated = simulateDay(who, day)
    for (let i = 0; i < simulated.length; i++) {
      const at = simulated.startAt + i * MINUTE
      if (at < from || at >= end) continue
      const inWorkout = simulated.workoutMinute[i] === 1
      if (!inWorkout && i % 5 !== 0) continue
      rows.push({
        timestamp: new Date(at).toISOString().replace('Z', '+00:00'),
        timestamp_unix: at,
        bpm: simulated.bpm[i]!,
        source: inWorkout ? 'workout' : simulated.asleep[i] ? 'sleep' : 'awake',
      })
    }
  }
  return rows
}

export function personalInfo(who: Person, weightKg: number, scopes: readonly string[]): Record<string, unknown> {
  const id = accountId(who.id)
  if (!scopes.includes('personal')) return { id }
  return {
    id,
    age: who.age,
    weight: weightKg,
    height: who.heightM,
    biological_sex: who.sex,
    ...(scopes.includes('email') ? { email: who.email } : {}),
  }
}
