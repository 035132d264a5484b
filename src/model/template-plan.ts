// A template as the planned workout of one person: words become codes, shares of somebody's best become targets.
import { ActivityType } from './enumerations.ts'
import type { PlannedWorkout, PlannedWorkoutStep } from './planned-workout.ts'
import type { DeepPartial } from './records.ts'
import { parsePlannedWorkout } from './planned-workout-input.ts'
import { poundsToKg, round } from './units.ts'
import {
  PlannedStepDuration,
  PlannedStepIntensity,
  PlannedStepTarget,
  SWIM_EQUIPMENT,
  SWIM_STROKES,
  type WorkoutSport,
  type WorkoutStepIntensity,
} from './workout-codes.ts'
import type { CompletionCondition, IntensityTarget, WorkoutStep, WorkoutTemplate } from './workout-template.ts'

export interface Warning {
  path: string
  message: string
}

export type AthleteMetrics = PlannedWorkout['athlete_metrics']
/** What is said of a step; the rest is filled up at the end. */
type Step = DeepPartial<PlannedWorkoutStep>
type Duration = Partial<PlannedWorkoutStep['durations'][number]>
type Target = Partial<PlannedWorkoutStep['targets'][number]>

const SPORTS: Record<WorkoutSport, number> = {
  running: ActivityType.Running,
  cycling: ActivityType.Biking,
  swimming: 83,
  strength: 80,
  rowing: 53,
  yoga: 100,
  pilates: 49,
  cardio: 123,
  trail_running: 149,
  mountain_biking: 15,
  backcountry_skiing: 66,
  hiking: 35,
  walking: ActivityType.Walking,
  elliptical: 25,
  stair_climbing: 78,
}
const INDOOR: Partial<Record<WorkoutSport, number>> = { running: 133, cycling: 18, rowing: 54 }
const OPEN_WATER = 84

const INTENSITIES: Record<WorkoutStepIntensity, number> = {
  rest: PlannedStepIntensity.Rest,
  warmup: PlannedStepIntensity.Warmup,
  cooldown: PlannedStepIntensity.Cooldown,
  recovery: PlannedStepIntensity.Recovery,
  active: PlannedStepIntensity.Active,
}

/** A single value is a range of so much to both sides. */
const SINGLE_VALUE_SHARE = 0.05

export function planOf(
  template: WorkoutTemplate,
  day: string,
  metrics: AthleteMetrics,
): { workout: PlannedWorkout; warnings: Warning[] } {
  const warnings: Warning[] = []
  const steps = template.step_blocks.flatMap((block, i) => {
    const path = `step_blocks[${i}]`
    const inner = block.steps.map((step, j) => stepOf(step, `${path}.steps[${j}]`, metrics, warnings))
    const { type, value } = block.completion_condition
    if (type === 'reps' && typeof value === 'number' && value > 1) return [repeated(inner, Math.round(value))]
    if (type !== 'reps' && type !== 'open') {
      warnings.push({ path: `${path}.completion_condition`, message: 'blocks are repeated by reps alone: done once' })
    }
    return inner
  })
  const parsed = parsePlannedWorkout({
    planned_date: day,
    is_external: false,
    athlete_metrics: metrics,
    metadata: {
      name: template.name,
      description: template.description,
      type: typeOf(template),
      planned_date: day,
      estimated_duration_seconds: template.estimated_duration_seconds,
      estimated_distance_meters: template.estimated_distance_meters,
      estimated_calories: template.estimated_calories,
      pool_length_meters: template.pool_length_meters ?? metrics.pool_length_meters,
    },
    steps,
  })
  if (!parsed.success) throw new Error('a template gave no planned workout', { cause: parsed.error })
  return { workout: parsed.data, warnings }
}

function typeOf({ sport, environment }: WorkoutTemplate): number {
  if (environment === 'indoor') return INDOOR[sport] ?? SPORTS[sport]
  return sport === 'swimming' && environment === 'outdoor' ? OPEN_WATER : SPORTS[sport]
}

function repeated(steps: Step[], reps: number): Step {
  return { type: 1, durations: [{ duration_type: PlannedStepDuration.Repetitions, reps }], steps }
}

function stepOf(step: WorkoutStep, path: string, metrics: AthleteMetrics, warnings: Warning[]): Step {
  const { strength, swimming, notes } = step
  const targets = (step.intensity_targets ?? []).map((target, i) =>
    targetOf(target, `${path}.intensity_targets[${i}]`, metrics, warnings),
  )
  return {
    type: 0,
    description: notes ?? null,
    intensity: INTENSITIES[step.intensity_type],
    durations: [durationOf(step.completion_condition, `${path}.completion_condition`, metrics, warnings)],
    targets,
    exercise_name: strength?.exercise_name ?? null,
    weight_kg: weightOf(strength),
    stroke_type: swimming?.stroke_type ? SWIM_STROKES.indexOf(swimming.stroke_type) : null,
    equipment_type: (swimming?.equipment ?? []).map((each) => SWIM_EQUIPMENT.indexOf(each)),
  }
}

