// The track of a workout: both APIs export it as TCX, and nothing else has its points.
import { readTcx } from '../../../formats/tcx/read.ts'
import { type Recording, UnreadableRecording } from '../../../formats/track/recording.ts'
import { seriesOf } from '../../../formats/track/series.ts'
import { ActivityType } from '../../../model/enumerations.ts'
import { localDayOf, wireAt, zoneOfInstant } from '../../../model/local-day.ts'
import { offsetText } from '../../../model/timestamps.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../connector.ts'

/** `idOf` names what was asked: the file itself knows when it began, and no id. */
export function mapTcx(kind: string, idOf: string) {
  return (payload: unknown, context: MapContext): Mapped[] => {
    if (!(payload instanceof Uint8Array)) throw new UnreadablePage(kind, '', 'the bytes of a TCX file')
    try {
      return readTcx(payload, context.unknown).map((recording, i) =>
        activityOf(recording, i === 0 ? context.request[idOf] : undefined, context),
      )
    } catch (error) {
      if (error instanceof UnreadableRecording) throw new UnreadablePage(kind, '', error.message)
      throw error
    }
  }
}

function activityOf(recording: Recording, id: string | undefined, context: MapContext): Mapped {
  const { startAt, points, places, totals, offsetMinutes } = recording
  const shown = offsetMinutes === null ? null : offsetText(offsetMinutes)
  const zone = zoneOfInstant(startAt, context.timeZone, shown) ?? '+00:00'
  const time = (at: number): string => wireAt(at, zone)
  const series = seriesOf(points, time)
  const endAt = points.at(-1)?.at ?? null
  return {
    type: 'activity',
    key: { id: id ?? new Date(startAt).toISOString() },
    day: localDayOf(startAt, zone),
    record: {
      metadata: {
        start_time: time(startAt),
        end_time: endAt !== null && endAt > startAt ? time(endAt) : null,
        // The log knows many sports, the file three.
        type: recording.type === ActivityType.Other ? null : recording.type,
      },
      active_durations_data: { activity_seconds: totals.timerSeconds },
      calories_data: { total_burned_calories: totals.kcal },
      distance_data: {
        summary: { distance_meters: totals.distanceMeters },
        detailed: { distance_samples: series.distance, elevation_samples: series.elevation },
      },
      heart_rate_data: { detailed: { hr_samples: series.heartRate } },
      movement_data: { speed_samples: series.speed, cadence_samples: series.cadence },
      power_data: { power_samples: series.power },
      position_data: {
        start_pos_lat_lng_deg: places[0]?.position ?? [],
        end_pos_lat_lng_deg: places.at(-1)?.position ?? [],
        position_samples: series.position,
      },
    },
  }
}
