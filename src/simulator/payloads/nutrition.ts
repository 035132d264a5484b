import { MealType, NutritionUnits } from '../../model/enumerations.ts'
import { nameBasedUuid } from '../../model/ids.ts'
import { dayBounds } from '../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../model/records.ts'
import { activeKcal, basalKcal, type Day, simulateDay } from '../people/day.ts'
import type { Person } from '../people/person.ts'
import { between, chance, pick } from '../people/random.ts'
import { timeAt } from './series.ts'

/** Shares of the day's energy, and of the meal's energy that carbohydrates, protein and fat bring. */
const MEALS = [
  { type: MealType.Breakfast, hour: 8, share: 0.25, names: ['Porridge with berries', 'Toast with eggs', 'Muesli'] },
  { type: MealType.Lunch, hour: 13, share: 0.35, names: ['Rice, vegetables and tofu', 'Lentil salad', 'Pasta'] },
  { type: MealType.AfternoonSnack, hour: 16, share: 0.08, names: ['Apple and nuts', 'Yoghurt'] },
  { type: MealType.Dinner, hour: 19, share: 0.32, names: ['Soup and bread', 'Fish and potatoes', 'Vegetable curry'] },
] as const
const GLASS_ML = 250

const MACROS = [
  'calories',
  'carbohydrates_g',
  'net_carbohydrates_g',
  'fiber_g',
  'sugar_g',
  'protein_g',
  'fat_g',
  'saturated_fat_g',
  'sodium_mg',
] as const
const MICROS = ['calcium_mg', 'iron_mg', 'magnesium_mg', 'potassium_mg', 'vitamin_C_mg'] as const

export function nutrition(who: Person, day: string): DeepPartial<RecordOf<'nutrition'>> {
  const lived = simulateDay(who, day)
  const random = chance('nutrition', who.id, day)
  const meals = MEALS.map((kind) => mealOf(who, lived, kind, random))
  const glasses = Array.from({ length: Math.round(between(random, 5, 9)) }, (_, i) => 8 * 60 + i * 95)
  const water_ml = glasses.length * GLASS_ML
  return {
    metadata: { ...dayBounds(day, who.timeZone), timestamp_localization: 1 },
    meals,
    summary: {
      macros: total(
        MACROS,
        meals.map((meal) => meal.macros),
      ),
      micros: total(
        MICROS,
        meals.map((meal) => meal.micros),
      ),
      water_ml,
      drink_ml: water_ml,
    },
    drink_samples: glasses.map((minute) => ({
      timestamp: timeAt(who, lived, minute),
      drink_name: 'Water',
      drink_volume: GLASS_ML,
      drink_unit: NutritionUnits.Milliliter,
    })),
  }
}

function mealOf(who: Person, lived: Day, kind: (typeof MEALS)[number], random: () => number) {
  const energy = (basalKcal(who) * 1.2 + activeKcal(who, lived)) * kind.share * between(random, 0.88, 1.12)
  const carbohydrates_g = Math.round((energy * between(random, 0.45, 0.55)) / 4)
  const protein_g = Math.round((energy * between(random, 0.16, 0.22)) / 4)
  const fat_g = Math.round((energy - 4 * (carbohydrates_g + protein_g)) / 9)
  const fiber_g = Math.round(carbohydrates_g * between(random, 0.08, 0.14))
  return {
    id: nameBasedUuid('generated', 'meal', who.id, lived.day, String(kind.type)),
    name: pick<string>(random, kind.names),
    type: kind.type,
    timestamp: timeAt(who, lived, kind.hour * 60 + Math.round(between(random, 0, 40))),
    quantity: { unit: NutritionUnits.Count, amount: 1 },
    macros: {
      calories: 4 * (carbohydrates_g + protein_g) + 9 * fat_g,
      carbohydrates_g,
      net_carbohydrates_g: carbohydrates_g - fiber_g,
      fiber_g,
      sugar_g: Math.round((carbohydrates_g - fiber_g) * between(random, 0.15, 0.3)),
      protein_g,
      fat_g,
      saturated_fat_g: Math.round(fat_g * between(random, 0.2, 0.35)),
      sodium_mg: Math.round(energy * between(random, 0.7, 1.2)),
    },
    micros: {
      calcium_mg: Math.round(energy * between(random, 0.3, 0.55)),
      iron_mg: Math.round(energy * between(random, 0.005, 0.009)),
      magnesium_mg: Math.round(energy * between(random, 0.13, 0.2)),
      potassium_mg: Math.round(energy * between(random, 1.2, 1.8)),
      vitamin_C_mg: Math.round(energy * between(random, 0.03, 0.07)),
    },
  }
}

function total<Name extends string>(
  names: readonly Name[],
  parts: readonly Record<Name, number>[],
): Record<Name, number> {
  const sums = names.map((name) => [name, parts.reduce((sum, part) => sum + part[name], 0)] as const)
  return Object.fromEntries(sums) as Record<Name, number>
}
