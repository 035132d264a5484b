// What no living person has none of: a 0 there says that nothing was felt. Providers write one without saying so, so it is left
// out of whatever page it is on, before it could stand in for what another page knows.
import type { Mapped } from './mapping.ts'

/** Numbers that become null. */
export const NUMBERS: readonly [place: string, ...names: string[]][] = [
  [
    'heart_rate_data.summary',
    'avg_hr_bpm',
    'max_hr_bpm',
    'min_hr_bpm',
    'resting_hr_bpm',
    'user_max_hr_bpm',
    'avg_hrv_rmssd',
    'avg_hrv_sdnn',
  ],
  ['lap_data.laps', 'avg_hr_bpm'],
  ['heart_data.ecg_signal', 'avg_hr_bpm'],
  ['heart_data.rr_interval_samples', 'hr_bpm'],
  ['oxygen_data', 'avg_saturation_percentage', 'vo2max_ml_per_min_per_kg', 'day_avg_vo2max_ml_per_min_per_kg'],
  ['respiration_data.oxygen_saturation_data', 'avg_saturation_percentage'],
  ['respiration_data.breaths_data', 'avg_breaths_per_min', 'max_breaths_per_min'],
  [
    'measurements_data.measurements',
    'weight_kg',
    'height_cm',
    'BMI',
    'BMR',
    'RMR',
    'bodyfat_percentage',
    'bone_mass_g',
    'muscle_mass_g',
    'lean_mass_g',
    'water_percentage',
  ],
  [
    'measurements_data',
    'day_avg_weight_kg',
    'day_avg_height_cm',
    'day_avg_bmi',
    'day_avg_bmr',
    'day_avg_rmr',
    'day_avg_bodyfat_percentage',
    'day_avg_bone_mass_g',
    'day_avg_muscle_mass_g',
    'day_avg_lean_mass_g',
    'day_avg_water_percentage',
  ],
  ['blood_pressure_data.blood_pressure_samples', 'systolic_bp', 'diastolic_bp'],
  ['blood_pressure_data', 'day_avg_systolic_bp', 'day_avg_diastolic_bp'],
  ['glucose_data', 'day_avg_blood_glucose_mg_per_dL', 'day_avg_detailed_blood_glucose_mg_per_dL'],
]

/** Series whose items go. */
export const SERIES: readonly [place: string, list: string, name: string][] = [
  ['heart_rate_data.detailed', 'hr_samples', 'bpm'],
  ['heart_rate_data.detailed', 'hrv_samples_rmssd', 'hrv_rmssd'],
  ['heart_rate_data.detailed', 'hrv_samples_sdnn', 'hrv_sdnn'],
  ['oxygen_data', 'saturation_samples', 'percentage'],
  ['oxygen_data', 'vo2_samples', 'vo2max_ml_per_min_per_kg'],
  ['respiration_data.oxygen_saturation_data', 'samples', 'percentage'],
  ['glucose_data', 'blood_glucose_samples', 'blood_glucose_mg_per_dL'],
  ['glucose_data', 'detailed_blood_glucose_samples', 'blood_glucose_mg_per_dL'],
]

type Members = Record<string, unknown>

const numbers = NUMBERS.flatMap(([place, ...names]) => everywhere(place).map((path) => ({ path, names })))
const series = SERIES.flatMap(([place, list, name]) => everywhere(place).map((path) => ({ path, list, name })))

/** Changes the records in place. */
export function dropZeros(mapped: Mapped[]): Mapped[] {
  for (const { record } of mapped) {
    if (record === null) continue
    for (const { path, names } of numbers) {
      for (const group of groupsAt(record, path)) {
        for (const name of names) if (isNone(group[name])) group[name] = null
      }
    }
    for (const { path, list, name } of series) {
      for (const group of groupsAt(record, path)) {
        const items = group[list]
        if (!Array.isArray(items) || !items.some((item) => isNone(item?.[name]))) continue
        group[list] = items.filter((item) => !isNone(item?.[name]))
      }
    }
  }
  return mapped
}

function isNone(value: unknown): boolean {
  return typeof value === 'number' && value <= 0
}

/** A body keeps its heart rate one level deeper than days, nights and workouts do. */
function everywhere(place: string): string[][] {
  const path = place.split('.')
  return path[0] === 'heart_rate_data' ? [path, ['heart_data', ...path]] : [path]
}

function groupsAt(record: object, path: readonly string[]): Members[] {
  let at: unknown = record
  for (const name of path) {
    at = (at as Members)[name]
    if (typeof at !== 'object' || at === null) return []
  }
  return Array.isArray(at) ? (at as Members[]) : [at as Members]
}
