// One local day, minute by minute: what the body did, from which every provider's numbers are taken.
import { midnight, plusDays } from './days.ts'
import { mainNight, napOf, type Night, strainOf } from './night.ts'
import type { Person } from './person.ts'
import { around, between, chance, pick } from './random.ts'

export interface Workout {
  sport: string
  startAt: number
  endAt: number
  meters: number | null
  kcal: number
  manual: boolean
}

export interface Tag {
  at: number
  code: string
  comment: string | null
}

export interface Day {
  day: string
  startAt: number
  /** Minutes of the local day: 1380 to 1500. */
  length: number
  steps: Uint16Array
  bpm: Uint8Array
  /** Metabolic equivalents, in hundredths. */
  met: Uint16Array
  asleep: Uint8Array
  workoutMinute: Uint8Array
  night: Night
  nap: Night | null
  workouts: Workout[]
  tags: Tag[]
  strain: number
}

const MINUTE = 60_000
/** Of some ten kilobytes each. */
const KEPT_DAYS = 2000
const SPEEDS: Record<string, { met: number; stepsPerMinute: number; metersPerMinute: number | null }> = {
  running: { met: 9.5, stepsPerMinute: 166, metersPerMinute: 165 },
  cycling: { met: 8, stepsPerMinute: 0, metersPerMinute: 420 },
  walking: { met: 3.6, stepsPerMinute: 112, metersPerMinute: 86 },
  hiking: { met: 5.5, stepsPerMinute: 104, metersPerMinute: 72 },
  swimming: { met: 7, stepsPerMinute: 0, metersPerMinute: 36 },
  rowing: { met: 7.5, stepsPerMinute: 0, metersPerMinute: 190 },
  yoga: { met: 2.6, stepsPerMinute: 2, metersPerMinute: null },
  strength_training: { met: 4.5, stepsPerMinute: 12, metersPerMinute: null },
}

const days = new Map<string, Day>()

export function simulateDay(who: Person, day: string): Day {
  const key = `${who.id} ${day}`
  let found = days.get(key)
  if (found === undefined) {
    found = live(who, day)
    if (days.size >= KEPT_DAYS) days.delete(days.keys().next().value!)
    days.set(key, found)
  }
  return found
}

function live(who: Person, day: string): Day {
  const startAt = midnight(day, who.timeZone)
  const length = Math.round((midnight(plusDays(day, 1), who.timeZone) - startAt) / MINUTE)
  const result: Day = {
    day,
    startAt,
    length,
    steps: new Uint16Array(length),
    bpm: new Uint8Array(length),
    met: new Uint16Array(length),
    asleep: new Uint8Array(length),
    workoutMinute: new Uint8Array(length),
    night: mainNight(who, day),
    nap: napOf(who, day),
    workouts: [],
    tags: [],
    strain: strainOf(who, day),
  }
  const tonight = mainNight(who, plusDays(day, 1))
  for (const sleep of [result.night, result.nap, tonight]) if (sleep !== null) markAsleep(result, sleep)
  const random = chance('day', who.id, day)
  walkAbout(who, result, random)
  workOut(who, result, random)
  beat(who, result, random)
  note(who, result, random)
  return result
}

function markAsleep(day: Day, sleep: Night): void {
  const from = Math.max(0, Math.floor((sleep.startAt - day.startAt) / MINUTE))
  const to = Math.min(day.length, Math.ceil((sleep.endAt - day.startAt) / MINUTE))
  for (let i = from; i < to; i++) day.asleep[i] = 1
}

/** Bouts of walking through the waking hours, until the day's steps are spent. */
function walkAbout(who: Person, day: Day, random: () => number): void {
  let left = Math.max(800, around(random, who.steps * 0.72, who.steps * 0.16))
  for (let i = 0; i < day.length; i++) day.met[i] = day.asleep[i] ? 90 : Math.round(between(random, 110, 145))
  for (let tries = 0; tries < 400 && left > 0; tries++) {
    const start = Math.floor(random() * day.length)
    const minutes = Math.round(between(random, 2, 16))
    const pace = between(random, 28, 112)
    for (let i = start; i < Math.min(start + minutes, day.length) && left > 0; i++) {
      if (day.asleep[i] || day.steps[i]! > 0) continue
      const steps = Math.round(Math.min(left, around(random, pace, 8)))
      if (steps <= 0) continue
      day.steps[i] = steps
      day.met[i] = Math.round(130 + steps * 2.1)
      left -= steps
    }
  }
}

