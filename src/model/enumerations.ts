// The enumerations of the wire. An unknown number is legal everywhere: providers and Terra add codes.
export { ActivityType, activityTypeNames } from './activity-type.ts'

/** The codes of an enumeration, or its words. */
export type CodeOf<Enumeration> = Enumeration extends readonly (infer Word)[] ? Word : Enumeration[keyof Enumeration]

/** What a code means, in words: `codeName(SleepLevel, 3)` is `Out of bed`. Null for a code that we do not know. */
export function codeName(enumeration: Readonly<Record<string, number>>, code: number): string | null {
  const found = Object.entries(enumeration).find(([, each]) => each === code)
  if (found === undefined) return null
  const words = found[0].split(/(?<=[a-z])(?=[A-Z])/)
  return [words[0], ...words.slice(1).map((word) => word.toLowerCase())].join(' ')
}

export const TimestampLocalization = { Utc: 0, Local: 1 } as const
export type TimestampLocalization = CodeOf<typeof TimestampLocalization>

/** Of activities and days. */
export const UploadType = {
  Unknown: 0,
  Automatic: 1,
  Manual: 2,
  Update: 3,
  Delete: 4,
  Pending: 5,
  ThirdParty: 6,
} as const
export type UploadType = CodeOf<typeof UploadType>

/** Of sleep. Not UploadType: manual and automatic are swapped. */
export const SleepUploadType = { Unknown: 0, Manual: 1, Automatic: 2, Tentative: 3, Indeterminate: 4 } as const
export type SleepUploadType = CodeOf<typeof SleepUploadType>

/** Sleeping: asleep, and the provider tells no stages apart. */
export const SleepLevel = { Unknown: 0, Awake: 1, Sleeping: 2, OutOfBed: 3, Light: 4, Deep: 5, Rem: 6 } as const
export type SleepLevel = CodeOf<typeof SleepLevel>

export const ActivityLevel = { Unknown: 0, Rest: 1, Inactive: 2, Low: 3, Medium: 4, High: 5 } as const
export type ActivityLevel = CodeOf<typeof ActivityLevel>

/** Other: a zone of the provider's or the person's own. */
export const HeartRateZone = { Zone0: 0, Zone1: 1, Zone2: 2, Zone3: 3, Zone4: 4, Zone5: 5, Other: 6 } as const
export type HeartRateZone = CodeOf<typeof HeartRateZone>

export const HeartRateContext = { NotSet: 0, Active: 1, NotActive: 2 } as const
export type HeartRateContext = CodeOf<typeof HeartRateContext>

export const OxygenSaturationType = { Blood: 0, Muscle: 1 } as const
export type OxygenSaturationType = CodeOf<typeof OxygenSaturationType>

export const AFibFlag = { Negative: 0, Positive: 1, Inconclusive: 2 } as const
export type AFibFlag = CodeOf<typeof AFibFlag>

export const GlucoseFlag = { Normal: 0, High: 1, Low: 2 } as const
export type GlucoseFlag = CodeOf<typeof GlucoseFlag>

export const TrendArrow = { Unknown: 0, FallingQuickly: 1, Falling: 2, Flat: 3, Rising: 4, RisingQuickly: 5 } as const
export type TrendArrow = CodeOf<typeof TrendArrow>

export const KetoneSampleType = { Unknown: 0, Blood: 1, Urine: 2, Breath: 3 } as const
export type KetoneSampleType = CodeOf<typeof KetoneSampleType>

export const RecoveryLevel = { Unknown: 0, VeryPoor: 1, Poor: 2, Compromised: 3, Ok: 4, Good: 5, VeryGood: 6 } as const
export type RecoveryLevel = CodeOf<typeof RecoveryLevel>

/** Of `stress_rating`: 1 to 25, 26 to 50, 51 to 75, 76 to 100. The samples hold the raw score instead. */
export const StressLevel = { Unknown: 0, Rest: 1, Low: 2, Medium: 3, High: 4 } as const
export type StressLevel = CodeOf<typeof StressLevel>

/** Had: bleeding, and nobody said how much. */
export const MenstruationFlow = { Unknown: 0, None: 1, Light: 2, Medium: 3, Heavy: 4, Had: 5 } as const
export type MenstruationFlow = CodeOf<typeof MenstruationFlow>

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
export type MenstrualPhase = CodeOf<typeof MENSTRUAL_PHASES>

export const MealType = {
  Unknown: 0,
  Breakfast: 1,
  MorningSnack: 2,
  Lunch: 3,
  AfternoonSnack: 4,
  Dinner: 5,
  Snack: 6,
} as const
export type MealType = CodeOf<typeof MealType>

export const NutritionUnits = {
  Unknown: 0,
  Gram: 1,
  Teaspoon: 2,
  Tablespoon: 3,
  Cup: 4,
  MediumEgg: 5,
  LargeEgg: 6,
  SmallEgg: 7,
  Milliliter: 8,
  Ounce: 9,
  Count: 10,
  Scoop: 11,
  FluidOunce: 12,
} as const
export type NutritionUnits = CodeOf<typeof NutritionUnits>

/** Of laps. */
export const STROKE_TYPES = ['other', 'freestyle', 'backstroke', 'breaststroke', 'butterfly'] as const
export type StrokeType = CodeOf<typeof STROKE_TYPES>

export const DEVICE_DATA_TYPES = [
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
export type DeviceDataType = CodeOf<typeof DEVICE_DATA_TYPES>

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
export type HealthObservationCategory = CodeOf<typeof HealthObservationCategory>

export const ObservationValueType = { None: 0, Quantity: 1, Boolean: 2, String: 3, Code: 4 } as const
export type ObservationValueType = CodeOf<typeof ObservationValueType>

export const ObservationSeverity = { Unspecified: 0, NotPresent: 1, Mild: 2, Moderate: 3, Severe: 4 } as const
export type ObservationSeverity = CodeOf<typeof ObservationSeverity>

/** Unspecified counts as final. */
export const ObservationStatus = { Unspecified: 0, Final: 1, Amended: 2, EnteredInError: 3 } as const
export type ObservationStatus = CodeOf<typeof ObservationStatus>
