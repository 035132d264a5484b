// The payload simulator: whole records of every data type, as they go over the wire, from the sandbox's people. The same
// seed gives the same bytes.
import type { DataType } from '../model/data-type.ts'
import { nameBasedUuid } from '../model/ids.ts'
import { dayBounds, wireIn } from '../model/local-day.ts'
import { complete, type DeepPartial, type RecordOf } from '../model/records.ts'
import { activeKcal, basalKcal, simulateDay, weightOn, type Day } from './people/day.ts'
import { dayOfInstant, plusDays } from './people/days.ts'
import { CELL_MS, type Night, secondsIn } from './people/night.ts'
import { person, type Person } from './people/person.ts'
import { around, between, chance } from './people/random.ts'

export interface PayloadOrder {
  provider: string
  /** Seed: whose data it is. Default `ada`. */
  person?: string
  /** The last day, YYYY-MM-DD. Default: yesterday, so that the day is whole. */
  day?: string
  /** How many records, on consecutive days. Default 1. */
  count?: number
}

const MINUTE = 60_000

export function generateRecords(type: DataType, order: PayloadOrder): unknown[] {
  const who = person(order.person ?? 'ada')
  const last = order.day ?? plusDays(dayOfInstant(Date.now(), who.timeZone), -1)
  const count = type === 'athlete' ? 1 : (order.count ?? 1)
  return Array.from({ length: count }, (_, i) => make(type, who, plusDays(last, i + 1 - count), order.provider))
}

function make(type: DataType, who: Person, day: string, provider: string): unknown {
  switch (type) {
    case 'activity':
      return complete('activity', activity(who, day, provider))
    case 'athlete':
      return complete('athlete', {
        provider_user_id: who.id,
        first_name: who.name,
        age: who.age,
        sex: who.sex,
        email: who.email,
      })
    case 'body':
      return complete('body', body(who, day))
    case 'daily':
      return complete('daily', daily(who, day))
    case 'menstruation':
      return complete('menstruation', menstruation(who, day))
    case 'nutrition':
      return complete('nutrition', nutrition(who, day))
    case 'sleep':
      return complete('sleep', sleep(who, day, provider))
  }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return Math.round((sum / values.length) * 10) / 10
}

function heartSamples(who: Person, day: Day, from: number, to: number, every: number) {
  const samples = []
  for (let i = from; i < to; i += every) {
    samples.push({ timestamp: wireIn(day.startAt + i * MINUTE, who.timeZone), bpm: day.bpm[i]!, context: 0 })
  }
  return samples
}

function bounds(samples: readonly { bpm: number }[]) {
  const values = samples.map((sample) => sample.bpm)
  return { avg_hr_bpm: mean(values), min_hr_bpm: Math.min(...values), max_hr_bpm: Math.max(...values) }
}

function daily(who: Person, day: string): DeepPartial<RecordOf<'daily'>> {
  const lived = simulateDay(who, day)
  const hr = heartSamples(who, lived, 0, lived.length, 15)
  const steps = lived.steps.reduce((sum, value) => sum + value, 0)
  const active = Math.round(activeKcal(who, lived))
  const seconds = { vigorous: 0, moderate: 0, low: 0, inactive: 0, rest: 0 }
  for (let i = 0; i < lived.length; i++) {
    const met = lived.met[i]! / 100
    const level = lived.asleep[i]
      ? 'rest'
      : met >= 6
        ? 'vigorous'
        : met >= 3
          ? 'moderate'
          : met >= 1.5
            ? 'low'
            : 'inactive'
    seconds[level] += 60
  }
  return {
    metadata: { ...dayBounds(day, who.timeZone), upload_type: 1, timestamp_localization: 1 },
    distance_data: { steps, distance_meters: Math.round(steps * 0.74), floors_climbed: Math.round(steps / 900) },
    calories_data: {
      total_burned_calories: Math.round(basalKcal(who)) + active,
      net_activity_calories: active,
      BMR_calories: Math.round(basalKcal(who)),
    },
    active_durations_data: {
      vigorous_intensity_seconds: seconds.vigorous,
      moderate_intensity_seconds: seconds.moderate,
      low_intensity_seconds: seconds.low,
      activity_seconds: seconds.vigorous + seconds.moderate + seconds.low,
      inactivity_seconds: seconds.inactive,
      rest_seconds: seconds.rest,
    },
    heart_rate_data: {
      summary: { ...bounds(hr), resting_hr_bpm: lived.night.lowestBpm, user_max_hr_bpm: who.maxBpm },
      detailed: { hr_samples: hr },
    },
    oxygen_data: { avg_saturation_percentage: lived.night.spo2, vo2max_ml_per_min_per_kg: who.vo2Max },
    scores: { activity: Math.round(Math.min(100, 45 + steps / 260)) },
  }
}

