// A sleep as Fitbit stores it: blocks of stages, with awakenings of up to three minutes lying over them.
import { simulateDay } from '../people/day.ts'
import { CELL_MS, type Night, type Stage } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { MINUTE } from './device.ts'
import { logId } from './ids.ts'

const SHORT_MS = 180_000
const READY_MS = 20 * MINUTE
/** Shorter ones have no stages. */
const CLASSIC_BELOW_MS = 3 * 60 * MINUTE

export interface Block<Level> {
  startAt: number
  endAt: number
  level: Level
}

export interface Log {
  id: string
  night: Night
  main: boolean
  readyAt: number
}

/** Logs of a waking day, as far as they are computed. */
export function logsOf(who: Person, day: string, now: number): Log[] {
  const { night, nap } = simulateDay(who, day)
  return [night, nap].flatMap((each) => {
    if (each === null || each.endAt + READY_MS > now) return []
    return [{ id: logId(who.id, 'sleep', each.startAt), night: each, main: !each.nap, readyAt: each.endAt + READY_MS }]
  })
}

export function isClassic({ night }: Log): boolean {
  return night.endAt - night.startAt < CLASSIC_BELOW_MS
}

/** Runs of one stage; a short awakening takes on the stage before it, and lies over it. */
export function stages({ night }: Log): { blocks: Block<Stage>[]; short: Block<'awake'>[] } {
  const runs = runsOf(night, (stage) => stage)
  const blocks: Block<Stage>[] = []
  const short: Block<'awake'>[] = []
  for (const run of runs) {
    const last = blocks.at(-1)
    if (run.level === 'awake' && run.endAt - run.startAt <= SHORT_MS && last !== undefined && run.endAt < night.endAt) {
      short.push({ ...run, level: 'awake' })
      last.endAt = run.endAt
    } else if (last !== undefined && last.level === run.level) {
      last.endAt = run.endAt
    } else {
      blocks.push({ ...run })
    }
  }
  return { blocks, short }
}

/** Asleep, restless (what is light in the first and last cells) and awake. */
export function classicBlocks({ night }: Log): Block<'asleep' | 'restless' | 'awake'>[] {
  let at = -1
  return runsOf(night, (stage) => {
    at++
    if (stage === 'awake') return at < night.cells.length / 2 ? 'restless' : 'awake'
    return 'asleep'
  })
}

function runsOf<Level>(night: Night, levelOf: (stage: Stage) => Level): Block<Level>[] {
  const runs: Block<Level>[] = []
  for (const [i, cell] of night.cells.entries()) {
    const level = levelOf(cell)
    const endAt = night.startAt + (i + 1) * CELL_MS
    const last = runs.at(-1)
    if (last !== undefined && last.level === level) last.endAt = endAt
    else runs.push({ startAt: endAt - CELL_MS, endAt, level })
  }
  return runs
}

/** Minutes, rounded down as a device shows them. */
export function minutesIn(night: Night, ...wanted: Stage[]): number {
  return Math.floor((night.cells.filter((cell) => wanted.includes(cell)).length * CELL_MS) / MINUTE)
}
