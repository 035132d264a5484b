import { NutritionUnits } from '../../model/enumerations.ts'

const UNITS = new Map<string, number>([
  ['g', NutritionUnits.Gram],
  ['gram', NutritionUnits.Gram],
  ['grams', NutritionUnits.Gram],
  ['ml', NutritionUnits.Milliliter],
  ['milliliter', NutritionUnits.Milliliter],
  ['milliliters', NutritionUnits.Milliliter],
  ['oz', NutritionUnits.Ounce],
  ['ounce', NutritionUnits.Ounce],
  ['ounces', NutritionUnits.Ounce],
])

/** A serving, a slice or a bar is counted. */
export function foodUnit(name: string | null | undefined): number {
  return UNITS.get((name ?? '').trim().toLowerCase()) ?? NutritionUnits.Count
}
