import { z } from 'zod'
import { int, list, num, timestamp } from './fields.ts'

export const OxygenSaturationSample = z
  .object({
    timestamp,
    percentage: num('Oxygen saturation, 0 to 100.'),
    type: int('OxygenSaturationType: 0 blood, 1 muscle.'),
  })
  .meta({ id: 'OxygenSaturationSample', description: 'One oxygen saturation reading.' })

const Vo2MaxSample = z
  .object({ timestamp, vo2max_ml_per_min_per_kg: num('VO2max, in ml per minute and kg.') })
  .meta({ id: 'Vo2MaxSample', description: 'One VO2max estimate.' })

export const OxygenData = z
  .object({
    avg_saturation_percentage: num('Mean oxygen saturation, 0 to 100.'),
    saturation_samples: list(OxygenSaturationSample, 'Oxygen saturation over time.'),
    vo2_samples: list(Vo2MaxSample, 'VO2max over time.'),
    vo2max_ml_per_min_per_kg: num('VO2max, in ml per minute and kg.'),
    day_avg_vo2max_ml_per_min_per_kg: num('Mean VO2max of the day, in ml per minute and kg.'),
  })
  .meta({ id: 'OxygenData', description: 'Oxygen saturation and uptake.' })
