// Nights and naps on the bed in Eight Sleep's two forms: days with sessions, and days with scores.
import { createHash } from 'node:crypto'
import { simulateDay } from '../people/day.ts'
import { CELL_MS, type Night, secondsIn, type Stage } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { chance } from '../people/random.ts'

const MINUTE = 60_000
const READY_MS = 15 * MINUTE
/** The bed tells of a night that goes on once an hour of it is over. */
const FIRST_LOOK_MS = 60 * MINUTE
/** Scores come last. */
const SCORED_MS = 2 * 60 * MINUTE

export function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\u0001')).digest('hex').slice(0, 32)
}

interface Seen {
  night: Night
  cells: readonly Stage[]
  done: boolean
}

function seenOf(who: Person, day: string, now: number): Seen[] {
  const { night, nap } = simulateDay(who, day)
  return [night, nap].flatMap((each): Seen[] => {
    if (each === null) return []
    if (each.endAt + READY_MS <= now) return [{ night: each, cells: each.cells, done: true }]
    const until = Math.floor((now - each.startAt) / (30 * MINUTE)) * 30 * MINUTE
    if (each.nap || until < FIRST_LOOK_MS) return []
    return [{ night: each, cells: each.cells.slice(0, until / CELL_MS), done: false }]
  })
}

/** Noor sleeps elsewhere now and then: days on which nobody lay in the bed are left out. */
function isAway(who: Person, day: string): boolean {
  return who.id === 'noor' && chance('eight away', who.id, day)() < 0.1
}

export function trendDay(who: Person, day: string, now: number, form: 'sessions' | 'scores', edits = 0): object | null {
  const seen = isAway(who, day) ? [] : seenOf(who, day, now)
  const [main] = seen
  if (main === undefined) return null
  const total = (stage: Stage) =>
    seen.reduce((sum, { night, cells }) => sum + secondsIn({ ...night, cells: [...cells] }, stage), 0)
  const inBed = seen.reduce((sum, { cells }) => sum + (cells.length * CELL_MS) / 1000, 0)
  const asleep = inBed - total('awake')
  const scored = main.done && main.night.endAt + SCORED_MS <= now
  const score = scored ? Math.min(100, Math.round(35 + asleep / 520) + edits) : 'None'
  const { night } = main
  const common = {
    day,
    presenceDuration: inBed,
    sleepDuration: asleep,
    remDuration: total('rem'),
    remPercent: Math.round((total('rem') / asleep) * 100) / 100,
    lightDuration: total('light'),
    deepDuration: total('deep'),
    presenceStart: iso(night.startAt),
    ...(main.done ? { presenceEnd: iso(night.endAt) } : { processing: true }),
    tnt: 12,
    mainSessionId: sessionId(main),
    sessionIds: seen.map(sessionId),
    incomplete: !main.done,
    score,
  }
  if (form === 'sessions') return { ...common, sessions: seen.map((each) => sessionOf(who, each)) }
  const quality = {
    heartRate: { current: Math.round(night.averageBpm * 10) / 10, average: who.restingBpm + 6 },
    hrv: { current: night.averageHrv, average: who.hrvRmssdMs },
    respiratoryRate: { current: night.breathsPerMinute },
  }
  return {
    ...common,
    ...(scored ? { sleepQualityScore: { total: 88, ...quality } } : {}),
    sleepRoutineScore: { latencyAsleepSeconds: { current: (night.latencyCells * CELL_MS) / 1000 } },
  }
}

function sessionId({ night }: Seen): string {
  return String(Math.floor(night.startAt / 1000))
}

function sessionOf(who: Person, seen: Seen): object {
  const { night, cells, done } = seen
  const seconds = (cells.length * CELL_MS) / 1000
  const time = (stage: Stage) => secondsIn({ ...night, cells: [...cells] }, stage)
  const stages = runs(cells)
  const last = stages.at(-1)
  const before = stages[0]?.stage === 'awake' ? stages[0].duration : 0
  const after = done && last?.stage === 'awake' && stages.length > 1 ? last.duration : 0
  const series = (values: readonly (number | null)[]) =>
    values.flatMap((value, i) => {
      const at = night.startAt + i * 5 * MINUTE
      return value === null || at >= night.startAt + seconds * 1000 ? [] : [[iso(at), value]]
    })
  const snored = chance('eight snore', who.id, night.day)() < 0.5 ? 180 : 0
  return {
    id: sessionId(seen),
    ts: iso(night.startAt),
    ...(done ? { presenceEnd: iso(night.endAt) } : { processing: true }),
    duration: seconds,
    score: 0,
    timezone: who.timeZone,
    device: { id: hash('eight bed', who.id).slice(0, 24), side: 'left', specialization: 'pod' },
    // Of a night that goes on the last stage is always one that nobody had.
    stages: done ? stages : [...stages, { stage: 'awake', duration: 600 }],
    snoring: [
      { intensity: 'none', duration: 3600 },
      ...(snored === 0 ? [] : [{ intensity: 'light', duration: snored }]),
      { intensity: 'none', duration: Math.max(0, seconds - 3600 - snored) },
    ],
    stageSummary: {
      totalDuration: seconds,
      sleepDuration: seconds - time('awake'),
      outDuration: 0,
      awakeDuration: time('awake'),
      lightDuration: time('light'),
      deepDuration: time('deep'),
      remDuration: time('rem'),
      awakeBeforeSleepDuration: before,
      awakeBetweenSleepDuration: time('awake') - before - after,
      awakeAfterSleepDuration: after,
      wasoDuration: time('awake') - before - after,
    },
    timeseries: {
      heartRate: series(night.bpm),
      rmssd: series(night.hrvRmssdMs),
      hrv: series(night.hrvRmssdMs.map((value) => (value === null ? null : value + 5))),
      respiratoryRate: series(night.bpm.map(() => night.breathsPerMinute)),
      tempRoomC: series(night.bpm.map((_, i) => 19.5 + (i % 6) / 10)),
    },
  }
}

function runs(cells: readonly Stage[]): { stage: Stage; duration: number }[] {
  const found: { stage: Stage; duration: number }[] = []
  for (const stage of cells) {
    const last = found.at(-1)
    if (last?.stage === stage) last.duration += CELL_MS / 1000
    else found.push({ stage, duration: CELL_MS / 1000 })
  }
  return found
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
