import { wireAt } from '../../../model/local-day.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach, readDocuments } from '../../documents.ts'
import { Lap } from '../payloads.ts'
import { startOf, zoneOf } from '../time.ts'
import { activityOfPage } from './request.ts'

export function mapLaps(payload: unknown, context: MapContext): Mapped[] {
  const laps = readDocuments({ kind: 'laps', schema: Lap, lists: ['laps'] }, payload, context)
  const { id, zone } = activityOfPage(context)
  const mapped = mapEach('laps', laps, context, (lap) => ({
    activity: lap.activity?.id ?? id,
    lap: lapOf(lap, zone ?? shownZone(lap, context)),
  }))
  return [...Map.groupBy(mapped, ({ activity }) => activity)].map(([activity, own]) => ({
    type: 'activity',
    key: { id: activity },
    record: { lap_data: { laps: own.map(({ lap }) => lap) } },
  }))
}

/** In the zone of its activity. */
export function lapOf(lap: Lap, zone: string | null) {
  const startAt = lap.start_date ? startOf({ start_date: lap.start_date }) : null
  const { elapsed_time: elapsed } = lap
  const endAt = startAt !== null && typeof elapsed === 'number' && elapsed >= 0 ? startAt + elapsed * 1000 : null
  return {
    start_time: startAt === null ? null : wireAt(startAt, zone ?? UTC),
    end_time: endAt === null ? null : wireAt(endAt, zone ?? UTC),
    active_duration_seconds: lap.moving_time,
    distance_meters: lap.distance,
    avg_hr_bpm: lap.average_heartrate,
    avg_speed_meters_per_second: lap.average_speed,
    avg_watts: lap.average_watts,
  }
}

const UTC = '+00:00'

function shownZone(lap: Lap, context: MapContext): string | null {
  if (!lap.start_date) return context.timeZone
  return zoneOf({ start_date: lap.start_date, start_date_local: lap.start_date_local }, context.timeZone)
}
