// The track of a workout: both APIs export it as TCX, and nothing else has its points.
import { NoTcx, readTcx, type TcxActivity, type TcxPoint } from '../../../formats/tcx/read.ts'
import { ActivityType } from '../../../model/enumerations.ts'
import { localDayOf, wireAt, zoneOfPage } from '../../../model/local-day.ts'
import { offsetText } from '../../../model/timestamps.ts'
import { round } from '../../../model/units.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../connector.ts'

const SPORTS = new Map<string, number>([
  ['Running', ActivityType.Running],
  ['Biking', ActivityType.Biking],
])

/** `idOf` names what was asked: the file itself knows when it began, and no id. */
export function mapTcx(kind: string, idOf: string) {
  return (payload: unknown, context: MapContext): Mapped[] => {
    if (!(payload instanceof Uint8Array)) throw new UnreadablePage(kind, '', 'the bytes of a TCX file')
    try {
      return readTcx(payload).map((activity, i) =>
        activityOf(activity, i === 0 ? context.request[idOf] : undefined, context),
      )
    } catch (error) {
      if (error instanceof NoTcx) throw new UnreadablePage(kind, '', error.message)
      throw error
    }
  }
}

function activityOf(activity: TcxActivity, id: string | undefined, context: MapContext): Mapped {
  const { startAt, points, laps, offsetMinutes } = activity
  const zone = zoneOfPage(context.timeZone, offsetMinutes === null ? null : offsetText(offsetMinutes)) ?? '+00:00'
  const timestamp = (point: TcxPoint): string => wireAt(point.at, zone)
  const series = <Sample>(
    valueOf: (point: TcxPoint) => number | null,
    sample: (timestamp: string, value: number) => Sample,
  ) =>
    points.flatMap((point) => {
      const value = valueOf(point)
      return value === null ? [] : [sample(timestamp(point), value)]
    })
  const places = points.filter(({ latitude, longitude }) => latitude !== null && longitude !== null)
  const endAt = points.at(-1)?.at ?? null
  return {
    type: 'activity',
    key: { id: id ?? new Date(startAt).toISOString() },
    day: localDayOf(startAt, zone),
    record: {
      metadata: {
        start_time: wireAt(startAt, zone),
        end_time: endAt !== null && endAt > startAt ? wireAt(endAt, zone) : null,
        type: SPORTS.get(activity.sport ?? '') ?? null,
      },
      active_durations_data: { activity_seconds: sum(laps.map(({ timerSeconds }) => timerSeconds)) },
      calories_data: { total_burned_calories: sum(laps.map(({ kcal }) => kcal)) },
      distance_data: {
        summary: { distance_meters: sum(laps.map(({ distanceMeters }) => distanceMeters)) },
        detailed: {
          distance_samples: series(
            (point) => point.distanceMeters,
            (at, meters) => ({ timestamp: at, distance_meters: meters }),
          ),
          elevation_samples: series(
            (point) => point.altitudeMeters,
            (at, meters) => ({ timestamp: at, elev_meters: meters }),
          ),
        },
      },
      heart_rate_data: {
        detailed: {
          hr_samples: series(
            ({ bpm }) => bpm,
            (at, bpm) => ({ timestamp: at, bpm }),
          ),
        },
      },
      movement_data: {
        speed_samples: series(
          (point) => point.speedMetersPerSecond,
          (at, speed) => ({ timestamp: at, speed_meters_per_second: speed }),
        ),
        cadence_samples: series(
          ({ cadence }) => cadence,
          (at, rpm) => ({ timestamp: at, cadence_rpm: rpm }),
        ),
      },
      power_data: {
        power_samples: series(
          ({ watts }) => watts,
          (at, watts) => ({ timestamp: at, watts }),
        ),
      },
      position_data: {
        start_pos_lat_lng_deg: placeOf(places[0]),
        end_pos_lat_lng_deg: placeOf(places.at(-1)),
        position_samples: places.map((point) => ({ timestamp: timestamp(point), coords_lat_lng_deg: placeOf(point) })),
      },
    },
  }
}

function placeOf(point: TcxPoint | undefined): number[] {
  return point === undefined ? [] : [point.latitude!, point.longitude!]
}

/** Of laps of which one does not say it there is no sum. */
function sum(parts: readonly (number | null)[]): number | null {
  if (parts.length === 0 || parts.some((part) => part === null)) return null
  return round(
    parts.reduce<number>((total, part) => total + part!, 0),
    3,
  )
}
