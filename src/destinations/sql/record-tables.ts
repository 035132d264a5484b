// A table for each type of record: the columns people ask for, and the whole record beside them.
import { DATA_TYPES, type DataType } from '../../model/data-type.ts'
import { at, instantOf } from '../record-changes.ts'
import type { Column, ColumnType, Row, Table, Value } from './dialect.ts'

/** Name, type and where it stands in the record. */
type Picked = readonly [name: string, type: ColumnType, path: string]

const span: Picked[] = [
  ['start_time', 'instant', 'metadata.start_time'],
  ['end_time', 'instant', 'metadata.end_time'],
]
const heartRate = (path: string): Picked[] => [
  ['avg_hr_bpm', 'number', `${path}.avg_hr_bpm`],
  ['max_hr_bpm', 'number', `${path}.max_hr_bpm`],
  ['min_hr_bpm', 'number', `${path}.min_hr_bpm`],
  ['resting_hr_bpm', 'number', `${path}.resting_hr_bpm`],
  ['avg_hrv_rmssd', 'number', `${path}.avg_hrv_rmssd`],
  ['avg_hrv_sdnn', 'number', `${path}.avg_hrv_sdnn`],
]
const asleep = 'sleep_durations_data.asleep'
const awake = 'sleep_durations_data.awake'
const measured = 'measurements_data'
const cycle = 'menstruation_data'
const macros = 'summary.macros'

