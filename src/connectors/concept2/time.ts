// The logbook dates a workout by its end, on the wall clock: when it began follows from how long it took.
import { fixedZone, instantIn, isZone, zoneOfInstant } from '../../model/local-day.ts'
import { tenthsToSeconds } from '../../model/units.ts'
import type { Result } from './payloads.ts'

export interface Span {
  startAt: number
  endAt: number
  /** Null: nobody said, and the times are wall clock. */
  zone: string | null
}

type Clocked = Pick<Result, 'date' | 'timezone' | 'date_utc' | 'time' | 'rest_time'>

export function spanOf(result: Clocked, known: string | null): Span {
  const { timezone, date_utc: utc, time, rest_time: rest } = result
  const named = timezone && isZone(timezone) ? timezone : null
  const endAt = utc ? instantIn(utc, UTC) : instantIn(result.date, named ?? known)
  const tookMs = Math.max(0, tenthsToSeconds((time ?? 0) + (rest ?? 0)) * 1000)
  const zone = named ?? zoneOfInstant(endAt, known, utc ? offsetShown(result.date, endAt) : null)
  return { startAt: endAt - tookMs, endAt, zone }
}

const UTC = '+00:00'

/** Both clocks were given and no zone: their difference is the offset. */
function offsetShown(date: string, endAt: number): string | null {
  const minutes = Math.round((instantIn(date, UTC) - endAt) / 60_000)
  return Math.abs(minutes) <= 18 * 60 ? fixedZone(minutes) : null
}

interface InPieces<Piece> {
  workout?: { intervals?: readonly Piece[] | null; splits?: readonly Piece[] | null } | null
}

export function piecesOf<Piece>({ workout }: InPieces<Piece>): readonly Piece[] {
  const { intervals, splits } = workout ?? {}
  return intervals && intervals.length > 0 ? intervals : (splits ?? [])
}
