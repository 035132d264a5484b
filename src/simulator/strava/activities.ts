// A person's workouts as Strava shows them, as of one moment.
import { createHash } from 'node:crypto'
import { type Edit, edited } from '../kit/edits.ts'
import { simulateDay, type Workout } from '../people/day.ts'
import { dayOfInstant, localIso, midnight } from '../people/days.ts'
import type { Person } from '../people/person.ts'
import { around, between, chance } from '../people/random.ts'

export interface Ride {
  id: number
  day: string
  workout: Workout
  /** Seconds since the start of each point, pauses left out of none. */
  seconds: number[]
  bpm: number[]
  /** So far. */
  meters: (number | null)[]
  stepsPerMinute: number[]
  movingSeconds: number
  title: string
  /** How often it was edited. */
  times: number
}

const MINUTE = 60_000
/** A watch uploads when it is stopped; the phone takes its time. */
const UPLOAD_MS = 4 * MINUTE
const POINT_SECONDS = 10

export const SPORTS: Record<string, { sport: string; outdoors: boolean; onFoot: boolean; power: boolean }> = {
  running: { sport: 'Run', outdoors: true, onFoot: true, power: false },
  cycling: { sport: 'Ride', outdoors: true, onFoot: false, power: true },
  walking: { sport: 'Walk', outdoors: true, onFoot: true, power: false },
  hiking: { sport: 'Hike', outdoors: true, onFoot: true, power: false },
  swimming: { sport: 'Swim', outdoors: false, onFoot: false, power: false },
  rowing: { sport: 'Rowing', outdoors: true, onFoot: false, power: false },
  yoga: { sport: 'Yoga', outdoors: false, onFoot: false, power: false },
  strength_training: { sport: 'WeightTraining', outdoors: false, onFoot: false, power: false },
}

export function athleteId(personId: string): number {
  return numberOf('strava athlete', personId) % 200_000_000
}

/** What was uploaded by `now`, after what the person deleted and edited. */
export function ridesOfDay(who: Person, day: string, now: number, edits: readonly Edit[]): Ride[] {
  if (midnight(day, who.timeZone) > now) return []
  const rides = simulateDay(who, day)
    .workouts.filter((workout) => workout.endAt + UPLOAD_MS <= now)
    .map((workout) => rideOf(who, day, workout))
  return edited(rides, 'activity', edits, {
    id: (ride) => String(ride.id),
    rewrite: (ride, times) => ({ ...ride, times, title: `${ride.title} (edited ${times})` }),
  })
}

function rideOf(who: Person, day: string, workout: Workout): Ride {
  const { startAt, steps, bpm } = simulateDay(who, day)
  const id = 15_000_000_000 + (numberOf('strava activity', who.id, day, workout.startAt) % 9_000_000_000)
  const random = chance('strava', who.id, workout.startAt)
  const elapsed = Math.round((workout.endAt - workout.startAt) / 1000)
  const seconds = Array.from({ length: Math.floor(elapsed / POINT_SECONDS) + 1 }, (_, i) => i * POINT_SECONDS)
  const first = Math.round((workout.startAt - startAt) / MINUTE)
  const minuteOf = (second: number): number => first + Math.min(Math.floor(second / 60), Math.ceil(elapsed / 60) - 1)
  const { meters } = workout
  const hour = localIso(workout.startAt, who.timeZone).slice(11, 13)
  const time = Number(hour) < 11 ? 'Morning' : Number(hour) < 14 ? 'Lunch' : Number(hour) < 18 ? 'Afternoon' : 'Evening'
  return {
    id,
    day,
    workout,
    seconds,
    bpm: seconds.map((second) => bpm[minuteOf(second)]!),
    meters: seconds.map((second) => (meters === null ? null : Math.round((meters * second * 10) / elapsed) / 10)),
    stepsPerMinute: seconds.map((second) => steps[minuteOf(second)]!),
    movingSeconds: elapsed - (meters === null ? 0 : Math.round(between(random, 0, 90))),
    title: `${time} ${sportOf(workout).sport}`,
    times: 0,
  }
}

export function sportOf(workout: Workout): (typeof SPORTS)[string] {
  return SPORTS[workout.sport] ?? { sport: 'Workout', outdoors: false, onFoot: false, power: false }
}

/** Only the athlete sees what was typed in by hand. */
export function isPrivate(ride: Ride): boolean {
  return ride.workout.manual
}

