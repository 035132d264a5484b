// Dexcom's records by the local day on which the person saw them.
import type { LocalDay } from '../../../model/local-day.ts'
import { wireTimestamp } from '../../../model/timestamps.ts'
import { glucoseMmolToMgPerDl, round } from '../../../model/units.ts'
import { type Moment, momentOf } from '../time.ts'

export interface Timed {
  systemTime: string
  displayTime: string
}

export type At<Record> = Record & { moment: Moment }

/** Oldest first. */
export function inOrder<Record extends Timed>(records: readonly Record[]): At<Record>[] {
  return records
    .map((record) => ({ ...record, moment: momentOf(record.systemTime, record.displayTime) }))
    .sort((a, b) => a.moment.at - b.moment.at)
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

/** Dexcom's own id, else device and time: older answers have no ids. */
export function idOf(record: Timed & { recordId?: string | null; transmitterId?: string | null }): string {
  return record.recordId ?? `${record.transmitterId ?? ''}|${record.systemTime}`
}

export function milligrams(value: number, unit: string | null | undefined): number {
  return unit?.toLowerCase().startsWith('mmol') === true ? round(glucoseMmolToMgPerDl(value), 4) : value
}
