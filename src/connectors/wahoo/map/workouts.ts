import { cadenceOf } from '../../../model/cadence.ts'
import { isZone, type LocalDay, localDayOf, wireAt } from '../../../model/local-day.ts'
import { parseTimestamp } from '../../../model/timestamps.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../connector.ts'
import { mapEach, readDocuments } from '../../documents.ts'
import table from '../activity_types.json' with { type: 'json' }
import { type Summary, SummaryOfWorkout, Workout } from '../payloads.ts'

const TYPES = new Map(Object.entries(table.map))
const UNKNOWN_ACTIVITY = 4
/** Files that another application sent to Wahoo have ids above this. */
const OWN_APPS_UP_TO = 1000
const UPLOAD = { automatic: 1, manual: 2, update: 3, thirdParty: 6 } as const

export function mapWorkouts(payload: unknown, context: MapContext): Mapped[] {
  const page = { kind: 'workouts', schema: Workout, lists: ['workouts'] }
  return mapEach('workouts', readDocuments(page, payload, context), context, (workout) => activityOf(workout, context))
}

/**
 * A summary that has its workout inside, by itself or in a notification. One without (`/workouts/{id}/workout_summary`) is a part of
 * the workout that had been asked for: when that began, its own page says.
 */
export function mapWorkoutSummary(payload: unknown, context: MapContext): Mapped[] {
  const page = { kind: 'workout_summary', schema: SummaryOfWorkout, lists: ['workout_summary', 'workout_summaries'] }
  return mapEach('workout_summary', readDocuments(page, payload, context), context, ({ workout, ...summary }) =>
    workout === null || workout === undefined
      ? partOf(summary, context)
      : activityOf({ ...workout, workout_summary: summary }, context),
  )
}

function partOf(summary: Summary, context: MapContext): Mapped[] {
  const id = context.request.workout_id ?? summary.id
  if (id === null || id === undefined) throw new UnreadablePage('workout_summary', 'id', 'expected an id')
  return [
    {
      type: 'activity',
      key: { id },
      version: instantOrZero(summary.updated_at) || null,
      record: valuesOf(summary, null),
    },
  ]
}

function activityOf(workout: Workout, context: MapContext): Mapped[] {
  const { workout_summary: done } = workout
  // Planned, or still to come: no workout yet.
  if (done === null || done === undefined) return []
  const zone = zoneOf(done, context.timeZone)
  const startAt = instant(workout.starts)
  const type = typeOf(workout, context)
  return [
    {
      type: 'activity',
      key: { id: workout.id },
      day: dayOf(workout, context.timeZone ?? '+00:00'),
      version: Math.max(instantOrZero(workout.updated_at), instantOrZero(done.updated_at)) || null,
      record: {
        metadata: {
          start_time: wireAt(startAt, zone ?? '+00:00'),
          end_time:
            done.duration_total_accum === null
              ? null
              : wireAt(startAt + Math.round(done.duration_total_accum * 1000), zone ?? '+00:00'),
          type,
          name: workout.name,
          upload_type: uploadOf(done),
        },
        ...valuesOf(done, type),
      },
    },
  ]
}

function zoneOf({ time_zone: shown }: Summary, known: string | null): string | null {
  return typeof shown === 'string' && isZone(shown) ? shown : known
}

/** Where it was; null where neither the summary nor anybody else says. */
export function dayOf({ starts, workout_summary: done }: Workout, known: string | null): LocalDay | null {
  const zone = done === null || done === undefined ? known : zoneOf(done, known)
  return zone === null ? null : localDayOf(instant(starts), zone)
}

/** What a summary says whenever the workout was. How cadence counts depends on what was done. */
function valuesOf(done: Summary, type: number | null) {
  return {
    active_durations_data: {
      activity_seconds: done.duration_active_accum,
      rest_seconds: done.duration_paused_accum,
    },
    calories_data: { total_burned_calories: done.calories_accum },
    distance_data: {
      summary: {
        distance_meters: done.distance_accum,
        elevation: { gain_actual_meters: done.ascent_accum },
      },
    },
    heart_rate_data: { summary: { avg_hr_bpm: done.heart_rate_avg } },
    movement_data: {
      avg_speed_meters_per_second: done.speed_avg,
      avg_cadence_rpm: type === null ? null : cadenceOf(done.cadence_avg, type),
    },
    power_data: { avg_watts: done.power_avg ?? done.power_bike_avg },
    TSS_data: {
      TSS_samples:
        done.power_bike_tss_last === null && done.power_bike_np_last === null
          ? []
          : [
              {
                method: 'POWER',
                actual: done.power_bike_tss_last,
                normalized_power_watts: done.power_bike_np_last,
              },
            ],
    },
    work_data: { work_kilojoules: done.work_accum === null ? null : done.work_accum / 1000 },
  }
}

function typeOf({ workout_type_id: code }: Workout, context: MapContext): number {
  if (code === null || code === undefined) return UNKNOWN_ACTIVITY
  const known = TYPES.get(String(code))
  if (known === undefined) context.unknown('workout_type_id', String(code))
  return known ?? UNKNOWN_ACTIVITY
}

function uploadOf({ manual, edited, fitness_app_id: app }: Summary): number {
  if (manual === true) return UPLOAD.manual
  if (app !== null && app > OWN_APPS_UP_TO) return UPLOAD.thirdParty
  return edited === true ? UPLOAD.update : UPLOAD.automatic
}

function instant(text: string): number {
  const { epochMs, local } = parseTimestamp(text)
  return epochMs ?? Date.parse(`${local}Z`)
}

function instantOrZero(text: string | null | undefined): number {
  return typeof text === 'string' ? instant(text) : 0
}
