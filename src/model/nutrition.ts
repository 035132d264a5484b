import { z } from 'zod'
import { dayMetadata, group, int, list, num, requiredCode, requiredText, text, timestamp } from './fields.ts'

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

const NutritionMicros = group(
  'NutritionMicros',
  'Minerals, vitamins, amino acids and fats.',
  Object.fromEntries([
    ...milligrams.map((name) => [`${name}_mg`, num(`${spoken(name)}, in mg.`)]),
    ...grams.map((name) => [`${name}_g`, num(`${spoken(name)}, in g.`)]),
  ]) as Amounts,
)

/** `vitamin_B12` → `Vitamin B12`. */
function spoken(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1).replaceAll('_', ' ')
}

const NutritionMacros = group('NutritionMacros', 'Energy and main nutrients.', {
  calories: num('Energy, in kcal.'),
  carbohydrates_g: num('Carbohydrates, in g.'),
  net_carbohydrates_g: num('Carbohydrates without fibre, in g.'),
  fiber_g: num('Fibre, in g.'),
  sugar_g: num('Sugar, in g.'),
  protein_g: num('Protein, in g.'),
  fat_g: num('Fat, in g.'),
  saturated_fat_g: num('Saturated fat, in g.'),
  trans_fat_g: num('Trans fat, in g.'),
  cholesterol_mg: num('Cholesterol, in mg.'),
  sodium_mg: num('Sodium, in mg.'),
  alcohol_g: num('Alcohol, in g.'),
})

const UNITS =
  'NutritionUnits: 0 unknown, 1 gram, 2 teaspoon, 3 tablespoon, 4 cup, 5 to 7 medium, large, small egg, 8 ml, 9 oz, 10 count, 11 scoop, 12 fl oz.'

const NutritionQuantity = group('NutritionQuantity', 'How much was eaten.', {
  unit: requiredCode(0, UNITS),
  amount: z.number().describe('How many of the unit; 1 of the unknown unit, the entry as it is, when nobody said.'),
})

export const Meal = group('Meal', 'One entry of a food diary.', {
  id: requiredText('', "The provider's id of the entry; empty when it gives none."),
  name: requiredText('', 'What was eaten; empty when nobody said.'),
  timestamp: requiredText('', 'When; ISO 8601. Empty when nobody said.'),
  type: requiredCode(
    0,
    'MealType: 0 unknown, 1 breakfast, 2 morning snack, 3 lunch, 4 afternoon snack, 5 dinner, 6 snack.',
  ),
  quantity: NutritionQuantity,
  macros: NutritionMacros,
  micros: NutritionMicros,
})

const DrinkSample = group('DrinkSample', 'One drink.', {
  timestamp,
  drink_name: text('What was drunk.'),
  drink_volume: num('How many of drink_unit.'),
  drink_unit: int(UNITS),
})

export const Nutrition = z
  .object({
    metadata: group('NutritionMetadata', 'Which day.', dayMetadata),
    summary: group('NutritionSummary', 'Food and drink of the day in sum.', {
      macros: NutritionMacros,
      micros: NutritionMicros,
      water_ml: num('Water, in ml.'),
      drink_ml: num('Drinks other than water, in ml.'),
    }),
    meals: list(Meal, 'Entries of the day.'),
    drink_samples: list(DrinkSample, 'Drinks of the day.'),
  })
  .meta({ id: 'Nutrition', description: 'Food and drink of one local day.' })
export type Nutrition = z.infer<typeof Nutrition>
