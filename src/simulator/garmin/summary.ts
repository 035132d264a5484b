// One summary as Garmin keeps it: when it grew last, and how to write it down. Most looks need the former alone.
import { createHash } from 'node:crypto'
import { Temporal } from 'temporal-polyfill'

export interface Summary {
  kind: string
  /** Lasts while the summary grows. Garmin's own id does not. */
  id: string
  day: string
  startAt: number
  /** Another text whenever it says something else. */
  version: string
  write(): Record<string, unknown>
}

const SYNC_MS = 15 * 60_000

/** Watches talk to the phone every quarter of an hour. */
export function lastSync(now: number): number {
  return Math.floor(now / SYNC_MS) * SYNC_MS
}

export function seconds(at: number): number {
  return Math.round(at / 1000)
}

export function offsetSeconds(at: number, timeZone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1e9
}

/** What every summary begins with. Garmin's ids hold its start and its length. */
export function head(personId: string, startAt: number, durationSeconds: number, timeZone: string, tail: string) {
  const name = hash('summary', personId).slice(0, 7)
  return {
    summaryId: `x${name}-${seconds(startAt).toString(16)}-${durationSeconds.toString(16)}-${tail}`,
    startTimeInSeconds: seconds(startAt),
    startTimeOffsetInSeconds: offsetSeconds(startAt, timeZone),
    durationInSeconds: durationSeconds,
  }
}

export function hash(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join('\u0001')).digest('hex')
}

/** 32 hex digits, the same for ever. */
export function accountId(personId: string): string {
  return hash('garmin account', personId).slice(0, 32)
}
