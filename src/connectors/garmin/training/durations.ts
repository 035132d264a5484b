// What ends a step: our numbers, Garmin's words.
import type { PlannedWorkoutStep } from '../../../model/planned-workout.ts'
import { PlannedStepDuration } from '../../../model/workout-codes.ts'

type Duration = PlannedWorkoutStep['durations'][number]

export const DURATIONS: readonly {
  type: number
  word: string
  field: Exclude<keyof Duration, 'duration_type'> | null
  unit?: string
}[] = [
  { type: PlannedStepDuration.Time, word: 'TIME', field: 'seconds' },
  { type: PlannedStepDuration.Distance, word: 'DISTANCE', field: 'distance_meters', unit: 'METER' },
  { type: PlannedStepDuration.HeartRateLessThan, word: 'HR_LESS_THAN', field: 'hr_below_bpm' },
  { type: PlannedStepDuration.HeartRateGreaterThan, word: 'HR_GREATER_THAN', field: 'hr_above_bpm' },
  { type: PlannedStepDuration.Calories, word: 'CALORIES', field: 'calories' },
  { type: PlannedStepDuration.Open, word: 'OPEN', field: null },
  { type: PlannedStepDuration.PowerLessThan, word: 'POWER_LESS_THAN', field: 'power_below_watts' },
  { type: PlannedStepDuration.PowerGreaterThan, word: 'POWER_GREATER_THAN', field: 'power_above_watts' },
  { type: PlannedStepDuration.Repetitions, word: 'REPS', field: 'reps' },
  { type: PlannedStepDuration.FixedRest, word: 'FIXED_REST', field: 'rest_seconds' },
]
