// What Polar says of a whole day, by its date. A later answer replaces the earlier: today is never finished.
import { ActivityLevel, UploadType } from '../../../model/enumerations.ts'
import { durationSeconds } from '../../../model/durations.ts'
import { addDays, dayBounds, instantIn, type LocalDay, wireAt } from '../../../model/local-day.ts'
import { round } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import {
  Activity,
  ActivitySamples,
  CardioLoad,
  ContinuousHeartRate,
  HeartRateSample,
  stepSamples,
  zoneSamples,
} from '../payloads.ts'
import { instantsOf, UTC } from '../time.ts'
import { documents } from './pages.ts'

export function mapActivities(payload: unknown, context: MapContext): Mapped[] {
  // Steps are added up, and a level lasts until the next one.
  const wholes = { 'samples.steps.samples': stepSamples, 'samples.activity_zones.samples': zoneSamples }
  return documents('activities', Activity, payload, context, ['activities'], { wholes }).map((activity) => {
    const day = (activity.date ?? activity.start_time!).slice(0, 10)
    const { calories: total, active_calories: active, daily_activity: score } = activity
    const series = seriesOf(activity.samples ?? {}, day, activity.end_time ?? null, context)
    return {
      type: 'daily',
      key: { day },
      record: {
        // The times are documented as UTC and look like the wall clock: only the date counts.
        metadata: { ...dayBounds(day, context.timeZone ?? UTC), upload_type: UploadType.Automatic },
        active_durations_data: {
          activity_seconds: seconds(activity.active_duration),
          inactivity_seconds: seconds(activity.inactive_duration),
          num_continuous_inactive_periods: activity.inactivity_alert_count,
          ...series.durations,
        },
        calories_data: {
          total_burned_calories: total,
          net_activity_calories: active,
          BMR_calories: typeof total === 'number' && typeof active === 'number' ? total - active : null,
        },
        distance_data: {
          steps: activity.steps ?? activity.active_steps,
          distance_meters: activity.distance_from_steps,
          detailed: { step_samples: series.steps },
        },
        scores: { activity: typeof score === 'number' ? Math.min(score, HIGHEST_SCORE) : null },
      },
    }
  })
}

/** Polar counts on beyond the goal. */
const HIGHEST_SCORE = 100

/** The day's series alone; the same that a summary may hold. */
export function mapActivitySamples(payload: unknown, context: MapContext): Mapped[] {
  const wholes = { 'steps.samples': stepSamples, 'activity_zones.samples': zoneSamples }
  return documents('activity_samples', ActivitySamples, payload, context, ['samples'], { wholes }).map((samples) => {
    const series = seriesOf(samples, samples.date, null, context)
    return {
      type: 'daily',
      key: { day: samples.date },
      record: {
        metadata: dayBounds(samples.date, context.timeZone ?? UTC),
        active_durations_data: series.durations,
        distance_data: { steps: samples.steps?.total_steps, detailed: { step_samples: series.steps } },
      },
    }
  })
}

type Series = Pick<ActivitySamples, 'steps' | 'activity_zones'>

function seriesOf(
  { steps, activity_zones: zones }: Series,
  day: LocalDay,
  endTime: string | null,
  context: MapContext,
) {
  const zone = context.timeZone
  let soFar = 0
  const counted = timed(steps?.samples, zone)
    .filter((sample) => typeof sample.steps === 'number')
    .map((sample) => ({ at: sample.at, steps: sample.steps! }))
    .sort((a, b) => a.at - b.at)
    .map((sample) => ({ timestamp: wireAt(sample.at, zone), steps: (soFar += sample.steps) }))
  const points = timed(zones?.samples, zone)
    .map(({ zone: name, at }) => ({ at, level: levelOf(name, context) }))
    .sort((a, b) => a.at - b.at)
  const midnight = instantIn(`${addDays(day, 1)}T00:00:00`, zone)
  // The last second of a day is written for its end, also of one that goes on: what is to come was not measured.
  const given = endTime === null || endTime.includes('23:59:59') ? midnight : instantIn(endTime, zone)
  const ends = zone === null ? given : Math.min(given, context.receivedAt)
  return {
    steps: counted,
    durations: {
      ...(points.length === 0 ? {} : secondsByLevel(points, ends)),
      activity_levels_samples: points.map((point) => ({
        timestamp: wireAt(point.at, zone),
        activity_level: point.level,
      })),
    },
  }
}

