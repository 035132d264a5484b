// Steps of a planned workout as Garmin wants them.
import type { PlannedWorkout, PlannedWorkoutStep } from '../../../model/planned-workout.ts'
import { round } from '../../../model/units.ts'
import { PlannedStepDuration, PlannedStepTarget } from '../../../model/workout-codes.ts'
import { PlanRefused } from '../../connector.ts'
import { DURATIONS } from './durations.ts'
import { intensityWord } from './words.ts'

type Step = PlannedWorkoutStep
type Duration = Step['durations'][number]
type Target = Step['targets'][number]
type Metrics = PlannedWorkout['athlete_metrics']

const MAX_STEPS = 100
const MAX_STEP_DESCRIPTION = 512
/** A single value is a range for Garmin: this much to both sides. */
const SINGLE_VALUE_SHARE = 0.05

interface GarminStep {
  type: string
  stepOrder: number
  [name: string]: unknown
}

interface Writing {
  metrics: Metrics
  swim: boolean
  next: number
}

export function writeSteps(steps: readonly Step[], about: { metrics: Metrics; swim: boolean }): GarminStep[] {
  const writing = { ...about, next: 1 }
  const written = inOrder(steps).map((step, i) => writeStep(step, `steps[${i}]`, writing))
  if (written.length === 0) throw new PlanRefused('steps', 'at least one is needed')
  if (writing.next - 1 > MAX_STEPS) throw new PlanRefused('steps', `Garmin takes ${MAX_STEPS} at most`)
  return written
}

function inOrder(steps: readonly Step[]): Step[] {
  return steps.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))
}

function writeStep(step: Step, path: string, writing: Writing): GarminStep {
  const stepOrder = writing.next++
  if (step.steps.length > 0) {
    return {
      type: 'WorkoutRepeatStep',
      stepOrder,
      repeatType: 'REPEAT_UNTIL_STEPS_CMPLT',
      repeatValue: repetitions(step, path),
      skipLastRestStep: false,
      steps: inOrder(step.steps).map((inner, i) => writeStep(inner, `${path}.steps[${i}]`, writing)),
    }
  }
  const text = step.description ?? step.name
  if (text !== null && text.length > MAX_STEP_DESCRIPTION) {
    throw new PlanRefused(`${path}.description`, `Garmin takes ${MAX_STEP_DESCRIPTION} characters at most`)
  }
  const intensity = intensityWord(step.intensity)
  if (intensity === null) throw new PlanRefused(`${path}.intensity`, 'expected 0 to 5')
  if (step.durations.length > 1) throw new PlanRefused(`${path}.durations`, 'Garmin ends a step by one thing')
  if (step.targets.length > 2) throw new PlanRefused(`${path}.targets`, 'Garmin takes two at most')
  const [first, second] = step.targets.map((target, i) => writeTarget(target, `${path}.targets[${i}]`, writing))
  return {
    type: 'WorkoutStep',
    stepOrder,
    intensity,
    description: text,
    ...writeDuration(step.durations[0], `${path}.durations[0]`),
    ...targetFields('target', first ?? (writing.swim ? NO_TARGET : OPEN_TARGET)),
    ...targetFields('secondaryTarget', second ?? NO_TARGET),
    strokeType: null,
    drillType: null,
    equipmentType: null,
    exerciseCategory: null,
    exerciseName: step.exercise_name,
    weightValue: step.weight_kg,
    weightDisplayUnit: step.weight_kg === null ? null : 'KILOGRAM',
  }
}

/** Clients say it as a duration in repetitions or steps, or as a target. */
function repetitions(step: Step, path: string): number {
  const said =
    step.durations.find((duration) => duration.reps !== null)?.reps ??
    step.targets.find((target) => target.repetitions !== null)?.repetitions ??
    step.durations.find((duration) => duration.steps !== null)?.steps
  if (said === undefined || said === null || said < 1) {
    throw new PlanRefused(`${path}.durations[0].reps`, 'expected how often the steps inside are repeated')
  }
  return said
}

function writeDuration(duration: Duration | undefined, path: string) {
  const type = duration?.duration_type ?? PlannedStepDuration.Open
  const found = DURATIONS.find((each) => each.type === type)
  if (found === undefined) throw new PlanRefused(`${path}.duration_type`, `Garmin has no ${type}`)
  if (found.field === null) return { durationType: found.word, durationValue: null, durationValueType: null }
  const value = duration?.[found.field] ?? null
  if (value === null || value <= 0) throw new PlanRefused(`${path}.${found.field}`, 'expected a number above 0')
  return { durationType: found.word, durationValue: value, durationValueType: found.unit ?? null }
}

