import activityTypes from '../activity_types.json' with { type: 'json' }
import { ActivityType, UploadType } from '../../../model/enumerations.ts'
import { durationSeconds } from '../../../model/durations.ts'
import { localDayOf, wireAt } from '../../../model/local-day.ts'
import { ratioToPercent } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach } from '../../documents.ts'
import { Exercise, ExerciseSamples, RoutePoint, Zone } from '../payloads.ts'
import { startOf } from '../time.ts'
import { documents } from './pages.ts'
import { beatsOf, recordedOf, routeOf } from './recorded.ts'

const TYPES = new Map<string, number>(Object.entries(activityTypes.map))

export function mapExercises(payload: unknown, context: MapContext): Mapped[] {
  const series = { samples: ExerciseSamples, route: RoutePoint, heart_rate_zones: Zone, 'heart_rate_zones.zone': Zone }
  const exercises = documents('exercises', Exercise, payload, context, ['exercises'], { series })
  const mapped = mapEach('exercises', exercises, context, (exercise) => ({
    activity: activityOf(exercise, context),
    beats: beatsIn(exercise, context),
  }))
  const beats = mapped.flatMap((each) => each.beats)
  return [...mapped.map(({ activity }) => activity), ...bodiesOf(beats)]
}

function activityOf(exercise: Exercise, context: MapContext): Mapped {
  const { startAt, zone } = startOf(exercise.start_time, exercise.start_time_utc_offset, context.timeZone)
  const lasts = exercise.duration ? durationSeconds(exercise.duration) : null
  const route = routeOf(exercise.route ?? [], startAt, zone)
  const recorded = recordedOf(exercise.samples ?? [], startAt, zone, context)
  return {
    type: 'activity',
    key: { id: exercise.id },
    day: localDayOf(startAt, zone),
    record: {
      metadata: {
        start_time: wireAt(startAt, zone),
        end_time: lasts === null ? null : wireAt(startAt + Math.round(lasts * 1000), zone),
        type: typeOf(exercise, context),
        upload_type: exercise.device ? UploadType.Automatic : UploadType.Manual,
      },
      calories_data: { total_burned_calories: exercise.calories },
      device_data: { name: exercise.device, serial_number: exercise.device_id },
      distance_data: { summary: { distance_meters: exercise.distance }, detailed: recorded.distance },
      heart_rate_data: {
        summary: {
          avg_hr_bpm: exercise.heart_rate?.average,
          max_hr_bpm: exercise.heart_rate?.maximum,
          hr_zone_data: zonesOf(exercise, context),
        },
        detailed: recorded.heartRate,
      },
      movement_data: recorded.movement,
      power_data: recorded.power,
      strain_data: { strain_level: loadOf(exercise) },
      position_data: {
        start_pos_lat_lng_deg: route[0]?.coords_lat_lng_deg ?? [],
        end_pos_lat_lng_deg: route.at(-1)?.coords_lat_lng_deg ?? [],
        position_samples: route,
      },
    },
  }
}

/** Below zero it was not calculated. */
function loadOf({ training_load_pro: pro, training_load: load }: Exercise): number | null {
  return [pro?.cardio_load, load].find((value) => typeof value === 'number' && value >= 0) ?? null
}

/** Percent of the highest heart rate, which the physical information says and the question carries. */
function zonesOf({ heart_rate_zones: zones }: Exercise, { request }: MapContext) {
  const highest = Number(request.maximum_heart_rate)
  const percent = (bpm: number | null | undefined): number | null =>
    typeof bpm === 'number' && highest > 0 ? ratioToPercent(bpm / highest) : null
  return (zones ?? []).map((zone) => ({
    zone: zone.index,
    start_percentage: percent(zone.lower_limit),
    end_percentage: percent(zone.upper_limit),
    duration_seconds: zone.in_zone ? durationSeconds(zone.in_zone) : null,
  }))
}

function typeOf({ detailed_sport_info: detailed, sport }: Exercise, context: MapContext): number {
  const name = detailed || sport
  if (!name) return ActivityType.Unknown
  const known = TYPES.get(name) ?? TYPES.get(name.toUpperCase())
  if (known === undefined) context.unknown('exercise.detailed_sport_info', name)
  return known ?? ActivityType.Other
}

function beatsIn(exercise: Exercise, context: MapContext) {
  const { startAt, zone } = startOf(exercise.start_time, exercise.start_time_utc_offset, context.timeZone)
  const day = localDayOf(startAt, zone)
  return beatsOf(exercise.samples ?? [], startAt, zone).map((sample) => ({ day, sample }))
}

/** Beat to beat intervals belong to the body, whose record is the day's: all workouts of a day in one. */
function bodiesOf(samples: ReturnType<typeof beatsIn>): Mapped[] {
  return [...Map.groupBy(samples, ({ day }) => day)].map(([day, own]) => ({
    type: 'body',
    key: { day },
    record: { heart_data: { rr_interval_samples: own.map(({ sample }) => sample) } },
  }))
}