/** The list's shape; `whole` adds what only the single activity has. */
export function shown(who: Person, ride: Ride, whole: boolean): Record<string, unknown> {
  const { workout, movingSeconds: moving } = ride
  const { sport, onFoot, power, outdoors } = sportOf(workout)
  const elapsed = Math.round((workout.endAt - workout.startAt) / 1000)
  const meters = workout.meters ?? 0
  const speed = round(meters / Math.max(1, moving), 3)
  const watts = wattsOf(ride)
  const place = outdoors && !workout.manual ? pointsOf(who, ride) : []
  const measured = !workout.manual
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    resource_state: whole ? 3 : 2,
    athlete: { id: athleteId(who.id), resource_state: 1 },
    id: ride.id,
    name: ride.title,
    distance: meters,
    moving_time: moving,
    elapsed_time: elapsed,
    total_elevation_gain: place.length === 0 ? 0 : Math.round(meters / 150),
    type: sport,
    sport_type: sport,
    workout_type: null,
    start_date: utc(workout.startAt),
    start_date_local: `${localIso(workout.startAt, who.timeZone).slice(0, 19)}Z`,
    timezone: `(GMT${standardOffset(who.timeZone)}) ${who.timeZone}`,
    utc_offset: offsetSeconds(workout.startAt, who.timeZone),
    location_city: null,
    location_state: null,
    location_country: null,
    map: { id: `a${ride.id}`, summary_polyline: place.length === 0 ? '' : 'suinJwmbwC{RwBgS_JsRiQ', resource_state: 2 },
    trainer: !outdoors,
    commute: false,
    manual: workout.manual,
    private: isPrivate(ride),
    visibility: isPrivate(ride) ? 'only_me' : 'everyone',
    flagged: false,
    gear_id: null,
    start_latlng: place[0]?.map((degrees) => round(degrees, 2)) ?? [],
    end_latlng: place.at(-1)?.map((degrees) => round(degrees, 2)) ?? [],
    average_speed: speed,
    max_speed: round(speed * 1.3, 3),
    has_heartrate: measured,
    ...(measured ? { average_heartrate: round(mean(ride.bpm), 1), max_heartrate: Math.max(...ride.bpm) } : {}),
    ...(measured && onFoot ? { average_cadence: round(mean(ride.stepsPerMinute) / 2, 1) } : {}),
    ...(measured && power
      ? {
          average_watts: round(mean(watts), 1),
          max_watts: Math.max(...watts),
          weighted_average_watts: Math.round(mean(watts) * 1.04),
          kilojoules: round((mean(watts) * moving) / 1000, 1),
          device_watts: true,
        }
      : {}),
    ...(place.length === 0 ? {} : { elev_high: 41.2, elev_low: 33.8 }),
    ...(measured ? { suffer_score: Math.round(elapsed / 60) } : {}),
    upload_id: measured ? ride.id + 1_000_000 : null,
    external_id: measured ? `garmin_ping_${ride.id}` : null,
    ...(whole
      ? {
          description: null,
          calories: Math.round(workout.kcal) + ride.times,
          device_name: measured ? 'Garmin Forerunner 265' : null,
          laps: measured ? lapsOf(who, ride) : [],
          splits_metric: [],
          segment_efforts: [],
          photos: { primary: null, count: 0 },
          ...(measured ? { available_zones: ['heartrate'] } : {}),
        }
      : {}),
  }
}

const LAP_POINTS = 600 / POINT_SECONDS

export function lapsOf(who: Person, ride: Ride): Record<string, unknown>[] {
  const laps: Record<string, unknown>[] = []
  for (let i = 0; i < ride.seconds.length - 1; i += LAP_POINTS) {
    const last = Math.min(i + LAP_POINTS, ride.seconds.length - 1)
    const startAt = ride.workout.startAt + ride.seconds[i]! * 1000
    const seconds = ride.seconds[last]! - ride.seconds[i]!
    const meters = round((ride.meters[last] ?? 0) - (ride.meters[i] ?? 0), 1)
    const bpm = ride.bpm.slice(i, last)
    laps.push({
      id: ride.id * 10 + laps.length,
      resource_state: 2,
      name: `Lap ${laps.length + 1}`,
      activity: { id: ride.id, visibility: 'everyone', resource_state: 1 },
      athlete: { id: athleteId(who.id), resource_state: 1 },
      elapsed_time: seconds,
      moving_time: seconds,
      start_date: utc(startAt),
      start_date_local: `${localIso(startAt, who.timeZone).slice(0, 19)}Z`,
      distance: meters,
      average_speed: round(meters / seconds, 3),
      lap_index: laps.length + 1,
      split: laps.length + 1,
      start_index: i,
      end_index: last,
      average_heartrate: round(bpm.reduce((sum, value) => sum + value, 0) / bpm.length, 1),
      device_watts: false,
    })
  }
  return laps
}