const STAGE_LEVELS = { deep: 5, light: 4, rem: 6, awake: 1 } as const

function sleep(who: Person, day: string, provider: string): DeepPartial<RecordOf<'sleep'>> {
  const { night } = simulateDay(who, day)
  const at = (ms: number): string => wireIn(ms, who.timeZone)
  const inBed = (night.endAt - night.startAt) / 1000
  const awake = secondsIn(night, 'awake')
  const fives = (values: readonly (number | null)[]) =>
    values.flatMap((value, i) => (value === null ? [] : [{ timestamp: at(night.startAt + i * 10 * CELL_MS), value }]))
  const hr = fives(night.bpm).map(({ timestamp, value }) => ({ timestamp, bpm: value, context: 0 }))
  const hrv = fives(night.hrvRmssdMs).map(({ timestamp, value }) => ({ timestamp, hrv_rmssd: value }))
  return {
    metadata: {
      summary_id: nameBasedUuid('generated', provider, who.id, 'sleep', day),
      start_time: at(night.startAt),
      end_time: at(night.endAt),
      is_nap: false,
      upload_type: 2,
      timestamp_localization: 1,
    },
    sleep_durations_data: {
      sleep_efficiency: Math.round(((inBed - awake) / inBed) * 1000) / 10,
      asleep: {
        duration_asleep_state_seconds: inBed - awake,
        duration_deep_sleep_state_seconds: secondsIn(night, 'deep'),
        duration_light_sleep_state_seconds: secondsIn(night, 'light'),
        duration_REM_sleep_state_seconds: secondsIn(night, 'rem'),
      },
      awake: { duration_awake_state_seconds: awake, sleep_latency_seconds: (night.latencyCells * CELL_MS) / 1000 },
      other: { duration_in_bed_seconds: inBed },
      hypnogram_samples: changesOf(night).map(({ index, stage }) => ({
        timestamp: at(night.startAt + index * CELL_MS),
        level: STAGE_LEVELS[stage],
      })),
    },
    heart_rate_data: {
      summary: { ...bounds(hr), avg_hrv_rmssd: night.averageHrv, resting_hr_bpm: night.lowestBpm },
      detailed: { hr_samples: hr, hrv_samples_rmssd: hrv },
    },
    respiration_data: {
      breaths_data: {
        avg_breaths_per_min: night.breathsPerMinute,
        start_time: at(night.startAt),
        end_time: at(night.endAt),
      },
      oxygen_saturation_data: {
        avg_saturation_percentage: night.spo2,
        start_time: at(night.startAt),
        end_time: at(night.endAt),
      },
    },
    temperature_data: { delta: night.temperatureDeviation },
  }
}

function changesOf(night: Night) {
  return night.cells.flatMap((stage, index) =>
    index === 0 || night.cells[index - 1] !== stage ? [{ index, stage }] : [],
  )
}

/** The day's workout, or half an hour's walk at six in the evening. */
function activity(who: Person, day: string, provider: string): DeepPartial<RecordOf<'activity'>> {
  const lived = simulateDay(who, day)
  const workout = lived.workouts[0]
  const from = workout === undefined ? 18 * 60 : Math.round((workout.startAt - lived.startAt) / MINUTE)
  const to = workout === undefined ? from + 30 : Math.round((workout.endAt - lived.startAt) / MINUTE)
  const hr = heartSamples(who, lived, from, to, 1)
  const steps = lived.steps.slice(from, to).reduce((sum, value) => sum + value, 0)
  const kcal = Math.round(activeKcal(who, lived, from, to))
  return {
    metadata: {
      summary_id: nameBasedUuid('generated', provider, who.id, 'activity', day),
      start_time: wireIn(lived.startAt + from * MINUTE, who.timeZone),
      end_time: wireIn(lived.startAt + to * MINUTE, who.timeZone),
      type:
        { running: 8, cycling: 1, walking: 7, hiking: 35, swimming: 82, rowing: 53, yoga: 100, strength_training: 80 }[
          workout?.sport ?? 'walking'
        ] ?? 108,
      upload_type: 1,
      timestamp_localization: 1,
      name: workout?.sport ?? 'walking',
    },
    active_durations_data: { activity_seconds: (to - from) * 60 },
    calories_data: { total_burned_calories: kcal, net_activity_calories: kcal },
    distance_data: { summary: { distance_meters: workout?.meters ?? Math.round(steps * 0.74), steps } },
    heart_rate_data: { summary: { ...bounds(hr), user_max_hr_bpm: who.maxBpm }, detailed: { hr_samples: hr } },
  }
}

