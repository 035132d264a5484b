import {
  ActivityLevel,
  HeartRateContext,
  OxygenSaturationType,
  StressLevel,
  UploadType,
} from '../../model/enumerations.ts'
import { dayBounds } from '../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../model/records.ts'
import { activeKcal, basalKcal, type Day, simulateDay } from '../people/day.ts'
import { dayOfInstant } from '../people/days.ts'
import type { Person } from '../people/person.ts'
import { device } from './device.ts'
import { nightReadings, type NightReadings, sleepScore } from './night-readings.ts'
import { heartSummary, inWholes, mean, MINUTE_MS, stretches, sum, timeAt } from './series.ts'

const STRETCH_MINUTES = 15
const METERS_PER_STEP = 0.74
const ON_FOOT = new Set(['running', 'walking', 'hiking'])

type Level = 'rest' | 'inactive' | 'low' | 'medium' | 'high'
const LEVELS = {
  rest: ActivityLevel.Rest,
  inactive: ActivityLevel.Inactive,
  low: ActivityLevel.Low,
  medium: ActivityLevel.Medium,
  high: ActivityLevel.High,
} as const

export function daily(who: Person, day: string, provider: string): DeepPartial<RecordOf<'daily'>> {
  const lived = simulateDay(who, day)
  const parts = stretches(0, lived.length, STRETCH_MINUTES)
  const steps = parts.map(({ from, to }) => sum(lived.steps.slice(from, to)))
  const meters = inWholes(parts.map(({ from, to }) => metersBetween(lived, from, to)))
  const heart = parts.map(({ from }) => ({
    timestamp: timeAt(who, lived, from),
    bpm: lived.bpm[from]!,
    context: lived.met[from]! >= 150 ? HeartRateContext.Active : HeartRateContext.NotActive,
  }))
  const at = (i: number): { timestamp: string } => ({ timestamp: timeAt(who, lived, parts[i]!.from) })
  // A night begins the evening before: only what was read on this day is of this day.
  const night = nightReadings(who, lived.night)
  const hrv = night.hrv.filter((reading) => reading.at >= lived.startAt)
  const summary = heartSummary(heart)
  return {
    metadata: { ...dayBounds(day, who.timeZone), upload_type: UploadType.Automatic, timestamp_localization: 1 },
    device_data: device(provider, ['STEPS', 'CALORIES', 'DISTANCE', 'HEART_RATE', 'ACTIVE_MINUTES', 'BMR']),
    distance_data: {
      steps: sum(steps),
      distance_meters: sum(meters),
      detailed: {
        step_samples: steps.map((count, i) => ({ ...at(i), steps: count })),
        distance_samples: meters.map((distance, i) => ({ ...at(i), distance_meters: distance })),
      },
    },
    ...energy(who, lived, parts),
    ...intensities(who, lived, parts),
    heart_rate_data: {
      summary: {
        ...summary,
        resting_hr_bpm: Math.max(summary.min_hr_bpm, lived.night.lowestBpm),
        user_max_hr_bpm: who.maxBpm,
        avg_hrv_rmssd: mean(hrv.map((reading) => reading.value)),
      },
      detailed: {
        hr_samples: heart,
        hrv_samples_rmssd: hrv.map(({ timestamp, value }) => ({ timestamp, hrv_rmssd: value })),
      },
    },
    oxygen_data: {
      ...oxygen(lived, night),
      vo2max_ml_per_min_per_kg: who.vo2Max,
    },
    stress_data: stress(who, lived, parts),
    tag_data: {
      tags: lived.tags
        .toSorted((a, b) => a.at - b.at)
        .filter((tag) => dayOfInstant(tag.at, who.timeZone) === day)
        .map(({ at: instant, code, comment }) => ({
          timestamp: timeAt(who, lived, (instant - lived.startAt) / MINUTE_MS),
          tag_name: code.replace('tag_generic_', ''),
          notes: comment,
        })),
    },
    scores: {
      activity: Math.round(Math.min(100, 45 + sum(steps) / 260)),
      recovery: Math.round(78 - 16 * lived.strain),
      sleep: sleepScore(lived.night),
    },
  }
}

/** On foot: a run's strides are longer than a walk's, and the bicycle does not count. */
function metersBetween(lived: Day, from: number, to: number): number {
  const runs = lived.workouts.filter((workout) => ON_FOOT.has(workout.sport) && workout.meters !== null)
  let meters = 0
  for (let minute = from; minute < to; minute++) {
    const at = lived.startAt + minute * MINUTE_MS
    const run = runs.find((workout) => at >= workout.startAt && at < workout.endAt)
    meters +=
      run === undefined ? lived.steps[minute]! * METERS_PER_STEP : (run.meters! * MINUTE_MS) / (run.endAt - run.startAt)
  }
  return meters
}

