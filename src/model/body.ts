import { z } from 'zod'
import { DeviceData } from './device.ts'
import { dayMetadata, group, int, list, num, text, timestamp } from './fields.ts'
import { GlucoseData } from './glucose.ts'
import { HeartRateData } from './heart-rate.ts'
import { OxygenData } from './oxygen.ts'

const BodyMetadata = group('BodyMetadata', 'Which day.', dayMetadata)

const BloodPressureSample = group('BloodPressureSample', 'One blood pressure reading.', {
  timestamp,
  systolic_bp: num('Systolic, in mmHg.'),
  diastolic_bp: num('Diastolic, in mmHg.'),
})

const BloodPressureData = group('BloodPressureData', 'Blood pressure.', {
  blood_pressure_samples: list(BloodPressureSample, 'Blood pressure readings.'),
  day_avg_systolic_bp: num('Mean of the day, in mmHg.'),
  day_avg_diastolic_bp: num('Mean of the day, in mmHg.'),
})

const afib = {
  afib_classification: int('AFibFlag: 0 negative, 1 positive, 2 inconclusive.'),
  afib_classfication: int('The same under its misspelled older name.'),
}

const AFibClassificationSample = group('AFibClassificationSample', 'One check for atrial fibrillation.', {
  timestamp,
  ...afib,
})
const RawECGSample = group('RawECGSample', 'One point of the curve.', {
  timestamp,
  potential_uV: num('Potential, in microvolt.'),
})
const ECGReading = group('ECGReading', 'One electrocardiogram.', {
  start_timestamp: timestamp,
  avg_hr_bpm: num('Mean heart rate, in beats per minute.'),
  ...afib,
  raw_signal: list(RawECGSample, 'The curve.'),
})
const PulseVelocitySample = group('PulseVelocitySample', 'One reading of pulse wave velocity.', {
  timestamp,
  pulse_wave_velocity_meters_per_second: num('How fast the pulse wave runs, in m/s.'),
})
const RRIntervalSample = group('RRIntervalSample', 'From one beat to the next.', {
  timestamp,
  rr_interval_ms: num('Milliseconds between the beats.'),
  hr_bpm: num('Heart rate at that time, in beats per minute.'),
})

const HeartData = group('HeartData', 'Heart.', {
  afib_classification_samples: list(AFibClassificationSample, 'Checks for atrial fibrillation.'),
  ecg_signal: list(ECGReading, 'Electrocardiograms.'),
  heart_rate_data: HeartRateData,
  pulse_wave_velocity_samples: list(PulseVelocitySample, 'Pulse wave velocity over time.'),
  rr_interval_samples: list(RRIntervalSample, 'Beat to beat intervals.'),
})

const HydrationMeasurementSample = group('HydrationMeasurementSample', 'Body water at one time.', {
  timestamp,
  hydration_kg: num('Water in the body, in kg.'),
})

const HydrationData = group('HydrationData', 'Water drunk, and water in the body.', {
  day_total_water_consumption_ml: num('Drunk in the day, in ml.'),
  day_avg_hydration_kg: num('Mean water in the body, in kg.'),
  hydration_amount_samples: list(HydrationMeasurementSample, 'Water in the body over time.'),
})

const KetoneSample = group('KetoneSample', 'One ketone reading.', {
  timestamp,
  ketone_mg_per_dL: num('Ketones, in mg/dL.'),
  sample_type: int('KetoneSampleType: 0 unknown, 1 blood, 2 urine, 3 breath.'),
})

const KetoneData = group('KetoneData', 'Ketones.', {
  ketone_samples: list(KetoneSample, 'Ketone readings.'),
  day_avg_ketone_mg_per_dL: num('Mean of the day, in mg/dL.'),
})

const MeasurementDataSample = group('MeasurementDataSample', 'What a scale or the person measured at one time.', {
  measurement_time: timestamp,
  weight_kg: num('Weight, in kg.'),
  height_cm: num('Height, in cm.'),
  BMI: num('Body mass index, in kg/m².'),
  BMR: num('Basal metabolic rate, in kcal a day.'),
  RMR: num('Resting metabolic rate, in kcal a day.'),
  estimated_fitness_age: num('Fitness age as the device estimates it, in years.'),
  bodyfat_percentage: num('Body fat, 0 to 100.'),
  bone_mass_g: num('Bone mass, in g.'),
  muscle_mass_g: num('Skeletal muscle mass, in g.'),
  lean_mass_g: num('Mass without fat, in g.'),
  water_percentage: num('Body water, 0 to 100.'),
  skin_fold_mm: num('Skin fold, in mm.'),
  visceral_fat_level: num("Visceral fat, on the scale's own scale."),
  visceral_fat_category: text("Visceral fat, in the scale's own words."),
  insulin_units: num('Insulin given, in units.'),
  insulin_type: text('Kind of insulin.'),
  urine_color: text('Colour of the urine.'),
  user_notes: text("The person's notes."),
})

const MeasurementsData = group('MeasurementsData', 'Body measurements and their means of the day.', {
  measurements: list(MeasurementDataSample, 'Measurements in order.'),
  day_avg_weight_kg: num('Mean weight, in kg.'),
  day_avg_height_cm: num('Mean height, in cm.'),
  day_avg_bmi: num('Mean body mass index, in kg/m².'),
  day_avg_bmr: num('Mean basal metabolic rate, in kcal a day.'),
  day_avg_rmr: num('Mean resting metabolic rate, in kcal a day.'),
  day_avg_estimated_fitness_age: num('Mean fitness age, in years.'),
  day_avg_bodyfat_percentage: num('Mean body fat, 0 to 100.'),
  day_avg_bone_mass_g: num('Mean bone mass, in g.'),
  day_avg_muscle_mass_g: num('Mean skeletal muscle mass, in g.'),
  day_avg_lean_mass_g: num('Mean mass without fat, in g.'),
  day_avg_water_percentage: num('Mean body water, 0 to 100.'),
  day_avg_skin_fold_mm: num('Mean skin fold, in mm.'),
  day_avg_insulin_units: num('Mean insulin, in units.'),
  day_avg_visceral_fat_level: num("Mean visceral fat, on the scale's own scale."),
})

const TemperatureSample = group('TemperatureSample', 'One temperature reading.', {
  timestamp,
  temperature_celsius: num('Degrees Celsius.'),
})

const TemperatureData = group('TemperatureData', 'Temperatures of and around the body.', {
  ambient_temperature_samples: list(TemperatureSample, 'Around the person.'),
  body_temperature_samples: list(TemperatureSample, 'Of the body.'),
  skin_temperature_samples: list(TemperatureSample, 'Of the skin.'),
  day_avg_ambient_temperature_celsius: num('Mean around the person, in degrees Celsius.'),
  day_avg_body_temperature_celsius: num('Mean of the body, in degrees Celsius.'),
  day_avg_skin_temperature_celsius: num('Mean of the skin, in degrees Celsius.'),
})

export const Body = z
  .object({
    metadata: BodyMetadata,
    blood_pressure_data: BloodPressureData,
    device_data: DeviceData,
    glucose_data: GlucoseData,
    heart_data: HeartData,
    hydration_data: HydrationData,
    ketone_data: KetoneData,
    measurements_data: MeasurementsData,
    oxygen_data: OxygenData,
    temperature_data: TemperatureData,
  })
  .meta({ id: 'Body', description: 'Body measurements of one local day.' })
export type Body = z.infer<typeof Body>
