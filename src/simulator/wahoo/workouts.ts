// A person's workouts as a Wahoo computer uploads them: numbers as texts, and a file for each.
import { createHash } from 'node:crypto'
import { edited, type Edit } from '../kit/edits.ts'
import { fitFileOf } from '../kit/fit.ts'
import { simulateDay, type Workout } from '../people/day.ts'
import { daysFrom, localIso } from '../people/days.ts'
import type { Person } from '../people/person.ts'

export const KIND = 'workouts'
const WAHOO_FITNESS = 32
const TYPES: Record<string, number> = {
  running: 1,
  cycling: 15,
  walking: 6,
  hiking: 9,
  swimming: 26,
  rowing: 39,
  yoga: 66,
  strength_training: 42,
}
/** Minutes from the end until it stands in the cloud. */
const UPLOADED_AFTER_MS = 120_000

export interface Uploaded {
  day: string
  workout: Workout
  body: Record<string, unknown> & { id: number; name: string; updated_at: string }
}

export function numberOf(...name: (string | number)[]): number {
  return Number.parseInt(createHash('sha256').update(name.join('|')).digest('hex').slice(0, 10), 16) % 900_000_000
}

/** Oldest first. `baseUrl` is where files are asked for. */
export function workoutsOf(
  who: Person,
  start: string,
  end: string,
  now: number,
  edits: readonly Edit[],
  baseUrl: string,
): Uploaded[] {
  const all = daysFrom(start, end).flatMap((day) =>
    simulateDay(who, day)
      .workouts.filter(({ endAt }) => endAt + UPLOADED_AFTER_MS <= now)
      .map((workout) => ({ day, workout, body: bodyOf(who, workout, baseUrl) })),
  )
  return edited(all, KIND, edits, {
    id: ({ body }) => String(body.id),
    rewrite: (each, times) => ({ ...each, body: renamed(each.body, times) }),
  })
}

function bodyOf(who: Person, workout: Workout, baseUrl: string): Uploaded['body'] {
  const id = numberOf('wahoo', who.id, workout.startAt)
  const seconds = (workout.endAt - workout.startAt) / 1000
  const text = (value: number | null): string | null => (value === null ? null : value.toFixed(1))
  const updated = new Date(workout.endAt + UPLOADED_AFTER_MS).toISOString()
  const url = workout.manual ? null : `${baseUrl}/files/${who.id}/${workout.startAt}/${id}.fit`
  return {
    id,
    starts: new Date(workout.startAt).toISOString(),
    minutes: Math.round(seconds / 60),
    name: workout.sport.replaceAll('_', ' '),
    created_at: updated,
    updated_at: updated,
    plan_id: null,
    plan_ids: [],
    route_id: null,
    workout_token: `ELEMNT ${id}`,
    workout_type_id: TYPES[workout.sport] ?? 255,
    workout_summary: {
      id: id + 1,
      ascent_accum: null,
      cadence_avg: null,
      calories_accum: text(workout.kcal),
      distance_accum: text(workout.meters),
      duration_active_accum: text(seconds),
      duration_paused_accum: '0.0',
      duration_total_accum: text(seconds),
      heart_rate_avg: null,
      power_bike_np_last: null,
      power_bike_tss_last: null,
      power_avg: null,
      speed_avg: workout.meters === null ? null : (workout.meters / seconds).toFixed(2),
      work_accum: null,
      time_zone: who.timeZone,
      manual: workout.manual,
      edited: false,
      fitness_app_id: 1,
      file: url === null ? null : { url },
      files: url === null ? [] : [{ fitness_app_id: 1, url }],
      created_at: updated,
      updated_at: updated,
    },
  }
}

/** A later version, with another name. */
function renamed(body: Uploaded['body'], times: number): Uploaded['body'] {
  const updated = new Date(Date.parse(body.updated_at) + times * 60_000).toISOString()
  const summary = body.workout_summary as Record<string, unknown>
  return {
    ...body,
    name: `${body.name} (${times})`,
    updated_at: updated,
    workout_summary: { ...summary, edited: true, updated_at: updated },
  }
}

export function fileOf(who: Person, workout: Workout): Uint8Array {
  const zone = localIso(workout.startAt, who.timeZone).slice(23)
  const minutes = (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)))
  const serial = numberOf('elemnt', who.id)
  return fitFileOf(who, workout, { manufacturer: WAHOO_FITNESS, serial, utcOffsetMinutes: minutes })
}
