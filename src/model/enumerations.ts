// The enumerations of the wire. An unknown number is legal everywhere: providers and Terra add codes.
export { ActivityType, activityTypeNames } from './activity-type.ts'

export const UploadType = {
  Unknown: 0,
  Automatic: 1,
  Manual: 2,
  Update: 3,
  Delete: 4,
  Pending: 5,
  ThirdParty: 6,
} as const
/** Not UploadType: manual and automatic are swapped. */
export const SleepUploadType = { Unknown: 0, Manual: 1, Automatic: 2, Tentative: 3, Indeterminate: 4 } as const
export const SleepLevel = { Unknown: 0, Awake: 1, Sleeping: 2, OutOfBed: 3, Light: 4, Deep: 5, Rem: 6 } as const
export const ActivityLevel = { Unknown: 0, Rest: 1, Inactive: 2, Low: 3, Medium: 4, High: 5 } as const
export const HeartRateZone = { Zone0: 0, Zone1: 1, Zone2: 2, Zone3: 3, Zone4: 4, Zone5: 5, Other: 6 } as const
export const HeartRateContext = { NotSet: 0, Active: 1, NotActive: 2 } as const
export const OxygenSaturationType = { Blood: 0, Muscle: 1 } as const
export const AFibFlag = { Negative: 0, Positive: 1, Inconclusive: 2 } as const
export const GlucoseFlag = { Normal: 0, High: 1, Low: 2 } as const
export const TrendArrow = { Unknown: 0, FallingQuickly: 1, Falling: 2, Flat: 3, Rising: 4, RisingQuickly: 5 } as const
export const KetoneSampleType = { Unknown: 0, Blood: 1, Urine: 2, Breath: 3 } as const
export const RecoveryLevel = { Unknown: 0, VeryPoor: 1, Poor: 2, Compromised: 3, Ok: 4, Good: 5, VeryGood: 6 } as const
export const StressLevel = { Unknown: 0, Rest: 1, Low: 2, Medium: 3, High: 4 } as const
export const MenstruationFlow = { Unknown: 0, None: 1, Light: 2, Medium: 3, Heavy: 4, Had: 5 } as const
export const MealType = {
  Unknown: 0,
  Breakfast: 1,
  MorningSnack: 2,
  Lunch: 3,
  AfternoonSnack: 4,
  Dinner: 5,
  Snack: 6,
} as const
export const NutritionUnits = {
  Unknown: 0,
  Gram: 1,
  Teaspoon: 2,
  Tablespoon: 3,
  Cup: 4,
  MediumEgg: 5,
  LargeEgg: 6,
  SmallEgg: 7,
  Millilitre: 8,
  Ounce: 9,
  Count: 10,
  Scoop: 11,
  FluidOunce: 12,
} as const
export const StrokeType = ['other', 'freestyle', 'backstroke', 'breaststroke', 'butterfly'] as const
export const DeviceDataType = [
  'STEPS',
  'ACTIVE_MINUTES',
  'BMR',
  'CALORIES',
  'DISTANCE',
  'HEART_RATE',
  'OXYGEN_SATURATION',
  'SLEEP_TYPE',
  'SPEED',
  'CADENCE',
] as const

/** Phases of the cycle as words; the index is the number that newer payloads use. */
export const MENSTRUAL_PHASES = [
  'unknown',
  'menstrual',
  'follicular',
  'fertile',
  'ovulation',
  'luteal',
  'pms',
  'first_trimester',
  'second_trimester',
  'third_trimester',
] as const

export const HealthObservationCategory = {
  Unspecified: 0,
  Symptom: 1,
  Reproductive: 2,
  SelfCare: 3,
  Medication: 4,
  LabAndMetrics: 5,
  StateOfMind: 6,
  DeviceEvent: 7,
  Clinical: 8,
} as const
export const ObservationValueType = { None: 0, Quantity: 1, Boolean: 2, String: 3, Code: 4 } as const
export const ObservationSeverity = { Unspecified: 0, NotPresent: 1, Mild: 2, Moderate: 3, Severe: 4 } as const
export const ObservationStatus = { Unspecified: 0, Final: 1, Amended: 2, EnteredInError: 3 } as const

export const WorkoutSport = [
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
export const WorkoutEnvironment = ['indoor', 'outdoor', 'pool'] as const
export const WorkoutIntensity = ['rest', 'warmup', 'cooldown', 'recovery', 'active'] as const
export const CompletionCondition = [
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
export const WorkoutTarget = [
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
export const SwimStroke = ['backstroke', 'breaststroke', 'drill', 'butterfly', 'freestyle', 'mixed', 'im'] as const
export const SwimDrill = ['kick', 'pull', 'drill'] as const
export const SwimEquipment = [
  'none',
  'swim_fins',
  'swim_kickboard',
  'swim_paddles',
  'swim_pull_buoy',
  'swim_snorkel',
] as const
export const PlannedStepIntensity = { Rest: 0, Warmup: 1, Cooldown: 2, Recovery: 3, Interval: 4, Active: 5 } as const
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
export const PlannedStepStroke = {
  Backstroke: 0,
  Breaststroke: 1,
  Drill: 2,
  Butterfly: 3,
  Freestyle: 4,
  Mixed: 5,
  IndividualMedley: 6,
} as const
export const PlannedStepEquipment = { None: 0, Fins: 1, Kickboard: 2, Paddles: 3, PullBuoy: 4, Snorkel: 5 } as const

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
