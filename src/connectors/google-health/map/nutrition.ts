// What was eaten: points are the entries of the food diary, roll-ups the day's sums.
import { z } from 'zod'
import { MealType } from '../../../model/enumerations.ts'
import type { LocalDay } from '../../../model/local-day.ts'
import { gramsToMilligrams } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { foodUnit } from '../food-units.ts'
import { formOf, type Point, readPoints, readWindows } from '../pages.ts'
import { boundsOf, dayOfInterval, shownStart } from '../time.ts'
import { Interval, number, text } from '../values.ts'
import { named } from './energy.ts'

const Grams = z.object({ grams: number }).nullish()
const NutritionLog = z.object({
  interval: Interval,
  nutrients: z.array(z.object({ nutrient: text, quantity: Grams })).nullish(),
  energy: z.object({ kcal: number }).nullish(),
  totalCarbohydrate: Grams,
  totalFat: Grams,
  mealType: text,
  serving: z.object({ amount: number, foodMeasurementUnitDisplayName: text }).nullish(),
  foodDisplayName: text,
})

const GramsSum = z.object({ gramsSum: number }).nullish()
const NutritionWindow = z.object({
  nutrients: z.array(z.object({ nutrient: text, quantity: GramsSum })).nullish(),
  energy: z.object({ kcalSum: number }).nullish(),
  totalCarbohydrate: GramsSum,
  totalFat: GramsSum,
})

const MEALS = new Map<string, number>([
  ['BREAKFAST', MealType.Breakfast],
  ['LUNCH', MealType.Lunch],
  ['DINNER', MealType.Dinner],
  ['SNACK', MealType.Snack],
  ['BEFORE_BREAKFAST', MealType.Snack],
  ['BEFORE_LUNCH', MealType.Snack],
  ['BEFORE_DINNER', MealType.Snack],
  ['AFTER_DINNER', MealType.Snack],
  ['ANYTIME', MealType.Snack],
])

/** In grams, of which the wire has some in milligrams. Null: there is no place for it. */
const NUTRIENTS = new Map<string, { group: 'macros' | 'micros'; field: string } | null>([
  ['CARBOHYDRATES', { group: 'macros', field: 'carbohydrates_g' }],
  ['CHOLESTEROL', { group: 'macros', field: 'cholesterol_mg' }],
  ['DIETARY_FIBER', { group: 'macros', field: 'fiber_g' }],
  ['PROTEIN', { group: 'macros', field: 'protein_g' }],
  ['SATURATED_FAT', { group: 'macros', field: 'saturated_fat_g' }],
  ['SODIUM', { group: 'macros', field: 'sodium_mg' }],
  ['SUGAR', { group: 'macros', field: 'sugar_g' }],
  ['TRANS_FAT', { group: 'macros', field: 'trans_fat_g' }],
  ['UNSATURATED_FAT', null],
  ['MONOUNSATURATED_FAT', { group: 'micros', field: 'monounsaturated_fat_g' }],
  ['POLYUNSATURATED_FAT', { group: 'micros', field: 'polyunsaturated_fat_g' }],
  ...[
    'BIOTIN',
    'CAFFEINE',
    'CALCIUM',
    'CHLORIDE',
    'CHROMIUM',
    'COPPER',
    'FOLATE',
    'FOLIC_ACID',
    'IODINE',
    'IRON',
    'MAGNESIUM',
    'MANGANESE',
    'MOLYBDENUM',
    'NIACIN',
    'PANTOTHENIC_ACID',
    'PHOSPHORUS',
    'POTASSIUM',
    'RIBOFLAVIN',
    'SELENIUM',
    'THIAMIN',
    'VITAMIN_A',
    'VITAMIN_B12',
    'VITAMIN_B6',
    'VITAMIN_C',
    'VITAMIN_D',
    'VITAMIN_E',
    'VITAMIN_K',
    'ZINC',
  ].map((name) => [name, { group: 'micros' as const, field: `${fieldOf(name)}_mg` }] as const),
])

