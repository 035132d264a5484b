// The fields of the logbook's answers that we read, no more. What it does not say is null or absent; the rest is ignored.
import { z } from 'zod'
import { isRecordTime } from '../../model/timestamps.ts'

const number = z.number().nullish()
const string = z.string().nullish()
const id = z.union([z.int(), z.string().min(1)], 'expected an id').transform(String)
const time = z.string().refine(isRecordTime, 'expected a time, YYYY-MM-DD hh:mm:ss')
/** The logbook is written in PHP, where an object without members is an empty list. */
const empty = z
  .array(z.unknown())
  .max(0)
  .transform(() => null)
/** Nobody who lives has 0: there was no belt. */
const beats = number.transform((bpm) => (typeof bpm === 'number' && bpm <= 0 ? null : bpm))
/** `average`, `min`, `max` of the piece; `ending` and `rest` are of one moment. */
const heartRate = z.union([z.object({ average: beats, min: beats, max: beats }), empty]).nullish()

/** A split or an interval. Times in tenths of a second. */
export const Piece = z.object({
  type: string,
  time: number,
  distance: number,
  rest_time: number,
  calories_total: number,
  stroke_count: number,
  heart_rate: heartRate,
})
export type Piece = z.infer<typeof Piece>

/** `t` in tenths of a second, `d` in decimeters, `p` in tenths of a second for 500 m (BikeErg: 1000 m). */
export const Stroke = z.object({ t: z.number(), d: number, p: number, spm: number, hr: number })
export type Stroke = z.infer<typeof Stroke>

const strokes = z.array(Stroke)
/** Each begins where the one before ends. */
export const Pieces = z.array(Piece).nullish()

export const Result = z.object({
  id,
  user_id: id.nullish(),
  /** When it ended, on the person's wall clock. */
  date: time,
  timezone: string,
  date_utc: time.nullish(),
  type: string,
  source: string,
  verified: z.boolean().nullish(),
  time: number,
  rest_time: number,
  distance: number,
  calories_total: number,
  stroke_rate: number,
  stroke_data: z.boolean().nullish(),
  heart_rate: heartRate,
  workout: z.union([z.object({ splits: Pieces, intervals: Pieces }), empty]).nullish(),
  /** With `include=strokes`. */
  strokes: z.union([strokes, z.object({ data: strokes })]).nullish(),
})
export type Result = z.infer<typeof Result>

const known = number.catch(null)
const none = { time: null, distance: null, rest_time: null }
const spans = z
  .array(z.object({ time: known, distance: known, rest_time: known }).catch(none))
  .nullish()
  .catch(null)

/** What the strokes of a result have to be told. An odd piece keeps its place among the others: strokes count from zero in each. */
export const Stroked = Result.omit({ strokes: true }).extend({
  workout: z.object({ splits: spans, intervals: spans }).nullish().catch(null),
})
export type Stroked = z.infer<typeof Stroked>

export const User = z.object({
  id,
  first_name: string,
  last_name: string,
  gender: string,
  /** A day; not filled in, it may be empty or all zeros. */
  dob: string,
  email: string,
  country: string,
  /** In hundredths of a kilogram. */
  weight: number,
  max_heart_rate: number,
})

export const Notification = z.object({
  data: z.object({ type: z.string(), result: z.object({ id, user_id: id }).nullish(), result_id: id.nullish() }),
})
