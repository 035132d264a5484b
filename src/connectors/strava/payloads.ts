// The fields of Strava's objects that we read, no more. What Strava does not say is null or absent; the rest is ignored.
import { z } from 'zod'
import { isRecordTime } from '../../model/timestamps.ts'

const number = z.number().nullish()
const string = z.string().nullish()
const flag = z.boolean().nullish()
/** 64 bits: beyond 2^53 it comes as a string. */
const id = z.union([z.int(), z.string().min(1)], 'expected an id').transform(String)
const time = z.string().refine(isRecordTime, 'expected a time, ISO 8601')
/** `[]` where it is not known, or hidden by a privacy zone. */
const place = z.array(z.number().nullable()).nullish()

export const Lap = z.object({
  id: id.nullish(),
  activity: z.object({ id }).nullish(),
  start_date: time.nullish(),
  start_date_local: time.nullish(),
  elapsed_time: number,
  moving_time: number,
  distance: number,
  average_speed: number,
  average_heartrate: number,
  average_watts: number,
})
export type Lap = z.infer<typeof Lap>

/** `time` in seconds since the start; another stream may be shorter than it, and has null where a sensor had no reading. */
const Reading = z.number().nullable()
const Place = z.array(z.number().nullable()).nullable()
const numbers = z.object({ data: z.array(Reading).nullish() }).nullish()
export const Streams = z.object({
  time: numbers,
  distance: numbers,
  altitude: numbers,
  velocity_smooth: numbers,
  heartrate: numbers,
  cadence: numbers,
  watts: numbers,
  latlng: z.object({ data: z.array(Place).nullish() }).nullish(),
})
export type Streams = z.infer<typeof Streams>

export const STREAM_ITEMS = Object.fromEntries(
  Object.keys(Streams.shape).map((type) => [`${type}.data`, type === 'latlng' ? Place : Reading]),
)

/** What `key_by_type=false` answers. */
export const StreamList = z.array(z.looseObject({ type: z.string(), data: z.array(z.unknown()) }))

export const Zone = z.object({
  type: z.string(),
  /** The person's highest heart rate, as Strava knows it. */
  max: number,
  distribution_buckets: z.array(z.object({ min: number, max: number, time: number })).nullish(),
})
export type Zone = z.infer<typeof Zone>

/** The list has fewer of these than the single activity. */
export const Activity = z.object({
  id,
  name: string,
  sport_type: string,
  type: string,
  start_date: time,
  start_date_local: time.nullish(),
  timezone: string,
  utc_offset: number,
  elapsed_time: number,
  moving_time: number,
  manual: flag,
  distance: number,
  total_elevation_gain: number,
  elev_high: number,
  elev_low: number,
  calories: number,
  kilojoules: number,
  average_heartrate: number,
  max_heartrate: number,
  average_speed: number,
  max_speed: number,
  average_cadence: number,
  average_watts: number,
  max_watts: number,
  weighted_average_watts: number,
  device_watts: flag,
  suffer_score: number,
  device_name: string,
  start_latlng: place,
  end_latlng: place,
  location_city: string,
  location_state: string,
  location_country: string,
  map: z.object({ summary_polyline: string }).nullish(),
  laps: z.array(Lap).nullish(),
})
export type Activity = z.infer<typeof Activity>

export const Athlete = z.object({
  id,
  firstname: string,
  lastname: string,
  bio: string,
  city: string,
  state: string,
  country: string,
  sex: string,
  created_at: time.nullish(),
})
