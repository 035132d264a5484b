// Nights as the mat below the mattress knows them, and on some as the watch does too; stages in pieces without order.
import { simulateDay } from '../people/day.ts'
import { CELL_MS, type Night, secondsIn, type Stage } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { chance } from '../people/random.ts'
import { deviceIdOf, MAT, type Model, numberOf, seconds, WATCH } from './ids.ts'

const MINUTE = 60_000
const READY_MS = 10 * MINUTE
/** The mat uploads a night while it still goes on. */
const FIRST_LOOK_MS = 60 * MINUTE

export interface Summary {
  id: number
  startdate: number
  enddate: number
  date: string
  completed: boolean
  modified: number
  data: Record<string, unknown>
  [field: string]: unknown
}

/** What one device knows of one sleep. */
interface Seen {
  night: Night
  model: Model
  cells: readonly Stage[]
  startAt: number
}

function seen(who: Person, day: string): Seen[] {
  const { night, nap } = simulateDay(who, day)
  const all: Seen[] = [{ night, model: MAT, cells: night.cells, startAt: night.startAt }]
  // Worn in bed too: it notices some minutes later that the person lies down, and sooner that they are up.
  if (chance('watch in bed', who.id, day)() < 0.3) {
    const cut = 14
    all.push({ night, model: WATCH, cells: night.cells.slice(cut, -4), startAt: night.startAt + cut * CELL_MS })
  }
  if (nap !== null) all.push({ night: nap, model: WATCH, cells: nap.cells, startAt: nap.startAt })
  return all
}

export function summaries(who: Person, day: string, nowMs: number): Summary[] {
  return seen(who, day).flatMap((each): Summary[] => {
    const endAt = each.startAt + each.cells.length * CELL_MS
    if (endAt + READY_MS <= nowMs) return [summary(who, each, each.cells.length, true, seconds(endAt + READY_MS))]
    const until = Math.floor((nowMs - each.startAt) / (30 * MINUTE)) * 30 * MINUTE
    if (each.model !== MAT || until < FIRST_LOOK_MS) return []
    const cells = Math.min(each.cells.length, until / CELL_MS)
    return [summary(who, each, cells, false, seconds(each.startAt + cells * CELL_MS))]
  })
}

function summary(
  who: Person,
  { night, model, cells: all, startAt }: Seen,
  count: number,
  completed: boolean,
  modified: number,
): Summary {
  const cells = all.slice(0, count)
  const time = (stage: Stage): number => secondsIn({ ...night, cells: [...cells] }, stage)
  const inBed = (count * CELL_MS) / 1000
  const asleep = inBed - time('awake')
  const latency = runOf(cells, 'awake') * (CELL_MS / 1000)
  const trailing = completed ? runOf(cells.toReversed(), 'awake') * (CELL_MS / 1000) : 0
  const deviceId = deviceIdOf(who.id, model)
  const common = {
    total_timeinbed: inBed,
    total_sleep_time: asleep,
    lightsleepduration: time('light'),
    remsleepduration: time('rem'),
    deepsleepduration: time('deep'),
    sleep_latency: latency,
    wakeupduration: time('awake'),
    wakeupcount: Math.max(0, runsOf(cells, 'awake') - 1),
  }
  const whole = {
    sleep_efficiency: Math.round((asleep / inBed) * 100) / 100,
    wakeup_latency: trailing,
    waso: time('awake') - latency - trailing,
    nb_rem_episodes: runsOf(cells, 'rem'),
    durationtosleep: latency,
    durationtowakeup: trailing,
    out_of_bed_count: 0,
    hr_average: Math.round(night.averageBpm),
    hr_min: night.lowestBpm,
    hr_max: Math.max(...night.bpm.filter((bpm) => bpm !== null)),
    sleep_score: Math.max(30, Math.min(99, Math.round(40 + asleep / 560))),
    night_events: [],
  }
  const ofMat = {
    rr_average: Math.round(night.breathsPerMinute),
    rr_min: Math.round(night.breathsPerMinute) - 3,
    rr_max: Math.round(night.breathsPerMinute) + 4,
    breathing_disturbances_intensity: 11,
    snoring: 540,
    snoringepisodecount: 7,
    apnea_hypopnea_index: 3,
  }
  return {
    id: numberOf('sleep', who.id, night.day, night.nap ? 'nap' : 'night', model.id),
    timezone: who.timeZone,
    model: model.type,
    model_id: model.id,
    hash_deviceid: deviceId,
    startdate: seconds(startAt),
    enddate: seconds(startAt + count * CELL_MS),
    date: night.day,
    completed,
    data: { ...common, ...(completed ? whole : { sleep_score: null }), ...(completed && model === MAT ? ofMat : {}) },
    created: modified,
    modified,
  }
}

