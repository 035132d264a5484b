// A person's workouts on the machines, as the logbook shows them.
import { createHash } from 'node:crypto'
import { type Edit, edited } from '../kit/edits.ts'
import { simulateDay, type Workout } from '../people/day.ts'
import { localIso, midnight } from '../people/days.ts'
import type { Person } from '../people/person.ts'
import { chance } from '../people/random.ts'

export interface Result {
  id: number
  user_id: number
  /** Local, of the end. */
  date: string
  [field: string]: unknown
}

export interface Session {
  result: Result
  /** The day on which it began. */
  day: string
  startAt: number
  endAt: number
  strokes: Record<string, number>[] | null
}

/** ErgData sends it when the machine is put away. */
const UPLOAD_MS = 3 * 60_000
const TENTHS_OF_STROKE = 27
const REST_TENTHS = 600
const MACHINES: Record<string, { type: string; metersOfPace: number }> = {
  rowing: { type: 'rower', metersOfPace: 500 },
  cycling: { type: 'bike', metersOfPace: 1000 },
  strength_training: { type: 'skierg', metersOfPace: 500 },
}
/** Of a workout without a distance of its own, in m/s. */
const SKI_SPEED = 3.6

export function accountId(personId: string): number {
  return numberOf('concept2 account', personId) % 3_000_000
}

export function sessionsOfDay(who: Person, day: string, now: number, edits: readonly Edit[]): Session[] {
  if (midnight(day, who.timeZone) > now) return []
  const sessions = simulateDay(who, day).workouts.flatMap((workout) => {
    const machine = MACHINES[workout.sport]
    return machine === undefined || workout.endAt + UPLOAD_MS > now ? [] : [sessionOf(who, day, workout, machine)]
  })
  return edited(sessions, 'results', edits, {
    id: ({ result }) => String(result.id),
    rewrite: (session, times) => ({
      ...session,
      result: {
        ...session.result,
        comments: `edited ${times}`,
        calories_total: Number(session.result.calories_total) + times,
      },
    }),
  })
}

function sessionOf(who: Person, day: string, workout: Workout, machine: (typeof MACHINES)[string]): Session {
  const id = 80_000_000 + (numberOf('concept2 result', who.id, workout.startAt) % 9_000_000)
  const tenths = Math.round((workout.endAt - workout.startAt) / 100)
  const meters = Math.round(workout.meters ?? (tenths / 10) * SKI_SPEED)
  const common = {
    id,
    user_id: accountId(who.id),
    date: clock(workout.endAt, who.timeZone),
    distance: meters,
    type: machine.type,
    weight_class: 'H',
    ranked: false,
    comments: null,
    privacy: 'partners',
    calories_total: Math.round(workout.kcal),
  }
  const session = { day, startAt: workout.startAt, endAt: workout.endAt }
  if (workout.manual) {
    const typed = {
      timezone: null,
      date_utc: null,
      time: tenths,
      workout_type: 'unknown',
      source: 'Web',
      verified: false,
    }
    return { ...session, strokes: null, result: { ...common, ...typed, stroke_data: false } }
  }
  // Every third is made of intervals.
  const rests = chance('concept2', id)() < 0.34 && tenths > 6 * REST_TENTHS ? 2 : 0
  const rest = rests * REST_TENTHS
  const time = tenths - rest
  const count = rests === 0 ? 4 : rests
  const pieces = Array.from({ length: count }, (_, i) => {
    const share = (total: number): number => Math.floor((total * (i + 1)) / count) - Math.floor((total * i) / count)
    return {
      type: rests === 0 ? 'distance' : 'time',
      time: share(time),
      distance: share(meters),
      calories_total: share(common.calories_total),
      stroke_rate: 22,
      ...(rests === 0 ? {} : { rest_time: REST_TENTHS, rest_distance: 0 }),
    }
  })
  const bpm = bpmOf(who, day, workout)
  const beats = Array.from({ length: Math.ceil(tenths / 600) }, (_, i) => bpm(i * 600))
  const measured = {
    timezone: who.timeZone,
    date_utc: `${new Date(workout.endAt).toISOString().slice(0, 19).replace('T', ' ')}`,
    time,
    workout_type: rests === 0 ? 'FixedDistanceSplits' : 'FixedTimeInterval',
    source: 'ErgData iOS',
    verified: true,
    stroke_data: true,
    stroke_rate: 22,
    heart_rate: {
      min: Math.min(...beats),
      average: Math.round(beats.reduce((sum, beat) => sum + beat, 0) / beats.length),
      max: Math.max(...beats),
    },
    workout: rests === 0 ? { splits: pieces } : { intervals: pieces },
    ...(rests === 0 ? {} : { rest_time: rest, rest_distance: 0 }),
  }
  const metersPerTenth = meters / time
  const pace = Math.round((machine.metersOfPace / (metersPerTenth * 10)) * 10)
  const strokes: Record<string, number>[] = []
  let beganTenths = 0
  for (const piece of rests === 0 ? [{ time, distance: meters }] : pieces) {
    for (let t = 0; t <= piece.time; t += TENTHS_OF_STROKE) {
      const d = Math.round(((piece.distance * 10) / piece.time) * t)
      strokes.push({ t, d, p: t === 0 ? 0 : pace, spm: t === 0 ? 0 : 22, hr: bpm(beganTenths + t) })
    }
    beganTenths += piece.time + REST_TENTHS
  }
  return { ...session, strokes, result: { ...common, ...measured } }
}

function bpmOf(who: Person, day: string, workout: Workout): (tenths: number) => number {
  const { startAt, bpm } = simulateDay(who, day)
  const first = Math.round((workout.startAt - startAt) / 60_000)
  return (tenths) => bpm[Math.min(first + Math.floor(tenths / 600), bpm.length - 1)]!
}

function clock(at: number, timeZone: string): string {
  return localIso(at, timeZone).slice(0, 19).replace('T', ' ')
}

function numberOf(...parts: readonly (string | number)[]): number {
  return Number.parseInt(createHash('sha256').update(parts.join('\u0001')).digest('hex').slice(0, 12), 16)
}
