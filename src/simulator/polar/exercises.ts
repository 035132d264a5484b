// Workouts as a watch uploads them: numbers with commas between, one for each interval.
import { type Edit, edited } from '../kit/edits.ts'
import { simulateDay, type Workout } from '../people/day.ts'
import { localIso, midnight } from '../people/days.ts'
import type { Person } from '../people/person.ts'
import { around, between, chance } from '../people/random.ts'
import { numberOf } from './members.ts'

export interface Session {
  id: string
  day: string
  uploadedAt: number
  workout: Workout
  times: number
}

const UPLOAD_MS = 3 * 60_000
const RATE_SECONDS = 10
const MINUTE = 60_000

const SPORTS: Record<string, { sport: string; detailed: string; outdoors: boolean }> = {
  running: { sport: 'RUNNING', detailed: 'ROAD_RUNNING', outdoors: true },
  cycling: { sport: 'CYCLING', detailed: 'ROAD_BIKING', outdoors: true },
  walking: { sport: 'WALKING', detailed: 'WALKING', outdoors: true },
  hiking: { sport: 'HIKING', detailed: 'HIKING', outdoors: true },
  swimming: { sport: 'SWIMMING', detailed: 'POOL_SWIMMING', outdoors: false },
  rowing: { sport: 'OTHER', detailed: 'ROWING', outdoors: true },
  yoga: { sport: 'OTHER', detailed: 'YOGA', outdoors: false },
  strength_training: { sport: 'STRENGTH_TRAINING', detailed: 'STRENGTH_TRAINING', outdoors: false },
}

/** Only what came after the registration was made is there. */
export function sessionsOfDay(
  who: Person,
  day: string,
  now: number,
  registeredAt: number,
  edits: readonly Edit[],
): Session[] {
  if (midnight(day, who.timeZone) > now) return []
  const sessions = simulateDay(who, day)
    .workouts.map((workout): Session => {
      const id = numberOf('polar exercise', who.id, workout.startAt).toString(36)
      return { id, day, uploadedAt: workout.endAt + UPLOAD_MS, workout, times: 0 }
    })
    .filter(({ uploadedAt }) => uploadedAt <= now && uploadedAt > registeredAt)
  return edited(sessions, 'exercises', edits, { id: ({ id }) => id, rewrite: (each, times) => ({ ...each, times }) })
}

export function shownSession(
  who: Person,
  { id, workout, uploadedAt, times, day }: Session,
  user: string,
  flags: { samples: boolean; zones: boolean; route: boolean },
): Record<string, unknown> {
  const { sport, detailed, outdoors } = SPORTS[workout.sport] ?? {
    sport: 'OTHER',
    detailed: 'OTHER_INDOOR',
    outdoors: false,
  }
  const seconds = Math.round((workout.endAt - workout.startAt) / 1000)
  const start = localIso(workout.startAt, who.timeZone)
  const bpm = bpmOf(who, day, workout, seconds)
  const measured = !workout.manual
  const route = measured && outdoors
  return {
    id,
    upload_time: new Date(uploadedAt).toISOString(),
    polar_user: user,
    ...(measured ? { device: 'Polar Vantage V3', device_id: 'C4A1B2D3' } : {}),
    start_time: start.slice(0, 19),
    start_time_utc_offset: offsetMinutes(start),
    duration: durationOf(seconds),
    calories: Math.round(workout.kcal) + times,
    ...(workout.meters === null ? {} : { distance: workout.meters }),
    ...(measured
      ? {
          heart_rate: {
            average: Math.round(bpm.reduce((sum, value) => sum + value, 0) / bpm.length),
            maximum: Math.max(...bpm),
          },
          training_load: Math.round(seconds / 6) / 10,
          training_load_pro: {
            date: day,
            'cardio-load': Math.round(seconds / 60),
            'muscle-load': -1,
            'perceived-load': -1,
            'cardio-load-interpretation': 'MEDIUM',
            'muscle-load-interpretation': 'UNKNOWN',
            'perceived-load-interpretation': 'UNKNOWN',
            'user-rpe': 'UNKNOWN',
          },
        }
      : {}),
    sport,
    has_route: route,
    detailed_sport_info: detailed,
    ...(measured && flags.zones ? { heart_rate_zones: zonesOf(who, bpm) } : {}),
    ...(measured && flags.samples ? { samples: samplesOf(who, workout, day, bpm, seconds) } : {}),
    ...(route && flags.route ? { route: routeOf(who, workout, seconds) } : {}),
  }
}

