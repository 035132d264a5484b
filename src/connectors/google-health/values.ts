// How Google spells values in JSON: 64-bit integers are strings, spans are `"7200s"`, dates are objects, and what equals
// the default of its type may be left out.
import { z } from 'zod'
import { isLocalDay, type LocalDay } from '../../model/local-day.ts'
import { parseTimestamp } from '../../model/timestamps.ts'

/** `"161"`; some answers have plain numbers. */
export const int64 = z
  .union([z.number(), z.string().regex(/^-?\d{1,16}$/, 'expected a whole number as text')])
  .transform(Number)
export const maybeInt64 = int64.nullish()

export const number = z.number().nullish()
export const text = z.string().nullish()
export const flag = z.boolean().nullish()

/** `"7200s"`, `"0.262s"`, in seconds. */
export const duration = z
  .string()
  .regex(/^-?\d+(?:\.\d+)?s$/, 'expected a duration such as 7200s')
  .transform((span) => Number(span.slice(0, -1)))
export const maybeDuration = duration.nullish()

/** RFC 3339 in UTC, as milliseconds since the epoch. */
export const instant = z
  .string()
  .refine(hasOffset, 'expected a time with Z or an offset, RFC 3339')
  .transform((time) => parseTimestamp(time).epochMs!)
export const maybeInstant = instant.nullish()

function hasOffset(time: string): boolean {
  try {
    return parseTimestamp(time).epochMs !== null
  } catch {
    return false
  }
}

const DateObject = z.object({ year: z.int(), month: z.int(), day: z.int() })

export const day = DateObject.transform(({ year, month, day }) =>
  [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-'),
).refine(isLocalDay, 'expected a date, {year, month, day}')

/** A wall clock. Zero parts of the time are left out. */
export const Civil = z.object({
  date: day,
  time: z.object({ hours: number, minutes: number, seconds: number, nanos: number }).nullish(),
})
export type Civil = z.infer<typeof Civil>

export function isMidnight({ time }: Civil): boolean {
  return !time?.hours && !time?.minutes && !time?.seconds && !time?.nanos
}

/** From one moment to another, each with the offset that the person had then. */
export const Interval = z.object({
  startTime: instant,
  startUtcOffset: maybeDuration,
  endTime: maybeInstant,
  endUtcOffset: maybeDuration,
  civilStartTime: Civil.nullish(),
  civilEndTime: Civil.nullish(),
})
export type Interval = z.infer<typeof Interval>

export const SampleTime = z.object({ physicalTime: instant, utcOffset: maybeDuration, civilTime: Civil.nullish() })
export type SampleTime = z.infer<typeof SampleTime>

export const Source = z.object({
  recordingMethod: text,
  device: z.object({ manufacturer: text, displayName: text, formFactor: text }).nullish(),
  application: z.object({ packageName: text }).nullish(),
  platform: text,
})
export type Source = z.infer<typeof Source>

export type Day = LocalDay
