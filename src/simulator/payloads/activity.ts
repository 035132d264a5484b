import { ActivityType, HeartRateContext, UploadType } from '../../model/enumerations.ts'
import { nameBasedUuid } from '../../model/ids.ts'
import type { DeepPartial, RecordOf } from '../../model/records.ts'
import { activeKcal, basalKcal, type Day, simulateDay } from '../people/day.ts'
import type { Person } from '../people/person.ts'
import { device } from './device.ts'
import { route } from './route.ts'
import { heartSummary, inWholes, mean, MINUTE_MS, round, stretches, sum, timeAt } from './series.ts'

const SPORTS: Record<string, { type: number; name: string; outdoors?: true }> = {
  running: { type: ActivityType.Running, name: 'Running', outdoors: true },
  cycling: { type: ActivityType.Biking, name: 'Biking', outdoors: true },
  walking: { type: ActivityType.Walking, name: 'Walking', outdoors: true },
  hiking: { type: ActivityType.Hiking, name: 'Hiking', outdoors: true },
  swimming: { type: ActivityType.Swimming, name: 'Swimming' },
  rowing: { type: ActivityType.Rowing, name: 'Rowing' },
  yoga: { type: ActivityType.Yoga, name: 'Yoga' },
  strength_training: { type: ActivityType.StrengthTraining, name: 'Strength Training' },
}
const WALK_MINUTES = 30
const LAP_MINUTES = 10
const METERS_PER_STEP = 0.74
const KJ_PER_KCAL = 4.184

interface Bout {
  sport: string
  from: number
  to: number
  meters: number | null
  manual: boolean
}

/** The day's workout; on a day without one, the half hour in which the person walked most. */
export function activity(who: Person, day: string, provider: string): DeepPartial<RecordOf<'activity'>> {
  const lived = simulateDay(who, day)
  const bout = boutOf(lived)
  const { from, to } = bout
  const sport = SPORTS[bout.sport]!
  const minutes = stretches(from, to, 1)
  const at = (i: number) => ({ timestamp: timeAt(who, lived, from + i), timer_duration_seconds: i * 60 })
  const heart = minutes.map(({ from: minute }, i) => ({
    ...at(i),
    bpm: lived.bpm[minute]!,
    context: HeartRateContext.Active,
  }))
  const steps = minutes.map(({ from: minute }) => lived.steps[minute]!)
  const net = inWholes(minutes.map(({ from: minute }) => activeKcal(who, lived, minute, minute + 1)))
  const basal = inWholes(minutes.map(() => basalKcal(who) / 1440))
  const calories = net.map((kcal, i) => kcal + basal[i]!)
  const mets = minutes.map(({ from: minute }) => round(lived.met[minute]! / 100, 1))
  return {
    metadata: {
      summary_id: nameBasedUuid('generated', provider, who.id, 'activity', day),
      start_time: timeAt(who, lived, from),
      end_time: timeAt(who, lived, to),
      type: sport.type,
      name: sport.name,
      upload_type: bout.manual ? UploadType.Manual : UploadType.Automatic,
      timestamp_localization: 1,
    },
    device_data: device(provider, ['HEART_RATE', 'CALORIES', 'DISTANCE', 'STEPS', 'SPEED', 'CADENCE']),
    active_durations_data: { activity_seconds: minutes.length * 60 },
    calories_data: {
      total_burned_calories: sum(calories),
      net_activity_calories: sum(net),
      BMR_calories: sum(basal),
      calorie_samples: calories.map((kcal, i) => ({ ...at(i), calories: kcal })),
    },
    energy_data: { energy_kilojoules: round(sum(calories) * KJ_PER_KCAL, 1) },
    MET_data: {
      avg_level: mean(mets),
      MET_samples: mets.map((level, i) => ({ timestamp: at(i).timestamp, level })),
    },
    heart_rate_data: {
      summary: { ...heartSummary(heart), user_max_hr_bpm: who.maxBpm, hr_zone_data: zones(who, heart) },
      detailed: { hr_samples: heart },
    },
    ...distances({ who, lived, bout, steps, heart, calories, outdoors: sport.outdoors === true }),
  }
}

