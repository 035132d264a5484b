// Logged activities: as their list has them, and in the short form of a day's summary.
import { z } from 'zod'
import activityTypes from '../activity_types.json' with { type: 'json' }
import { ActivityType, UploadType } from '../../../../model/enumerations.ts'
import { dayBounds, instantIn, wireAt, zoneOfInstant } from '../../../../model/local-day.ts'
import { offsetText, parseTimestamp } from '../../../../model/timestamps.ts'
import {
  feetToMeters,
  kilometersPerHourToMetersPerSecond,
  kilometersToMeters,
  milesToMeters,
  millisecondsToSeconds,
  minutesToSeconds,
  round,
  yardsToMeters,
} from '../../../../model/units.ts'
import type { MapContext, Mapped } from '../../../connector.ts'
import { mapEach, readDocuments } from '../../../documents.ts'
import { instantOnDay, shown } from '../time.ts'
import { clock, day, flag, id, number, text, time } from '../values.ts'
import { zones, zonesOf } from './zones.ts'

/** By the name in lower case; the ids of some differ from one client to the next, so the name wins. */
const TYPES = new Map<string, number>(Object.entries(activityTypes.map).map(([name, { terra }]) => [name, terra]))
const MILE = 'Mile'
const YARD = 'Yard'

const Log = z.object({
  logId: id,
  activityName: text,
  activityTypeId: z.union([z.string(), z.number()]).nullish(),
  startTime: time,
  duration: number,
  originalDuration: number,
  activeDuration: number,
  logType: text,
  calories: number,
  distance: number,
  distanceUnit: text,
  steps: number,
  elevationGain: number,
  activityLevel: z.array(z.object({ name: text, minutes: number })).nullish(),
  averageHeartRate: number,
  heartRateZones: zones,
  speed: number,
  pace: number,
  swimLengths: number,
  poolLength: number,
  poolLengthUnit: text,
  source: z.object({ name: text }).nullish(),
  lastModified: time.nullish(),
})
type Log = z.infer<typeof Log>

export function mapActivityLogs(payload: unknown, context: MapContext): Mapped[] {
  const shape = { kind: 'activity_log_list', schema: Log, lists: ['activities'] }
  return mapEach('activity_log_list', readDocuments(shape, payload, context), context, (log) => logOf(log, context))
}

function logOf(log: Log, context: MapContext): Mapped {
  const { start, zone } = startOf(log.startTime, context)
  // `duration` leaves out the pauses.
  const lasts = log.originalDuration ?? log.duration
  const active = log.activeDuration ?? log.duration
  const miles = log.distanceUnit === MILE
  return {
    type: 'activity',
    key: { id: log.logId },
    day: log.startTime.slice(0, 10),
    version: log.lastModified ? parseTimestamp(log.lastModified).epochMs : null,
    record: {
      metadata: {
        start_time: wireAt(start, zone),
        end_time: typeof lasts === 'number' && lasts > 0 ? wireAt(start + lasts, zone) : null,
        type: typeOf(log.activityName, log.activityTypeId, context),
        name: log.activityName,
        upload_type: uploadOf(log.logType),
      },
      device_data: { name: log.source?.name },
      active_durations_data: { activity_seconds: seconds(active), ...levelsOf(log) },
      calories_data: { total_burned_calories: log.calories },
      distance_data: {
        summary: {
          distance_meters: converted(log.distance, miles ? milesToMeters : kilometersToMeters),
          steps: log.steps,
          elevation: { gain_actual_meters: converted(log.elevationGain, miles ? feetToMeters : (meters) => meters) },
          swimming: {
            num_laps: log.swimLengths,
            pool_length_meters: converted(
              log.poolLength,
              log.poolLengthUnit === YARD ? yardsToMeters : (meters) => meters,
            ),
          },
        },
      },
      movement_data: {
        avg_speed_meters_per_second: converted(log.speed, (speed) =>
          round(kilometersPerHourToMetersPerSecond(miles ? milesToMeters(speed) / 1000 : speed), 6),
        ),
        avg_pace_minutes_per_kilometer: converted(log.pace, (pace) =>
          round(pace / 60 / (miles ? milesToMeters(1) / 1000 : 1), 6),
        ),
      },
      heart_rate_data: {
        summary: { avg_hr_bpm: log.averageHeartRate, hr_zone_data: zonesOf(log.heartRateZones) },
      },
    },
  }
}

