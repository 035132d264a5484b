// How Google spells values in JSON: 64-bit integers are strings, spans are `"7200s"`, dates are objects, and what equals
// the default of its type may be left out.
import { z } from 'zod'
import { isRecordDay, type LocalDay } from '../../model/local-day.ts'
import { isOnCalendar, parseTimestamp } from '../../model/timestamps.ts'

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

const USUAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/

/** RFC 3339 in UTC, as milliseconds since the epoch. */
export const instant = z.string().transform((time, check) => {
  const at = epochMsOf(time)
  if (isOnCalendar(at)) return at
  check.addIssue({ code: 'custom', message: 'expected a time with Z or an offset, RFC 3339' })
  return z.NEVER
})
export const maybeInstant = instant.nullish()

/** A day has thousands of them: only the unusual ones are taken apart. */
function epochMsOf(time: string): number {
  if (USUAL.test(time)) return Date.parse(time)
  try {
    return parseTimestamp(time).epochMs ?? Number.NaN
  } catch {
    return Number.NaN
  }
}

function dayText(year: number, month: number, dayOfMonth: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(dayOfMonth).padStart(2, '0')}`
}

const DateObject = z.object({ year: z.int(), month: z.int(), day: z.int() })

export const day = DateObject.transform(({ year, month, day }) => dayText(year, month, day)).refine(
  isRecordDay,
  'expected a date, {year, month, day}',
)

/** A wall clock. Zero parts of the time are left out. */
export const Civil = z.object({
  date: day,
  time: z.object({ hours: number, minutes: number, seconds: number, nanos: number }).nullish(),
})
export type Civil = z.infer<typeof Civil>

export function isMidnight({ time }: Civil): boolean {
  return !time?.hours && !time?.minutes && !time?.seconds && !time?.nanos
}

/** The day of a civil time that nobody has checked; null when it has none. */
export function dayOfCivil(value: unknown): LocalDay | null {
  const { date } = (value ?? {}) as { date?: { year?: unknown; month?: unknown; day?: unknown } | null }
  const { year, month, day: dayOfMonth } = date ?? {}
  if (typeof year !== 'number' || typeof month !== 'number' || typeof dayOfMonth !== 'number') return null
  const text = dayText(year, month, dayOfMonth)
  return isRecordDay(text) ? text : null
}

/** From one moment to another, each with the offset that the person had then. */
export const Interval = z.object({
  startTime: instant,
  startUtcOffset: maybeDuration,
  endTime: maybeInstant,
  endUtcOffset: maybeDuration,
  civilStartTime: z.unknown().optional(),
  civilEndTime: z.unknown().optional(),
})
export type Interval = z.infer<typeof Interval>

export const SampleTime = z.object({
  physicalTime: instant,
  utcOffset: maybeDuration,
  civilTime: z.unknown().optional(),
})
export type SampleTime = z.infer<typeof SampleTime>

export const Source = z.object({
  recordingMethod: text,
  device: z.object({ manufacturer: text, displayName: text, formFactor: text }).nullish(),
  application: z.object({ packageName: text }).nullish(),
  platform: text,
})
export type Source = z.infer<typeof Source>

export type Day = LocalDay