function boutOf(lived: Day): Bout {
  const workout = lived.workouts[0]
  if (workout !== undefined) {
    const minute = (ms: number): number => Math.round((ms - lived.startAt) / MINUTE_MS)
    const { sport, meters, manual } = workout
    return { sport, meters, manual, from: minute(workout.startAt), to: minute(workout.endAt) }
  }
  let best = { from: 0, steps: -1 }
  let steps = sum(lived.steps.slice(0, WALK_MINUTES))
  for (let from = 0; from + WALK_MINUTES < lived.length; from++) {
    if (steps > best.steps) best = { from, steps }
    steps += lived.steps[from + WALK_MINUTES]! - lived.steps[from]!
  }
  const meters = round(best.steps * METERS_PER_STEP, 1)
  return { sport: 'walking', from: best.from, to: best.from + WALK_MINUTES, meters, manual: false }
}

function zones(who: Person, samples: readonly { bpm: number }[]) {
  const bounds = [0, 50, 60, 70, 80, 90, 100]
  const zoneOf = (bpm: number): number =>
    Math.min(
      5,
      bounds.findLastIndex((lower) => (bpm / who.maxBpm) * 100 >= lower),
    )
  return [0, 1, 2, 3, 4, 5].map((zone) => ({
    zone,
    name: `Zone ${zone}`,
    start_percentage: bounds[zone]!,
    end_percentage: bounds[zone + 1]!,
    duration_seconds: samples.filter((sample) => zoneOf(sample.bpm) === zone).length * 60,
  }))
}

interface Course {
  who: Person
  lived: Day
  bout: Bout
  steps: readonly number[]
  heart: readonly { bpm: number; timestamp: string }[]
  calories: readonly number[]
  outdoors: boolean
}

/** What goes with covering ground; a yoga lesson covers none and says nothing about it. */
function distances(course: Course) {
  const { who, lived, bout, steps, heart, calories } = course
  const at = (i: number) => ({ timestamp: timeAt(who, lived, bout.from + i), timer_duration_seconds: i * 60 })
  const total = sum(steps)
  const stepped = total === 0 ? {} : { steps: total }
  const step_samples = total === 0 ? [] : steps.map((count, i) => ({ ...at(i), steps: count }))
  if (bout.meters === null) return { distance_data: { summary: stepped, detailed: { step_samples } } }
  // Faster where the heart works harder: shares of the way, which add up to it.
  const effort = heart.map(({ bpm }) => bpm - who.restingBpm / 2)
  const meters = effort.map((share) => (share / sum(effort)) * bout.meters!)
  const speeds = meters.map((distance) => round(distance / 60, 2))
  const speed = bout.meters / (meters.length * 60)
  const fastest = Math.max(...speeds)
  const onFoot = total / meters.length > 60
  return {
    distance_data: {
      summary: { ...stepped, distance_meters: bout.meters },
      detailed: { step_samples, distance_samples: meters.map((m, i) => ({ ...at(i), distance_meters: round(m, 1) })) },
    },
    movement_data: {
      avg_speed_meters_per_second: round(speed, 2),
      max_speed_meters_per_second: fastest,
      avg_pace_minutes_per_kilometer: round(1000 / 60 / speed, 2),
      max_pace_minutes_per_kilometer: round(1000 / 60 / fastest, 2),
      speed_samples: speeds.map((each, i) => ({ ...at(i), speed_meters_per_second: each })),
      ...(onFoot
        ? {
            avg_cadence_rpm: mean(steps),
            max_cadence_rpm: Math.max(...steps),
            cadence_samples: steps.map((count, i) => ({ ...at(i), cadence_rpm: count })),
          }
        : {}),
    },
    lap_data: {
      laps: stretches(0, meters.length, LAP_MINUTES).map((lap) => {
        const distance = sum(meters.slice(lap.from, lap.to))
        const seconds = (lap.to - lap.from) * 60
        return {
          start_time: timeAt(who, lived, bout.from + lap.from),
          end_time: timeAt(who, lived, bout.from + lap.to),
          active_duration_seconds: seconds,
          distance_meters: round(distance, 1),
          calories: sum(calories.slice(lap.from, lap.to)),
          avg_hr_bpm: mean(heart.slice(lap.from, lap.to).map(({ bpm }) => bpm)),
          avg_speed_meters_per_second: round(distance / seconds, 2),
          trigger_method: 'time',
        }
      }),
    },
    ...(course.outdoors ? { position_data: route(who.timeZone, meters, at) } : {}),
  }
}