export const recordColumns: Record<DataType, readonly Picked[]> = {
  activity: [
    ...span,
    ['summary_id', 'text', 'metadata.summary_id'],
    ['activity_type', 'integer', 'metadata.type'],
    ['name', 'text', 'metadata.name'],
    ['upload_type', 'integer', 'metadata.upload_type'],
    ['activity_seconds', 'number', 'active_durations_data.activity_seconds'],
    ['distance_meters', 'number', 'distance_data.summary.distance_meters'],
    ['steps', 'number', 'distance_data.summary.steps'],
    ['floors_climbed', 'number', 'distance_data.summary.floors_climbed'],
    ['elevation_gain_meters', 'number', 'distance_data.summary.elevation.gain_actual_meters'],
    ['total_burned_calories', 'number', 'calories_data.total_burned_calories'],
    ['net_activity_calories', 'number', 'calories_data.net_activity_calories'],
    ...heartRate('heart_rate_data.summary'),
    ['avg_speed_meters_per_second', 'number', 'movement_data.avg_speed_meters_per_second'],
    ['max_speed_meters_per_second', 'number', 'movement_data.max_speed_meters_per_second'],
    ['avg_cadence_rpm', 'number', 'movement_data.avg_cadence_rpm'],
    ['avg_watts', 'number', 'power_data.avg_watts'],
    ['max_watts', 'number', 'power_data.max_watts'],
    ['strain_level', 'number', 'strain_data.strain_level'],
  ],
  athlete: [
    ['provider_user_id', 'text', 'provider_user_id'],
    ['first_name', 'text', 'first_name'],
    ['last_name', 'text', 'last_name'],
    ['email', 'text', 'email'],
    ['age', 'integer', 'age'],
    ['date_of_birth', 'text', 'date_of_birth'],
    ['sex', 'text', 'sex'],
    ['gender', 'text', 'gender'],
    ['city', 'text', 'city'],
    ['state', 'text', 'state'],
    ['country', 'text', 'country'],
  ],
  body: [
    ['day', 'day', 'metadata.start_time'],
    ...span,
    ['weight_kg', 'number', `${measured}.day_avg_weight_kg`],
    ['height_cm', 'number', `${measured}.day_avg_height_cm`],
    ['bmi', 'number', `${measured}.day_avg_bmi`],
    ['bodyfat_percentage', 'number', `${measured}.day_avg_bodyfat_percentage`],
    ['muscle_mass_g', 'number', `${measured}.day_avg_muscle_mass_g`],
    ['lean_mass_g', 'number', `${measured}.day_avg_lean_mass_g`],
    ['bone_mass_g', 'number', `${measured}.day_avg_bone_mass_g`],
    ['water_percentage', 'number', `${measured}.day_avg_water_percentage`],
    ['systolic_bp', 'number', 'blood_pressure_data.day_avg_systolic_bp'],
    ['diastolic_bp', 'number', 'blood_pressure_data.day_avg_diastolic_bp'],
    ['blood_glucose_mg_per_dl', 'number', 'glucose_data.day_avg_blood_glucose_mg_per_dL'],
    ...heartRate('heart_data.heart_rate_data.summary'),
    ['saturation_percentage', 'number', 'oxygen_data.avg_saturation_percentage'],
    ['vo2max_ml_per_min_per_kg', 'number', 'oxygen_data.vo2max_ml_per_min_per_kg'],
    ['body_temperature_celsius', 'number', 'temperature_data.day_avg_body_temperature_celsius'],
    ['skin_temperature_celsius', 'number', 'temperature_data.day_avg_skin_temperature_celsius'],
    ['water_consumption_ml', 'number', 'hydration_data.day_total_water_consumption_ml'],
  ],
  daily: [
    ['day', 'day', 'metadata.start_time'],
    ...span,
    ['upload_type', 'integer', 'metadata.upload_type'],
    ['steps', 'number', 'distance_data.steps'],
    ['distance_meters', 'number', 'distance_data.distance_meters'],
    ['floors_climbed', 'number', 'distance_data.floors_climbed'],
    ['total_burned_calories', 'number', 'calories_data.total_burned_calories'],
    ['net_activity_calories', 'number', 'calories_data.net_activity_calories'],
    ['bmr_calories', 'number', 'calories_data.BMR_calories'],
    ['activity_seconds', 'number', 'active_durations_data.activity_seconds'],
    ['low_intensity_seconds', 'number', 'active_durations_data.low_intensity_seconds'],
    ['moderate_intensity_seconds', 'number', 'active_durations_data.moderate_intensity_seconds'],
    ['vigorous_intensity_seconds', 'number', 'active_durations_data.vigorous_intensity_seconds'],
    ...heartRate('heart_rate_data.summary'),
    ['saturation_percentage', 'number', 'oxygen_data.avg_saturation_percentage'],
    ['vo2max_ml_per_min_per_kg', 'number', 'oxygen_data.vo2max_ml_per_min_per_kg'],
    ['avg_stress_level', 'number', 'stress_data.avg_stress_level'],
    ['strain_level', 'number', 'strain_data.strain_level'],
    ['activity_score', 'number', 'scores.activity'],
    ['recovery_score', 'number', 'scores.recovery'],
    ['sleep_score', 'number', 'scores.sleep'],
  ],
  menstruation: [
    ['day', 'day', 'metadata.start_time'],
    ...span,
    ['period_start_date', 'text', `${cycle}.period_start_date`],
    ['period_length_days', 'number', `${cycle}.period_length_days`],
    ['day_in_cycle', 'number', `${cycle}.day_in_cycle`],
    ['current_phase', 'text', `${cycle}.current_phase`],
    ['days_until_next_phase', 'number', `${cycle}.days_until_next_phase`],
    ['cycle_length_days', 'number', `${cycle}.cycle_length_days`],
    ['predicted_cycle_length_days', 'number', `${cycle}.predicted_cycle_length_days`],
    ['is_predicted_cycle', 'boolean', `${cycle}.is_predicted_cycle`],
    ['ovulation_day', 'number', `${cycle}.ovulation_day`],
  ],
  nutrition: [
    ['day', 'day', 'metadata.start_time'],
    ...span,
    ['calories', 'number', `${macros}.calories`],
    ['protein_g', 'number', `${macros}.protein_g`],
    ['carbohydrates_g', 'number', `${macros}.carbohydrates_g`],
    ['fat_g', 'number', `${macros}.fat_g`],
    ['saturated_fat_g', 'number', `${macros}.saturated_fat_g`],
    ['fiber_g', 'number', `${macros}.fiber_g`],
    ['sugar_g', 'number', `${macros}.sugar_g`],
    ['sodium_mg', 'number', `${macros}.sodium_mg`],
    ['cholesterol_mg', 'number', `${macros}.cholesterol_mg`],
    ['alcohol_g', 'number', `${macros}.alcohol_g`],
    ['caffeine_mg', 'number', 'summary.micros.caffeine_mg'],
    ['water_ml', 'number', 'summary.water_ml'],
  ],
  sleep: [
    ...span,
    ['summary_id', 'text', 'metadata.summary_id'],
    ['is_nap', 'boolean', 'metadata.is_nap'],
    ['upload_type', 'integer', 'metadata.upload_type'],
    ['asleep_seconds', 'number', `${asleep}.duration_asleep_state_seconds`],
    ['deep_seconds', 'number', `${asleep}.duration_deep_sleep_state_seconds`],
    ['light_seconds', 'number', `${asleep}.duration_light_sleep_state_seconds`],
    ['rem_seconds', 'number', `${asleep}.duration_REM_sleep_state_seconds`],
    ['awake_seconds', 'number', `${awake}.duration_awake_state_seconds`],
    ['latency_seconds', 'number', `${awake}.sleep_latency_seconds`],
    ['wakeup_events', 'number', `${awake}.num_wakeup_events`],
    ['in_bed_seconds', 'number', 'sleep_durations_data.other.duration_in_bed_seconds'],
    ['efficiency_percentage', 'number', 'sleep_durations_data.sleep_efficiency'],
    ['sleep_score', 'number', 'scores.sleep'],
    ['readiness', 'number', 'readiness_data.readiness'],
    ...heartRate('heart_rate_data.summary'),
    ['breaths_per_min', 'number', 'respiration_data.breaths_data.avg_breaths_per_min'],
    ['saturation_percentage', 'number', 'respiration_data.oxygen_saturation_data.avg_saturation_percentage'],
    ['temperature_delta_celsius', 'number', 'temperature_data.delta'],
  ],
}

