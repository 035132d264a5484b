import { z } from 'zod'
import { isRecordTime } from '../../model/timestamps.ts'

const text = z.string().nullish()
const id = z.union([z.string().min(1), z.number().transform(String)])
const time = z.string().refine(isRecordTime, { error: 'expected a time, such as 2026-05-05T09:02:11.000Z' })
/** Numbers come as texts. */
const number = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) => (value === null || value === undefined || value === '' ? null : Number(value)))
  .refine((value) => value === null || Number.isFinite(value), { error: 'expected a number' })
/** Without a strap the mean is 0. */
const heartRate = number.transform((bpm) => (bpm !== null && bpm <= 0 ? null : bpm))

/** A name is no part of any record: what names no file has none. */
const FileLink = z.object({ url: text }).nullish().catch(null)

const summary = {
  id: id.nullish(),
  ascent_accum: number,
  cadence_avg: number,
  calories_accum: number,
  distance_accum: number,
  duration_active_accum: number,
  duration_paused_accum: number,
  duration_total_accum: number,
  heart_rate_avg: heartRate,
  power_bike_np_last: number,
  power_bike_tss_last: number,
  power_avg: number,
  /** ~ What a published rendering of the API calls it. */
  power_bike_avg: number,
  speed_avg: number,
  work_accum: number,
  time_zone: text,
  manual: z.boolean().nullish(),
  edited: z.boolean().nullish(),
  fitness_app_id: number,
  file: FileLink,
  files: z.array(FileLink).nullish().catch(null),
  updated_at: time.nullish(),
}
export const Summary = z.object(summary)
export type Summary = z.infer<typeof Summary>

const workout = {
  id,
  starts: time,
  name: text,
  workout_type_id: z.union([z.number(), z.string()]).nullish(),
  updated_at: time.nullish(),
}
/** `workout_summary` is null for what is planned, or not done yet. */
export const Workout = z.object({ ...workout, workout_summary: Summary.nullish() })
export type Workout = z.infer<typeof Workout>

/** The other way round: as notifications have it. Asked for by itself, a summary stands without its workout. */
export const SummaryOfWorkout = z.object({ ...summary, workout: z.object(workout).nullish() })
export type SummaryOfWorkout = z.infer<typeof SummaryOfWorkout>

export const User = z.object({
  id,
  first: text,
  last: text,
  email: text,
  birth: text,
  gender: number,
  weight: number,
  height: number,
  created_at: time.nullish(),
  updated_at: time.nullish(),
})
