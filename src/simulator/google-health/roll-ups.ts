// Windows of one type: what the device counted between two minutes of a day.
import type { Person } from '../people/person.ts'
import {
  activeIn,
  floorsIn,
  heartIn,
  METERS_PER_FLOOR,
  millimetersIn,
  minutesOf,
  type Seen,
  stepsIn,
  totalIn,
  weighings,
  zoneMinutes,
  drinks,
  eaten,
} from '../fitbit/device.ts'
import { duration, int64, type Json } from './shapes.ts'

type Sum = (who: Person, of: Seen, from: number, to: number, now: number) => Json | null

const tenth = (value: number): number => Math.round(value * 10) / 10
const ZONES = ['LIGHT', 'MODERATE', 'VIGOROUS', 'PEAK']

const SUMS: Record<string, Sum> = {
  steps: (_who, of, from, to) => ({ countSum: int64(stepsIn(of, from, to)) }),
  distance: (_who, of, from, to) => ({ millimetersSum: int64(millimetersIn(of, from, to)) }),
  floors: (_who, of, from, to) => ({ countSum: int64(floorsIn(of, from, to)) }),
  altitude: (_who, of, from, to) => ({
    gainMillimetersSum: int64(floorsIn(of, from, to) * METERS_PER_FLOOR * 1000),
  }),
  'total-calories': (who, of, from, to) => ({ kcalSum: tenth(totalIn(who, of, from, to)) }),
  'active-energy-burned': (who, of, from, to) => ({ kcalSum: tenth(activeIn(who, of, from, to)) }),
  'active-minutes': (_who, of, from, to) => ({
    activeMinutesRollupByActivityLevel: (['light', 'moderate', 'vigorous'] as const).map((level) => ({
      activityLevel: level.toUpperCase(),
      activeMinutesSum: int64(minutesOf(of, level, from, to)),
    })),
  }),
  'active-zone-minutes': (who, of, from, to) => {
    const [, fat, cardio, peak] = zoneMinutes(who, of, from, to) as [number, number, number, number]
    return {
      sumInFatBurnHeartZone: int64(fat),
      sumInCardioHeartZone: int64(cardio * 2),
      sumInPeakHeartZone: int64(peak * 2),
    }
  },
  'activity-level': (_who, of, from, to) => ({
    activityLevelRollupsByActivityLevelType: [
      { activityLevelType: 'SEDENTARY', totalDuration: duration(minutesOf(of, 'sedentary', from, to) * 60) },
      { activityLevelType: 'LIGHTLY_ACTIVE', totalDuration: duration(minutesOf(of, 'light', from, to) * 60) },
      { activityLevelType: 'MODERATELY_ACTIVE', totalDuration: duration(minutesOf(of, 'moderate', from, to) * 60) },
      { activityLevelType: 'VERY_ACTIVE', totalDuration: duration(minutesOf(of, 'vigorous', from, to) * 60) },
    ],
  }),
  'sedentary-period': (_who, of, from, to) => ({
    durationSum: duration(minutesOf(of, 'sedentary', from, to) * 60),
  }),
  'heart-rate': (_who, of, from, to) => {
    const heart = heartIn(of, from, to)
    if (heart === null) return null
    return { beatsPerMinuteAvg: tenth(heart.avg), beatsPerMinuteMax: heart.max, beatsPerMinuteMin: heart.min }
  },
  'time-in-heart-rate-zone': (who, of, from, to) => ({
    timeInHeartRateZones: zoneMinutes(who, of, from, to).map((minutes, i) => ({
      heartRateZone: ZONES[i]!,
      duration: duration(minutes * 60),
    })),
  }),
  'calories-in-heart-rate-zone': (who, of, from, to) => ({
    caloriesInHeartRateZones: [{ heartRateZone: 'LIGHT', kcal: tenth(totalIn(who, of, from, to)) }],
  }),
  weight: (who, of, _from, _to, now) => {
    const all = weighings(who, of.day.day, now)
    return all.length === 0 ? null : { weightGramsAvg: Math.round(all[0]!.kg * 1000) }
  },
  'hydration-log': (who, of, _from, _to, now) => {
    const all = drinks(who, of.day.day, now)
    if (all.length === 0) return null
    const millilitersSum = all.reduce((sum, { milliliters }) => sum + milliliters, 0)
    return { amountConsumed: { millilitersSum, userProvidedUnitLast: 'MILLILITER' } }
  },
  'nutrition-log': (who, of, _from, _to, now) => {
    const all = eaten(who, of.day.day, now)
    if (all.length === 0) return null
    const sum = (valueOf: (food: (typeof all)[number]) => number): number =>
      Math.round(all.reduce((total, food) => total + valueOf(food), 0) * 1000) / 1000
    return {
      nutrients: [
        { quantity: { gramsSum: sum(({ protein }) => protein) }, nutrient: 'PROTEIN' },
        { quantity: { gramsSum: sum(({ fiber }) => fiber) }, nutrient: 'DIETARY_FIBER' },
        { quantity: { gramsSum: sum(({ sodiumMg }) => sodiumMg / 1000) }, nutrient: 'SODIUM' },
      ],
      energy: { kcalSum: sum(({ kcal }) => kcal), userProvidedUnitLast: 'KILOCALORIE' },
      totalCarbohydrate: { gramsSum: sum(({ carbs }) => carbs) },
      totalFat: { gramsSum: sum(({ fat }) => fat) },
    }
  },
}

/** The longest range of one request, in days. */
const DENSE = new Set(['heart-rate', 'total-calories', 'active-minutes', 'calories-in-heart-rate-zone'])

export function longestRange(dataType: string): number {
  return DENSE.has(dataType) ? 14 : 90
}

export function rollsUp(dataType: string): boolean {
  return Object.hasOwn(SUMS, dataType)
}

/** Null: nothing was worn, or nothing has been synced of that time. */
export function rollUp(who: Person, dataType: string, of: Seen, from: number, to: number, now: number): Json | null {
  const end = Math.min(to, of.minutes)
  return end <= from ? null : SUMS[dataType]!(who, of, from, end, now)
}
