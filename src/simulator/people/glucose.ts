// Glucose between the cells, every five minutes: what a sensor under the skin would say.
import { simulateDay } from './day.ts'
import { midnight, plusDays } from './days.ts'
import type { Person } from './person.ts'
import { around, between, chance } from './random.ts'

const MINUTE = 60_000
export const GLUCOSE_EVERY_MS = 5 * MINUTE
/** After this many minutes a meal is at its peak. */
const PEAK_MINUTES = 50

export interface MealEaten {
  at: number
  carbohydratesG: number
  /** Given for it, by who gives it. */
  insulinUnits: number
}

export interface GlucoseReading {
  at: number
  mgPerDl: number
  /** Per minute. */
  slope: number
}

/** Breakfast, lunch and dinner, some days with something in between. */
export function mealsOf(who: Person, day: string): MealEaten[] {
  const random = chance('meals', who.id, day)
  const start = midnight(day, who.timeZone)
  const times = [between(random, 410, 500), between(random, 720, 800), between(random, 1100, 1200)]
  if (random() < 0.35) times.push(between(random, 920, 990))
  return times
    .sort((a, b) => a - b)
    .map((minute) => {
      const carbohydratesG = Math.round(around(random, 52, 16))
      return {
        at: start + Math.round(minute) * MINUTE,
        carbohydratesG: Math.max(8, carbohydratesG),
        insulinUnits: Math.max(1, Math.round(carbohydratesG / 5) / 2),
      }
    })
}

/** Readings of the local day; some minutes are missing when the sensor is pressed on or lost. */
export function glucoseOf(who: Person, day: string): GlucoseReading[] {
  const lived = simulateDay(who, day)
  const meals = [plusDays(day, -1), day].flatMap((each) => mealsOf(who, each))
  const random = chance('glucose', who.id, day)
  const base = between(chance('glucose base', who.id), 92, 118) + 6 * lived.strain
  const lostFrom = random() < 0.25 ? between(random, 60, 1300) : -1
  const readings: GlucoseReading[] = []
  let before: number | null = null
  for (let at = lived.startAt + 3 * MINUTE; at < lived.startAt + lived.length * MINUTE; at += GLUCOSE_EVERY_MS) {
    const minute = Math.floor((at - lived.startAt) / MINUTE)
    const risen = meals.reduce((sum, meal) => sum + rise(meal, (at - meal.at) / MINUTE), 0)
    const moved = lived.workoutMinute[minute] === 1 ? -14 : 0
    const dawn = minute > 270 && minute < 420 ? 8 : 0
    const mgPerDl = Math.round(Math.min(390, Math.max(45, base + risen + moved + dawn + between(random, -4, 4))))
    const lost = lostFrom >= 0 && minute >= lostFrom && minute < lostFrom + 25
    if (!lost) readings.push({ at, mgPerDl, slope: before === null ? 0 : (mgPerDl - before) / 5 })
    before = mgPerDl
  }
  return readings
}

function rise({ carbohydratesG }: MealEaten, minutes: number): number {
  if (minutes <= 0 || minutes > 300) return 0
  return carbohydratesG * 1.4 * (minutes / PEAK_MINUTES) * Math.exp(1 - minutes / PEAK_MINUTES)
}
