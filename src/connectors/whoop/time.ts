// WHOOP's times are UTC with the offset beside them. Its days are cycles, from one falling asleep to the next.
import { fixedZone, instantIn, type LocalDay, localDayOf, zoneOfInstant } from '../../model/local-day.ts'
import { parseOffset } from '../../model/timestamps.ts'
import type { Cycle, Sleep } from './payloads.ts'

interface Timed {
  start: string
  end?: string | null
  timezone_offset?: string | null
}

export interface Span {
  startAt: number
  /** Null while it goes on, and where it would end before it begins. */
  endAt: number | null
  zone: string | null
}

export function spanOf({ start, end, timezone_offset: offset }: Timed, known: string | null): Span {
  const startAt = instantIn(start, UTC)
  const endAt = end ? instantIn(end, UTC) : null
  const shown = shownOffset(offset)
  // The offset is of one of the two: the clock may have changed between them.
  const atStart = zoneOfInstant(startAt, known, shown)
  const zone = endAt === null || atStart !== shown ? atStart : zoneOfInstant(endAt, known, shown)
  return { startAt, endAt: endAt !== null && endAt > startAt ? endAt : null, zone }
}

/** `+02:00`; WHOOP writes `Z` for UTC. */
export function shownOffset(offset: string | null | undefined): string | null {
  return offset ? fixedZone(parseOffset(offset)) : null
}

export const UTC = '+00:00'

/** A sleep belongs to the day on which it ends. */
export function dayOfSleep(sleep: Sleep, known: string | null): LocalDay | null {
  const { endAt, zone } = spanOf(sleep, known)
  return endAt === null ? null : localDayOf(endAt, zone)
}

/** Most people sleep seven hours: who falls asleep at 23:00 or at 02:00 wakes on the right day. */
const USUAL_SLEEP_MS = 7 * 3_600_000

/** Where no sleep says on which day a cycle's night ended. */
export function usualDayOf(cycle: Cycle, known: string | null): LocalDay {
  const { startAt, endAt, zone } = spanOf(cycle, known)
  return localDayOf(Math.min(startAt + USUAL_SLEEP_MS, endAt ?? Number.POSITIVE_INFINITY), zone)
}
