// The fields of Withings' answers that we read, no more. What it does not say is null or absent; the rest is ignored.
import { z } from 'zod'
import { isRecordDay } from '../../model/local-day.ts'
import { isOnCalendar } from '../../model/timestamps.ts'

/** Ids are numbers, numbers as text, or hexadecimal. */
const id = z.union([z.int(), z.string().min(1)]).transform(String)
const number = z.preprocess(numeric, z.number().nullish())
const required = z.preprocess(numeric, z.number())
/** A watch that cannot feel the heart writes 0 for each of its rates. */
const heartRate = number.transform((bpm) => (typeof bpm === 'number' && bpm <= 0 ? null : bpm))
const string = z.string().nullish()
const day = z.string().refine(isRecordDay, 'expected a day, YYYY-MM-DD')
/** Seconds since 1970. */
const epoch = z.preprocess(
  numeric,
  z
    .int('expected a time, in seconds since 1970')
    .min(0)
    .refine((seconds) => isOnCalendar(seconds * 1000), 'expected a time, in seconds since 1970'),
)
const YEAR_SECONDS = 366 * 86_400
const lasting = z.preprocess(
  numeric,
  z.number().min(-YEAR_SECONDS, 'expected seconds').max(YEAR_SECONDS, 'expected seconds').nullish(),
)
/** Models are numbers in some answers and texts in others. */
const model = z.union([z.number(), z.string()]).nullish()
const device = { deviceid: string, hash_deviceid: string }

/** A map from an instant to a value; empty ones come as `[]`. */
const series = <Values extends z.ZodType>(values: Values) =>
  z.union([
    z
      .array(z.unknown())
      .max(0)
      .transform(() => ({}) as z.infer<Values>),
    values,
  ])

/** The value is `value` × 10^`unit`; no quantity of a body needs more digits. */
const exponent = z.preprocess(numeric, z.int().min(-20).max(20))
export const Measure = z.object({ type: required, value: required, unit: exponent, position: number })
export type Measure = z.infer<typeof Measure>

export const MeasureGroup = z.object({
  grpid: id.nullish(),
  attrib: number,
  category: number,
  date: epoch,
  modified: number,
  timezone: string,
  ...device,
  model,
  measures: z.array(Measure),
})
export type MeasureGroup = z.infer<typeof MeasureGroup>

const heartRates = { hr_average: heartRate, hr_min: heartRate, hr_max: heartRate }
const zones = { hr_zone_0: number, hr_zone_1: number, hr_zone_2: number, hr_zone_3: number }
const Zones = z.object(zones)
export type Zones = z.infer<typeof Zones>

export const Activity = z.object({
  date: day,
  timezone: string,
  ...device,
  brand: number,
  is_tracker: z.boolean().nullish(),
  modified: number,
  model,
  steps: number,
  distance: number,
  elevation: number,
  soft: number,
  moderate: number,
  intense: number,
  active: number,
  calories: number,
  totalcalories: number,
  ...heartRates,
  ...zones,
})
export type Activity = z.infer<typeof Activity>

export const IntradayEntry = z.object({
  deviceid: string,
  duration: lasting,
  steps: number,
  distance: number,
  elevation: number,
  calories: number,
  heart_rate: heartRate,
  spo2_auto: number,
  rmssd: number,
  sdnn1: number,
  core_body_temperature: number,
})
export type IntradayEntry = z.infer<typeof IntradayEntry>

const workoutData = z.object({
  calories: number,
  manual_calories: number,
  manual_distance: number,
  distance: number,
  steps: number,
  elevation: number,
  pause_duration: number,
  algo_pause_duration: number,
  spo2_average: number,
  pool_laps: number,
  pool_length: number,
  strokes: number,
  ...heartRates,
  ...zones,
})

export const Workout = z.object({
  id,
  category: number,
  timezone: string,
  ...device,
  model,
  attrib: number,
  startdate: epoch,
  enddate: epoch.nullish(),
  date: day.nullish(),
  modified: number,
  data: emptyAs(workoutData),
})
export type Workout = z.infer<typeof Workout>

const nightData = z.object({
  total_timeinbed: number,
  total_sleep_time: number,
  asleepduration: number,
  lightsleepduration: number,
  deepsleepduration: number,
  remsleepduration: number,
  sleep_efficiency: number,
  sleep_latency: number,
  durationtosleep: number,
  wakeup_latency: number,
  durationtowakeup: number,
  wakeupduration: number,
  wakeupcount: number,
  waso: number,
  nb_rem_episodes: number,
  out_of_bed_count: number,
  rr_average: number,
  rr_min: number,
  rr_max: number,
  snoring: number,
  snoringepisodecount: number,
  sleep_score: number,
  ...heartRates,
})

export const Night = z.object({
  id: id.nullish(),
  timezone: string,
  model,
  ...device,
  startdate: epoch,
  enddate: epoch,
  date: day.nullish(),
  completed: z.boolean().nullish(),
  modified: number,
  data: emptyAs(nightData),
})
export type Night = z.infer<typeof Night>

const HeartRates = z.record(z.string(), heartRate)
const Readings = z.record(z.string(), number)
export const STAGE_SERIES = { hr: HeartRates, rr: Readings, snoring: Readings, rmssd: Readings, sdnn_1: Readings }
export const Stage = z.object({
  startdate: epoch,
  enddate: epoch,
  state: number,
  model,
  ...device,
  hr: series(HeartRates).nullish(),
  rr: series(Readings).nullish(),
  snoring: series(Readings).nullish(),
  rmssd: series(Readings).nullish(),
  sdnn_1: series(Readings).nullish(),
})
export type Stage = z.infer<typeof Stage>

export const HeartRecording = z.object({
  timestamp: epoch,
  timezone: string,
  model,
  ecg: z.object({ signalid: id.nullish(), afib: number }).nullish(),
  bloodpressure: z.object({ systole: number, diastole: number }).nullish(),
  heart_rate: heartRate,
})
export type HeartRecording = z.infer<typeof HeartRecording>

/** Microvolt. */
export const Potential = z.number().nullable()
export const HeartSignal = z.object({
  signal: z.array(Potential),
  sampling_frequency: required.refine((hertz) => hertz > 0, 'expected a frequency above 0'),
  heart_rate: heartRate,
})
export type HeartSignal = z.infer<typeof HeartSignal>

export const Device = z.object({
  model: string,
  timezone: string,
  first_session_date: number,
  last_session_date: number,
})

/** An empty map comes as `[]`, and old records have none. */
function emptyAs<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === null || value === undefined || Array.isArray(value) ? {} : value), schema)
}

/** PHP sends some numbers as text. */
function numeric(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
}