function workOut(who: Person, day: Day, random: () => number): void {
  if (random() > who.workoutsPerWeek / 7) return
  const sport = pick(random, who.sports)
  const kind = SPEEDS[sport] ?? SPEEDS.walking!
  const minutes = Math.round(between(random, 24, 75))
  const hour = pick(random, [7, 12, 17, 18, 19])
  const start = Math.round(hour * 60 + between(random, 0, 50))
  if (start + minutes >= day.length) return
  for (let i = start; i < start + minutes; i++) if (day.asleep[i]) return
  let kcal = 0
  for (let i = start; i < start + minutes; i++) {
    day.workoutMinute[i] = 1
    day.met[i] = Math.round(around(random, kind.met, kind.met * 0.07) * 100)
    day.steps[i] = Math.max(0, Math.round(around(random, kind.stepsPerMinute, kind.stepsPerMinute * 0.04)))
    kcal += (day.met[i]! / 100) * who.weightKg * (1 / 60)
  }
  day.workouts.push({
    sport,
    startAt: day.startAt + start * MINUTE,
    endAt: day.startAt + (start + minutes) * MINUTE,
    meters:
      kind.metersPerMinute === null
        ? null
        : Math.round(kind.metersPerMinute * minutes * between(random, 0.92, 1.08) * 10) / 10,
    kcal: Math.round(kcal * 10) / 10,
    manual: random() < 0.08,
  })
}

/** The heart follows the effort with a little delay, and never beats slower than asleep. */
function beat(who: Person, day: Day, random: () => number): void {
  const reserve = who.maxBpm - who.restingBpm
  const floor = who.restingBpm + Math.round(3 * day.strain)
  let value = floor + 8
  for (let i = 0; i < day.length; i++) {
    const effort = Math.max(0, day.met[i]! / 100 - 1.2)
    const goal = day.asleep[i] ? floor + 4 : floor + 13 + Math.min(0.82, effort / 11.5) * reserve
    value += (goal - value) * (effort > 1 ? 0.4 : 0.22) + between(random, -1.6, 1.6)
    day.bpm[i] = Math.round(Math.max(floor, Math.min(who.maxBpm, value)))
  }
}

const TAGS = [
  'tag_generic_caffeine',
  'tag_generic_alcohol',
  'tag_generic_sauna',
  'tag_generic_stress',
  'tag_generic_late_meal',
]

function note(_who: Person, day: Day, random: () => number): void {
  if (random() > 0.3) return
  const at = day.startAt + Math.round(between(random, 9 * 60, 21 * 60)) * MINUTE
  day.tags.push({ at, code: pick(random, TAGS), comment: random() < 0.3 ? 'felt fine' : null })
}

/** kcal burned above rest from one minute to another. */
export function activeKcal(who: Person, day: Day, from = 0, to = day.length): number {
  let kcal = 0
  for (let i = from; i < to; i++) kcal += (Math.max(0, day.met[i]! / 100 - 1.5) * who.weightKg) / 60
  return kcal
}

/** Mifflin and St Jeor, in kcal a day. */
export function basalKcal(who: Person): number {
  return 10 * who.weightKg + 625 * who.heightM - 5 * who.age + (who.sex === 'male' ? 5 : -161)
}

/** Slowly up and down, in kg. */
export function weightOn(who: Person, day: string): number {
  const n = Date.parse(`${day}T00:00:00Z`) / 86_400_000
  return Math.round((who.weightKg + 0.9 * Math.sin(n / 23) + 0.3 * Math.sin(n / 5)) * 10) / 10
}
