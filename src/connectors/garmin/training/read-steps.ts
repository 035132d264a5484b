// Steps of a planned workout as Garmin has them.
import type { PlannedWorkoutStep } from '../../../model/planned-workout.ts'
import { PlannedStepDuration, PlannedStepTarget } from '../../../model/workout-codes.ts'
import { DURATIONS } from './durations.ts'
import { intensityCode } from './words.ts'

type Step = PlannedWorkoutStep
type Duration = Step['durations'][number]
type Target = Step['targets'][number]

const STEP = 0
const REPEAT = 1

/** As Garmin has it; what it says and we have no place for is left out. */
export function readSteps(list: unknown): Step[] {
  if (!Array.isArray(list)) return []
  return list.filter(isObject).map((step, order) => readStep(step, order))
}

function readStep(raw: Record<string, unknown>, order: number): Step {
  if (Array.isArray(raw.steps)) {
    const reps = numberIn(raw.repeatValue)
    return {
      ...EMPTY_STEP,
      order,
      type: REPEAT,
      durations: [{ ...EMPTY_DURATION, duration_type: PlannedStepDuration.Repetitions, reps }],
      steps: readSteps(raw.steps),
    }
  }
  return {
    ...EMPTY_STEP,
    order,
    type: STEP,
    description: textIn(raw.description),
    intensity: intensityCode(raw.intensity),
    durations: readDuration(raw),
    targets: [...readTarget(raw, 'target'), ...readTarget(raw, 'secondaryTarget')],
    exercise_name: textIn(raw.exerciseName),
    weight_kg: raw.weightDisplayUnit === 'KILOGRAM' ? numberIn(raw.weightValue) : null,
  }
}

function readDuration(raw: Record<string, unknown>): Duration[] {
  const found = DURATIONS.find(({ word }) => word === raw.durationType)
  if (found === undefined) return []
  const duration: Duration = { ...EMPTY_DURATION, duration_type: found.type }
  if (found.field !== null) duration[found.field] = numberIn(raw.durationValue)
  return [duration]
}

function readTarget(raw: Record<string, unknown>, name: 'target' | 'secondaryTarget'): Target[] {
  const low = numberIn(raw[`${name}ValueLow`])
  const high = numberIn(raw[`${name}ValueHigh`])
  const isPercent = raw[`${name}ValueType`] === 'PERCENT'
  const of = (type: number, values: Partial<Target>): Target[] => [{ ...EMPTY_TARGET, target_type: type, ...values }]
  const speeds = { speed_meters_per_second_low: low, speed_meters_per_second_high: high }
  switch (raw[`${name}Type`]) {
    case 'OPEN':
      return of(PlannedStepTarget.Open, {})
    case 'SPEED':
      return of(PlannedStepTarget.Speed, speeds)
    case 'PACE':
      return of(PlannedStepTarget.Pace, speeds)
    case 'CADENCE':
      return of(PlannedStepTarget.Cadence, { cadence_low: low, cadence_high: high })
    case 'HEART_RATE':
      return isPercent
        ? of(PlannedStepTarget.HeartRateMaxPercentage, { hr_percentage_low: low, hr_percentage_high: high })
        : of(PlannedStepTarget.HeartRate, { hr_bpm_low: low, hr_bpm_high: high })
    case 'POWER':
      return isPercent
        ? of(PlannedStepTarget.PowerPercentage, { power_percentage_low: low, power_percentage_high: high })
        : of(PlannedStepTarget.Power, { power_watt_low: low, power_watt_high: high })
    default:
      return []
  }
}

const EMPTY_DURATION: Duration = {
  duration_type: PlannedStepDuration.Open,
  seconds: null,
  distance_meters: null,
  hr_below_bpm: null,
  hr_above_bpm: null,
  calories: null,
  power_below_watts: null,
  power_above_watts: null,
  reps: null,
  rest_seconds: null,
  steps: null,
}

const EMPTY_TARGET: Target = {
  target_type: PlannedStepTarget.Open,
  hr_bpm_high: null,
  hr_bpm_low: null,
  cadence: null,
  cadence_high: null,
  cadence_low: null,
  power_watt: null,
  power_watt_high: null,
  power_watt_low: null,
  swim_strokes: null,
  hr_percentage: null,
  hr_percentage_high: null,
  hr_percentage_low: null,
  speed_percentage: null,
  speed_percentage_high: null,
  speed_percentage_low: null,
  power_percentage: null,
  power_percentage_high: null,
  power_percentage_low: null,
  repetitions: null,
  speed_meters_per_second: null,
  speed_meters_per_second_low: null,
  speed_meters_per_second_high: null,
}

const EMPTY_STEP: Step = {
  order: null,
  name: null,
  description: null,
  intensity: null,
  type: STEP,
  durations: [],
  targets: [],
  stroke_type: null,
  equipment_type: [],
  exercise_name: null,
  exercise_category: null,
  weight_kg: null,
  steps: [],
}

export function numberIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
