import { GlucoseFlag, TrendArrow } from '../../model/enumerations.ts'
import { dayBounds } from '../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../model/records.ts'
import { basalKcal, type Day, simulateDay, weightOn } from '../people/day.ts'
import type { Person } from '../people/person.ts'
import { between, chance } from '../people/random.ts'
import { device } from './device.ts'
import { mean, round, stretches, sum, timeAt } from './series.ts'

const WEIGHED_MINUTE = 7 * 60 + 40
const MEAL_MINUTES = [8 * 60 + 10, 13 * 60 + 15, 19 * 60 + 20]
const GLUCOSE_EVERY_MINUTES = 15
const GLUCOSE_LOW = 70
const GLUCOSE_HIGH = 180

export function body(who: Person, day: string, provider: string): DeepPartial<RecordOf<'body'>> {
  const lived = simulateDay(who, day)
  const random = chance('body', who.id, day)
  const measured = weighed(who, day)
  const pressures = [WEIGHED_MINUTE + 5, 21 * 60].map((minute) => {
    const systolic = Math.round(112 + who.age * 0.25 + 6 * lived.strain + between(random, -5, 5))
    return {
      timestamp: timeAt(who, lived, minute),
      systolic_bp: systolic,
      diastolic_bp: Math.round(systolic * 0.62 + between(random, -3, 3)),
    }
  })
  const temperatures = [WEIGHED_MINUTE + 10, 20 * 60].map((minute) => ({
    timestamp: timeAt(who, lived, minute),
    temperature_celsius: round(36.5 + (minute > 720 ? 0.3 : 0) + between(random, -0.15, 0.15), 1),
  }))
  return {
    metadata: { ...dayBounds(day, who.timeZone), timestamp_localization: 1 },
    device_data: device(provider, []),
    measurements_data: {
      measurements: [{ measurement_time: timeAt(who, lived, WEIGHED_MINUTE), ...measured }],
      day_avg_weight_kg: measured.weight_kg,
      day_avg_height_cm: measured.height_cm,
      day_avg_bmi: measured.BMI,
      day_avg_bmr: measured.BMR,
      day_avg_bodyfat_percentage: measured.bodyfat_percentage,
      day_avg_bone_mass_g: measured.bone_mass_g,
      day_avg_muscle_mass_g: measured.muscle_mass_g,
      day_avg_lean_mass_g: measured.lean_mass_g,
      day_avg_water_percentage: measured.water_percentage,
    },
    blood_pressure_data: {
      blood_pressure_samples: pressures,
      day_avg_systolic_bp: mean(pressures.map((sample) => sample.systolic_bp)),
      day_avg_diastolic_bp: mean(pressures.map((sample) => sample.diastolic_bp)),
    },
    glucose_data: glucose(who, lived),
    oxygen_data: { vo2max_ml_per_min_per_kg: who.vo2Max },
    temperature_data: {
      body_temperature_samples: temperatures,
      day_avg_body_temperature_celsius: mean(temperatures.map((sample) => sample.temperature_celsius)),
    },
  }
}

/** Fat, muscle and bone are the whole weight; three quarters of what is no fat are water. */
function weighed(who: Person, day: string) {
  const weight_kg = weightOn(who, day)
  const fitness = Math.max(0, Math.min(1, (who.vo2Max - 28) / 26))
  const bodyfat_percentage = round((who.sex === 'female' ? 33 : 25) - 11 * fitness, 1)
  const lean_mass_g = Math.round(weight_kg * 1000 * (1 - bodyfat_percentage / 100))
  const bone_mass_g = Math.round(lean_mass_g * 0.052)
  return {
    weight_kg,
    height_cm: round(who.heightM * 100),
    BMI: round(weight_kg / who.heightM ** 2, 1),
    BMR: round(basalKcal(who)),
    bodyfat_percentage,
    lean_mass_g,
    bone_mass_g,
    muscle_mass_g: lean_mass_g - bone_mass_g,
    water_percentage: round(((lean_mass_g * 0.73) / (weight_kg * 1000)) * 100, 1),
  }
}

/** A healthy person with a sensor: around 90, up after meals. */
function glucose(who: Person, lived: Day) {
  const random = chance('glucose', who.id, lived.day)
  const heights = MEAL_MINUTES.map(() => between(random, 25, 55))
  const times = stretches(0, lived.length, GLUCOSE_EVERY_MINUTES).map((each) => each.from)
  const values = times.map((minute) => {
    const risen = MEAL_MINUTES.map((meal, i) => {
      const since = (minute - meal) / 45
      return since <= 0 ? 0 : heights[i]! * since * Math.exp(1 - since)
    })
    return Math.round(88 + sum(risen) + between(random, -4, 4))
  })
  const inRange = values.filter((value) => value >= GLUCOSE_LOW && value <= GLUCOSE_HIGH).length
  const average = mean(values)
  return {
    blood_glucose_samples: times.map((minute, i) => ({
      timestamp: timeAt(who, lived, minute),
      blood_glucose_mg_per_dL: values[i]!,
      glucose_level_flag:
        values[i]! > GLUCOSE_HIGH ? GlucoseFlag.High : values[i]! < GLUCOSE_LOW ? GlucoseFlag.Low : GlucoseFlag.Normal,
      trend_arrow: arrow(i === 0 ? 0 : values[i]! - values[i - 1]!),
    })),
    day_avg_blood_glucose_mg_per_dL: average,
    time_in_range: round((inRange / values.length) * 100, 1),
    gmi: round(3.31 + 0.02392 * average, 1),
  }
}

/** By the change in a quarter of an hour. */
function arrow(change: number): number {
  if (change <= -15) return TrendArrow.Falling
  return change >= 15 ? TrendArrow.Rising : TrendArrow.Flat
}
