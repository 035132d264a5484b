import activityTypes from '../activity_types.json' with { type: 'json' }
import { ActivityType, HeartRateContext, UploadType } from '../../../model/enumerations.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { documents } from '../documents.ts'
import { Session, Workout } from '../payloads.ts'
import { instantOf, timedValues, wireAt, zoneOfPage } from '../time.ts'

const TYPES: Record<string, { terra: number } | undefined> = activityTypes.map

const UPLOADS: Record<string, number> = {
  manual: UploadType.Manual,
  autodetected: UploadType.Automatic,
  confirmed: UploadType.Automatic,
  workout_heart_rate: UploadType.Automatic,
}

export function mapWorkout(payload: unknown, context: MapContext): Mapped[] {
  return documents('workout', Workout, payload).map((document) => {
    const source = document.source ?? ''
    if (!(source in UPLOADS)) context.unknown('workout.source', source)
    const span = spanOf(document, context)
    return {
      type: 'activity',
      key: { id: document.id },
      day: document.day,
      record: {
        metadata: {
          start_time: span.start_time,
          end_time: span.end_time,
          type: workoutType(document.activity ?? '', context),
          upload_type: UPLOADS[source] ?? UploadType.Unknown,
          name: document.label,
        },
        active_durations_data: { activity_seconds: span.seconds },
        calories_data: { total_burned_calories: document.calories },
        distance_data: { summary: { distance_meters: document.distance } },
      },
    }
  })
}

/** Oura publishes no closed list of activities, and spells some with and without underscores. */
function workoutType(activity: string, context: MapContext): number {
  const name = activity.toLowerCase()
  const known = TYPES[name] ?? TYPES[name.replaceAll('_', '')] ?? TYPES[name.replaceAll(/[\s-]+/g, '_')]
  if (known !== undefined) return known.terra
  context.unknown('workout.activity', activity)
  return activityTypes.default.terra
}

const SESSION_TYPES: Record<string, number> = {
  meditation: ActivityType.Meditation,
  breathing: ActivityType.GuidedBreathing,
  rest: ActivityType.Still,
  relaxation: ActivityType.Still,
  body_status: ActivityType.Other,
}
/** Naps come as sleep. */
const NAP = 'nap'

export function mapSession(payload: unknown, context: MapContext): Mapped[] {
  return documents('session', Session, payload).flatMap((document): Mapped[] => {
    const kind = document.type ?? ''
    if (kind === NAP) return []
    const type = SESSION_TYPES[kind]
    if (type === undefined) context.unknown('session.type', kind)
    const span = spanOf(document, context)
    return [
      {
        type: 'activity',
        key: { id: document.id },
        day: document.day,
        record: {
          metadata: {
            start_time: span.start_time,
            end_time: span.end_time,
            type: type ?? ActivityType.Other,
            upload_type: UploadType.Unknown,
          },
          active_durations_data: { activity_seconds: span.seconds },
          heart_rate_data: {
            detailed: {
              hr_samples: timedValues(document.heart_rate, context.timeZone).map(({ timestamp, value }) => ({
                timestamp,
                bpm: value,
                context: HeartRateContext.NotActive,
              })),
              hrv_samples_rmssd: timedValues(document.heart_rate_variability, context.timeZone).map(
                ({ timestamp, value }) => ({ timestamp, hrv_rmssd: value }),
              ),
            },
          },
        },
      },
    ]
  })
}

/** The end and the duration are null when the end does not follow the start. */
function spanOf(document: { start_datetime: string; end_datetime: string }, context: MapContext) {
  const zone = zoneOfPage(context.timeZone, document.start_datetime)
  const start = instantOf(document.start_datetime, zone)
  const end = instantOf(document.end_datetime, zone)
  const follows = end > start
  return {
    start_time: wireAt(start, zone),
    end_time: follows ? wireAt(end, zoneOfPage(context.timeZone, document.end_datetime)) : null,
    seconds: follows ? (end - start) / 1000 : null,
  }
}
