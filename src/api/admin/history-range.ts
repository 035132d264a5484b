// The days of a backfill: none that no source has, and none that are still to come.
import { addDays, localDayOf, type LocalDay } from '../../model/local-day.ts'
import { ApiError } from '../../platform/errors.ts'
import { EASTERNMOST, FIRST_DAY } from '../v2/date-range.ts'

const DEFAULT_DAYS = 30

export function historyRange(
  input: { start_date?: LocalDay; end_date?: LocalDay; days?: number },
  now: number,
  timeZone: string | null,
): { start: LocalDay; end: LocalDay } {
  const latest = localDayOf(now, timeZone ?? EASTERNMOST)
  const end = input.end_date ?? localDayOf(now, timeZone)
  const start = input.start_date ?? addDays(end, 1 - (input.days ?? DEFAULT_DAYS))
  if (start < FIRST_DAY) throw wrong(`must not be before ${FIRST_DAY}`)
  if (start > latest) throw wrong('is in the future')
  if (start > end) throw wrong('is after end_date')
  return { start, end: end < latest ? end : latest }
}

function wrong(problem: string): ApiError {
  return new ApiError('invalid_date_range', 400, `start_date: ${problem}`)
}
