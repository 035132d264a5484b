// The fields of Oura's documents that we read, no more. What Oura does not say is null or absent; the rest is ignored.
import { z } from 'zod'
import { isRecordDay } from '../../model/local-day.ts'
import { isRecordTime } from '../../model/timestamps.ts'

const number = z.number().nullish()
const string = z.string().nullish()
export const day = z.string().refine(isRecordDay, 'expected a day, YYYY-MM-DD')
export const time = z.string().refine(isRecordTime, 'expected a time, ISO 8601')

/** Item i is at `timestamp` + i × `interval` seconds; null keeps its place. */
export const Reading = z.number().nullable()
const Samples = z.object({ interval: z.number().positive(), items: z.array(Reading), timestamp: time })
const samples = Samples.nullish()
export type Samples = z.infer<typeof Samples>

export const PersonalInfo = z.object({
  id: z.string(),
  age: number,
  weight: number,
  height: number,
  biological_sex: string,
  email: string,
})

export const DailyActivity = z.object({
  day,
  timestamp: time.nullish(),
  score: number,
  steps: number,
  equivalent_walking_distance: number,
  total_calories: number,
  active_calories: number,
  high_activity_time: number,
  medium_activity_time: number,
  low_activity_time: number,
  sedentary_time: number,
  resting_time: number,
  inactivity_alerts: number,
  average_met_minutes: number,
  class_5_min: string,
  met: samples,
})

/** daily_sleep and daily_readiness. Their `timestamp` is midnight in UTC whatever the zone, and is not read. */
export const Scored = z.object({ day, score: number })

export const DailyStress = z.object({ day, stress_high: number, recovery_high: number, day_summary: string })

export const DailySpo2 = z.object({ day, spo2_percentage: z.object({ average: number }).nullish() })

export const CardiovascularAge = z.object({ day, vascular_age: number, pulse_wave_velocity: number })

export const Vo2Max = z.object({ day, timestamp: time.nullish(), vo2_max: number })

export const Sleep = z.object({
  id: z.string(),
  day,
  type: string,
  bedtime_start: time,
  bedtime_end: time.nullish(),
  time_in_bed: number,
  total_sleep_duration: number,
  deep_sleep_duration: number,
  light_sleep_duration: number,
  rem_sleep_duration: number,
  awake_time: number,
  latency: number,
  efficiency: number,
  average_heart_rate: number,
  lowest_heart_rate: number,
  average_hrv: number,
  average_breath: number,
  heart_rate: samples,
  hrv: samples,
  sleep_phase_30_sec: string,
  sleep_phase_5_min: string,
  readiness: z.object({ score: number, temperature_deviation: number }).nullish(),
})
export type Sleep = z.infer<typeof Sleep>

export const Workout = z.object({
  id: z.string(),
  day: day.nullish(),
  activity: string,
  calories: number,
  distance: number,
  start_datetime: time,
  end_datetime: time.nullish(),
  source: string,
  label: string,
})

export const Session = z.object({
  id: z.string(),
  day: day.nullish(),
  type: string,
  start_datetime: time,
  end_datetime: time.nullish(),
  heart_rate: samples,
  heart_rate_variability: samples,
})

export const HeartRateRow = z.object({ timestamp: time, bpm: number, source: string })
export type HeartRateRow = z.infer<typeof HeartRateRow>

export const EnhancedTag = z.object({
  start_day: day,
  start_time: time.nullish(),
  tag_type_code: string,
  custom_name: string,
  comment: string,
})

export const TagName = z.string()
export const Tag = z.object({ day, timestamp: time.nullish(), text: string, tags: z.array(TagName).nullish() })

export const Episode = z.object({ tags: z.array(TagName).nullish(), timestamp: time })
export const RestMode = z.object({
  start_day: day,
  start_time: time.nullish(),
  episodes: z.array(Episode).nullish(),
})

export const RingConfiguration = z.object({
  hardware_type: string,
  firmware_version: string,
  set_up_at: time.nullish(),
})
