import { z } from 'zod'
import { dayMetadata } from './daily.ts'
import { int, list, num, text, timestamp } from './fields.ts'

const milligrams = [
  'biotin',
  'caffeine',
  'calcium',
  'chloride',
  'chromium',
  'copper',
  'folate',
  'folic_acid',
  'iodine',
  'iron',
  'magnesium',
  'manganese',
  'molybdenum',
  'niacin',
  'pantothenic_acid',
  'phosphorus',
  'potassium',
  'riboflavin',
  'selenium',
  'sodium',
  'thiamin',
  'vitamin_A',
  'vitamin_B12',
  'vitamin_B6',
  'vitamin_C',
  'vitamin_D',
  'vitamin_D2',
  'vitamin_D3',
  'vitamin_E',
  'vitamin_K',
  'zinc',
] as const
const grams = [
  'cystine',
  'histidine',
  'isoleucine',
  'leucine',
  'lysine',
  'methionine',
  'phenylalanine',
  'threonine',
  'tryptophan',
  'tyrosine',
  'valine',
  'monounsaturated_fat',
  'polyunsaturated_fat',
  'omega3',
  'omega6',
  'starch',
] as const

type Amounts = Record<`${(typeof milligrams)[number]}_mg` | `${(typeof grams)[number]}_g`, ReturnType<typeof num>>

export const NutritionMicros = z
  .object(
    Object.fromEntries([
      ...milligrams.map((name) => [`${name}_mg`, num('Milligrams.')]),
      ...grams.map((name) => [`${name}_g`, num('Grams.')]),
    ]) as Amounts,
  )
  .meta({ id: 'NutritionMicros', description: 'Minerals, vitamins, amino acids and fats.' })

export const NutritionMacros = z
  .object({
    calories: num('kcal.'),
    carbohydrates_g: num('Grams.'),
    net_carbohydrates_g: num('Grams, without fibre.'),
    fiber_g: num('Grams.'),
    sugar_g: num('Grams.'),
    protein_g: num('Grams.'),
    fat_g: num('Grams.'),
    saturated_fat_g: num('Grams.'),
    trans_fat_g: num('Grams.'),
    cholesterol_mg: num('Milligrams.'),
    sodium_mg: num('Milligrams.'),
    alcohol_g: num('Grams.'),
  })
  .meta({ id: 'NutritionMacros', description: 'Energy and main nutrients.' })

const unit = int('NutritionUnits: 0 unknown, 1 gram, 8 ml, 9 oz, 10 count, …')

export const Meal = z
  .object({
    id: text("The provider's id of the entry."),
    name: text('What was eaten.'),
    timestamp,
    type: int('MealType: 0 unknown, 1 breakfast, 2 morning snack, 3 lunch, 4 afternoon snack, 5 dinner, 6 snack.'),
    quantity: z.object({ unit, amount: num('How many of the unit.') }),
    macros: NutritionMacros,
    micros: NutritionMicros,
  })
  .meta({ id: 'Meal', description: 'One entry of a food diary.' })

export const Nutrition = z
  .object({
    metadata: z.object(dayMetadata).meta({ id: 'NutritionMetadata', description: 'Which day.' }),
    summary: z.object({
      macros: NutritionMacros,
      micros: NutritionMicros,
      water_ml: num('Water, in ml.'),
      drink_ml: num('All drinks, in ml.'),
    }),
    meals: list(Meal, 'Entries of the day.'),
    drink_samples: list(
      z.object({
        timestamp,
        drink_name: text('What was drunk.'),
        drink_volume: num('In drink_unit.'),
        drink_unit: unit,
      }),
      'Drinks of the day.',
    ),
  })
  .meta({ id: 'Nutrition', description: 'Food and drink of one local day.' })
export type Nutrition = z.infer<typeof Nutrition>