interface GarminTarget {
  type: string | null
  value?: number | null
  low?: number | null
  high?: number | null
  valueType?: string | null
}

const OPEN_TARGET: GarminTarget = { type: 'OPEN' }
const NO_TARGET: GarminTarget = { type: null }

function targetFields(name: 'target' | 'secondaryTarget', target: GarminTarget): Record<string, unknown> {
  return {
    [`${name}Type`]: target.type,
    [`${name}Value`]: target.value ?? null,
    [`${name}ValueLow`]: target.low ?? null,
    [`${name}ValueHigh`]: target.high ?? null,
    [`${name}ValueType`]: target.valueType ?? null,
  }
}

/** A range, or one value with some room around it. */
function range(path: string, name: string, low: number | null, high: number | null, single: number | null) {
  if (low !== null && high !== null) {
    if (low > high) throw new PlanRefused(`${path}.${name}_low`, 'may not be above the high value')
    return { low, high }
  }
  if (single === null || single <= 0)
    throw new PlanRefused(`${path}.${name}`, 'expected a value, or a low and a high one')
  return { low: round(single * (1 - SINGLE_VALUE_SHARE), 3), high: round(single * (1 + SINGLE_VALUE_SHARE), 3) }
}

function writeTarget(target: Target, path: string, { metrics, swim }: Writing): GarminTarget {
  const { target_type: type } = target
  if (swim || type === PlannedStepTarget.SwimStroke) return NO_TARGET
  const percent = (name: string, low: number | null, high: number | null, single: number | null) => ({
    ...range(path, name, low, high, single),
    valueType: 'PERCENT',
  })
  switch (type) {
    case PlannedStepTarget.Open:
    case PlannedStepTarget.Repetition:
      return OPEN_TARGET
    case PlannedStepTarget.Speed:
    case PlannedStepTarget.Pace:
      return {
        type: type === PlannedStepTarget.Pace ? 'PACE' : 'SPEED',
        ...range(
          path,
          'speed_meters_per_second',
          target.speed_meters_per_second_low,
          target.speed_meters_per_second_high,
          target.speed_meters_per_second,
        ),
      }
    case PlannedStepTarget.HeartRate:
      return { type: 'HEART_RATE', ...range(path, 'hr_bpm', target.hr_bpm_low, target.hr_bpm_high, null) }
    case PlannedStepTarget.Cadence:
      return { type: 'CADENCE', ...range(path, 'cadence', target.cadence_low, target.cadence_high, target.cadence) }
    case PlannedStepTarget.Power:
      return {
        type: 'POWER',
        ...range(path, 'power_watt', target.power_watt_low, target.power_watt_high, target.power_watt),
      }
    case PlannedStepTarget.PowerPercentage:
      return {
        type: 'POWER',
        ...percent(
          'power_percentage',
          target.power_percentage_low,
          target.power_percentage_high,
          target.power_percentage,
        ),
      }
    case PlannedStepTarget.HeartRateMaxPercentage:
      return {
        type: 'HEART_RATE',
        ...percent('hr_percentage', target.hr_percentage_low, target.hr_percentage_high, target.hr_percentage),
      }
    case PlannedStepTarget.HeartRateThresholdPercentage: {
      const { low, high } = range(
        path,
        'hr_percentage',
        target.hr_percentage_low,
        target.hr_percentage_high,
        target.hr_percentage,
      )
      return {
        type: 'HEART_RATE',
        ...ofReference(path, 'threshold_heart_rate', metrics.threshold_heart_rate, low, high, 0),
      }
    }
    case PlannedStepTarget.SpeedPercentage: {
      const { low, high } = range(
        path,
        'speed_percentage',
        target.speed_percentage_low,
        target.speed_percentage_high,
        target.speed_percentage,
      )
      return { type: 'SPEED', ...ofReference(path, 'threshold_speed', metrics.threshold_speed, low, high, 3) }
    }
    default:
      throw new PlanRefused(`${path}.target_type`, `Garmin has no ${String(type)}`)
  }
}

/** Garmin knows percentages of FTP and of the highest heart rate alone: others are computed. */
function ofReference(
  path: string,
  name: 'threshold_heart_rate' | 'threshold_speed',
  reference: number | null,
  low: number,
  high: number,
  decimals: number,
) {
  if (reference === null) throw new PlanRefused(path, `needs athlete_metrics.${name}`)
  return { low: round((reference * low) / 100, decimals), high: round((reference * high) / 100, decimals) }
}
