// Days, nights and measures in Polar's own shape, as of one moment.
import { activeKcal, basalKcal, simulateDay, weightOn } from '../people/day.ts'
import { dayOfInstant, localIso, midnight, plusDays } from '../people/days.ts'
import { CELL_MS, mainNight, secondsIn } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { durationOf, offsetMinutes } from './exercises.ts'

type Document = Record<string, unknown>

const MINUTE = 60_000
/** The watch talks to the phone each quarter of an hour; a night is ready some time after waking. */
const SYNC_MS = 15 * MINUTE
const NIGHT_READY_MS = 15 * MINUTE
const RECHARGE_READY_MS = 40 * MINUTE
const HEART_RATE_MINUTES = 5
const STEP_METERS = 0.72

function minutesUntil(who: Person, day: string, now: number): number {
  const synced = Math.floor(now / SYNC_MS) * SYNC_MS
  const { startAt, length } = simulateDay(who, day)
  return Math.max(0, Math.min(length, Math.floor((synced - startAt) / MINUTE)))
}

export function activityOfDay(who: Person, day: string, now: number): Document | null {
  const count = minutesUntil(who, day, now)
  if (count === 0) return null
  const lived = simulateDay(who, day)
  const steps = Array.from(lived.steps.subarray(0, count))
  const total = steps.reduce((sum, value) => sum + value, 0)
  const active = Math.round(activeKcal(who, lived, 0, count))
  const levels = steps.map((_, i) => levelOf(lived.asleep[i] === 1, lived.met[i]! / 100))
  const moving = levels.filter((level) => level !== 'SLEEP' && level !== 'SEDENTARY').length
  const wall = (minute: number): string => localIso(lived.startAt + minute * MINUTE, who.timeZone)
  const whole = count === lived.length
  return {
    start_time: `${day}T00:00:00`,
    end_time: whole ? `${day}T23:59:59` : wall(count).slice(0, 19),
    active_duration: durationOf(moving * 60),
    inactive_duration: durationOf(levels.filter((level) => level === 'SEDENTARY').length * 60),
    daily_activity: Math.round((total / who.steps) * 1000) / 10,
    calories: active + Math.round((basalKcal(who) / lived.length) * count),
    active_calories: active,
    steps: total,
    inactivity_alert_count: 1,
    distance_from_steps: Math.round(total * STEP_METERS * 10) / 10,
    samples: {
      date: day,
      steps: {
        interval_ms: MINUTE,
        total_steps: total,
        samples: steps.flatMap((value, i) => (value > 0 ? [{ steps: value, timestamp: wall(i).slice(0, 16) }] : [])),
      },
      activity_zones: {
        samples: levels.flatMap((level, i) =>
          level === levels[i - 1] ? [] : [{ zone: level, timestamp: wall(i).slice(0, 19) }],
        ),
      },
      inactivity_stamps: [],
    },
  }
}

export function levelOf(asleep: boolean, met: number): string {
  if (asleep) return 'SLEEP'
  return met >= 6 ? 'VIGOROUS' : met >= 3.5 ? 'MODERATE' : met >= 1.6 ? 'LIGHT' : 'SEDENTARY'
}

export function heartRateOfDay(who: Person, day: string, now: number, user: string): Document | null {
  const count = minutesUntil(who, day, now)
  if (count === 0) return null
  const { bpm, startAt } = simulateDay(who, day)
  const samples = []
  for (let i = 2; i < count; i += HEART_RATE_MINUTES) {
    samples.push({
      heart_rate: bpm[i]!,
      sample_time: localIso(startAt + i * MINUTE, who.timeZone).slice(11, 19),
    })
  }
  return { polar_user: user, date: day, heart_rate_samples: samples }
}

const STAGES = { awake: 0, rem: 1, light: 3, deep: 4 }

