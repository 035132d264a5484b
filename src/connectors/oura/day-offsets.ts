// Which offset each day had. Oura's one series by time is in UTC, and only the offset of today is known of a person: days of
// another season, or of a journey, began at another time.
import { addDays, type LocalDay, localDayOf, startOfDay } from '../../model/local-day.ts'
import { isClockChange, offsetOf } from './time.ts'

/** Where an offset begins to hold. */
type Since = readonly [day: LocalDay, offset: string]

/** Of documents of daily_activity, that begin at 04:00 on the person's clock: `2026-10-20 +02:00,2026-10-25 +01:00`. */
export function offsetsText(documents: readonly Record<string, unknown>[]): string {
  const found = documents.flatMap(({ day, timestamp }): Since[] => {
    const offset = typeof timestamp === 'string' ? offsetOf(timestamp) : null
    return typeof day === 'string' && offset !== null ? [[day, offset]] : []
  })
  return found
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, offset], i) => offset !== found[i - 1]?.[1])
    .map((each) => each.join(' '))
    .join()
}

/** Of the last of these days: `2026-10-24 +02:00`. Empty where it tells none. */
export function lastOffset(documents: readonly Record<string, unknown>[]): string {
  const dayOf = ({ day }: Record<string, unknown>): string => (typeof day === 'string' ? day : '')
  return offsetsText(documents.toSorted((a, b) => (dayOf(a) < dayOf(b) ? -1 : 1)).slice(-1))
}

/** The clock of a person who told an offset with each day. */
export class DayClock {
  readonly #since: readonly Since[]

  /** As `offsetsText` spells them, one at least. */
  constructor(text: string) {
    this.#since = text.split(',').map((each) => each.split(' ') as unknown as Since)
  }

  startOf(day: LocalDay): number {
    const [before, after] = [this.#zoneOn(addDays(day, -1)), this.#zoneOn(day)]
    return startOfDay(day, isClockChange(before, after) ? before : after)
  }

  dayOf(at: number): LocalDay {
    let day = addDays(localDayOf(at, null), 1)
    while (this.startOf(day) > at) day = addDays(day, -1)
    return day
  }

  /** Shows the instant on its day. */
  zoneAt(at: number): string {
    const day = this.dayOf(at)
    const zones = [day, addDays(day, -1), addDays(day, 1)].map((each) => this.#zoneOn(each))
    return zones.find((zone) => localDayOf(at, zone) === day) ?? zones[0]!
  }

  #zoneOn(day: LocalDay): string {
    return (this.#since.findLast(([since]) => since <= day) ?? this.#since[0]!)[1]
  }
}