const before: Column[] = [
  { name: 'user_id', type: 'id', required: true },
  { name: 'record_key', type: 'key', required: true },
  { name: 'ordering_at', type: 'integer', required: true },
  { name: 'reference_id', type: 'text' },
  { name: 'provider', type: 'text' },
]

export const recordTables = Object.fromEntries(
  DATA_TYPES.map((type) => [
    type,
    {
      name: `loam_${type}`,
      columns: [
        ...before,
        ...recordColumns[type].map(([name, kind]) => ({ name, type: kind })),
        { name: 'record', type: 'json', required: true },
      ],
      primaryKey: ['user_id', 'record_key'],
    },
  ]),
) as unknown as Record<DataType, Table>

export function recordRow(type: DataType, record: unknown): Row {
  const row: Row = { record: jsonText(record) }
  for (const [name, kind, path] of recordColumns[type]) row[name] = columnValue(kind, at(record, path))
  return row
}

/** What does not fit its column is null there; the record beside it has it all. */
function columnValue(type: ColumnType, value: unknown): Value {
  if (type === 'boolean') return typeof value === 'boolean' ? value : null
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : null
  if (type === 'integer') return Number.isSafeInteger(value) ? (value as number) : null
  if (type === 'instant') return instantOf(value)
  if (typeof value !== 'string') return null
  if (type === 'day') {
    const day = value.slice(0, 10)
    return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : null
  }
  return storable(value)
}

/** Databases that look into JSON refuse the character zero and halves of characters. */
function jsonText(record: unknown): string {
  return JSON.stringify(record, (_, value: unknown) => (typeof value === 'string' ? storable(value) : value))
}

function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