export function sleepOfDay(who: Person, day: string, now: number, user: string): Document | null {
  const night = mainNight(who, day)
  if (night.endAt + NIGHT_READY_MS > now) return null
  const wall = (at: number): string => localIso(at, who.timeZone)
  const hypnogram: Record<string, number> = {}
  const heartRate: Record<string, number> = {}
  // By the minute: of several stages in one minute the last counts.
  for (const [i, cell] of night.cells.entries()) {
    if (cell !== night.cells[i - 1]) hypnogram[wall(night.startAt + i * CELL_MS).slice(11, 16)] = STAGES[cell]
  }
  for (const [i, bpm] of night.bpm.entries()) {
    if (bpm !== null) heartRate[wall(night.startAt + i * 300_000).slice(11, 16)] = bpm
  }
  const awake = secondsIn(night, 'awake')
  return {
    polar_user: user,
    date: day,
    sleep_start_time: `${wall(night.startAt).slice(0, 19)}${wall(night.startAt).slice(-6)}`,
    sleep_end_time: `${wall(night.endAt).slice(0, 19)}${wall(night.endAt).slice(-6)}`,
    device_id: 'C4A1B2D3',
    continuity: 3.4,
    continuity_class: 3,
    light_sleep: secondsIn(night, 'light'),
    deep_sleep: secondsIn(night, 'deep'),
    rem_sleep: secondsIn(night, 'rem'),
    unrecognized_sleep_stage: 0,
    sleep_score: Math.round(50 + 45 * who.sleepQuality),
    total_interruption_duration: awake,
    sleep_charge: 4,
    sleep_goal: 28_800,
    sleep_rating: 4,
    short_interruption_duration: Math.floor(awake / 3),
    long_interruption_duration: awake - Math.floor(awake / 3),
    sleep_cycles: 4,
    hypnogram,
    heart_rate_samples: heartRate,
  }
}

export function rechargeOfDay(who: Person, day: string, now: number, user: string): Document | null {
  const night = mainNight(who, day)
  if (night.endAt + RECHARGE_READY_MS > now) return null
  const four = 48
  const clock = (i: number): string => localIso(night.startAt + i * 300_000, who.timeZone).slice(11, 16)
  const hrv = night.hrvRmssdMs.slice(0, four)
  return {
    polar_user: user,
    date: day,
    heart_rate_avg: Math.round(night.averageBpm),
    beat_to_beat_avg: Math.round(60_000 / night.averageBpm),
    heart_rate_variability_avg: night.averageHrv,
    breathing_rate_avg: night.breathsPerMinute,
    nightly_recharge_status: Math.max(1, Math.min(6, Math.round(4 - 2 * simulateDay(who, day).strain))),
    ans_charge: 1.2,
    ans_charge_status: 4,
    hrv_samples: Object.fromEntries(hrv.flatMap((value, i) => (value === null ? [] : [[clock(i), value]]))),
    breathing_samples: Object.fromEntries(hrv.map((_, i) => [clock(i), night.breathsPerMinute])),
  }
}

export function cardioLoadOfDay(who: Person, day: string, now: number): Document | null {
  if (midnight(day, who.timeZone) > now) return null
  const minutes = simulateDay(who, day)
    .workouts.filter((workout) => workout.endAt <= now)
    .reduce((sum, workout) => sum + (workout.endAt - workout.startAt) / MINUTE, 0)
  const value = minutes === 0 ? -1 : Math.round(minutes * 12) / 10
  return {
    date: day,
    cardio_load_status: minutes === 0 ? 'LOAD_STATUS_NOT_AVAILABLE' : 'MAINTAINING',
    cardio_load: value,
    strain: value,
    tolerance: value,
    cardio_load_ratio: value === -1 ? -1 : 1,
    cardio_load_level: { very_low: value, low: value, medium: value, high: value, 'very-high': value },
  }
}

export function skinTemperatureOfDay(who: Person, day: string, now: number): Document | null {
  const night = mainNight(who, day)
  if (night.endAt + RECHARGE_READY_MS > now) return null
  return {
    sleep_time_skin_temperature_celsius: Math.round((34.4 + night.temperatureDeviation) * 100) / 100,
    deviation_from_baseline_celsius: night.temperatureDeviation,
    sleep_date: day,
  }
}

