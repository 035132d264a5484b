// Parts of days: what windows and points of one data type say of them.
import type { DataType } from '../../../model/data-type.ts'
import type { LocalDay } from '../../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../../model/records.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { type Window } from '../pages.ts'
import { boundsOf } from '../time.ts'

export type DailyPart = DeepPartial<RecordOf<'daily'>>
export type BodyPart = DeepPartial<RecordOf<'body'>>

/** One part for each civil day that has a value: a window without one was not worn, and says nothing. */
export function dailyOfWindows<Value>(
  windows: readonly Window<Value>[],
  context: MapContext,
  part: (value: Value, day: LocalDay) => DailyPart,
): Mapped[] {
  return windows.flatMap(({ day, value }): Mapped[] => {
    if (day === null || value === null) return []
    const { metadata, ...rest } = part(value, day)
    const bounds = boundsOf(day, context.timeZone)
    return [{ type: 'daily', key: { day }, record: { metadata: { ...bounds, ...metadata }, ...rest } }]
  })
}

export function bodyOfWindows<Value>(
  windows: readonly Window<Value>[],
  context: MapContext,
  part: (value: Value) => BodyPart,
): Mapped[] {
  return windows.flatMap(({ day, value }): Mapped[] => {
    if (day === null || value === null) return []
    const record = { metadata: boundsOf(day, context.timeZone), ...part(value) }
    return [{ type: 'body', key: { day }, record }]
  })
}

export interface Timed {
  day: LocalDay
  at: number
  offsetSeconds: number | null | undefined
}

/**
 * Points by their local day, each once and in order, with the bounds of the day. Days beyond those that were asked for
 * are left out: a few points of the edge would replace what is known of such a day.
 */
export function byDay<Item extends Timed, T extends DataType & ('daily' | 'body')>(
  type: T,
  items: readonly Item[],
  context: MapContext,
  part: (items: readonly Item[], day: LocalDay) => DeepPartial<RecordOf<T>>,
): Mapped[] {
  const { start_date: first = '', end_date: last = '9999' } = context.request
  const days = Map.groupBy(
    items.filter(({ day }) => day >= first && day <= last),
    ({ day }) => day,
  )
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, inDay]) => {
      const ordered = inDay.toSorted((a, b) => a.at - b.at)
      const { metadata, ...rest } = part(ordered, day) as { metadata?: object }
      const bounds = boundsOf(day, context.timeZone, ordered[0]!)
      return { type, key: { day }, record: { metadata: { ...bounds, ...metadata }, ...rest } } as Mapped
    })
}

/** `the samples grow`: each value is what had been counted since the day began. Of one moment the last counts. */
export function growing<Item extends Timed>(
  items: readonly Item[],
  amount: (item: Item) => number,
): { item: Item; total: number }[] {
  let total = 0
  return items.map((item) => {
    total += amount(item)
    return { item, total }
  })
}
