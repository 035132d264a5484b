// Garmin's words for what planned workouts number, both ways.
import { ActivityType } from '../../../model/enumerations.ts'
import { PlannedStepIntensity } from '../../../model/workout-codes.ts'

const SPORTS: readonly (readonly [word: string, ...types: number[]])[] = [
  ['RUNNING', 8, 56, 57, 58, 88, 133, 149],
  ['CYCLING', 1, 14, 15, 16, 17, 18, 19, 150, 152, 153],
  ['LAP_SWIMMING', 83, 82],
  ['STRENGTH_TRAINING', 80, 97],
  ['CARDIO_TRAINING', 123, 114, 115],
  ['YOGA', 100],
  ['PILATES', 49],
  ['GENERIC', 108],
]

export const SWIM = 'LAP_SWIMMING'

/** What Garmin has no sport for is planned as a general workout. */
export function sportOf(type: number | null): string {
  return SPORTS.find(([, ...types]) => types.includes(type ?? ActivityType.Other))?.[0] ?? 'GENERIC'
}

export function typeOfSport(sport: unknown): number {
  if (sport === 'MULTI_SPORT') return ActivityType.Multisport
  return SPORTS.find(([word]) => word === sport)?.[1] ?? ActivityType.Other
}

const INTENSITIES = ['REST', 'WARMUP', 'COOLDOWN', 'RECOVERY', 'INTERVAL', 'ACTIVE'] as const

export function intensityWord(intensity: number | null): string | null {
  return INTENSITIES[intensity ?? PlannedStepIntensity.Active] ?? null
}

/** `MAIN` is the main part of a workout: as active as ours gets. */
export function intensityCode(word: unknown): number | null {
  if (word === 'MAIN') return PlannedStepIntensity.Active
  const code = INTENSITIES.indexOf(String(word) as (typeof INTENSITIES)[number])
  return code < 0 ? null : code
}
