// Oura's one series by time: rows in UTC, every five minutes at rest, denser in workouts.
import { HeartRateContext } from '../../../model/enumerations.ts'
import { localDayOf } from '../../../model/local-day.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { DayClock } from '../day-offsets.ts'
import { documents } from '../documents.ts'
import { HeartRateRow } from '../payloads.ts'
import { instantOf, shownIn, zoneOfPage } from '../time.ts'

const WORKOUT = 'workout'
const CONTEXTS = new Map<string, number>([
  [WORKOUT, HeartRateContext.Active],
  ['awake', HeartRateContext.NotActive],
  ['rest', HeartRateContext.NotActive],
  ['sleep', HeartRateContext.NotActive],
  ['session', HeartRateContext.NotActive],
  ['live', HeartRateContext.NotActive],
])

/** A page that was read for one workout adds to that workout, any other to the days that it touches. */
export function mapHeartRate(payload: unknown, context: MapContext): Mapped[] {
  const rows = documents('heartrate', HeartRateRow, payload, context).filter((row) => typeof row.bpm === 'number')
  return context.request.workout_id === undefined ? byDay(rows, context) : ofWorkout(rows, context)
}

function byDay(rows: readonly HeartRateRow[], context: MapContext): Mapped[] {
  const { start_date: first = '', end_date: last = '9999', offsets } = context.request
  const clock = offsets === undefined ? null : new DayClock(offsets)
  const zoneAt = (at: number): string | null => clock?.zoneAt(at) ?? context.timeZone
  const days = new Map<string, HeartRateRow[]>()
  for (const row of rows) {
    const at = instantOf(row.timestamp, context.timeZone)
    const day = clock?.dayOf(at) ?? localDayOf(at, context.timeZone)
    // A row on the edge must not stand for a day that nobody asked for: it would replace what is known of that day.
    if (day < first || day > last) continue
    const present = days.get(day)
    if (present === undefined) days.set(day, [row])
    else present.push(row)
  }
  return [...days].map(([day, inDay]) => ({
    type: 'daily',
    key: { day },
    record: { heart_rate_data: { detailed: { hr_samples: samplesOf(inDay, zoneAt, context) } } },
  }))
}

function ofWorkout(rows: readonly HeartRateRow[], context: MapContext): Mapped[] {
  const { workout_id: id, start_datetime: start, end_datetime: end } = context.request
  if (id === undefined || start === undefined || end === undefined) return []
  const zone = zoneOfPage(context.timeZone, start)
  const from = instantOf(start, zone)
  const to = instantOf(end, zone)
  const inside = rows.filter((row) => {
    const at = instantOf(row.timestamp, zone)
    return row.source === WORKOUT && at >= from && at <= to
  })
  if (inside.length === 0) return []
  return [
    {
      type: 'activity',
      key: { id },
      record: { heart_rate_data: { detailed: { hr_samples: samplesOf(inside, () => zone, context) } } },
    },
  ]
}

function samplesOf(rows: readonly HeartRateRow[], zoneAt: (at: number) => string | null, context: MapContext) {
  return rows.map(({ timestamp, bpm, source }) => ({
    timestamp: shownIn(timestamp, zoneAt(instantOf(timestamp, context.timeZone))),
    bpm,
    context: contextOf(source, context),
  }))
}

function contextOf(source: string | null | undefined, context: MapContext): number {
  if (source === null || source === undefined) return HeartRateContext.NotSet
  const known = CONTEXTS.get(source)
  if (known === undefined) context.unknown('heartrate.source', source)
  return known ?? HeartRateContext.NotSet
}
