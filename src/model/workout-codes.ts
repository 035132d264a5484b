// The enumerations of planned workouts: words of the template API, codes of the older one. Lists hold words; where the
// older API numbers the same things, the index is the code.
import type { CodeOf } from './enumerations.ts'

export const WORKOUT_SPORTS = [
  'running',
  'cycling',
  'swimming',
  'strength',
  'rowing',
  'yoga',
  'pilates',
  'cardio',
  'trail_running',
  'mountain_biking',
  'backcountry_skiing',
  'hiking',
  'walking',
  'elliptical',
  'stair_climbing',
] as const
export type WorkoutSport = CodeOf<typeof WORKOUT_SPORTS>

export const WORKOUT_ENVIRONMENTS = ['indoor', 'outdoor', 'pool'] as const
export type WorkoutEnvironment = CodeOf<typeof WORKOUT_ENVIRONMENTS>

export const WORKOUT_STEP_INTENSITIES = ['rest', 'warmup', 'cooldown', 'recovery', 'active'] as const
export type WorkoutStepIntensity = CodeOf<typeof WORKOUT_STEP_INTENSITIES>

export const COMPLETION_CONDITIONS = [
  'time',
  'distance',
  'hr',
  'calories',
  'open',
  'power',
  'reps',
  'hr_percentage',
  'power_percentage',
  'hr_less_than',
  'hr_greater_than',
  'power_less_than',
  'power_greater_than',
] as const
export type CompletionCondition = CodeOf<typeof COMPLETION_CONDITIONS>

export const WORKOUT_STEP_TARGETS = [
  'speed',
  'heart_rate',
  'open',
  'cadence',
  'power',
  'swim_stroke',
  'speed_lap',
  'heart_rate_lap',
  'pace',
  'heart_rate_threshold_percentage',
  'heart_rate_max_percentage',
  'power_percentage',
  'speed_percentage',
  'rpe',
  'heart_rate_zone',
  'power_zone',
] as const
export type WorkoutStepTarget = CodeOf<typeof WORKOUT_STEP_TARGETS>

/** The index is the older API's code. */
export const SWIM_STROKES = ['backstroke', 'breaststroke', 'drill', 'butterfly', 'freestyle', 'mixed', 'im'] as const
export type SwimStroke = CodeOf<typeof SWIM_STROKES>

export const SWIM_DRILLS = ['kick', 'pull', 'drill'] as const
export type SwimDrill = CodeOf<typeof SWIM_DRILLS>

/** The index is the older API's code. */
export const SWIM_EQUIPMENT = [
  'none',
  'swim_fins',
  'swim_kickboard',
  'swim_paddles',
  'swim_pull_buoy',
  'swim_snorkel',
] as const
export type SwimEquipment = CodeOf<typeof SWIM_EQUIPMENT>

export const PlannedStepIntensity = { Rest: 0, Warmup: 1, Cooldown: 2, Recovery: 3, Interval: 4, Active: 5 } as const
export type PlannedStepIntensity = CodeOf<typeof PlannedStepIntensity>

export const PlannedStepTarget = {
  Speed: 0,
  HeartRate: 1,
  Open: 2,
  Cadence: 3,
  Power: 4,
  SwimStroke: 8,
  Pace: 11,
  HeartRateThresholdPercentage: 12,
  HeartRateMaxPercentage: 13,
  SpeedPercentage: 14,
  PowerPercentage: 15,
  Repetition: 16,
} as const
export type PlannedStepTarget = CodeOf<typeof PlannedStepTarget>

export const PlannedStepDuration = {
  Time: 0,
  Distance: 1,
  HeartRateLessThan: 2,
  HeartRateGreaterThan: 3,
  Calories: 4,
  Open: 5,
  PowerLessThan: 6,
  PowerGreaterThan: 7,
  Repetitions: 9,
  FixedRest: 10,
  Steps: 12,
} as const
export type PlannedStepDuration = CodeOf<typeof PlannedStepDuration>

/** The index is the code. */
export const EXERCISE_CATEGORIES = [
  'unknown',
  'bench_press',
  'calf_raise',
  'cardio',
  'carry',
  'chop',
  'core',
  'crunch',
  'curl',
  'deadlift',
  'flye',
  'hip_raise',
  'hip_stability',
  'hip_swing',
  'hyperextension',
  'lateral_raise',
  'leg_curl',
  'leg_raise',
  'lunge',
  'olympic_lift',
  'plank',
  'plyo',
  'pull_up',
  'push_up',
  'row',
  'shoulder_press',
  'shoulder_stability',
  'shrug',
  'sit_up',
  'squat',
  'total_body',
  'triceps_extension',
  'warm_up',
  'run',
  'bike',
  'cardio_sensors',
] as const
export type ExerciseCategory = CodeOf<typeof EXERCISE_CATEGORIES>

/** The words that older clients send for the codes of durations: the index is the code. */
export const PLANNED_STEP_DURATION_WORDS = [
  'TIME',
  'DISTANCE_METERS',
  'HR_LESS_THAN',
  'HR_GREATER_THAN',
  'CALORIES',
  'OPEN',
  'POWER_LESS_THAN',
  'POWER_GREATER_THAN',
  'REPETITION_TIME',
  'REPS',
  'FIXED_REST',
  'TIME_AT_VALID_CDA',
  'STEPS',
] as const

/** The same for targets. */
export const PLANNED_STEP_TARGET_WORDS = [
  'SPEED',
  'HEART_RATE',
  'OPEN',
  'CADENCE',
  'POWER',
  'GRADE',
  'RESISTANCE',
  'POWER_LAP',
  'SWIM_STROKE',
  'SPEED_LAP',
  'HEART_RATE_LAP',
  'PACE',
  'HEART_RATE_THRESHOLD_PERCENTAGE',
  'HEART_RATE_MAX_PERCENTAGE',
  'SPEED_PERCENTAGE',
  'POWER_PERCENTAGE',
  'REPETITION',
] as const

/** And for intensities. */
export const PLANNED_STEP_INTENSITY_WORDS = ['REST', 'WARMUP', 'COOLDOWN', 'RECOVERY', 'INTERVAL', 'ACTIVE'] as const
