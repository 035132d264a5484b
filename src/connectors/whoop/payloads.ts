// The fields of WHOOP's records that we read, no more. What WHOOP does not say is null or absent; the rest is ignored.
// Version 1 had numbers for ids and sports, and one name in the singular: both are read.
import { z } from 'zod'
import { isRecordTime, parseTimestamp } from '../../model/timestamps.ts'

const number = z.number().nullish()
const string = z.string().nullish()
const id = z.union([z.int(), z.string().min(1)], 'expected an id').transform(String)
const time = z.string().refine(isRecordTime, 'expected a time, ISO 8601')
/** `+02:00`, or `Z`. */
const offset = z.string().refine(isOffset, 'expected an offset, +02:00').nullish()

/** SCORED: the score is there. PENDING_SCORE: it will come. UNSCORABLE: it never will. */
const scored = { score_state: string, updated_at: time.nullish() }

export const Cycle = z.object({
  id,
  created_at: time.nullish(),
  start: time,
  /** Absent while the cycle runs. */
  end: time.nullish(),
  timezone_offset: offset,
  ...scored,
  score: z.object({ strain: number, kilojoule: number, average_heart_rate: number, max_heart_rate: number }).nullish(),
})
export type Cycle = z.infer<typeof Cycle>

export const Recovery = z.object({
  cycle_id: id,
  sleep_id: id.nullish(),
  created_at: time.nullish(),
  ...scored,
  score: z
    .object({
      recovery_score: number,
      resting_heart_rate: number,
      hrv_rmssd_milli: number,
      spo2_percentage: number,
      skin_temp_celsius: number,
    })
    .nullish(),
})
export type Recovery = z.infer<typeof Recovery>

export const Sleep = z.object({
  id,
  cycle_id: id.nullish(),
  start: time,
  end: time.nullish(),
  timezone_offset: offset,
  nap: z.boolean().nullish(),
  ...scored,
  score: z
    .object({
      stage_summary: z
        .object({
          total_in_bed_time_milli: number,
          total_awake_time_milli: number,
          total_no_data_time_milli: number,
          total_light_sleep_time_milli: number,
          total_slow_wave_sleep_time_milli: number,
          total_rem_sleep_time_milli: number,
          disturbance_count: number,
        })
        .nullish(),
      respiratory_rate: number,
      sleep_performance_percentage: number,
      sleep_efficiency_percentage: number,
    })
    .nullish(),
})
export type Sleep = z.infer<typeof Sleep>

const Zones = z.object({
  zone_zero_milli: number,
  zone_one_milli: number,
  zone_two_milli: number,
  zone_three_milli: number,
  zone_four_milli: number,
  zone_five_milli: number,
})
export type Zones = z.infer<typeof Zones>

export const Workout = z.object({
  id,
  start: time,
  end: time.nullish(),
  timezone_offset: offset,
  sport_name: string,
  sport_id: number,
  ...scored,
  score: z
    .object({
      strain: number,
      average_heart_rate: number,
      max_heart_rate: number,
      kilojoule: number,
      distance_meter: number,
      altitude_gain_meter: number,
      zone_durations: Zones.nullish(),
      zone_duration: Zones.nullish(),
    })
    .nullish(),
})
export type Workout = z.infer<typeof Workout>

export const StreamRow = z.object({
  timestamp: time,
  hr: number,
  skin_temp: number,
  is_sleeping: z.boolean().nullish(),
})
export type StreamRow = z.infer<typeof StreamRow>

export const Profile = z.object({ user_id: id, email: string, first_name: string, last_name: string })

/** Nothing in it is required, so one of the three must be there for it to be this page. */
export const BodyMeasurement = z
  .object({ height_meter: number, weight_kilogram: number, max_heart_rate: number })
  .refine(
    (body) => Object.values(body).some((value) => value !== undefined),
    'expected height_meter, weight_kilogram or max_heart_rate',
  )

export const Notification = z.object({ user_id: id, id, type: z.string() })

function isOffset(text: string): boolean {
  try {
    return parseTimestamp(`2000-01-01T00:00${text}`).offsetMinutes !== null
  } catch {
    return false
  }
}
