// The fields of Polar's objects that we read, no more. What Polar does not say is null or absent; the rest is ignored.
// Names are spelled with underscores here: Polar has some with hyphens, and in the older transactional API all.
import { z } from 'zod'
import { durationSeconds } from '../../model/durations.ts'
import { isRecordDay } from '../../model/local-day.ts'
import { isRecordTime } from '../../model/timestamps.ts'

const number = z.number().nullish()
const string = z.string().nullish()
const id = z.union([z.int(), z.string().min(1)], 'expected an id').transform(String)
const day = z.string().refine(isRecordDay, 'expected a day, YYYY-MM-DD')
const time = z.string().refine(isRecordTime, 'expected a time, ISO 8601')
const duration = z
  .string()
  .refine((text) => durationSeconds(text) !== null, 'expected a duration, PT1H30M')
  .nullish()
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?$/
const clock = z.string().regex(CLOCK, 'expected a time of day, HH:MM')
export const Readings = z.record(clock, number)
/** By time of day, in the order of the night; what is null was not measured. */
const byClock = Readings.transform((readings) =>
  Object.fromEntries(
    Object.entries(readings).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  ),
).nullish()

/** Dates alone tell no kind from another. */
const having =
  (...names: string[]) =>
  (document: Record<string, unknown>): boolean =>
    names.some((name) => document[name] !== undefined)

/** The same with underscores for hyphens in every name. Times of day and dates are values, or have none. */
export function underscored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(underscored)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.replaceAll('-', '_'), underscored(member)]),
  )
}

/** `data`: numbers with commas between; empty or NULL where there was no reading. */
export const ExerciseSamples = z.object({
  recording_rate: number,
  sample_type: z.union([z.string(), z.int()]).transform(String),
  data: z
    .string()
    .nullish()
    .transform((data) => data ?? ''),
})
export type ExerciseSamples = z.infer<typeof ExerciseSamples>

/** Where the satellites were lost it has no place. */
export const RoutePoint = z.object({ latitude: number, longitude: number, time: duration })
export type RoutePoint = z.infer<typeof RoutePoint>

export const Zone = z.object({ index: number, lower_limit: number, upper_limit: number, in_zone: duration })

const TrainingLoad = z.object({ cardio_load: number })

export const Exercise = z.object({
  id,
  /** On the wall clock of the place. */
  start_time: time,
  start_time_utc_offset: number,
  duration,
  calories: number,
  distance: number,
  heart_rate: z.object({ average: number, maximum: number }).nullish(),
  heart_rate_zones: z.union([z.array(Zone), z.object({ zone: z.array(Zone) }).transform(({ zone }) => zone)]).nullish(),
  training_load: number,
  /** The document has a `cardio-load-schema` of lists beside this object: whatever comes here, the exercise is to be had. */
  training_load_pro: z
    .union([TrainingLoad, z.array(TrainingLoad).transform(([first]) => first)])
    .nullish()
    .catch(null),
  sport: string,
  detailed_sport_info: string,
  device: string,
  device_id: string,
  samples: z.array(ExerciseSamples).nullish(),
  route: z.array(RoutePoint).nullish(),
})
export type Exercise = z.infer<typeof Exercise>

export const stepSamples = z.array(z.object({ steps: number, timestamp: time })).nullish()
export const zoneSamples = z.array(z.object({ zone: z.string(), timestamp: time })).nullish()
const activitySamples = {
  steps: z.object({ total_steps: number, samples: stepSamples }).nullish(),
  activity_zones: z.object({ samples: zoneSamples }).nullish(),
}

export const ActivitySamples = z
  .object({ date: day, ...activitySamples })
  .refine(having('steps', 'activity_zones'), 'expected steps or activity_zones')
export type ActivitySamples = z.infer<typeof ActivitySamples>

/** Either has its day: `date` in the older API, `start_time` in this one. */
export const Activity = z
  .object({
    date: day.nullish(),
    start_time: time.nullish(),
    end_time: time.nullish(),
    active_duration: duration,
    inactive_duration: duration,
    daily_activity: number,
    calories: number,
    active_calories: number,
    steps: number,
    /** What the older API called steps. */
    active_steps: number,
    inactivity_alert_count: number,
    distance_from_steps: number,
    samples: z.object(activitySamples).nullish(),
  })
  .refine(({ date, start_time: start }) => Boolean(date ?? start), 'expected start_time or date')