const STATES: Record<Stage, number> = { awake: 0, light: 1, deep: 2, rem: 3 }

export interface StagePiece {
  startdate: number
  enddate: number
  [field: string]: unknown
}

/** Pieces of every device that begin in the range, in no order. `fields` are the maps that were asked for. */
export function stagePieces(who: Person, day: string, nowMs: number, fields: readonly string[]): StagePiece[] {
  const pieces = seen(who, day).flatMap((each) => {
    if (each.startAt + each.cells.length * CELL_MS + READY_MS > nowMs) return []
    return runs(each.cells).map(({ stage, from, to }): StagePiece => {
      const startdate = seconds(each.startAt + from * CELL_MS)
      const enddate = seconds(each.startAt + to * CELL_MS)
      return {
        startdate,
        state: STATES[stage],
        enddate,
        model: each.model.name,
        ...mapsOf(each, stage, startdate, enddate, fields),
        hash_deviceid: deviceIdOf(who.id, each.model),
        model_id: each.model.id,
      }
    })
  })
  const random = chance('order of pieces', who.id, day)
  return pieces
    .map((piece) => ({ piece, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ piece }) => piece)
}

function mapsOf({ night, model }: Seen, stage: Stage, from: number, to: number, fields: readonly string[]): object {
  const maps: Record<string, Record<string, number>> = {
    hr: {},
    rr: {},
    snoring: {},
    sdnn_1: {},
    rmssd: {},
    mvt_score: {},
  }
  for (let at = from; at < to; at += 60) {
    const cell = Math.floor((at - seconds(night.startAt)) / 300)
    const bpm = night.bpm[cell]
    const variability = night.hrvRmssdMs[cell]
    if (bpm !== null && bpm !== undefined) maps.hr![at] = bpm
    if (model === MAT) maps.rr![at] = Math.round(night.breathsPerMinute)
    if (model === MAT) maps.snoring![at] = at % 7 === 0 ? 20 : 0
    if (stage === 'awake' || variability === null || variability === undefined) continue
    maps.rmssd![at] = variability
    maps.sdnn_1![at] = variability + 6
  }
  // An empty map is written as an empty list.
  const shown = fields
    .filter((name) => name in maps)
    .map((name) => [name, Object.keys(maps[name]!).length === 0 ? [] : maps[name]])
  return Object.fromEntries(shown)
}

function runs(cells: readonly Stage[]): { stage: Stage; from: number; to: number }[] {
  const found: { stage: Stage; from: number; to: number }[] = []
  for (const [i, stage] of cells.entries()) {
    const last = found.at(-1)
    if (last?.stage === stage) last.to = i + 1
    else found.push({ stage, from: i, to: i + 1 })
  }
  return found
}

function runsOf(cells: readonly Stage[], stage: Stage): number {
  return runs(cells).filter((run) => run.stage === stage).length
}

function runOf(cells: readonly Stage[], stage: Stage): number {
  const [first] = runs(cells)
  return first?.stage === stage ? first.to : 0
}
