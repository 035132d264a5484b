// The two dates of a data request, in every form that clients send them.
import type { RecordRange } from '../../store/records.ts'
import { addDays, isLocalDay, localDayOf, offsetAt, startOfDay } from '../../model/local-day.ts'
import { parseTimestamp } from '../../model/timestamps.ts'
import { ApiError } from '../../platform/errors.ts'

export const FIRST_DAY = '1970-01-01'
/** Somewhere it is already the next day. */
export const EASTERNMOST = '+14:00'
const CLOCK_SLACK_MS = 60_000

type Bound = { day: string } | { at: number }

/**
 * Whole local days of the person where both ends are days, else instants, half-open. What lies in the future is cut off:
 * there is nothing to read. `timeZone` null reads days and offsetless times as UTC.
 */
export function readDateRange(
  input: { start_date: string; end_date?: string },
  now: number,
  timeZone: string | null,
): RecordRange {
  const start = readBound('start_date', input.start_date, timeZone)
  const end = input.end_date === undefined ? null : readBound('end_date', input.end_date, timeZone)
  if ('day' in start && (end === null || 'day' in end)) return days(start.day, end?.day ?? null, now, timeZone)
  const zone = timeZone ?? '+00:00'
  const startAt = 'at' in start ? start.at : startOfDay(start.day, zone)
  if (startAt > now + CLOCK_SLACK_MS) throw inTheFuture()
  if (end === null) return { startAt, endAt: Math.max(now, startAt) }
  const endAt = 'at' in end ? end.at : startOfDay(addDays(end.day, 1), zone)
  if (startAt > endAt) throw backwards()
  return { startAt, endAt: Math.min(endAt, Math.max(startAt, now + CLOCK_SLACK_MS)) }
}

function days(start: string, end: string | null, now: number, timeZone: string | null): RecordRange {
  const latest = localDayOf(now, timeZone ?? EASTERNMOST)
  if (start > localDayOf(now, EASTERNMOST)) throw inTheFuture()
  if (end !== null && start > end) throw backwards()
  const endDay = end === null ? localDayOf(now, timeZone) : end
  return { startDay: start, endDay: maxDay(start, endDay < latest ? endDay : latest) }
}

function maxDay(a: string, b: string): string {
  return a > b ? a : b
}

function readBound(field: string, text: string, timeZone: string | null): Bound {
  if (/^\d{10}$/.test(text)) return { at: Number(text) * 1000 }
  if (/^\d+$/.test(text)) {
    throw invalid(
      field,
      text.length === 13 ? 'is in milliseconds; send whole seconds, 10 digits' : 'must have 10 digits',
    )
  }
  if (isLocalDay(text)) {
    if (text < FIRST_DAY) throw invalid(field, `must not be before ${FIRST_DAY}`)
    return { day: text }
  }
  // A plus sign that was not escaped in the URL arrives as a space.
  const at = instant(text.replace(/ (\d{2}:?\d{2})$/, '+$1'), timeZone)
  if (at === null) {
    throw invalid(field, 'must be a day that exists (YYYY-MM-DD), unix seconds (10 digits) or a time in ISO 8601')
  }
  if (at < 0) throw invalid(field, `must not be before ${FIRST_DAY}`)
  return { at }
}

function instant(text: string, timeZone: string | null): number | null {
  try {
    const { epochMs, local } = parseTimestamp(text)
    if (!isLocalDay(local.slice(0, 10))) return null
    if (epochMs !== null) return epochMs
    const wall = Date.parse(`${local}Z`)
    return timeZone === null ? wall : wall - offsetAt(wall, timeZone) * 60_000
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function invalid(field: string, problem: string): ApiError {
  return new ApiError('invalid_date', 400, `invalid ${field}: ${problem}`)
}

function inTheFuture(): ApiError {
  return new ApiError('invalid_date_range', 400, 'invalid start_date: it is in the future')
}

function backwards(): ApiError {
  return new ApiError('invalid_date_range', 400, 'invalid start_date: it is after end_date')
}
