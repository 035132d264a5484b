import type { z } from 'zod'
import { group, int, list, num, timestamp } from './fields.ts'

export const OxygenSaturationSample = group('OxygenSaturationSample', 'One oxygen saturation reading.', {
  timestamp,
  percentage: num('Oxygen saturation, 0 to 100.'),
  type: int('OxygenSaturationType: 0 blood, 1 muscle.'),
})

const Vo2MaxSample = group('Vo2MaxSample', 'One VO2max estimate.', {
  timestamp,
  vo2max_ml_per_min_per_kg: num('VO2max, in ml per minute and kg.'),
})

export const OxygenData = group('OxygenData', 'Oxygen saturation and uptake.', {
  avg_saturation_percentage: num('Mean oxygen saturation, 0 to 100.'),
  saturation_samples: list(OxygenSaturationSample, 'Oxygen saturation over time.'),
  vo2_samples: list(Vo2MaxSample, 'VO2max over time.'),
  vo2max_ml_per_min_per_kg: num('VO2max, in ml per minute and kg.'),
  day_avg_vo2max_ml_per_min_per_kg: num('Mean VO2max of the day, in ml per minute and kg.'),
})
export type OxygenData = z.infer<typeof OxygenData>
