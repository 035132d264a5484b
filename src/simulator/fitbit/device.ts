// What a Fitbit saw of a day, as far as it was synced: the numbers that both of its clouds show.
import { activeKcal, basalKcal, type Day, simulateDay, weightOn } from '../people/day.ts'
import type { Person } from '../people/person.ts'
import { chance } from '../people/random.ts'

export const MINUTE = 60_000
const SYNC_MS = 15 * MINUTE
const METERS_PER_STEP = 0.74
const STEPS_PER_FLOOR = 1100
export const METERS_PER_FLOOR = 3.048

export function lastSync(now: number): number {
  return Math.floor(now / SYNC_MS) * SYNC_MS
}

export interface Seen {
  day: Day
  /** Minutes that were synced: all of a past day. */
  minutes: number
}

export function seen(who: Person, day: string, now: number): Seen {
  const simulated = simulateDay(who, day)
  const minutes = Math.max(0, Math.min(simulated.length, Math.floor((lastSync(now) - simulated.startAt) / MINUTE)))
  return { day: simulated, minutes }
}

export function stepsIn({ day }: Seen, from: number, to: number): number {
  let steps = 0
  for (let i = from; i < to; i++) steps += day.steps[i]!
  return steps
}

/** Whole millimetres of each minute, so that every sum of them is whole too. */
export function millimetersIn({ day }: Seen, from: number, to: number): number {
  let millimeters = 0
  for (let i = from; i < to; i++) millimeters += Math.round(day.steps[i]! * METERS_PER_STEP * 1000)
  return millimeters
}

/** A floor with every so many steps of the day. */
export function floorsIn(of: Seen, from: number, to: number): number {
  const before = Math.floor(stepsIn(of, 0, from) / STEPS_PER_FLOOR)
  return Math.floor(stepsIn(of, 0, to) / STEPS_PER_FLOOR) - before
}

export function basalIn(who: Person, from: number, to: number): number {
  return (basalKcal(who) / 1440) * (to - from)
}

export function activeIn(who: Person, { day }: Seen, from: number, to: number): number {
  return activeKcal(who, day, from, to)
}

export function totalIn(who: Person, of: Seen, from: number, to: number): number {
  return basalIn(who, from, to) + activeIn(who, of, from, to)
}

export const LEVELS = ['sedentary', 'light', 'moderate', 'vigorous'] as const
export type Level = (typeof LEVELS)[number]

/** Null while asleep: sleep is no inactivity. */
export function levelAt({ day }: Seen, minute: number): Level | null {
  if (day.asleep[minute]) return null
  const met = day.met[minute]! / 100
  return met < 1.5 ? 'sedentary' : met < 3 ? 'light' : met < 6 ? 'moderate' : 'vigorous'
}

export function minutesOf(of: Seen, level: Level, from = 0, to = of.minutes): number {
  let count = 0
  for (let i = from; i < to; i++) if (levelAt(of, i) === level) count++
  return count
}

const ZONE_SHARES = [0.5, 0.7, 0.85]

/** Lower bounds in beats of the second to the fourth zone. */
export function zoneBounds(who: Person): number[] {
  return ZONE_SHARES.map((share) => Math.round(who.maxBpm * share))
}

/** 0 to 3. */
export function zoneAt(who: Person, { day }: Seen, minute: number): number {
  return zoneBounds(who).filter((bound) => day.bpm[minute]! >= bound).length
}

export function zoneMinutes(who: Person, of: Seen, from = 0, to = of.minutes): number[] {
  const zones = [0, 0, 0, 0]
  for (let i = from; i < to; i++) zones[zoneAt(who, of, i)]!++
  return zones
}

export function heartIn({ day }: Seen, from: number, to: number): { avg: number; max: number; min: number } | null {
  if (to <= from) return null
  const rates = day.bpm.subarray(from, to)
  return {
    avg: rates.reduce((sum, rate) => sum + rate, 0) / rates.length,
    max: Math.max(...rates),
    min: Math.min(...rates),
  }
}

/** Known once the night is over. */
export function restingBpm(who: Person, of: Seen, now: number): number | null {
  return of.day.night.endAt + 20 * MINUTE > now ? null : Math.round(who.restingBpm + 3 * of.day.strain + 4)
}

export interface Weighing {
  at: number
  kg: number
  fatPercentage: number | null
}

/** Most mornings, a quarter of an hour after getting up. */
export function weighings(who: Person, day: string, now: number): Weighing[] {
  const random = chance('fitbit scale', who.id, day)
  const { night } = simulateDay(who, day)
  const at = Math.floor((night.endAt + 15 * MINUTE) / 1000) * 1000 + Math.floor(random() * 60) * 1000
  if (random() > 0.7 || at + SYNC_MS > now) return []
  const fat = Math.round((18 + 120 / who.hrvRmssdMs + random()) * 10) / 10
  return [{ at, kg: weightOn(who, day), fatPercentage: random() < 0.6 ? fat : null }]
}

export interface Eaten {
  at: number
  meal: 'BREAKFAST' | 'LUNCH' | 'DINNER'
  name: string
  grams: number
  kcal: number
  carbs: number
  fat: number
  protein: number
  fiber: number
  sodiumMg: number
}

const FOODS = [
  { name: 'Porridge Oats', kcal: 3.7, carbs: 0.6, fat: 0.08, protein: 0.12, fiber: 0.1, sodiumMg: 0.05 },
  { name: 'Lentil Soup', kcal: 0.9, carbs: 0.12, fat: 0.02, protein: 0.05, fiber: 0.03, sodiumMg: 2.3 },
  { name: 'Salmon Fillet', kcal: 2.06, carbs: 0, fat: 0.13, protein: 0.22, fiber: 0, sodiumMg: 0.59 },
]
const MEALS = [
  { meal: 'BREAKFAST', minute: 480 },
  { meal: 'LUNCH', minute: 780 },
  { meal: 'DINNER', minute: 1140 },
] as const

/** Somebody who keeps a diary keeps it on every other day. */
export function eaten(who: Person, day: string, now: number): Eaten[] {
  const random = chance('fitbit food', who.id, day)
  if (random() < 0.5) return []
  const { startAt } = simulateDay(who, day)
  return MEALS.flatMap(({ meal, minute }, i) => {
    const at = startAt + minute * MINUTE
    const grams = 60 + Math.round(random() * 20) * 10
    if (at + SYNC_MS > now) return []
    const food = FOODS[i]!
    const of = (each: number): number => Math.round(each * grams * 10) / 10
    return [
      {
        at,
        meal,
        name: food.name,
        grams,
        kcal: Math.round(food.kcal * grams),
        carbs: of(food.carbs),
        fat: of(food.fat),
        protein: of(food.protein),
        fiber: of(food.fiber),
        sodiumMg: Math.round(food.sodiumMg * grams),
      },
    ]
  })
}

export function drinks(who: Person, day: string, now: number): { at: number; milliliters: number }[] {
  const random = chance('fitbit water', who.id, day)
  const { startAt } = simulateDay(who, day)
  return [540, 780, 1080].flatMap((minute) => {
    const milliliters = 250 + Math.round(random() * 2) * 250
    const at = startAt + minute * MINUTE
    return at + SYNC_MS > now ? [] : [{ at, milliliters }]
  })
}
