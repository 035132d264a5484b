// The fields of Oura's documents that we read, no more. Numbers may be null or absent.
import { z } from 'zod'

const number = z.number().nullish()
const string = z.string().nullish()
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

/** Item i is at `timestamp` + i × `interval` seconds; null keeps its place. */
const Samples = z
  .object({ interval: z.number(), items: z.array(z.number().nullable()), timestamp: z.string() })
  .nullish()
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
  timestamp: string,
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
  average_met_minutes: number,
  class_5_min: string,
  met: Samples,
})

export const Scored = z.object({ day, score: number })

export const DailyStress = z.object({ day, stress_high: number, recovery_high: number, day_summary: string })

export const DailySpo2 = z.object({ day, spo2_percentage: z.object({ average: number }).nullish() })

export const CardiovascularAge = z.object({ day, vascular_age: number, pulse_wave_velocity: number })

export const Vo2Max = z.object({ day, timestamp: string, vo2_max: number })

export const Sleep = z.object({
  id: z.string(),
  day,
  type: string,
  bedtime_start: z.string(),
  bedtime_end: z.string(),
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
  heart_rate: Samples,
  hrv: Samples,
  sleep_phase_30_sec: string,
  sleep_phase_5_min: string,
  readiness: z.object({ score: number, temperature_deviation: number }).nullish(),
})
export type Sleep = z.infer<typeof Sleep>

export const Workout = z.object({
  id: z.string(),
  day,
  activity: string,
  calories: number,
  distance: number,
  start_datetime: z.string(),
  end_datetime: z.string(),
  source: string,
  label: string,
})

export const Session = z.object({
  id: z.string(),
  day,
  type: string,
  start_datetime: z.string(),
  end_datetime: z.string(),
  heart_rate: Samples,
  heart_rate_variability: Samples,
})

export const HeartRateRow = z.object({ timestamp: z.string(), bpm: z.number(), source: string })

export const EnhancedTag = z.object({
  start_day: day,
  start_time: string,
  tag_type_code: string,
  custom_name: string,
  comment: string,
})

export const Tag = z.object({ day, timestamp: string, text: string, tags: z.array(z.string()).nullish() })

export const RestMode = z.object({
  start_day: day,
  start_time: string,
  episodes: z.array(z.object({ tags: z.array(z.string()).nullish(), timestamp: string })).nullish(),
})

export const RingConfiguration = z.object({ hardware_type: string, design: string, color: string })
