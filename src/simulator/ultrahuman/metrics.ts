// A person's day as the ring tells it, in the three forms that the answer has had.
import type { Edit } from '../kit/edits.ts'
import { basalKcal, simulateDay } from '../people/day.ts'
import { glucoseOf } from '../people/glucose.ts'
import { CELL_MS, type Night, secondsIn, type Stage } from '../people/night.ts'
import type { Person } from '../people/person.ts'

export const FORMS = ['list', 'map', 'flat'] as const
export type Form = (typeof FORMS)[number]
export const KIND = 'metrics'

const MINUTE = 60_000
const SLOT_MINUTES = 15
const STAGE_NAMES: Record<Stage, string> = {
  deep: 'deep_sleep',
  light: 'light_sleep',
  rem: 'rem_sleep',
  awake: 'awake',
}

interface Entry {
  type: string
  object: Record<string, unknown>
}

interface Point {
  value: number
  timestamp: number
}

/** What the phone had synced by `now`. Whoever is called `bare` wears no ring. */
export function entriesOf(who: Person, day: string, form: Form, now: number, edits: readonly Edit[]): Entry[] {
  const lived = simulateDay(who, day)
  const gone = edits.some((edit) => edit.what === 'gone' && edit.kind === KIND && edit.id === day)
  if (who.id.startsWith('bare') || gone || lived.startAt > now) return [{ type: 'sleep', object: {} }]
  const start = { day_start_timestamp: seconds(lived.startAt) }
  const minutes = Math.min(lived.length, Math.floor((now - lived.startAt) / MINUTE))
  const extra = edits.find((edit) => edit.what === 'rewritten' && edit.kind === KIND && edit.id === day)?.times ?? 0
  const beats = points(minutes, 5, lived.startAt, (from) => lived.bpm[from]!)
  const steps = points(minutes, SLOT_MINUTES, lived.startAt, (from) => sum(lived.steps, from, from + SLOT_MINUTES))
  const { night } = lived
  const slept = night.endAt <= now
  const hrv = fiveMinutes(night, night.hrvRmssdMs)
  return [
    {
      type: 'hr',
      object: { ...start, title: 'Heart Rate', values: beats, last_reading: beats.at(-1)?.value ?? null, unit: 'BPM' },
    },
    {
      type: 'steps',
      object: { ...start, values: steps, total: steps.reduce((total, { value }) => total + value, 0) + extra },
    },
    ...(slept ? [{ type: 'hrv', object: { ...start, title: 'HRV', values: hrv, avg: night.averageHrv } }] : []),
    ...(slept
      ? [
          {
            type: 'night_rhr',
            object: { ...start, title: 'Resting HR', values: everyHour(night), avg: night.lowestBpm },
          },
        ]
      : []),
    ...(slept ? [{ type: 'sleep_rhr', object: { ...start, value: night.lowestBpm } }] : []),
    ...(slept ? [{ type: 'avg_sleep_hrv', object: { ...start, value: night.averageHrv } }] : []),
    ...(slept ? [{ type: 'recovery_index', object: { ...start, value: Math.round(70 - 25 * lived.strain) } }] : []),
    { type: 'movement_index', object: { ...start, value: Math.round(Math.min(100, basalKcal(who) / 20)) } },
    { type: 'active_minutes', object: { ...start, value: sum(lived.workoutMinute, 0, minutes) } },
    { type: 'vo2_max', object: { ...start, value: who.vo2Max } },
    ...(slept ? sleepEntries(who, night, start, form) : []),
    {
      type: 'glucose',
      object: {
        ...start,
        title: 'Glucose',
        unit: 'mg/dL',
        values: glucoseOf(who, day)
          .filter(({ at }, i) => i % 3 === 0 && at <= now)
          .map(({ at, mgPerDl }) => ({ value: mgPerDl, timestamp: seconds(at) })),
      },
    },
  ]
}

