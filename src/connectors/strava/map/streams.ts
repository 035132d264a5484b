// Everything that an activity recorded over time: arrays side by side, of which `time` says when.
import { wireAt } from '../../../model/local-day.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../connector.ts'
import { mapEach, readDocuments } from '../../documents.ts'
import { STREAM_ITEMS, StreamList, Streams } from '../payloads.ts'
import { perMinute } from './cadence.ts'
import { activityOfPage } from './request.ts'

export function mapStreams(payload: unknown, context: MapContext): Mapped[] {
  const page = { kind: 'streams', schema: Streams, series: STREAM_ITEMS }
  const [streams] = readDocuments(page, byType(payload), context)
  return mapEach('streams', [streams!], context, (each) => recordedOf(each, context))
}

function recordedOf(streams: Streams, context: MapContext): Mapped[] {
  const about = activityOfPage(context)
  const at = timesOf(streams, about.startAt, about.zone)
  const of = <Name extends string>(data: readonly (number | null)[] | null | undefined, name: Name) =>
    series(data, at, (value) => ({ [name]: value }) as { [N in Name]: number })
  return [
    {
      type: 'activity',
      key: { id: about.id },
      record: {
        distance_data: {
          detailed: {
            distance_samples: of(streams.distance?.data, 'distance_meters'),
            elevation_samples: of(streams.altitude?.data, 'elev_meters'),
          },
        },
        heart_rate_data: { detailed: { hr_samples: of(streams.heartrate?.data, 'bpm') } },
        movement_data: {
          speed_samples: of(streams.velocity_smooth?.data, 'speed_meters_per_second'),
          cadence_samples: series(streams.cadence?.data, at, (value) => ({
            cadence_rpm: perMinute(value, about.sport),
          })),
        },
        position_data: { position_samples: routeOf(streams, at) },
        power_data: { power_samples: about.measuredWatts ? of(streams.watts?.data, 'watts') : [] },
      },
    },
  ]
}

interface Moment {
  timestamp: string | null
  timer_duration_seconds: number
}

/** Null where nobody knows when it was. */
function timesOf({ time }: Streams, startAt: number | null, zone: string | null): (Moment | null)[] {
  return (time?.data ?? []).map((seconds) => {
    if (seconds === null) return null
    const timestamp = startAt === null ? null : wireAt(startAt + seconds * 1000, zone ?? UTC)
    return { timestamp, timer_duration_seconds: seconds }
  })
}

const UTC = '+00:00'

/** As long as the shorter of the two; what has no value has no sample. */
function series<Sample extends object>(
  data: readonly (number | null)[] | null | undefined,
  at: readonly (Moment | null)[],
  sampleOf: (value: number) => Sample,
): (Moment & Sample)[] {
  return (data ?? []).flatMap((value, i) => {
    const moment = at[i] ?? null
    return value === null || moment === null ? [] : [{ ...moment, ...sampleOf(value) }]
  })
}

/** Without `time` it is still a route: places in order, without times. */
function routeOf({ time, latlng }: Streams, at: readonly (Moment | null)[]) {
  const untimed: Partial<Moment> = { timestamp: null }
  return (latlng?.data ?? []).flatMap((place, i) => {
    const moment = time?.data ? (at[i] ?? null) : untimed
    return place === null || place.length !== 2 || place.includes(null) || moment === null
      ? []
      : [{ ...moment, coords_lat_lng_deg: place }]
  })
}

/** `key_by_type=false`, the older way, answers a list of streams that name their type. */
function byType(payload: unknown): unknown {
  if (!Array.isArray(payload)) return payload
  const list = StreamList.safeParse(payload)
  if (!list.success) {
    throw new UnreadablePage('streams', '', 'an object of streams by type, or a list of streams with `type` and `data`')
  }
  return Object.fromEntries(list.data.map((stream) => [stream.type, stream]))
}