export type Activity = z.infer<typeof Activity>

export const HeartRateSample = z.object({ heart_rate: number, sample_time: clock })
export const ContinuousHeartRate = z
  .object({
    date: day,
    heart_rate_samples: z.array(HeartRateSample).nullish(),
  })
  .refine(having('heart_rate_samples'), 'expected heart_rate_samples')

export const CardioLoad = z
  .object({ date: day, cardio_load: number, cardio_load_status: string })
  .refine(having('cardio_load', 'cardio_load_status'), 'expected cardio_load')

/** Each stage lasts until the next one. */
export const hypnogram = byClock
export const Sleep = z.object({
  polar_user: string,
  /** Of the morning. */
  date: day,
  sleep_start_time: time,
  sleep_end_time: time.nullish(),
  device_id: string,
  light_sleep: number,
  deep_sleep: number,
  rem_sleep: number,
  unrecognized_sleep_stage: number,
  sleep_score: number,
  total_interruption_duration: number,
  short_interruption_duration: number,
  long_interruption_duration: number,
  hypnogram,
  heart_rate_samples: byClock,
})
export type Sleep = z.infer<typeof Sleep>

export const NightlyRecharge = z
  .object({
    polar_user: string,
    date: day,
    heart_rate_avg: number,
    heart_rate_variability_avg: number,
    breathing_rate_avg: number,
    nightly_recharge_status: number,
    hrv_samples: byClock,
    breathing_samples: byClock,
  })
  .refine(
    having(
      'heart_rate_avg',
      'heart_rate_variability_avg',
      'breathing_rate_avg',
      'nightly_recharge_status',
      'hrv_samples',
    ),
    'expected nightly_recharge_status or what it is made of',
  )

const PHYSICAL = {
  weight: number,
  height: number,
  maximum_heart_rate: number,
  resting_heart_rate: number,
  vo2_max: number,
}

/** None of it is sure to be there, so that any page would do. */
export const PhysicalInfo = z
  .object({ created: time.nullish(), modified: time.nullish(), ...PHYSICAL })
  .refine((info) => Object.values(info).some((value) => value !== undefined), 'expected a weight or another measure')
export type PhysicalInfo = z.infer<typeof PhysicalInfo>

export function saysNothing(info: PhysicalInfo): boolean {
  return Object.keys(PHYSICAL).every((name) => typeof info[name as keyof typeof PHYSICAL] !== 'number')
}

export const TemperatureSample = z.object({
  temperature_celsius: z.number(),
  recording_time_delta_milliseconds: z.number(),
})
/** Times are UTC. */
export const BodyTemperature = z.object({
  measurement_type: z.string(),
  start_time: time,
  samples: z.array(TemperatureSample).nullish(),
})

export const SkinTemperature = z.object({ sleep_date: day, deviation_from_baseline_celsius: number })

export const Spo2 = z.object({ test_time: z.number(), time_zone_offset: number, blood_oxygen_percent: number })

export const EcgSample = z.object({ recording_time_delta_ms: z.number(), amplitude_mv: z.number() })
export const Ecg = z.object({
  test_time: z.number(),
  time_zone_offset: number,
  average_heart_rate_bpm: number,
  samples: z.array(EcgSample).nullish(),
})

/** How awake somebody will be, and when to sleep: no record has a place for it, but the page is kept. */
export const SleepWise = z.object({ period_start_time: time, period_end_time: time.nullish() })

export const User = z.object({
  polar_user_id: id,
  first_name: string,
  last_name: string,
  birthdate: day.nullish(),
  gender: string,
})

export const Notification = z.object({
  event: z.string(),
  user_id: id.nullish(),
  entity_id: id.nullish(),
  date: day.nullish(),
  from: day.nullish(),
  to: day.nullish(),
  timestamp: time.nullish(),
})
