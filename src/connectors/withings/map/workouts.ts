import activityTypes from '../activity_types.json' with { type: 'json' }
import { ActivityType, UploadType } from '../../../model/enumerations.ts'
import type { MapContext, Mapped, MappedOf } from '../../connector.ts'
import { firstZone, newestOf, readList } from '../pages.ts'
import { Workout } from '../payloads.ts'
import { shownAt } from '../time.ts'
import { devicesOf } from './device.ts'
import { zonesOf } from './zones.ts'

const TYPES = new Map<number, number>(
  Object.entries(activityTypes.map).map(([code, { terra }]) => [Number(code), terra]),
)
/** Perhaps somebody else's. */
const AMBIGUOUS = 1
/** A stretch without any activity. */
const NO_ACTIVITY = 128

const MANUAL = 2
const MANUAL_AT_SIGN_UP = 4
const UPLOADS = new Map<number, number>([
  [0, UploadType.Automatic],
  [8, UploadType.Automatic],
  [7, UploadType.Automatic],
  [15, UploadType.Automatic],
  [MANUAL, UploadType.Manual],
  [MANUAL_AT_SIGN_UP, UploadType.Manual],
])

export function mapWorkouts(payload: unknown, context: MapContext): Mapped[] {
  const workouts = readList({ kind: 'workouts', list: 'series', schema: Workout }, payload, context)
  return newestOf(workouts, ({ id }) => id)
    .filter(({ category, attrib }) => category !== NO_ACTIVITY && attrib !== AMBIGUOUS)
    .map((workout) => activityOf(workout, context))
}

function activityOf(workout: Workout, context: MapContext): MappedOf<'activity'> {
  const zone = firstZone(workout.timezone, context.timeZone)
  const { data, startdate: start } = workout
  const end = typeof workout.enddate === 'number' && workout.enddate > start ? workout.enddate : null
  return {
    type: 'activity',
    key: { id: workout.id },
    day: workout.date,
    record: {
      metadata: {
        start_time: shownAt(start, zone),
        end_time: end === null ? null : shownAt(end, zone),
        type: typeOf(workout.category, context),
        upload_type: uploadType(workout.attrib, context),
      },
      device_data: devicesOf([workout]),
      active_durations_data: { activity_seconds: end === null ? null : secondsWithoutPauses(end - start, data) },
      calories_data: { total_burned_calories: byHand(workout, data.manual_calories) ?? data.calories },
      distance_data: {
        summary: {
          distance_meters: byHand(workout, data.manual_distance) ?? data.distance,
          steps: data.steps,
          floors_climbed: data.elevation,
          swimming: {
            num_laps: data.pool_laps,
            num_strokes: data.strokes,
            pool_length_meters: data.pool_length,
          },
        },
      },
      heart_rate_data: {
        summary: {
          avg_hr_bpm: data.hr_average,
          min_hr_bpm: data.hr_min,
          max_hr_bpm: data.hr_max,
          hr_zone_data: zonesOf(data),
        },
      },
      oxygen_data: { avg_saturation_percentage: data.spo2_average },
    },
  }
}

function typeOf(category: number | null | undefined, context: MapContext): number {
  if (category === null || category === undefined) return ActivityType.Unknown
  const known = TYPES.get(category)
  if (known === undefined) context.unknown('workouts.category', String(category))
  return known ?? activityTypes.default.terra
}

function uploadType(attrib: number | null | undefined, context: MapContext): number {
  if (attrib === null || attrib === undefined) return UploadType.Unknown
  const known = UPLOADS.get(attrib)
  if (known === undefined) context.unknown('workouts.attrib', String(attrib))
  return known ?? UploadType.Unknown
}

/** What the person typed in wins in what the person typed in. 0 stands in fields that were left empty. */
function byHand({ attrib }: Workout, value: number | null | undefined): number | null {
  return attrib === MANUAL && typeof value === 'number' && value > 0 ? value : null
}

function secondsWithoutPauses(
  seconds: number,
  { pause_duration: typed, algo_pause_duration: seen }: Workout['data'],
): number {
  return Math.max(0, seconds - Math.max(typed ?? 0, seen ?? 0))
}
