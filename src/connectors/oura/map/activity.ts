// Workouts and sessions: both are Activity, kept under the document's own id.
import activityTypes from '../activity_types.json' with { type: 'json' }
import { ActivityType, UploadType } from '../../../model/enumerations.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach } from '../../documents.ts'
import { documents } from '../documents.ts'
import { Reading, Session, Workout } from '../payloads.ts'
import { instantOf, timedValues, wireAt, zoneOfPage } from '../time.ts'

const TYPES = new Map<string, number>(Object.entries(activityTypes.map).map(([name, { terra }]) => [name, terra]))

const UPLOADS = new Map<string, number>([
  ['manual', UploadType.Manual],
  ['autodetected', UploadType.Automatic],
  ['confirmed', UploadType.Automatic],
  ['workout_heart_rate', UploadType.Automatic],
])

export function mapWorkout(payload: unknown, context: MapContext): Mapped[] {
  return mapEach('workout', documents('workout', Workout, payload, context), context, (document) => {
    const span = spanOf(document, context)
    return {
      type: 'activity',
      key: { id: document.id },
      day: document.day,
      record: {
        metadata: {
          start_time: span.start_time,
          end_time: span.end_time,
          type: workoutType(document.activity, context),
          upload_type: uploadType(document.source, context),
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
function workoutType(activity: string | null | undefined, context: MapContext): number {
  if (!activity) return ActivityType.Unknown
  const name = activity.toLowerCase().replaceAll(/[\s-]+/g, '_')
  const known = TYPES.get(name) ?? TYPES.get(name.replaceAll('_', ''))
  if (known === undefined) context.unknown('workout.activity', activity)
  return known ?? activityTypes.default.terra
}

function uploadType(source: string | null | undefined, context: MapContext): number {
  if (source === null || source === undefined) return UploadType.Unknown
  const known = UPLOADS.get(source)
  if (known === undefined) context.unknown('workout.source', source)
  return known ?? UploadType.Unknown
}

const SESSION_TYPES = new Map<string, number>([
  ['meditation', ActivityType.Meditation],
  ['breathing', ActivityType.GuidedBreathing],
  ['rest', ActivityType.Still],
  ['relaxation', ActivityType.Still],
  ['body_status', ActivityType.Other],
])
/** Naps come as sleep. */
const NAP = 'nap'

export function mapSession(payload: unknown, context: MapContext): Mapped[] {
  const series = { 'heart_rate.items': Reading, 'heart_rate_variability.items': Reading }
  return mapEach('session', documents('session', Session, payload, context, series), context, (document): Mapped[] => {
    if (document.type === NAP) return []
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
            type: sessionType(document.type, context),
            upload_type: UploadType.Unknown,
          },
          active_durations_data: { activity_seconds: span.seconds },
          heart_rate_data: {
            detailed: {
              hr_samples: timedValues(document.heart_rate, context.timeZone).map(({ timestamp, value }) => ({
                timestamp,
                bpm: value,
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

function sessionType(type: string | null | undefined, context: MapContext): number {
  if (!type) return ActivityType.Unknown
  const known = SESSION_TYPES.get(type)
  if (known === undefined) context.unknown('session.type', type)
  return known ?? ActivityType.Other
}

/** The end and the duration are null when the end does not follow the start. */
function spanOf(document: { start_datetime: string; end_datetime?: string | null }, context: MapContext) {
  const zone = zoneOfPage(context.timeZone, document.start_datetime)
  const start = instantOf(document.start_datetime, zone)
  const start_time = wireAt(start, zone)
  if (document.end_datetime) {
    const endZone = zoneOfPage(zone, document.end_datetime)
    const end = instantOf(document.end_datetime, endZone)
    if (end > start) return { start_time, end_time: wireAt(end, endZone), seconds: (end - start) / 1000 }
  }
  return { start_time, end_time: null, seconds: null }
}
