// Workouts.
import { z } from 'zod'
import activityTypes from '../activity_types.json' with { type: 'json' }
import { ActivityType, UploadType } from '../../../model/enumerations.ts'
import { millimetersToMeters, round } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { type Point, readPoints } from '../pages.ts'
import { dayOfInterval, shown, shownEnd, shownStart } from '../time.ts'
import { instant, Interval, maybeDuration, maybeInstant, maybeInt64, number, text } from '../values.ts'
import { named } from './energy.ts'
import { ZONES } from './heart.ts'
import { deviceOf, isManual, withoutTwins } from './sources.ts'

const TYPES = new Map<string, number>(Object.entries(activityTypes.map).map(([name, { terra }]) => [name, terra]))

const Metrics = z.object({
  caloriesKcal: number,
  distanceMillimeters: number,
  /** As a codelab prints it. */
  distanceMillimiters: number,
  steps: maybeInt64,
  averageSpeedMillimetersPerSecond: number,
  averagePaceSecondsPerMeter: number,
  averageHeartRateBeatsPerMinute: maybeInt64,
  elevationGainMillimeters: number,
  runVo2Max: number,
  totalSwimLengths: number,
  heartRateZoneDurations: z
    .object({
      lightTime: maybeDuration,
      moderateTime: maybeDuration,
      vigorousTime: maybeDuration,
      peakTime: maybeDuration,
    })
    .nullish(),
  mobilityMetrics: z.object({ avgCadenceStepsPerMinute: number }).nullish(),
})
type Metrics = z.infer<typeof Metrics>

const Split = z.object({
  startTime: instant,
  startUtcOffset: maybeDuration,
  endTime: maybeInstant,
  endUtcOffset: maybeDuration,
  activeDuration: maybeDuration,
  metricsSummary: Metrics.nullish(),
  splitType: text,
})

const Exercise = z.object({
  interval: Interval,
  exerciseType: text,
  displayName: text,
  activeDuration: maybeDuration,
  metricsSummary: Metrics.nullish(),
  exerciseMetadata: z.object({ poolLengthMillimeters: maybeInt64 }).nullish(),
  splitSummaries: z.array(Split).nullish(),
  splits: z.array(Split).nullish(),
  updateTime: maybeInstant,
})
type Exercise = z.infer<typeof Exercise>

export function mapExercise(payload: unknown, context: MapContext): Mapped[] {
  const points = readPoints('exercise', Exercise, payload, context)
  return withoutTwins(points).map((point) => exerciseOf(point, context))
}

function exerciseOf({ id, source, value }: Point<Exercise>, context: MapContext): Mapped {
  const { interval, metricsSummary: metrics } = value
  const zone = context.timeZone
  return {
    type: 'activity',
    key: { id: id ?? new Date(interval.startTime).toISOString() },
    day: dayOfInterval(interval, zone),
    version: value.updateTime ?? null,
    record: {
      metadata: {
        start_time: shownStart(interval, zone),
        end_time: shownEnd(interval, zone),
        type: typeOf(value.exerciseType, context),
        name: value.displayName,
        upload_type: isManual(source) ? UploadType.Manual : UploadType.Automatic,
      },
      device_data: deviceOf(source),
      active_durations_data: { activity_seconds: value.activeDuration },
      calories_data: { total_burned_calories: metrics?.caloriesKcal },
      distance_data: {
        summary: {
          distance_meters: metersOf(metrics),
          steps: metrics?.steps,
          elevation: { gain_actual_meters: meters(metrics?.elevationGainMillimeters) },
          swimming: {
            num_laps: metrics?.totalSwimLengths,
            pool_length_meters: meters(value.exerciseMetadata?.poolLengthMillimeters),
          },
        },
      },
      movement_data: {
        avg_speed_meters_per_second: meters(metrics?.averageSpeedMillimetersPerSecond),
        avg_pace_minutes_per_kilometer: paceOf(metrics),
        avg_cadence_rpm: metrics?.mobilityMetrics?.avgCadenceStepsPerMinute,
      },
      heart_rate_data: {
        summary: { avg_hr_bpm: metrics?.averageHeartRateBeatsPerMinute, hr_zone_data: zonesOf(metrics) },
      },
      oxygen_data: { vo2max_ml_per_min_per_kg: metrics?.runVo2Max },
      lap_data: { laps: lapsOf(value, context) },
    },
  }
}

function typeOf(code: string | null | undefined, context: MapContext): number {
  if (!code) return ActivityType.Unknown
  const known = TYPES.get(code)
  if (known === undefined) context.unknown('exerciseType', code)
  return known ?? ActivityType.Other
}

function metersOf(metrics: Metrics | null | undefined): number | null {
  return meters(metrics?.distanceMillimeters ?? metrics?.distanceMillimiters)
}

function meters(millimeters: number | null | undefined): number | null {
  return typeof millimeters === 'number' ? millimetersToMeters(millimeters) : null
}

/** Seconds per metre to minutes per kilometre. */
function paceOf(metrics: Metrics | null | undefined): number | null {
  const pace = metrics?.averagePaceSecondsPerMeter
  return typeof pace === 'number' ? round((pace * 1000) / 60, 6) : null
}

const ZONE_TIMES = [
  ['LIGHT', 'lightTime'],
  ['MODERATE', 'moderateTime'],
  ['VIGOROUS', 'vigorousTime'],
  ['PEAK', 'peakTime'],
] as const

function zonesOf(metrics: Metrics | null | undefined) {
  const times = metrics?.heartRateZoneDurations
  return ZONE_TIMES.flatMap(([name, member]) => {
    const duration = times?.[member]
    return typeof duration === 'number' ? [{ zone: ZONES.get(name), name, duration_seconds: duration }] : []
  })
}

const TRIGGERS = new Map([
  ['MANUAL', 'MANUAL'],
  ['DURATION', 'TIME'],
  ['DISTANCE', 'DISTANCE'],
  ['CALORIES', 'CALORIES'],
])

function lapsOf({ splitSummaries, splits }: Exercise, context: MapContext) {
  const zone = context.timeZone
  const laps = splitSummaries?.length ? splitSummaries : (splits ?? [])
  return laps.map((lap) => ({
    start_time: shown(lap.startTime, lap.startUtcOffset, zone),
    end_time:
      typeof lap.endTime === 'number' && lap.endTime > lap.startTime
        ? shown(lap.endTime, lap.endUtcOffset ?? lap.startUtcOffset, zone)
        : null,
    active_duration_seconds: lap.activeDuration,
    distance_meters: metersOf(lap.metricsSummary),
    calories: lap.metricsSummary?.caloriesKcal,
    avg_hr_bpm: lap.metricsSummary?.averageHeartRateBeatsPerMinute,
    avg_speed_meters_per_second: meters(lap.metricsSummary?.averageSpeedMillimetersPerSecond),
    trigger_method: named(TRIGGERS, 'exercise.splitType', lap.splitType, context),
  }))
}
