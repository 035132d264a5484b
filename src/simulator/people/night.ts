// One sleep, cell by cell of thirty seconds, with what the heart does in it.
import { midnight } from './days.ts'
import type { Person } from './person.ts'
import { around, between, chance } from './random.ts'

export const CELL_MS = 30_000
const CELLS_OF_FIVE_MINUTES = 10

export type Stage = 'deep' | 'light' | 'rem' | 'awake'

export interface Night {
  /** The local day of waking. */
  day: string
  nap: boolean
  startAt: number
  endAt: number
  cells: Stage[]
  /** Mean of five minutes each; null where the sensor had no reading. */
  bpm: (number | null)[]
  hrvRmssdMs: (number | null)[]
  breathsPerMinute: number
  lowestBpm: number
  averageBpm: number
  averageHrv: number
  latencyCells: number
  temperatureDeviation: number
  spo2: number
}

/** How stressed the body is on a day, -1 to 1: moves slowly, so that days resemble their neighbours. */
export function strainOf(who: Person, day: string): number {
  const week = Math.floor(Date.parse(`${day}T00:00:00Z`) / (7 * 86_400_000))
  const slow = between(chance('strain week', who.id, week), -0.6, 0.6)
  return Math.max(-1, Math.min(1, slow + between(chance('strain day', who.id, day), -0.4, 0.4)))
}

export function mainNight(who: Person, day: string): Night {
  const random = chance('night', who.id, day)
  const strain = strainOf(who, day)
  const start = midnight(day, who.timeZone) + Math.round(around(random, who.bedMinute, 22)) * 60_000
  const minutes = Math.max(240, Math.round(around(random, who.sleepMinutes - 25 * strain, 28)))
  return sleep(who, day, start, minutes * 2, false, strain, random)
}

/** Some days, after lunch. */
export function napOf(who: Person, day: string): Night | null {
  const random = chance('nap', who.id, day)
  if (random() > 0.14) return null
  const start = midnight(day, who.timeZone) + Math.round(between(random, 13 * 60, 15 * 60)) * 60_000
  return sleep(who, day, start, Math.round(between(random, 24, 50)) * 2, true, strainOf(who, day), random)
}

function sleep(
  who: Person,
  day: string,
  startAt: number,
  cellCount: number,
  nap: boolean,
  strain: number,
  random: () => number,
): Night {
  const latencyCells = Math.min(
    Math.round(between(random, 6, 50) * (1.6 - who.sleepQuality)),
    Math.floor(cellCount / 4),
  )
  const cells = stages(cellCount, latencyCells, who.sleepQuality, random)
  const bpm: (number | null)[] = []
  const hrv: (number | null)[] = []
  const base = who.restingBpm + 3 * strain
  for (let i = 0; i < cellCount; i += CELLS_OF_FIVE_MINUTES) {
    const share = i / cellCount
    const stage = cells[Math.min(i + 4, cellCount - 1)]!
    const lift = { deep: 1, light: 3, rem: 6, awake: 10 }[stage]
    const settled = 4 * (1 - Math.min(1, share * 2.5))
    const value = Math.max(base, base + lift + settled + between(random, -1.5, 1.5))
    const missing = i === 0 || random() < 0.02
    bpm.push(missing ? null : Math.round(value))
    const variability = who.hrvRmssdMs * (1 - 0.18 * strain) * { deep: 1.1, light: 1, rem: 0.85, awake: 0.75 }[stage]
    hrv.push(missing ? null : Math.round(Math.max(8, around(random, variability, variability * 0.08))))
  }
  const beats = bpm.filter((value) => value !== null)
  const variabilities = hrv.filter((value) => value !== null)
  return {
    day,
    nap,
    startAt,
    endAt: startAt + cellCount * CELL_MS,
    cells,
    bpm,
    hrvRmssdMs: hrv,
    breathsPerMinute: Math.round(between(random, 12.5, 16.5) * 8) / 8,
    lowestBpm: Math.min(...beats),
    averageBpm: Math.round((beats.reduce((sum, value) => sum + value, 0) / beats.length) * 1000) / 1000,
    averageHrv: Math.round(variabilities.reduce((sum, value) => sum + value, 0) / variabilities.length),
    latencyCells,
    temperatureDeviation: Math.round((0.25 * strain + between(random, -0.2, 0.2)) * 100) / 100,
    spo2: Math.round((96.2 + between(random, -1.4, 2)) * 1000) / 1000,
  }
}

/** Cycles of about ninety minutes: deep early, REM late, awake now and then. */
function stages(count: number, latency: number, quality: number, random: () => number): Stage[] {
  const cells: Stage[] = Array.from({ length: Math.min(latency, count) }, () => 'awake' as const)
  let cycle = 0
  while (cells.length < count) {
    const late = cells.length / count
    const deep = Math.round(between(random, 30, 70) * (1 - late) * (0.6 + 0.6 * quality))
    const rem = Math.round(between(random, 14, 34) * (0.4 + 1.4 * late))
    push(cells, count, 'light', Math.round(between(random, 16, 44)))
    push(cells, count, 'deep', deep)
    push(cells, count, 'light', Math.round(between(random, 40, 80)))
    if (cycle > 0 || deep > 0) push(cells, count, 'rem', rem)
    if (random() < 1.15 - quality) push(cells, count, 'awake', Math.round(between(random, 2, 26 * (1.3 - quality))))
    cycle++
  }
  for (let i = Math.max(0, count - Math.round(between(random, 1, 8))); i < count; i++) cells[i] = 'awake'
  return cells
}

function push(cells: Stage[], limit: number, stage: Stage, times: number): void {
  for (let i = 0; i < times && cells.length < limit; i++) cells.push(stage)
}

export function secondsIn(night: Night, stage: Stage): number {
  return night.cells.filter((cell) => cell === stage).length * (CELL_MS / 1000)
}