/** In the night, each ten minutes; times are UTC. */
export function bodyTemperatureOfDay(who: Person, day: string, now: number): Document | null {
  const night = mainNight(who, day)
  if (night.endAt + NIGHT_READY_MS > now) return null
  const count = Math.floor((night.endAt - night.startAt) / 600_000)
  return {
    source_device_id: 'C4A1B2D3',
    measurement_type: 'TM_SKIN_TEMPERATURE',
    sensor_location: 'SL_DISTAL',
    start_time: new Date(night.startAt).toISOString().slice(0, 19),
    end_time: new Date(night.endAt).toISOString().slice(0, 19),
    modified_time: new Date(night.endAt).toISOString().slice(0, 19),
    samples: Array.from({ length: count }, (_, i) => ({
      temperature_celsius: Math.round((34.2 + night.temperatureDeviation + 0.3 * Math.sin(i / 9)) * 100) / 100,
      recording_time_delta_milliseconds: i * 600_000,
    })),
  }
}

/** Measured at eight in the morning. */
const TEST_MINUTE = 8 * 60

function testOfDay(who: Person, day: string, now: number): { at: number; common: Document } | null {
  const { startAt } = simulateDay(who, day)
  const at = startAt + TEST_MINUTE * MINUTE
  if (at + SYNC_MS > now) return null
  const offset = offsetMinutes(localIso(at, who.timeZone))
  return { at, common: { source_device_id: 'C4A1B2D3', test_time: Math.floor(at / 1000), time_zone_offset: offset } }
}

export function spo2OfDay(who: Person, day: string, now: number): Document | null {
  const test = testOfDay(who, day, now)
  if (test === null) return null
  return {
    ...test.common,
    test_status: 'SPO2_TEST_PASSED',
    blood_oxygen_percent: Math.round(mainNight(who, day).spo2),
    spo2_class: 'SPO2_CLASS_NORMAL',
    spo2_quality_average_percent: 93,
    average_heart_rate_bpm: who.restingBpm + 6,
  }
}

/** On Sundays. */
export function ecgOfDay(who: Person, day: string, now: number): Document | null {
  const test = testOfDay(who, day, now)
  if (test === null || new Date(`${day}T00:00:00Z`).getUTCDay() !== 0) return null
  return {
    ...test.common,
    average_heart_rate_bpm: who.restingBpm + 8,
    heart_rate_variability_ms: who.hrvRmssdMs,
    samples: Array.from({ length: 250 }, (_, i) => ({
      recording_time_delta_ms: i * 8,
      amplitude_mv: Math.round((i % 100 === 40 ? 1.1 : 0.05 * Math.sin(i / 6)) * 1000) / 1000,
    })),
  }
}

export function alertnessOfDay(who: Person, day: string, now: number): Document | null {
  const night = mainNight(who, day)
  if (night.endAt + NIGHT_READY_MS > now) return null
  const wall = (at: number): string => localIso(at, who.timeZone).slice(0, 19)
  return {
    grade: Math.round(60 + 40 * who.sleepQuality) / 10,
    validity: 'VALIDITY_ESTIMATE',
    period_start_time: wall(night.startAt),
    period_end_time: wall(midnight(plusDays(day, 1), who.timeZone)),
    sleep_period_start_time: wall(night.startAt),
    sleep_period_end_time: wall(night.endAt),
    sleep_timezone_offset_minutes: offsetMinutes(localIso(night.endAt, who.timeZone)),
  }
}

export function physicalInfo(who: Person, now: number): Document {
  const month = `${dayOfInstant(now, who.timeZone).slice(0, 7)}-01`
  return {
    weight: weightOn(who, month),
    height: Math.round(who.heightM * 100),
    created: '2026-01-01T10:02:37Z',
    modified: `${month}T04:30:00Z`,
    birthday: `${2026 - who.age}-02-17`,
    gender: who.sex === 'female' ? 'FEMALE' : 'MALE',
    maximum_heart_rate: who.maxBpm,
    resting_heart_rate: who.restingBpm,
    vo2_max: who.vo2Max,
    weight_source: 'SOURCE_USER',
    sleep_goal: 'PT8H',
  }
}
