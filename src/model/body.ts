import { z } from 'zod'
import { dayMetadata } from './daily.ts'
import { DeviceData } from './device.ts'
import { int, list, num, text, timestamp } from './fields.ts'
import { HeartRateData } from './heart-rate.ts'
import { OxygenData } from './oxygen.ts'

const GlucoseSample = z
  .object({
    timestamp,
    blood_glucose_mg_per_dL: num('mg/dL.'),
    glucose_level_flag: int('GlucoseFlag: 0 normal, 1 high, 2 low.'),
    trend_arrow: int('TrendArrow: 0 unknown, 1 falling quickly, 2 falling, 3 flat, 4 rising, 5 rising quickly.'),
  })
  .meta({ id: 'GlucoseSample', description: 'One glucose reading.' })

const temperatures = (description: string) =>
  list(z.object({ timestamp, temperature_celsius: num('Degrees Celsius.') }), description)

const Measurement = z
  .object({
    measurement_time: timestamp,
    weight_kg: num('Weight, in kg.'),
    height_cm: num('Height, in cm.'),
    BMI: num('Body mass index.'),
    BMR: num('Basal metabolic rate, in kcal a day.'),
    RMR: num('Resting metabolic rate, in kcal a day.'),
    estimated_fitness_age: num('Years.'),
    bodyfat_percentage: num('Body fat, 0 to 100.'),
    bone_mass_g: num('Bone mass, in g.'),
    muscle_mass_g: num('Muscle mass, in g.'),
    lean_mass_g: num('Lean mass, in g.'),
    water_percentage: num('Body water, 0 to 100.'),
    skin_fold_mm: num('Skin fold, in mm.'),
    visceral_fat_level: num("The scale's visceral fat level."),
    visceral_fat_category: text("The scale's visceral fat category."),
    insulin_units: num('Insulin, in units.'),
    insulin_type: text('Kind of insulin.'),
    urine_color: text('Colour of the urine.'),
    user_notes: text("The person's notes."),
  })
  .meta({ id: 'Measurement', description: 'What a scale or the person measured at one time.' })

export const Body = z
  .object({
    metadata: z.object(dayMetadata).meta({ id: 'BodyMetadata', description: 'Which day.' }),
    blood_pressure_data: z.object({
      blood_pressure_samples: list(
        z.object({ timestamp, systolic_bp: num('mmHg.'), diastolic_bp: num('mmHg.') }),
        'Blood pressure readings.',
      ),
      day_avg_systolic_bp: num('Mean of the day, in mmHg.'),
      day_avg_diastolic_bp: num('Mean of the day, in mmHg.'),
    }),
    device_data: DeviceData,
    glucose_data: z.object({
      blood_glucose_samples: list(GlucoseSample, 'Readings, every 15 minutes or so.'),
      detailed_blood_glucose_samples: list(GlucoseSample, 'Readings as dense as the sensor gives them.'),
      day_avg_blood_glucose_mg_per_dL: num('Mean of the day, in mg/dL.'),
      day_avg_blood_glucose_mg_per_dl: num('The same mean under its newer spelling.'),
      day_avg_detailed_blood_glucose_mg_per_dL: num('Mean of the dense readings, in mg/dL.'),
      gmi: num('Glucose management indicator, in percent.'),
      time_in_range: num('Share of the readings in range, in percent.'),
      sensor_usage: num('Share of the time that the sensor was worn, in percent.'),
      daily_patterns: list(
        z.object({
          time_from_midnight: num('Minutes after midnight.'),
          percentile_5: num('mg/dL.'),
          percentile_25: num('mg/dL.'),
          percentile_50: num('mg/dL.'),
          percentile_75: num('mg/dL.'),
          percentile_95: num('mg/dL.'),
        }),
        'How glucose runs through a day.',
      ),
    }),
    heart_data: z.object({
      afib_classification_samples: list(
        z.object({
          timestamp,
          afib_classification: int('AFibFlag: 0 negative, 1 positive, 2 inconclusive.'),
          afib_classfication: int('The same under the misspelled older name.'),
        }),
        'Atrial fibrillation checks.',
      ),
      ecg_signal: list(
        z.object({
          start_timestamp: timestamp,
          avg_hr_bpm: num('Beats per minute.'),
          afib_classification: int('AFibFlag: 0 negative, 1 positive, 2 inconclusive.'),
          afib_classfication: int('The same under the misspelled older name.'),
          raw_signal: list(z.object({ timestamp, potential_uV: num('Microvolt.') }), 'The curve.'),
        }),
        'Electrocardiograms.',
      ),
      heart_rate_data: HeartRateData,
      pulse_wave_velocity_samples: list(
        z.object({ timestamp, pulse_wave_velocity_meters_per_second: num('m/s.') }),
        'Pulse wave velocity.',
      ),
      rr_interval_samples: list(
        z.object({ timestamp, rr_interval_ms: num('Milliseconds.'), hr_bpm: num('Beats per minute.') }),
        'Beat to beat intervals.',
      ),
    }),
    hydration_data: z.object({
      day_total_water_consumption_ml: num('Drunk, in ml.'),
      day_avg_hydration_kg: num('Mean body water, in kg.'),
      hydration_amount_samples: list(z.object({ timestamp, hydration_kg: num('Body water, in kg.') }), 'Body water.'),
    }),
    ketone_data: z.object({
      ketone_samples: list(
        z.object({
          timestamp,
          ketone_mg_per_dL: num('mg/dL.'),
          sample_type: int('KetoneSampleType: 0 unknown, 1 blood, 2 urine, 3 breath.'),
        }),
        'Ketone readings.',
      ),
      day_avg_ketone_mg_per_dL: num('Mean of the day, in mg/dL.'),
    }),
    measurements_data: z.object({
      measurements: list(Measurement, 'Measurements in order.'),
      day_avg_weight_kg: num('Mean of the day, in kg.'),
      day_avg_height_cm: num('Mean of the day, in cm.'),
      day_avg_bmi: num('Mean of the day.'),
      day_avg_bmr: num('Mean of the day, in kcal a day.'),
      day_avg_rmr: num('Mean of the day, in kcal a day.'),
      day_avg_estimated_fitness_age: num('Mean of the day, in years.'),
      day_avg_bodyfat_percentage: num('Mean of the day, 0 to 100.'),
      day_avg_bone_mass_g: num('Mean of the day, in g.'),
      day_avg_muscle_mass_g: num('Mean of the day, in g.'),
      day_avg_lean_mass_g: num('Mean of the day, in g.'),
      day_avg_water_percentage: num('Mean of the day, 0 to 100.'),
      day_avg_skin_fold_mm: num('Mean of the day, in mm.'),
      day_avg_insulin_units: num('Mean of the day, in units.'),
      day_avg_visceral_fat_level: num('Mean of the day.'),
    }),
    oxygen_data: OxygenData,
    temperature_data: z.object({
      ambient_temperature_samples: temperatures('Around the person.'),
      body_temperature_samples: temperatures('Of the body.'),
      skin_temperature_samples: temperatures('Of the skin.'),
      day_avg_ambient_temperature_celsius: num('Mean of the day, in degrees Celsius.'),
      day_avg_body_temperature_celsius: num('Mean of the day, in degrees Celsius.'),
      day_avg_skin_temperature_celsius: num('Mean of the day, in degrees Celsius.'),
    }),
  })
  .meta({ id: 'Body', description: 'Body measurements of one local day.' })
export type Body = z.infer<typeof Body>
