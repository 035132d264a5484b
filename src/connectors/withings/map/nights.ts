// Which summaries of a list are sleeps of their own (the watch and the mat both tell of one night), and which are naps.
import { offsetAt } from '../../../model/local-day.ts'
import type { Night } from '../payloads.ts'
import { newestOf } from '../pages.ts'

/** The kind of device: 16 a watch, 32 the mat below the mattress, which feels more of the night. */
const MAT = 32

/** Of summaries that overlap the best one. A night that still goes on is left out: its end is announced. */
export function ownNights(nights: readonly Night[]): Night[] {
  const done = newestOf(nights, (night) => night.id ?? null).filter(
    (night) => night.completed !== false && night.enddate > night.startdate,
  )
  const kept: Night[] = []
  for (const night of done.sort(byTelling)) if (!kept.some((each) => overlap(each, night))) kept.push(night)
  return kept.sort((a, b) => a.startdate - b.startdate)
}

function byTelling(a: Night, b: Night): number {
  return rank(a) - rank(b) || length(b) - length(a) || (b.modified ?? 0) - (a.modified ?? 0)
}

/** Imported nights have a device that is null. */
function rank(night: Night): number {
  if ((night.deviceid ?? night.hash_deviceid) === null) return 2
  return night.model === MAT ? 0 : 1
}

function length(night: Night): number {
  return night.enddate - night.startdate
}

/** More than half of the shorter one: a nap that ends as a night begins is no second view of it. */
function overlap(a: Night, b: Night): boolean {
  const shared = Math.min(a.enddate, b.enddate) - Math.max(a.startdate, b.startdate)
  return shared > Math.min(length(a), length(b)) / 2
}

/** Where a summary has no id, as in old answers, its begin names it. */
export function nightId(night: Pick<Night, 'id' | 'startdate'>): string {
  return night.id ?? String(night.startdate)
}

const NAP_BELOW_SECONDS = 3 * 3600
/** Minutes after midnight between which a short sleep begins to be a nap. */
const NAPS = { from: 9 * 60, to: 19 * 60 }

export function isNap(startSeconds: number, secondsAsleep: number, zone: string | null): boolean {
  if (secondsAsleep >= NAP_BELOW_SECONDS) return false
  const offset = zone === null ? 0 : offsetAt(startSeconds * 1000, zone)
  const minute = (((Math.floor(startSeconds / 60) + offset) % 1440) + 1440) % 1440
  return minute >= NAPS.from && minute <= NAPS.to
}