function energy(who: Person, lived: Day, parts: readonly { from: number; to: number }[]) {
  const basalPerMinute = basalKcal(who) / 1440
  const active = inWholes(parts.map(({ from, to }) => activeKcal(who, lived, from, to)))
  const basal = inWholes(parts.map(({ from, to }) => basalPerMinute * (to - from)))
  return {
    calories_data: {
      total_burned_calories: sum(active) + sum(basal),
      net_activity_calories: sum(active),
      BMR_calories: sum(basal),
      calorie_samples: parts.map(({ from }, i) => ({
        timestamp: timeAt(who, lived, from),
        calories: active[i]! + basal[i]!,
      })),
    },
  }
}

function levelAt(lived: Day, minute: number): Level {
  const met = lived.met[minute]! / 100
  if (lived.asleep[minute]) return 'rest'
  if (met >= 6) return 'high'
  if (met >= 3) return 'medium'
  return met >= 1.5 ? 'low' : 'inactive'
}

function intensities(who: Person, lived: Day, parts: readonly { from: number; to: number }[]) {
  const minutes: Record<Level, number> = { rest: 0, inactive: 0, low: 0, medium: 0, high: 0 }
  for (let minute = 0; minute < lived.length; minute++) minutes[levelAt(lived, minute)]++
  const mets = parts.map(({ from, to }) => mean(Array.from(lived.met.slice(from, to), (met) => met / 100)))
  return {
    active_durations_data: {
      vigorous_intensity_seconds: minutes.high * 60,
      moderate_intensity_seconds: minutes.medium * 60,
      low_intensity_seconds: minutes.low * 60,
      activity_seconds: (minutes.high + minutes.medium + minutes.low) * 60,
      inactivity_seconds: minutes.inactive * 60,
      rest_seconds: minutes.rest * 60,
      activity_levels_samples: parts.map(({ from }) => ({
        timestamp: timeAt(who, lived, from),
        level: LEVELS[levelAt(lived, from)],
      })),
    },
    MET_data: {
      avg_level: mean(mets),
      num_high_intensity_minutes: minutes.high,
      num_moderate_intensity_minutes: minutes.medium,
      num_low_intensity_minutes: minutes.low,
      num_inactive_minutes: minutes.inactive + minutes.rest,
      MET_samples: parts.map(({ from }, i) => ({ timestamp: timeAt(who, lived, from), level: mets[i]! })),
    },
  }
}

function oxygen(lived: Day, readings: NightReadings) {
  const samples = readings.oxygen
    .filter((reading) => reading.at >= lived.startAt)
    .map(({ timestamp, value }) => ({ timestamp, percentage: value, type: OxygenSaturationType.Blood }))
  return { avg_saturation_percentage: mean(samples.map((each) => each.percentage)), saturation_samples: samples }
}

/** From the heart rate at rest: how far above the usual it is without any effort. */
function stress(who: Person, lived: Day, parts: readonly { from: number; to: number }[]) {
  const samples = parts.map(({ from }) => {
    const reserve = (lived.bpm[from]! - who.restingBpm) / (who.maxBpm - who.restingBpm)
    const level = Math.round(Math.max(0, Math.min(100, 12 + 14 * lived.strain + 90 * reserve)))
    return { from, level, active: lived.met[from]! >= 300 }
  })
  const seconds = { rest: 0, low: 0, medium: 0, high: 0, activity: 0 }
  samples.forEach(({ level, active }, i) => {
    const kind = active ? 'activity' : level <= 25 ? 'rest' : level <= 50 ? 'low' : level <= 75 ? 'medium' : 'high'
    seconds[kind] += (parts[i]!.to - parts[i]!.from) * 60
  })
  const levels = samples.map((sample) => sample.level)
  const average = mean(levels)
  return {
    avg_stress_level: average,
    max_stress_level: Math.max(...levels),
    stress_rating:
      average <= 25
        ? StressLevel.Rest
        : average <= 50
          ? StressLevel.Low
          : average <= 75
            ? StressLevel.Medium
            : StressLevel.High,
    rest_stress_duration_seconds: seconds.rest,
    low_stress_duration_seconds: seconds.low,
    medium_stress_duration_seconds: seconds.medium,
    high_stress_duration_seconds: seconds.high,
    activity_stress_duration_seconds: seconds.activity,
    stress_duration_seconds: seconds.low + seconds.medium + seconds.high,
    samples: samples.map(({ from, level }) => ({ timestamp: timeAt(who, lived, from), level })),
  }
}
