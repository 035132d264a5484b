// A workout to be planned again and again, in words instead of codes.
import { z } from 'zod'
import {
  COMPLETION_CONDITIONS,
  SWIM_DRILLS,
  SWIM_EQUIPMENT,
  SWIM_STROKES,
  WORKOUT_ENVIRONMENTS,
  WORKOUT_SPORTS,
  WORKOUT_STEP_INTENSITIES,
  WORKOUT_STEP_TARGETS,
  type WorkoutStepTarget,
} from './workout-codes.ts'

const number = z.number().nullish()
const text = z.string().max(10_000).nullish()
const values = {
  value: number.describe('One value.'),
  value_low: number.describe('The lower end.'),
  value_high: number.describe('The upper end.'),
}

export const CompletionCondition = z
  .object({ type: z.enum(COMPLETION_CONDITIONS), ...values })
  .describe('What ends a step or repeats a block.')
export type CompletionCondition = z.infer<typeof CompletionCondition>

/** Lowest and highest sensible value; targets without an entry have none. */
const SENSIBLE: Partial<Record<WorkoutStepTarget, readonly [low: number, high: number]>> = {
  speed: [0, 15],
  speed_lap: [0, 15],
  heart_rate: [30, 250],
  heart_rate_lap: [30, 250],
  power: [1, 2000],
  pace: [1, 7200],
  cadence: [1, 300],
  rpe: [1, 10],
  heart_rate_threshold_percentage: [0, 200],
  heart_rate_max_percentage: [0, 200],
  power_percentage: [0, 200],
  speed_percentage: [0, 200],
}
const WITHOUT_VALUE = new Set<WorkoutStepTarget>(['open', 'swim_stroke'])

export const IntensityTarget = z
  .object({ target_type: z.enum(WORKOUT_STEP_TARGETS), ...values })
  .superRefine((target, context) => {
    const { target_type: type, value, value_low: low, value_high: high } = target
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    const isRange = isNumber(low) || isNumber(high)
    if (isNumber(value) && isRange) return problem('value', 'stands beside value_low and value_high: give one of both')
    if (isNumber(value) && type.endsWith('_percentage'))
      return problem('value', 'a percentage needs a low and a high value')
    if (isRange && !(isNumber(low) && isNumber(high)))
      return problem('value_low', 'needs value_high, and the other way round')
    if (isNumber(low) && isNumber(high) && low >= high) return problem('value_low', 'must be below value_high')
    if (!isNumber(value) && !isRange && !WITHOUT_VALUE.has(type)) return problem('value', 'expected a value or a range')
    const [least, most] = SENSIBLE[type] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (const [name, given] of Object.entries({ value, value_low: low, value_high: high })) {
      if (isNumber(given) && (given < least || given > most)) problem(name, `expected ${least} to ${most}`)
    }
  })
  .describe('What to keep to: m/s, beats per minute, watts, per minute, seconds per km, percent, zones, or 1 to 10.')
export type IntensityTarget = z.infer<typeof IntensityTarget>

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number'
}

export const WorkoutStep = z
  .object({
    completion_condition: CompletionCondition,
    intensity_targets: z.array(IntensityTarget).nullish(),
    intensity_type: z.enum(WORKOUT_STEP_INTENSITIES),
    notes: text.describe('For the person.'),
    controls: z
      .array(z.looseObject({}))
      .nullish()
      .describe('Settings of equipment; kept, and not sent to providers yet.'),
    strength: z
      .object({ exercise_name: text, weight: number, weight_display_unit: text, exercise_category: text })
      .nullish(),
    swimming: z
      .object({
        stroke_type: z.enum(SWIM_STROKES).nullish(),
        drill_type: z.enum(SWIM_DRILLS).nullish(),
        equipment: z.array(z.enum(SWIM_EQUIPMENT)).nullish(),
      })
      .nullish(),
  })
  .describe('One step.')
export type WorkoutStep = z.infer<typeof WorkoutStep>

const StepBlock = z
  .object({ completion_condition: CompletionCondition, steps: z.array(WorkoutStep).min(1) })
  .describe('Steps, repeated as often as `reps` says.')

export const WorkoutTemplate = z
  .object({
    name: z.string().trim().min(1).max(1000),
    description: text,
    sport: z.enum(WORKOUT_SPORTS),
    environment: z.enum(WORKOUT_ENVIRONMENTS).nullish(),
    pool_length_meters: z.number().positive().nullish().describe('Only for swimming.'),
    step_blocks: z.array(StepBlock).min(1),
    estimated_duration_seconds: number,
    estimated_distance_meters: number,
    estimated_calories: number,
    workout_id: text.describe('Set by Loam; ignored when it is made.'),
  })
  .refine(({ sport, pool_length_meters: pool }) => sport === 'swimming' || !isNumber(pool), {
    path: ['pool_length_meters'],
    error: 'only swimming has a pool',
  })
  .describe('A workout that can be planned for many people and days.')
export type WorkoutTemplate = z.infer<typeof WorkoutTemplate>