/** `VITAMIN_B12` → `vitamin_B12`, `FOLIC_ACID` → `folic_acid`. */
function fieldOf(name: string): string {
  return name.startsWith('VITAMIN_') ? `vitamin_${name.slice('VITAMIN_'.length)}` : name.toLowerCase()
}

export function mapNutrition(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'windows') return summaries(payload, context)
  const points = readPoints('nutrition-log', NutritionLog, payload, context).map((point) => ({
    point,
    day: dayOfInterval(point.value.interval, context.timeZone),
  }))
  const { start_date: first = '', end_date: last = '9999' } = context.request
  return [...Map.groupBy(points, ({ day }) => day)]
    .filter(([day]) => day >= first && day <= last)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, inDay]): Mapped => {
      const ordered = inDay.toSorted((a, b) => a.point.value.interval.startTime - b.point.value.interval.startTime)
      const { startTime: at, startUtcOffset: offsetSeconds } = ordered[0]!.point.value.interval
      const bounds = boundsOf(day, context.timeZone, { at, offsetSeconds })
      const meals = ordered.map(({ point }) => mealOf(point, context))
      return { type: 'nutrition', key: { day }, record: { metadata: bounds, meals } }
    })
}

function mealOf({ id, value }: Point<z.infer<typeof NutritionLog>>, context: MapContext) {
  const { serving } = value
  const unit = foodUnit(serving?.foodMeasurementUnitDisplayName)
  const nutrients = (value.nutrients ?? []).map(({ nutrient, quantity }) => ({ nutrient, grams: quantity?.grams }))
  return {
    id: id ?? '',
    name: value.foodDisplayName ?? '',
    timestamp: shownStart(value.interval, context.timeZone),
    type: named(MEALS, 'nutrition-log.mealType', value.mealType, context) ?? MealType.Unknown,
    ...(typeof serving?.amount === 'number' ? { quantity: { unit, amount: serving.amount } } : {}),
    ...contents(value.energy?.kcal, value.totalCarbohydrate?.grams, value.totalFat?.grams, nutrients, context),
  }
}

function summaries(payload: unknown, context: MapContext): Mapped[] {
  return readWindows('nutrition-log', NutritionWindow, payload, context).flatMap(({ day, value }): Mapped[] => {
    if (day === null || value === null) return []
    const nutrients = (value.nutrients ?? []).map(({ nutrient, quantity }) => ({ nutrient, grams: quantity?.gramsSum }))
    const { energy, totalCarbohydrate: carbohydrate, totalFat: fat } = value
    const summary = contents(energy?.kcalSum, carbohydrate?.gramsSum, fat?.gramsSum, nutrients, context)
    return [nutritionPart(day, summary, context)]
  })
}

function nutritionPart(day: LocalDay, summary: ReturnType<typeof contents>, context: MapContext): Mapped {
  return { type: 'nutrition', key: { day }, record: { metadata: boundsOf(day, context.timeZone), summary } }
}

type Amount = number | null | undefined

function contents(
  calories: Amount,
  carbohydrates: Amount,
  fat: Amount,
  nutrients: readonly { nutrient: string | null | undefined; grams: Amount }[],
  context: MapContext,
) {
  const groups: { macros: Record<string, Amount>; micros: Record<string, Amount> } = { macros: {}, micros: {} }
  for (const { nutrient, grams } of nutrients) {
    const place = named(NUTRIENTS, 'nutrition-log.nutrient', nutrient, context)
    if (place === null || typeof grams !== 'number') continue
    groups[place.group][place.field] = place.field.endsWith('_mg') ? gramsToMilligrams(grams) : grams
  }
  const { carbohydrates_g: listed, ...macros } = groups.macros
  return {
    macros: { calories, carbohydrates_g: carbohydrates ?? listed, fat_g: fat, ...macros },
    micros: groups.micros,
  }
}