function weightOf(strength: WorkoutStep['strength']): number | null {
  const weight = strength?.weight
  if (typeof weight !== 'number') return null
  return /^(?:lb|pound)/i.test(strength?.weight_display_unit ?? '') ? round(poundsToKg(weight), 2) : weight
}

function durationOf(
  { type, value, value_low: low, value_high: high }: CompletionCondition,
  path: string,
  metrics: AthleteMetrics,
  warnings: Warning[],
): Duration {
  const single = value ?? high ?? low ?? null
  const open: Duration = { duration_type: PlannedStepDuration.Open }
  const of = (known: Duration): Duration => known
  const share = (name: 'max_heart_rate' | 'ftp', known: (value: number) => Duration): Duration => {
    const whole = metrics[name]
    if (whole !== null && single !== null) return of(known(round((whole * single) / 100, 0)))
    warnings.push({ path, message: `needs ${name}: the step is left open` })
    return open
  }
  if (type === 'open') return open
  if (single === null) {
    warnings.push({ path, message: 'has no value: the step is left open' })
    return open
  }
  const { Time, Distance, Calories, Repetitions } = PlannedStepDuration
  const { HeartRateLessThan, HeartRateGreaterThan, PowerLessThan, PowerGreaterThan } = PlannedStepDuration
  switch (type) {
    case 'time':
      return of({ duration_type: Time, seconds: single })
    case 'distance':
      return of({ duration_type: Distance, distance_meters: single })
    case 'calories':
      return of({ duration_type: Calories, calories: single })
    case 'reps':
      return of({ duration_type: Repetitions, reps: single })
    case 'hr_less_than':
      return of({ duration_type: HeartRateLessThan, hr_below_bpm: single })
    case 'hr':
    case 'hr_greater_than':
      return of({ duration_type: HeartRateGreaterThan, hr_above_bpm: single })
    case 'power_less_than':
      return of({ duration_type: PowerLessThan, power_below_watts: single })
    case 'power':
    case 'power_greater_than':
      return of({ duration_type: PowerGreaterThan, power_above_watts: single })
    case 'hr_percentage':
      return share('max_heart_rate', (bpm) => ({ duration_type: HeartRateGreaterThan, hr_above_bpm: bpm }))
    case 'power_percentage':
      return share('ftp', (watts) => ({ duration_type: PowerGreaterThan, power_above_watts: watts }))
  }
}

const SECONDS_AND_METERS = 1000

function targetOf(target: IntensityTarget, path: string, metrics: AthleteMetrics, warnings: Warning[]): Target {
  const { target_type: type, value } = target
  const low = target.value_low ?? (typeof value === 'number' ? round(value * (1 - SINGLE_VALUE_SHARE), 3) : null)
  const high = target.value_high ?? (typeof value === 'number' ? round(value * (1 + SINGLE_VALUE_SHARE), 3) : null)
  const of = (target_type: number, known: Target = {}): Target => ({ target_type, ...known })
  const withoutTarget = (message: string): Target => {
    warnings.push({ path, message })
    return of(PlannedStepTarget.Open)
  }
  switch (type) {
    case 'open':
    case 'swim_stroke':
      return of(PlannedStepTarget.Open)
    case 'speed':
    case 'speed_lap':
      return of(PlannedStepTarget.Speed, { speed_meters_per_second_low: low, speed_meters_per_second_high: high })
    case 'pace':
      // The larger pace is the smaller speed.
      return of(PlannedStepTarget.Pace, {
        speed_meters_per_second_low: high === null ? null : round(SECONDS_AND_METERS / high, 3),
        speed_meters_per_second_high: low === null ? null : round(SECONDS_AND_METERS / low, 3),
      })
    case 'heart_rate':
    case 'heart_rate_lap':
      return of(PlannedStepTarget.HeartRate, { hr_bpm_low: low, hr_bpm_high: high })
    case 'cadence':
      return of(PlannedStepTarget.Cadence, { cadence_low: low, cadence_high: high })
    case 'power':
      return of(PlannedStepTarget.Power, { power_watt_low: low, power_watt_high: high })
    case 'power_percentage':
      return of(PlannedStepTarget.PowerPercentage, { power_percentage_low: low, power_percentage_high: high })
    case 'heart_rate_max_percentage':
      return of(PlannedStepTarget.HeartRateMaxPercentage, { hr_percentage_low: low, hr_percentage_high: high })
    case 'heart_rate_threshold_percentage':
      if (metrics.threshold_heart_rate === null)
        return withoutTarget('needs threshold_heart_rate: left without a target')
      return of(PlannedStepTarget.HeartRateThresholdPercentage, { hr_percentage_low: low, hr_percentage_high: high })
    case 'speed_percentage':
      if (metrics.threshold_speed === null) return withoutTarget('needs threshold_speed: left without a target')
      return of(PlannedStepTarget.SpeedPercentage, { speed_percentage_low: low, speed_percentage_high: high })
    case 'rpe':
    case 'heart_rate_zone':
    case 'power_zone':
      return withoutTarget(`${type} cannot be planned: left without a target`)
  }
}