/** As `lightlyActiveMinutes` and the like of a day. */
function levelsOf({ activityLevel }: Log) {
  const said = (name: string): number | null =>
    converted(activityLevel?.find((level) => level.name === name)?.minutes, minutesToSeconds)
  return {
    low_intensity_seconds: said('lightly'),
    moderate_intensity_seconds: said('fairly'),
    vigorous_intensity_seconds: said('very'),
    inactivity_seconds: said('sedentary'),
  }
}

/** Logs are the one page with an offset: it counts where the known zone had another one, or nobody knows a zone. */
function startOf(startTime: string, { timeZone }: MapContext): { start: number; zone: string | null } {
  const { epochMs, offsetMinutes } = parseTimestamp(startTime)
  if (epochMs === null || offsetMinutes === null) return { start: instantIn(startTime, timeZone), zone: timeZone }
  return { start: epochMs, zone: zoneOfInstant(epochMs, timeZone, offsetText(offsetMinutes)) }
}

function typeOf(
  name: string | null | undefined,
  typeId: string | number | null | undefined,
  context: MapContext,
): number {
  const key = name?.trim().toLowerCase()
  const known = (key ? TYPES.get(key) : undefined) ?? TYPES.get(`id:${typeId}`)
  if (known !== undefined) return known
  if (!key && (typeId === null || typeId === undefined)) return ActivityType.Unknown
  context.unknown('activityName', name ?? `id:${typeId}`)
  return ActivityType.Other
}

function uploadOf(logType: string | null | undefined): number {
  if (!logType) return UploadType.Unknown
  return logType === 'manual' ? UploadType.Manual : UploadType.Automatic
}

const ShortLog = z.object({
  logId: id,
  activityId: z.union([z.string(), z.number()]).nullish(),
  name: text,
  activityParentName: text,
  startDate: day,
  startTime: clock.nullish(),
  hasStartTime: flag,
  duration: number,
  distance: number,
  calories: number,
  steps: number,
  lastModified: time.nullish(),
})

/** Without a clock time a log is of the whole day. */
export function mapShortLogs(activities: readonly unknown[], context: MapContext): Mapped[] {
  if (activities.length === 0) return []
  const logs = readDocuments({ kind: 'activities', schema: ShortLog }, activities, context)
  return mapEach('activities', logs, context, (log) => {
    const clocked = log.hasStartTime !== false && !!log.startTime
    const start = clocked ? instantOnDay(log.startDate, log.startTime!, context) : null
    const span =
      start === null
        ? dayBounds(log.startDate, context.timeZone)
        : {
            start_time: shown(start, context),
            end_time:
              typeof log.duration === 'number' && log.duration > 0 ? shown(start + log.duration, context) : null,
          }
    return {
      type: 'activity',
      key: { id: log.logId },
      day: log.startDate,
      version: log.lastModified ? parseTimestamp(log.lastModified).epochMs : null,
      record: {
        metadata: {
          ...span,
          type: typeOf(log.name ?? log.activityParentName, log.activityId, context),
          name: log.name,
        },
        active_durations_data: { activity_seconds: seconds(log.duration) },
        calories_data: { total_burned_calories: log.calories },
        distance_data: {
          summary: { distance_meters: converted(log.distance, kilometersToMeters), steps: log.steps },
        },
      },
    }
  })
}

function seconds(milliseconds: number | null | undefined): number | null {
  return converted(milliseconds, millisecondsToSeconds)
}

function converted(value: number | null | undefined, convert: (value: number) => number): number | null {
  return typeof value === 'number' ? convert(value) : null
}
