// Workouts: the summary, the same with its course, and what the person changed afterwards.
import { simulateDay, type Workout } from '../people/day.ts'
import type { Person } from '../people/person.ts'
import { hash, offsetSeconds, seconds, type Summary } from './summary.ts'

const TYPES: Record<string, string> = {
  running: 'RUNNING',
  cycling: 'ROAD_BIKING',
  walking: 'WALKING',
  hiking: 'HIKING',
  swimming: 'LAP_SWIMMING',
  rowing: 'ROWING_V2',
  yoga: 'YOGA',
  strength_training: 'STRENGTH_TRAINING',
}
const MINUTE = 60_000
const UPLOAD_MS = 10 * MINUTE
const LAP_MINUTES = 10

function idOf(who: Person, workout: Workout): number {
  return 18_000_000_000 + (Number.parseInt(hash('activity', who.id, workout.startAt).slice(0, 8), 16) % 900_000_000)
}

function uploaded(who: Person, day: string, now: number): Workout[] {
  return simulateDay(who, day).workouts.filter((workout) => workout.endAt + UPLOAD_MS <= now)
}

function totals(who: Person, day: string, workout: Workout) {
  const lived = simulateDay(who, day)
  const from = (workout.startAt - lived.startAt) / MINUTE
  const to = (workout.endAt - lived.startAt) / MINUTE
  const beats = [...lived.bpm.subarray(from, to)]
  const duration = seconds(workout.endAt - workout.startAt)
  const steps = lived.steps.subarray(from, to).reduce((sum, value) => sum + value, 0)
  return {
    activityName: `${who.timeZone.split('/')[1]!.replaceAll('_', ' ')} ${workout.sport.replaceAll('_', ' ')}`,
    activityType: TYPES[workout.sport] ?? 'OTHER',
    startTimeInSeconds: seconds(workout.startAt),
    startTimeOffsetInSeconds: offsetSeconds(workout.startAt, who.timeZone),
    durationInSeconds: duration,
    activeKilocalories: Math.round(workout.kcal),
    deviceName: workout.manual ? 'unknown' : 'Forerunner 265',
    ...(workout.meters === null
      ? {}
      : {
          distanceInMeters: workout.meters,
          averageSpeedInMetersPerSecond: Math.round((workout.meters / duration) * 1000) / 1000,
          averagePaceInMinutesPerKilometer: Math.round((duration / 60 / (workout.meters / 1000)) * 100) / 100,
        }),
    ...(workout.manual
      ? { manual: true }
      : {
          averageHeartRateInBeatsPerMinute: Math.round(beats.reduce((sum, bpm) => sum + bpm, 0) / beats.length),
          maxHeartRateInBeatsPerMinute: Math.max(...beats),
        }),
    ...(steps > 500 ? { steps } : {}),
  }
}

export function activities(who: Person, day: string, now: number): Summary[] {
  return uploaded(who, day, now).map((workout) => {
    const id = idOf(who, workout)
    return {
      kind: 'activities',
      id: String(id),
      day,
      startAt: workout.startAt,
      version: '1',
      write: () => ({ summaryId: String(id), activityId: id, ...totals(who, day, workout) }),
    }
  })
}

/** Typed in workouts have no course. */
export function activityDetails(who: Person, day: string, now: number): Summary[] {
  return uploaded(who, day, now)
    .filter((workout) => !workout.manual)
    .map((workout) => {
      const id = idOf(who, workout)
      return {
        kind: 'activityDetails',
        id: String(id),
        day,
        startAt: workout.startAt,
        version: '1',
        write: () => ({
          summaryId: `${id}-detail`,
          activityId: id,
          summary: totals(who, day, workout),
          samples: samplesOf(who, day, workout),
          laps: lapStarts(workout).map((at) => ({ startTimeInSeconds: seconds(at) })),
        }),
      }
    })
}

function samplesOf(who: Person, day: string, workout: Workout) {
  const lived = simulateDay(who, day)
  const minutes = Math.round((workout.endAt - workout.startAt) / MINUTE)
  const from = (workout.startAt - lived.startAt) / MINUTE
  const onFoot = workout.sport === 'running' || workout.sport === 'walking' || workout.sport === 'hiking'
  return Array.from({ length: minutes + 1 }, (_, i) => {
    const minute = Math.min(from + i, lived.length - 1)
    const meters = workout.meters === null ? null : Math.round((workout.meters * i * 10) / minutes) / 10
    return {
      startTimeInSeconds: seconds(workout.startAt + i * MINUTE),
      heartRate: lived.bpm[minute],
      ...(onFoot ? { stepsPerMinute: lived.steps[minute] } : {}),
      ...(meters === null
        ? {}
        : {
            totalDistanceInMeters: meters,
            speedMetersPerSecond: Math.round((workout.meters! / minutes / 60) * 1000) / 1000,
            elevationInMeters: 14 + (i % 9),
            airTemperatureCelcius: 17,
          }),
      timerDurationInSeconds: i * 60,
      clockDurationInSeconds: i * 60,
      movingDurationInSeconds: i * 60,
    }
  })
}

function lapStarts(workout: Workout): number[] {
  const starts: number[] = []
  for (let at = workout.startAt; at < workout.endAt; at += LAP_MINUTES * MINUTE) starts.push(at)
  return starts
}