function sleepEntries(_who: Person, night: Night, start: Record<string, number>, form: Form): Entry[] {
  const inBed = (night.cells.length * CELL_MS) / 1000
  const awake = secondsIn(night, 'awake')
  const asleep = inBed - awake
  const efficiency = Math.round((asleep / inBed) * 100)
  const score = Math.min(99, 40 + Math.round(efficiency / 2))
  const stages = (['deep', 'light', 'rem', 'awake'] as const).map((stage) => ({
    type: STAGE_NAMES[stage],
    percentage: Math.round((secondsIn(night, stage) / inBed) * 100),
    stage_time: secondsIn(night, stage),
  }))
  const shape = {
    bedtime_start: seconds(night.startAt),
    bedtime_end: seconds(night.endAt),
    sleep_stages: stages,
    sleep_graph: { title: 'Sleep Stages', data: pieces(night) },
    hr_graph: { title: 'Heart Rate', data: fiveMinutes(night, night.bpm) },
    hrv_graph: { title: 'HRV', data: fiveMinutes(night, night.hrvRmssdMs) },
  }
  if (form === 'list') {
    const quick = {
      time_in_bed: inBed,
      total_sleep: asleep,
      sleep_efic: efficiency,
      avg_hr: Math.round(night.averageBpm),
    }
    const metrics = Object.entries(quick).map(([type, value]) => ({
      title: type.toUpperCase(),
      type,
      value,
      unit: null,
    }))
    return [{ type: 'Sleep', object: { ...shape, quick_metrics: metrics, spo2: { value: Math.round(night.spo2) } } }]
  }
  if (form === 'map') {
    const parts = Object.fromEntries(
      stages.map(({ type, stage_time }) => [type, { minutes: Math.round(stage_time / 60) }]),
    )
    const object = {
      ...start,
      ...shape,
      ...parts,
      sleep_score: { score },
      total_sleep: { seconds: asleep, minutes: Math.round(asleep / 60) },
      time_in_bed: { seconds: inBed },
      sleep_efficiency: { percentage: efficiency },
      temperature_deviation: { celsius: night.temperatureDeviation },
      spo2: { value: Math.round(night.spo2) },
    }
    return [{ type: 'sleep', object }]
  }
  const flat = (type: string, value: number, unit?: string): Entry => ({
    type,
    object: { ...start, value, ...(unit === undefined ? {} : { unit }) },
  })
  return [
    flat('sleep_score', score),
    flat('total_sleep', asleep, 'seconds'),
    flat('time_in_bed', inBed, 'seconds'),
    ...stages.map(({ type, stage_time }) => flat(type, stage_time, 'seconds')),
    flat('sleep_efficiency', efficiency),
    flat('temperature_deviation', night.temperatureDeviation),
  ]
}

/** Cells of one stage that follow each other. */
function pieces(night: Night): { start: number; end: number; type: string }[] {
  const found: { start: number; end: number; type: string }[] = []
  for (const [i, stage] of night.cells.entries()) {
    const type = STAGE_NAMES[stage]
    const start = seconds(night.startAt + i * CELL_MS)
    const last = found.at(-1)
    if (last?.type === type) last.end = start + CELL_MS / 1000
    else found.push({ start, end: start + CELL_MS / 1000, type })
  }
  return found
}

function fiveMinutes(night: Night, values: readonly (number | null)[]): Point[] {
  return values.flatMap((value, i) =>
    value === null ? [] : [{ value, timestamp: seconds(night.startAt + i * 10 * CELL_MS) }],
  )
}

function everyHour(night: Night): Point[] {
  return fiveMinutes(night, night.bpm).filter((_, i) => i % 12 === 0)
}

function points(minutes: number, every: number, startAt: number, value: (minute: number) => number): Point[] {
  const found: Point[] = []
  for (let minute = 0; minute + every <= minutes; minute += every) {
    found.push({ value: value(minute), timestamp: seconds(startAt + minute * MINUTE) })
  }
  return found
}

function sum(values: ArrayLike<number>, from: number, to: number): number {
  let total = 0
  for (let i = from; i < to && i < values.length; i++) total += values[i]!
  return total
}

const seconds = (ms: number): number => Math.floor(ms / 1000)