function zonesOf(who: Person, bpm: readonly number[]) {
  const border = (index: number): number => Math.round((who.maxBpm * (40 + 10 * index)) / 100)
  return [1, 2, 3, 4, 5].map((index) => {
    const inside = bpm.filter((value) => value >= border(index) && (index === 5 || value < border(index + 1))).length
    return {
      index,
      'lower-limit': border(index),
      'upper-limit': border(index + 1),
      'in-zone': durationOf(inside * RATE_SECONDS),
    }
  })
}

function samplesOf(who: Person, workout: Workout, day: string, bpm: readonly number[], seconds: number) {
  const points = bpm.map((_, i) => i)
  const series = (type: string, value: (i: number) => number | string) => ({
    'recording-rate': RATE_SECONDS,
    'sample-type': type,
    data: points.map(value).join(','),
  })
  const random = chance('polar', who.id, workout.startAt)
  const { steps, startAt } = simulateDay(who, day)
  const minuteOf = (i: number): number =>
    Math.round((workout.startAt - startAt) / MINUTE) + Math.floor((i * RATE_SECONDS) / 60)
  const { meters } = workout
  // Now and then the strap loses contact.
  const all = [series('0', (i) => (i % 53 === 52 ? 'NULL' : bpm[i]!))]
  if (meters !== null) {
    all.push(series('1', () => Math.round((meters / seconds) * 36) / 10))
    all.push(series('10', (i) => Math.round(((meters * i * RATE_SECONDS) / seconds) * 10) / 10))
    all.push(series('3', (i) => Math.round((37 + 3 * Math.sin(i / 40)) * 10) / 10))
  }
  if (workout.sport === 'running') all.push(series('8', (i) => steps[Math.min(minuteOf(i), steps.length - 1)]!))
  if (workout.sport === 'cycling') {
    all.push(series('2', () => Math.round(around(random, 84, 4))))
    all.push(series('4', () => Math.round(around(random, 190, 25))))
  }
  // With a chest strap every beat is there.
  const beats = bpm.flatMap((value) => (value > 0 ? [Math.round(60_000 / value)] : []))
  return workout.sport === 'yoga' ? [...all, { 'recording-rate': 0, 'sample-type': '11', data: beats.join(',') }] : all
}

function routeOf(who: Person, workout: Workout, seconds: number) {
  const random = chance('polar home', who.id)
  const [latitude, longitude] = [between(random, 35, 60), between(random, -120, 140)]
  const size = (workout.meters ?? 0) / 700_000
  return Array.from({ length: Math.floor(seconds / 60) }, (_, i) => {
    const turn = (i * 60 * 2 * Math.PI) / seconds
    return {
      latitude: Math.round((latitude + size * Math.sin(turn)) * 1e6) / 1e6,
      longitude: Math.round((longitude + size * (1 - Math.cos(turn))) * 1e6) / 1e6,
      time: `PT${i * 60}S`,
      satellites: 11,
      fix: 1,
    }
  })
}

function bpmOf(who: Person, day: string, workout: Workout, seconds: number): number[] {
  const { bpm, startAt } = simulateDay(who, day)
  const first = Math.round((workout.startAt - startAt) / MINUTE)
  return Array.from(
    { length: Math.floor(seconds / RATE_SECONDS) },
    (_, i) => bpm[Math.min(first + Math.floor((i * RATE_SECONDS) / 60), bpm.length - 1)]!,
  )
}

export function durationOf(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  const text = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${rest > 0 ? `${rest}S` : ''}`
  return `PT${text === '' ? '0S' : text}`
}

export function offsetMinutes(iso: string): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(iso)!
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
