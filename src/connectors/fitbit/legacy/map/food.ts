// The food diary, and water.
import { z } from 'zod'
import { MealType } from '../../../../model/enumerations.ts'
import type { LocalDay } from '../../../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../../../model/records.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../../connector.ts'
import { readDocuments } from '../../../documents.ts'
import { foodUnit } from '../../../google-health/food-units.ts'
import { askedDay, boundsOf } from '../time.ts'
import { day, id, number, numeral, text } from '../values.ts'

type NutritionPart = DeepPartial<RecordOf<'nutrition'>>

function nutritionPart(of: LocalDay, context: MapContext, part: NutritionPart): Mapped {
  return { type: 'nutrition', key: { day: of }, record: { metadata: boundsOf(of, context), ...part } }
}

/** The day's water stands in Nutrition and in Body, as it does for GOOGLE. */
function waterPart(of: LocalDay, milliliters: number | null | undefined, context: MapContext): Mapped[] {
  if (typeof milliliters !== 'number') return []
  return [
    {
      type: 'body',
      key: { day: of },
      record: {
        metadata: boundsOf(of, context),
        hydration_data: { day_total_water_consumption_ml: milliliters },
      },
    },
  ]
}

const Values = z.object({
  calories: number,
  carbs: number,
  fat: number,
  fiber: number,
  protein: number,
  sodium: number,
})
const Food = z.object({
  logId: id,
  logDate: day.nullish(),
  loggedFood: z.object({
    name: text,
    amount: number,
    calories: number,
    mealTypeId: number,
    unit: z.object({ name: text, plural: text }).nullish(),
  }),
  nutritionalValues: Values.nullish(),
})
const FoodLog = z.object({ foods: z.array(z.unknown()), summary: Values.extend({ water: number }).nullish() })

const MEALS = new Map<number, number>([
  [1, MealType.Breakfast],
  [2, MealType.MorningSnack],
  [3, MealType.Lunch],
  [4, MealType.AfternoonSnack],
  [5, MealType.Dinner],
  [7, MealType.Snack],
])

/** A whole answer, or foods of any days. A diary without an entry says nothing: nobody ate nothing. */
export function mapFoodLog(payload: unknown, context: MapContext): Mapped[] {
  const whole = FoodLog.safeParse(payload)
  const summary = whole.success ? whole.data.summary : null
  // Nor does it say that there was no water.
  const water = summary?.water || null
  if (whole.success && whole.data.foods.length === 0) {
    const of = askedDay(context)
    if (water === null) return []
    return [nutritionPart(of, context, { summary: { water_ml: water } }), ...waterPart(of, water, context)]
  }
  const foods = readDocuments({ kind: 'food_log', schema: Food, lists: ['foods'] }, payload, context)
  const of = askedDay(context, foods[0]?.logDate)
  return [...Map.groupBy(foods, ({ logDate }) => logDate ?? of)].flatMap(([each, inDay]) => {
    const sums = each === of ? summary : null
    return [
      nutritionPart(each, context, {
        meals: inDay.map((food) => mealOf(food, context)),
        ...(sums ? { summary: { macros: macrosOf(sums), water_ml: water } } : {}),
      }),
      ...waterPart(each, sums ? water : null, context),
    ]
  })
}

function mealOf({ logId, loggedFood, nutritionalValues }: z.infer<typeof Food>, context: MapContext) {
  const { amount, mealTypeId, unit } = loggedFood
  const type = typeof mealTypeId === 'number' ? MEALS.get(mealTypeId) : MealType.Unknown
  if (type === undefined) context.unknown('food.mealTypeId', String(mealTypeId))
  return {
    id: logId,
    name: loggedFood.name ?? '',
    type: type ?? MealType.Unknown,
    ...(typeof amount === 'number' ? { quantity: { unit: foodUnit(unit?.name), amount } } : {}),
    macros: macrosOf(nutritionalValues ?? { calories: loggedFood.calories }),
  }
}

function macrosOf(values: Partial<z.infer<typeof Values>>) {
  return {
    calories: values.calories,
    carbohydrates_g: values.carbs,
    fat_g: values.fat,
    fiber_g: values.fiber,
    protein_g: values.protein,
    sodium_mg: values.sodium,
  }
}

const WaterLog = z.object({
  summary: z.object({ water: number }).nullish(),
  water: z.array(z.object({ logId: id, amount: number })),
})

/** Drinks come without a time, so that only their sum is known. An empty list is no water of zero. */
export function mapWaterLog(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'water_log', schema: WaterLog }, payload, context).flatMap(({ summary, water }) => {
    const total = summary?.water
    if (water.length === 0 && !total) return []
    const of = askedDay(context)
    return [nutritionPart(of, context, { summary: { water_ml: total } }), ...waterPart(of, total, context)]
  })
}

const Row = z.object({ dateTime: day, value: numeral })

/** `caloriesIn` and `water` of many days: 0 on those without an entry, which say nothing. */
export function mapFoodSeries(payload: unknown, context: MapContext): Mapped[] {
  const entries = typeof payload === 'object' && payload !== null ? Object.entries(payload) : []
  const found = entries.filter(([name]) => name === 'foods-log-caloriesIn' || name === 'foods-log-water')
  if (found.length === 0) {
    throw new UnreadablePage('food_timeseries', '', 'an object with `foods-log-caloriesIn` or `foods-log-water`')
  }
  return found.flatMap(([name, rows]) =>
    readDocuments({ kind: name, schema: Row }, rows, context).flatMap(({ dateTime, value }) => {
      if (value === 0) return []
      if (name !== 'foods-log-water')
        return [nutritionPart(dateTime, context, { summary: { macros: { calories: value } } })]
      return [
        nutritionPart(dateTime, context, { summary: { water_ml: value } }),
        ...waterPart(dateTime, value, context),
      ]
    }),
  )
}