function body(who: Person, day: string): DeepPartial<RecordOf<'body'>> {
  const weight = weightOn(who, day)
  const time = wireIn(simulateDay(who, day).startAt + 7 * 60 * MINUTE, who.timeZone)
  const measured = {
    weight_kg: weight,
    height_cm: Math.round(who.heightM * 100),
    BMI: Math.round((weight / who.heightM ** 2) * 10) / 10,
  }
  return {
    metadata: { ...dayBounds(day, who.timeZone), timestamp_localization: 1 },
    measurements_data: { measurements: [{ measurement_time: time, ...measured }], day_avg_weight_kg: weight },
  }
}

function nutrition(who: Person, day: string): DeepPartial<RecordOf<'nutrition'>> {
  const random = chance('nutrition', who.id, day)
  const { startAt } = simulateDay(who, day)
  const meals = (
    [
      ['Porridge with berries', 1, 8, 0.25],
      ['Rice, vegetables and tofu', 3, 13, 0.4],
      ['Soup and bread', 5, 19, 0.35],
    ] as const
  ).map(([name, type, hour, share], i) => {
    const calories = Math.round(around(random, basalKcal(who) * 1.4 * share, 60))
    const macros = {
      calories,
      carbohydrates_g: Math.round((calories * 0.5) / 4),
      protein_g: Math.round((calories * 0.2) / 4),
      fat_g: Math.round((calories * 0.3) / 9),
    }
    const timestamp = wireIn(startAt + (hour * 60 + Math.round(between(random, 0, 40))) * MINUTE, who.timeZone)
    return {
      id: nameBasedUuid('meal', who.id, day, String(i)),
      name,
      type,
      timestamp,
      quantity: { unit: 10, amount: 1 },
      macros,
    }
  })
  const total = (pick: 'calories' | 'carbohydrates_g' | 'protein_g' | 'fat_g'): number =>
    meals.reduce((sum, meal) => sum + meal.macros[pick], 0)
  return {
    metadata: { ...dayBounds(day, who.timeZone), timestamp_localization: 1 },
    meals,
    summary: {
      macros: {
        calories: total('calories'),
        carbohydrates_g: total('carbohydrates_g'),
        protein_g: total('protein_g'),
        fat_g: total('fat_g'),
      },
      water_ml: Math.round(between(random, 14, 28)) * 100,
    },
  }
}

const PHASE_STARTS = [
  { phase: 'menstrual', from: 1, to: 5 },
  { phase: 'follicular', from: 6, to: 10 },
  { phase: 'fertile', from: 11, to: 13 },
  { phase: 'ovulation', from: 14, to: 14 },
  { phase: 'luteal', from: 15, to: 28 },
] as const
const CYCLE_DAYS = 28

function menstruation(who: Person, day: string): DeepPartial<RecordOf<'menstruation'>> {
  const shift = Math.floor(chance('cycle', who.id)() * CYCLE_DAYS)
  const dayInCycle = ((Math.floor(Date.parse(`${day}T00:00:00Z`) / 86_400_000) + shift) % CYCLE_DAYS) + 1
  const phase = PHASE_STARTS.find((each) => dayInCycle <= each.to)!
  const start = plusDays(day, 1 - dayInCycle)
  return {
    metadata: { ...dayBounds(day, who.timeZone), timestamp_localization: 1 },
    menstruation_data: {
      period_start_date: start,
      period_length_days: 5,
      day_in_cycle: dayInCycle,
      current_phase: phase.phase,
      length_of_current_phase_days: phase.to - phase.from + 1,
      days_until_next_phase: phase.to - dayInCycle + 1,
      cycle_length_days: CYCLE_DAYS,
      predicted_cycle_length_days: CYCLE_DAYS,
      is_predicted_cycle: false,
      ovulation_day: plusDays(start, 13),
      fertility_window_start: plusDays(start, 10),
      fertility_window_end: plusDays(start, 13),
    },
  }
}
