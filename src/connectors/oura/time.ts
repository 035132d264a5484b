// Oura's times are local with an offset, except the heart rate's, which are UTC.
import { offsetText, parseTimestamp, wireTimestamp } from '../../model/timestamps.ts'
import { offsetAt, wireIn } from '../../model/local-day.ts'
import type { Samples } from './payloads.ts'

/** The zone in which a page's times are shown: an IANA zone if one is known, else the offset that the page has itself. */
export function zoneOfPage(known: string | null, timestamp: string | null | undefined): string | null {
  if (known !== null && /[A-Za-z]/.test(known)) return known
  return offsetOf(timestamp) ?? known
}

/** `+02:00` of a time with an offset. Midnight in `+00:00` is how Oura writes "this day", not a zone. */
export function offsetOf(timestamp: string | null | undefined): string | null {
  if (timestamp === null || timestamp === undefined) return null
  const { offsetMinutes } = parseTimestamp(timestamp)
  return offsetMinutes === null ? null : offsetText(offsetMinutes)
}

export interface TimedValue {
  timestamp: string
  value: number
}

/** Values in place, nulls left out, each with the offset of its own instant where the zone is known. */
export function timedValues(samples: Samples, knownZone: string | null): TimedValue[] {
  if (samples === null || samples === undefined) return []
  const zone = zoneOfPage(knownZone, samples.timestamp)
  const start = instantOf(samples.timestamp, zone)
  return samples.items.flatMap((value, i) =>
    value === null ? [] : [{ timestamp: wireAt(start + i * samples.interval * 1000, zone), value }],
  )
}

export function instantOf(timestamp: string, zone: string | null): number {
  const parsed = parseTimestamp(timestamp)
  if (parsed.epochMs !== null) return parsed.epochMs
  const wall = Date.parse(`${parsed.local}Z`)
  return zone === null ? wall : wall - offsetAt(wall, zone) * 60_000
}

export function wireAt(epochMs: number, zone: string | null): string {
  return zone === null ? wireTimestamp(epochMs).slice(0, 26) : wireIn(epochMs, zone)
}
