// Dexcom's records by the local day on which the person saw them.
import { dayBounds, fixedZone, type LocalDay, zoneOfInstant } from '../../../model/local-day.ts'
import { wireTimestamp } from '../../../model/timestamps.ts'
import { glucoseMmolToMgPerDl, round } from '../../../model/units.ts'
import { type Moment, momentOf } from '../time.ts'

export interface Timed {
  systemTime: string
  displayTime: string
}

interface Identified extends Timed {
  recordId?: string | null
  transmitterId?: string | null
}

export type At<Record> = Record & { moment: Moment }

/** Oldest first; those of one moment in one order, whichever page brought them. */
export function inOrder<Record extends Identified>(records: readonly Record[]): At<Record>[] {
  return records
    .map((record) => ({ ...record, moment: momentOf(record.systemTime, record.displayTime) }))
    .sort((a, b) => a.moment.at - b.moment.at || compare(idOf(a), idOf(b)))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function byDay<Record extends { moment: Moment }>(records: readonly Record[]): Map<LocalDay, Record[]> {
  return Map.groupBy(records, ({ moment }) => dayOf(moment))
}

export function dayOf({ at, offsetMinutes }: Moment): LocalDay {
  return wireTimestamp(at, offsetMinutes).slice(0, 10)
}

export function timestampOf({ at, offsetMinutes }: Moment): string {
  return wireTimestamp(at, offsetMinutes)
}

/** Midnights with the offsets that the day's first and last record show; those of the known zone where it says the same. */
export function boundsOf(
  day: LocalDay,
  own: readonly { moment: Moment }[],
  known: string | null,
): { start_time: string; end_time: string } {
  const zoneAt = ({ at, offsetMinutes }: Moment) => zoneOfInstant(at, known, fixedZone(offsetMinutes))
  return dayBounds(day, zoneAt(own[0]!.moment), zoneAt(own.at(-1)!.moment))
}

/** Dexcom's own id, else device and time: older answers have no ids. */
export function idOf(record: Identified): string {
  return record.recordId ?? `${record.transmitterId ?? ''}|${record.systemTime}`
}

export function milligrams(value: number, unit: string | null | undefined): number {
  return unit?.toLowerCase().startsWith('mmol') === true ? round(glucoseMmolToMgPerDl(value), 4) : value
}
