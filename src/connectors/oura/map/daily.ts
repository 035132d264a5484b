import { ActivityLevel, HeartRateContext, StressLevel, UploadType } from '../../../model/enumerations.ts'
import { dayBounds, localDayOf } from '../../../model/local-day.ts'
import { parseTimestamp, toWire } from '../../../model/timestamps.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { documents } from '../documents.ts'
import { DailyActivity, DailySpo2, DailyStress, HeartRateRow, Scored, Vo2Max } from '../payloads.ts'
import { instantOf, timedValues, wireAt, zoneOfPage } from '../time.ts'

const CLASS_SECONDS = 300
const LEVELS = Object.values(ActivityLevel) as number[]

export function mapDailyActivity(payload: unknown, context: MapContext): Mapped[] {
  return documents('daily_activity', DailyActivity, payload).map((document) => {
    const zone = zoneOfPage(context.timeZone, document.timestamp)
    const { total_calories: total, active_calories: active } = document
    const times = [document.high_activity_time, document.medium_activity_time, document.low_activity_time]
    return {
      type: 'daily',
      key: { day: document.day },
      record: {
        metadata: { ...dayBounds(document.day, zone), upload_type: UploadType.Automatic },
        distance_data: { steps: document.steps, distance_meters: document.equivalent_walking_distance },
        calories_data: {
          total_burned_calories: total,
          net_activity_calories: active,
          BMR_calories: isNumber(total) && isNumber(active) ? total - active : null,
        },
        active_durations_data: {
          vigorous_intensity_seconds: document.high_activity_time,
          moderate_intensity_seconds: document.medium_activity_time,
          low_intensity_seconds: document.low_activity_time,
          activity_seconds: times.every(isNumber) ? times.reduce((sum, seconds) => sum + seconds, 0) : null,
          inactivity_seconds: document.sedentary_time,
          rest_seconds: document.resting_time,
          activity_levels_samples: levels(document.class_5_min, document.timestamp, zone, context),
        },
        MET_data: {
          avg_level: document.average_met_minutes,
          MET_samples: timedValues(document.met, zone).map(({ timestamp, value }) => ({ timestamp, level: value })),
        },
        scores: { activity: document.score },
      },
    }
  })
}

/** One character for every five minutes, with the numbers of ActivityLevel (0, not worn, is its unknown). */
function levels(
  classes: string | null | undefined,
  timestamp: string | null | undefined,
  zone: string | null,
  context: MapContext,
) {
  if (!classes || !timestamp) return []
  const start = instantOf(timestamp, zone)
  return [...classes].map((character, i) => {
    const level = Number(character)
    if (!LEVELS.includes(level)) context.unknown('daily_activity.class_5_min', character)
    return {
      timestamp: wireAt(start + i * CLASS_SECONDS * 1000, zone),
      activity_level: LEVELS.includes(level) ? level : ActivityLevel.Unknown,
    }
  })
}

export function mapDailyReadiness(payload: unknown): Mapped[] {
  return documents('daily_readiness', Scored, payload).map((document) => ({
    type: 'daily',
    key: { day: document.day },
    record: { scores: { recovery: document.score } },
  }))
}

/** Comes without the night's id, and may come before the night. */
export function mapDailySleep(payload: unknown): Mapped[] {
  return documents('daily_sleep', Scored, payload).flatMap((document): Mapped[] => [
    { type: 'daily', key: { day: document.day }, record: { scores: { sleep: document.score } } },
    { type: 'sleep', key: { mainOf: document.day }, record: { scores: { sleep: document.score } } },
  ])
}

const STRESS_RATINGS: Record<string, number> = {
  restored: StressLevel.Rest,
  normal: StressLevel.Low,
  stressful: StressLevel.High,
}

