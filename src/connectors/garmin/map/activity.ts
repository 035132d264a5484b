// Workouts: their totals, the same in detail, and what the person changed by hand. All three are kept under the workout's id.
import activityTypes from '../activity_types.json' with { type: 'json' }
import { ActivityType, UploadType } from '../../../model/enumerations.ts'
import type { DeepPartial, RecordOf } from '../../../model/records.ts'
import { type MapContext, type Mapped } from '../../connector.ts'
import { ActivityDetails, ActivitySummary, type ActivityTotals, MoveIq } from '../payloads.ts'
import { latest, summaries } from '../summaries.ts'
import { clockOf, localDay, zoneAt } from '../time.ts'
import { detailsOf, lapsOf, readSamples } from './details.ts'

const TYPES = new Map<string, number>(Object.entries(activityTypes.map))
const DETAIL_SUFFIX = /-detail$/

interface Identified {
  activityId?: string | null | undefined
  summaryId?: string | null | undefined
}

export function activityIdOf({ activityId, summaryId }: Identified): string {
  return activityId ?? (summaryId ?? '').replace(DETAIL_SUFFIX, '')
}

export function mapActivities(payload: unknown, context: MapContext): Mapped[] {
  return plain('activities', payload, uploadType, context)
}

export function mapManuallyUpdatedActivities(payload: unknown, context: MapContext): Mapped[] {
  return plain('manuallyUpdatedActivities', payload, () => UploadType.Update, context)
}

function plain(
  kind: string,
  payload: unknown,
  upload: (totals: ActivityTotals) => number,
  context: MapContext,
): Mapped[] {
  const all = summaries(kind, ActivitySummary, payload, context)
  return latest(all, activityIdOf).map((summary) => {
    const { zone, record } = totalsOf(kind, summary, upload(summary), context)
    return part(activityIdOf(summary), localDay(summary.startTimeInSeconds, zone), record)
  })
}

export function mapActivityDetails(payload: unknown, context: MapContext): Mapped[] {
  const all = summaries('activityDetails', ActivityDetails, payload, context)
  return latest(all, activityIdOf).map((details) => {
    const { summary } = details
    const { zone, record } = totalsOf('activityDetails', summary, uploadType(summary), context)
    const samples = readSamples(details.samples ?? [])
    const end = summary.startTimeInSeconds + summary.durationInSeconds
    const laps = lapsOf(details.laps ?? [], samples, end, clockOf(zone))
    const whole = detailsOf(record, samples, laps, clockOf(zone))
    return part(activityIdOf(details), localDay(summary.startTimeInSeconds, zone), whole)
  })
}

function part(id: string, day: string, record: DeepPartial<RecordOf<'activity'>>): Mapped {
  return { type: 'activity', key: { id }, day, record }
}

function totalsOf(kind: string, totals: ActivityTotals, upload: number, context: MapContext) {
  const { startTimeInSeconds: start, startTimeOffsetInSeconds: offset, durationInSeconds: duration } = totals
  const zone = zoneAt(start, offset, context.timeZone)
  const clock = clockOf(zone)
  const { startingLatitudeInDegree: latitude, startingLongitudeInDegree: longitude } = totals
  const record = {
    metadata: {
      start_time: clock(start),
      // Timer time: with pauses the last samples are later.
      end_time: clock(start + duration),
      type: typeOf(kind, totals.activityType, context),
      upload_type: upload,
      name: totals.activityName,
    },
    active_durations_data: { activity_seconds: duration },
    // Garmin counts the energy of rest in here, other than in a day's summary.
    calories_data: { total_burned_calories: totals.activeKilocalories },
    distance_data: {
      summary: {
        distance_meters: totals.distanceInMeters,
        steps: totals.steps,
        elevation: {
          gain_actual_meters: totals.totalElevationGainInMeters,
          loss_actual_meters: totals.totalElevationLossInMeters,
        },
        swimming: { num_laps: totals.numberOfActiveLengths },
      },
    },
    heart_rate_data: {
      summary: {
        avg_hr_bpm: totals.averageHeartRateInBeatsPerMinute,
        max_hr_bpm: totals.maxHeartRateInBeatsPerMinute,
      },
    },
    movement_data: {
      avg_speed_meters_per_second: totals.averageSpeedInMetersPerSecond,
      max_speed_meters_per_second: totals.maxSpeedInMetersPerSecond,
      avg_pace_minutes_per_kilometer: totals.averagePaceInMinutesPerKilometer,
      max_pace_minutes_per_kilometer: totals.maxPaceInMinutesPerKilometer,
      avg_cadence_rpm:
        totals.averageRunCadenceInStepsPerMinute ??
        totals.averageBikeCadenceInRoundsPerMinute ??
        totals.averageSwimCadenceInStrokesPerMinute,
      max_cadence_rpm: totals.maxRunCadenceInStepsPerMinute ?? totals.maxBikeCadenceInRoundsPerMinute,
    },
    // ~ No public source proves the names of these two.
    power_data: { avg_watts: totals.averagePowerInWatts, max_watts: totals.maxPowerInWatts },
    position_data: {
      start_pos_lat_lng_deg: typeof latitude === 'number' && typeof longitude === 'number' ? [latitude, longitude] : [],
    },
    device_data: { name: totals.deviceName?.toLowerCase() === 'unknown' ? null : totals.deviceName },
  }
  return { zone, record }
}

function uploadType({ manual, isWebUpload }: ActivityTotals): number {
  if (manual === true) return UploadType.Manual
  return isWebUpload === true ? UploadType.ThirdParty : UploadType.Automatic
}

/** Newer devices send `TENNIS_V2` and `SKATING_WS` for what was `TENNIS` and `SKATING`. */
const SUFFIX = /_(?:V\d+|WS)$/

export function typeOf(kind: string, type: string | null | undefined, context: MapContext): number {
  if (!type) return ActivityType.Unknown
  const name = type.toUpperCase().trim()
  const bare = name.replace(SUFFIX, '')
  const known = TYPES.get(name) ?? TYPES.get(bare) ?? TYPES.get(`${bare}_V2`) ?? TYPES.get(`${bare}_WS`)
  if (known === undefined) context.unknown(`${kind}.activityType`, type)
  return known ?? ActivityType.Other
}

/** Movement that the device noticed by itself: counted in the day already, and no workout. */
export function mapMoveIq(payload: unknown, context: MapContext): Mapped[] {
  summaries('moveIQActivities', MoveIq, payload, context)
  return []
}