/** Keyed by type; a sensor that was not there has no key. */
export function streamsOf(who: Person, ride: Ride): Record<string, unknown> {
  const { sport, onFoot, power, outdoors } = sportOf(ride.workout)
  const stream = (data: readonly unknown[]) => ({
    data,
    series_type: 'distance',
    original_size: data.length,
    resolution: 'high',
  })
  const moved = ride.workout.meters !== null
  const watts = wattsOf(ride)
  return {
    time: stream(ride.seconds),
    heartrate: stream(ride.bpm),
    moving: stream(ride.seconds.map(() => true)),
    ...(moved ? { distance: stream(ride.meters) } : {}),
    ...(moved
      ? {
          velocity_smooth: stream(
            ride.meters.map((meters, i) => (i === 0 ? 0 : round((meters! - ride.meters[i - 1]!) / POINT_SECONDS, 2))),
          ),
        }
      : {}),
    ...(outdoors && sport !== 'Swim'
      ? {
          latlng: stream(pointsOf(who, ride)),
          altitude: stream(ride.seconds.map((_, i) => round(37.5 + 3.7 * Math.sin(i / 40), 1))),
          temp: stream(ride.seconds.map(() => 17)),
        }
      : {}),
    ...(onFoot ? { cadence: stream(ride.stepsPerMinute.map((steps) => Math.round(steps / 2))) } : {}),
    // The meter loses its signal now and then.
    ...(power ? { watts: stream(watts.map((value, i) => (i % 37 === 36 ? null : value))) } : {}),
  }
}

export function zonesOf(who: Person, ride: Ride): Record<string, unknown>[] {
  const borders = [0, 0.6, 0.7, 0.8, 0.9].map((share) => Math.round(share * who.maxBpm))
  const buckets = borders.map((min, i) => {
    const max = borders[i + 1] ?? -1
    const points = ride.bpm.filter((bpm) => bpm >= min && (max === -1 || bpm < max)).length
    return { min, max, time: points * POINT_SECONDS }
  })
  const common = { resource_state: 3, sensor_based: true, custom_zones: false }
  return [{ type: 'heartrate', distribution_buckets: buckets, max: who.maxBpm, score: ride.seconds.length, ...common }]
}

function wattsOf(ride: Ride): number[] {
  const random = chance('strava watts', ride.id)
  return ride.seconds.map(() => Math.round(around(random, 190, 30)))
}

/** A loop around a place of their own. */
function pointsOf(who: Person, ride: Ride): [number, number][] {
  const random = chance('strava home', who.id)
  const [lat, lng] = [between(random, 35, 60), between(random, -120, 140)]
  const size = (ride.workout.meters ?? 0) / 700_000
  return ride.seconds.map((_, i) => {
    const turn = (i / ride.seconds.length) * 2 * Math.PI
    return [round(lat + size * Math.sin(turn), 6), round(lng + size * (1 - Math.cos(turn)), 6)]
  })
}

export function dayOfRide(at: number, who: Person): string {
  return dayOfInstant(at, who.timeZone)
}

export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

function offsetSeconds(at: number, timeZone: string): number {
  const wall = Date.parse(`${localIso(at, timeZone).slice(0, 19)}Z`)
  return Math.round((wall - Math.floor(at / 1000) * 1000) / 1000)
}

/** What stands in front of the zone's name: it knows no summer time. */
function standardOffset(timeZone: string): string {
  const [winter, summer] = ['2026-01-15', '2026-07-15'].map((day) => offsetSeconds(midnight(day, timeZone), timeZone))
  const seconds = Math.min(winter!, summer!)
  const size = Math.abs(seconds)
  const text = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${seconds < 0 ? '-' : '+'}${text(size / 3600)}:${text((size % 3600) / 60)}`
}

function numberOf(...parts: readonly (string | number)[]): number {
  return Number.parseInt(createHash('sha256').update(parts.join('\u0001')).digest('hex').slice(0, 12), 16)
}

function round(value: number, decimals: number): number {
  const factor = 10 ** decimals
  return Math.round(value * factor) / factor
}