function timed<Sample extends { timestamp: string }>(
  samples: readonly Sample[] | null | undefined,
  zone: string | null,
): (Sample & { at: number })[] {
  const listed = samples ?? []
  const instants = instantsOf(
    listed.map(({ timestamp }) => timestamp),
    zone,
  )
  return listed.map((sample, i) => ({ ...sample, at: instants[i]! }))
}

const LEVELS = new Map<string, number>([
  ['SLEEP', ActivityLevel.Rest],
  ['SEDENTARY', ActivityLevel.Inactive],
  ['LIGHT', ActivityLevel.Low],
  ['MODERATE', ActivityLevel.Medium],
  ['VIGOROUS', ActivityLevel.High],
])

function levelOf(name: string, context: MapContext): number {
  const level = LEVELS.get(name)
  if (level === undefined) context.unknown('activities.zone', name)
  return level ?? ActivityLevel.Unknown
}

/** Each level lasts until the next one. */
function secondsByLevel(points: readonly { at: number; level: number }[], endAt: number) {
  const secondsAt = (level: number): number =>
    points.reduce((sum, point, i) => {
      const until = points[i + 1]?.at ?? Math.max(endAt, point.at)
      return point.level === level ? sum + (until - point.at) / 1000 : sum
    }, 0)
  return {
    low_intensity_seconds: secondsAt(ActivityLevel.Low),
    moderate_intensity_seconds: secondsAt(ActivityLevel.Medium),
    vigorous_intensity_seconds: secondsAt(ActivityLevel.High),
  }
}

/** No contact with the skin. */
const NO_PULSE = 0

export function mapContinuousHeartRate(payload: unknown, context: MapContext): Mapped[] {
  const series = { heart_rate_samples: HeartRateSample }
  const days = documents('continuous_heart_rate', ContinuousHeartRate, payload, context, ['heart_rates'], { series })
  return days.map(({ date, heart_rate_samples: samples }) => {
    const clocks = (samples ?? []).map((sample) => ({ ...sample, timestamp: `${date}T${sample.sample_time}` }))
    const beats = timed(clocks, context.timeZone).flatMap(({ heart_rate: bpm, at }) =>
      typeof bpm === 'number' && bpm > NO_PULSE ? [{ bpm, at }] : [],
    )
    const rates = beats.map(({ bpm }) => bpm)
    return {
      type: 'daily',
      key: { day: date },
      record: {
        heart_rate_data: {
          summary:
            rates.length === 0
              ? {}
              : {
                  avg_hr_bpm: round(rates.reduce((sum, bpm) => sum + bpm, 0) / rates.length, 2),
                  min_hr_bpm: Math.min(...rates),
                  max_hr_bpm: Math.max(...rates),
                },
          detailed: {
            hr_samples: beats.map(({ bpm, at }) => ({ timestamp: wireAt(at, context.timeZone), bpm })),
          },
        },
      },
    }
  })
}

export function mapCardioLoad(payload: unknown, context: MapContext): Mapped[] {
  return documents('cardio_load', CardioLoad, payload, context, ['cardio_loads']).map((load) => {
    const { cardio_load: value, cardio_load_status: status } = load
    const known = typeof value === 'number' && value >= 0 && !status?.endsWith('NOT_AVAILABLE')
    return { type: 'daily', key: { day: load.date }, record: { strain_data: { strain_level: known ? value : null } } }
  })
}

function seconds(duration: string | null | undefined): number | null {
  return duration ? durationSeconds(duration) : null
}
