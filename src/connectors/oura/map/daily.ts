// What Oura says of a whole day. Its documents change their id whenever the day is recomputed: the day is the key.
import { ActivityLevel, StressLevel, UploadType } from '../../../model/enumerations.ts'
import { addDays } from '../../../model/local-day.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach } from '../../documents.ts'
import { documents } from '../documents.ts'
import { DailyActivity, DailySpo2, DailyStress, Reading, Scored, Vo2Max } from '../payloads.ts'
import { boundsOf, instantOf, offsetOf, shownIn, timedValues, wireAt, zoneOfPage } from '../time.ts'

/** Oura's own day runs from 04:00 to 04:00: the samples keep their times, the record has the bounds of the local day. */
export function mapDailyActivity(payload: unknown, context: MapContext): Mapped[] {
  const all = documents('daily_activity', DailyActivity, payload, context, { 'met.items': Reading })
  // The day before was asked for, too: it tells the offset that this one began with. It may be on the page before.
  const { start_date: first = '', before = '' } = context.request
  const [dayBefore = '', offsetBefore = null] = before.split(' ')
  const offsets = new Map([
    [dayBefore, offsetBefore],
    ...all.map(({ day, timestamp }) => [day, offsetOf(timestamp)] as const),
  ])
  const wanted = all.filter(({ day }) => day >= first)
  return mapEach('daily_activity', wanted, context, (document) => {
    const zone = zoneOfPage(context.timeZone, document.timestamp)
    const before = offsets.get(addDays(document.day, -1)) ?? null
    const { total_calories: total, active_calories: active } = document
    const { high_activity_time: high, medium_activity_time: medium, low_activity_time: low } = document
    return {
      type: 'daily',
      key: { day: document.day },
      record: {
        metadata: { ...boundsOf(document.day, zone, document.timestamp, before), upload_type: UploadType.Automatic },
        distance_data: { steps: document.steps, distance_meters: document.equivalent_walking_distance },
        calories_data: {
          total_burned_calories: total,
          net_activity_calories: active,
          BMR_calories: isNumber(total) && isNumber(active) ? total - active : null,
        },
        active_durations_data: {
          vigorous_intensity_seconds: high,
          moderate_intensity_seconds: medium,
          low_intensity_seconds: low,
          activity_seconds: isNumber(high) && isNumber(medium) && isNumber(low) ? high + medium + low : null,
          inactivity_seconds: document.sedentary_time,
          rest_seconds: document.resting_time,
          num_continuous_inactive_periods: document.inactivity_alerts,
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

const CLASS_SECONDS = 300
/** Oura counts as ActivityLevel does; its 0, not worn, is our unknown. */
const LEVELS = new Map<string, number>(Object.values(ActivityLevel).map((level) => [String(level), level]))

/** One character for every five minutes. */
function levels(
  classes: string | null | undefined,
  timestamp: string | null | undefined,
  zone: string | null,
  context: MapContext,
) {
  if (!classes || !timestamp) return []
  const start = instantOf(timestamp, zone)
  return [...classes].map((character, i) => {
    const level = LEVELS.get(character)
    if (level === undefined) context.unknown('daily_activity.class_5_min', character)
    return {
      timestamp: wireAt(start + i * CLASS_SECONDS * 1000, zone),
      activity_level: level ?? ActivityLevel.Unknown,
    }
  })
}

export function mapDailyReadiness(payload: unknown, context: MapContext): Mapped[] {
  return documents('daily_readiness', Scored, payload, context).map((document) => ({
    type: 'daily',
    key: { day: document.day },
    record: { scores: { recovery: document.score } },
  }))
}

/** Comes without the night's id, and may come before the night. */
export function mapDailySleep(payload: unknown, context: MapContext): Mapped[] {
  return documents('daily_sleep', Scored, payload, context).flatMap((document): Mapped[] => [
    { type: 'daily', key: { day: document.day }, record: { scores: { sleep: document.score } } },
    { type: 'sleep', key: { mainOf: document.day }, record: { scores: { sleep: document.score } } },
  ])
}

const STRESS_RATINGS = new Map<string, number>([
  ['restored', StressLevel.Rest],
  ['normal', StressLevel.Low],
  ['stressful', StressLevel.High],
])

export function mapDailyStress(payload: unknown, context: MapContext): Mapped[] {
  return documents('daily_stress', DailyStress, payload, context).map((document) => ({
    type: 'daily',
    key: { day: document.day },
    record: {
      stress_data: {
        high_stress_duration_seconds: document.stress_high,
        rest_stress_duration_seconds: document.recovery_high,
        stress_rating: stressRating(document.day_summary, context),
      },
    },
  }))
}

function stressRating(summary: string | null | undefined, context: MapContext): number | null {
  if (summary === null || summary === undefined) return null
  const rating = STRESS_RATINGS.get(summary)
  if (rating === undefined) context.unknown('daily_stress.day_summary', summary)
  return rating ?? StressLevel.Unknown
}

export function mapDailySpo2(payload: unknown, context: MapContext): Mapped[] {
  return documents('daily_spo2', DailySpo2, payload, context).flatMap((document): Mapped[] => {
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
  return documents('vO2_max', Vo2Max, payload, context).map(({ day, timestamp, vo2_max: value }) => ({
    type: 'daily',
    key: { day },
    record: {
      metadata: boundsOf(day, context.timeZone, timestamp),
      oxygen_data: {
        vo2max_ml_per_min_per_kg: value,
        vo2_samples:
          isNumber(value) && timestamp
            ? [
                {
                  timestamp: shownIn(timestamp, zoneOfPage(context.timeZone, timestamp)),
                  vo2max_ml_per_min_per_kg: value,
                },
              ]
            : [],
      },
    },
  }))
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
