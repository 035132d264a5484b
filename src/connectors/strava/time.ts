// Strava's times: `start_date` is UTC, `start_date_local` the wall clock with a Z that is none.
import { fixedZone, instantIn, isZone, offsetAt } from '../../model/local-day.ts'
import { parseTimestamp } from '../../model/timestamps.ts'

export interface Timed {
  start_date: string
  start_date_local?: string | null
  timezone?: string | null
  utc_offset?: number | null
}

const UTC = '+00:00'

export function startOf({ start_date: start }: { start_date: string }): number {
  return instantIn(start, UTC)
}

/**
 * The IANA zone, when it says of the start what Strava says of it; else the offset of the start. The last resort is
 * what is known of the person, for an activity may be of a journey.
 */
export function zoneOf(timed: Timed, known: string | null): string | null {
  const offset = offsetMinutes(timed)
  const named = zoneNamed(timed.timezone)
  if (offset === null) return named ?? known
  return named !== null && offsetAt(startOf(timed), named) === offset ? named : fixedZone(offset)
}

/** Of `(GMT+02:00) Europe/Helsinki` what follows: the offset in front of it knows no summer time. */
export function zoneNamed(timezone: string | null | undefined): string | null {
  const name = timezone?.replace(/^\([^)]*\)\s*/, '') ?? ''
  return /[A-Za-z]/.test(name) && isZone(name) ? name : null
}

function offsetMinutes(timed: Timed): number | null {
  const { utc_offset: seconds, start_date_local: local } = timed
  if (typeof seconds === 'number' && Math.abs(seconds) <= MOST_MINUTES * 60) return Math.round(seconds / 60)
  if (!local) return null
  const minutes = Math.round((Date.parse(`${parseTimestamp(local).local}Z`) - startOf(timed)) / 60_000)
  return Math.abs(minutes) <= MOST_MINUTES ? minutes : null
}

/** No clock is further from UTC: beyond it one of the two times is wrong. */
const MOST_MINUTES = 18 * 60