export function mapDailyStress(payload: unknown, context: MapContext): Mapped[] {
  return documents('daily_stress', DailyStress, payload).map((document) => {
    const summary = document.day_summary ?? null
    const rating = summary === null ? null : STRESS_RATINGS[summary]
    if (rating === undefined) context.unknown('daily_stress.day_summary', summary!)
    return {
      type: 'daily',
      key: { day: document.day },
      record: {
        stress_data: {
          high_stress_duration_seconds: document.stress_high,
          rest_stress_duration_seconds: document.recovery_high,
          stress_rating: rating === undefined ? StressLevel.Unknown : rating,
        },
      },
    }
  })
}

export function mapDailySpo2(payload: unknown): Mapped[] {
  return documents('daily_spo2', DailySpo2, payload).flatMap((document): Mapped[] => {
    const average = document.spo2_percentage?.average ?? null
    return [
      { type: 'daily', key: { day: document.day }, record: { oxygen_data: { avg_saturation_percentage: average } } },
      {
        type: 'sleep',
        key: { mainOf: document.day },
        record: { respiration_data: { oxygen_saturation_data: { avg_saturation_percentage: average } } },
      },
    ]
  })
}

export function mapVo2Max(payload: unknown, context: MapContext): Mapped[] {
  return documents('vO2_max', Vo2Max, payload).map((document) => ({
    type: 'daily',
    key: { day: document.day },
    record: {
      oxygen_data: {
        vo2max_ml_per_min_per_kg: document.vo2_max,
        vo2_samples:
          isNumber(document.vo2_max) && document.timestamp
            ? [{ timestamp: shown(document.timestamp, context.timeZone), vo2max_ml_per_min_per_kg: document.vo2_max }]
            : [],
      },
    },
  }))
}

const ACTIVE_SOURCES = new Set(['workout'])
const RESTFUL_SOURCES = new Set(['awake', 'rest', 'sleep', 'session', 'live'])

/** Rows are in UTC. A page that was read for one workout adds to that workout, any other to the days it touches. */
export function mapHeartRate(payload: unknown, context: MapContext): Mapped[] {
  const rows = documents('heartrate', HeartRateRow, payload)
  const zone = context.timeZone
  const { workout_id: workoutId, start_datetime: start, end_datetime: end } = context.request
  if (workoutId !== undefined && start !== undefined && end !== undefined) {
    const from = instantOf(start, zone)
    const to = instantOf(end, zone)
    const shownIn = zoneOfPage(zone, start)
    const inside = rows.filter((row) => {
      const at = parseTimestamp(row.timestamp).epochMs ?? Number.NaN
      return row.source === 'workout' && at >= from && at <= to
    })
    if (inside.length === 0) return []
    return [
      {
        type: 'activity',
        key: { id: workoutId },
        record: { heart_rate_data: { detailed: { hr_samples: inside.map((row) => sample(row, shownIn, context)) } } },
      },
    ]
  }
  const days = new Map<string, typeof rows>()
  for (const row of rows) {
    const day = localDayOf(instantOf(row.timestamp, zone), zone)
    days.set(day, [...(days.get(day) ?? []), row])
  }
  return [...days].map(([day, inDay]) => ({
    type: 'daily',
    key: { day },
    record: { heart_rate_data: { detailed: { hr_samples: inDay.map((row) => sample(row, zone, context)) } } },
  }))
}

function sample(
  row: { timestamp: string; bpm: number; source?: string | null },
  zone: string | null,
  context: MapContext,
) {
  const source = row.source ?? ''
  const known = ACTIVE_SOURCES.has(source) || RESTFUL_SOURCES.has(source)
  if (!known && source !== '') context.unknown('heartrate.source', source)
  return {
    timestamp: shown(row.timestamp, zone),
    bpm: row.bpm,
    context: ACTIVE_SOURCES.has(source)
      ? HeartRateContext.Active
      : known
        ? HeartRateContext.NotActive
        : HeartRateContext.NotSet,
  }
}

/** An instant on the person's wall clock; as it came when no zone is known. */
function shown(timestamp: string, zone: string | null): string {
  const { epochMs } = parseTimestamp(timestamp)
  return epochMs === null || zone === null ? toWire(timestamp) : wireAt(epochMs, zone)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
