import { z } from 'zod'
import { int, list, num, text, timer, timestamp } from './fields.ts'

export const HeartRateSample = z
  .object({
    timestamp,
    bpm: num('Beats per minute.'),
    timer_duration_seconds: timer,
    context: int('HeartRateContext: 0 not set, 1 active, 2 not active.'),
  })
  .meta({ id: 'HeartRateSample', description: 'One heart rate reading.' })

export const HrvRmssdSample = z
  .object({ timestamp, hrv_rmssd: num('Heart rate variability as RMSSD, in milliseconds.') })
  .meta({ id: 'HrvRmssdSample', description: 'One RMSSD reading.' })

export const HrvSdnnSample = z
  .object({ timestamp, hrv_sdnn: num('Heart rate variability as SDNN, in milliseconds.') })
  .meta({ id: 'HrvSdnnSample', description: 'One SDNN reading.' })

export const HeartRateZone = z
  .object({
    zone: int('HeartRateZone: 0 to 5, 6 for a zone of its own.'),
    name: text("The provider's name of the zone."),
    start_percentage: num('Lower bound in percent of the maximum heart rate.'),
    end_percentage: num('Upper bound in percent of the maximum heart rate.'),
    duration_seconds: num('Seconds spent in the zone.'),
  })
  .meta({ id: 'HeartRateZone', description: 'Time in one heart rate zone.' })

export const HeartRateData = z
  .object({
    summary: z.object({
      avg_hr_bpm: num('Mean, in beats per minute.'),
      max_hr_bpm: num('Highest, in beats per minute.'),
      min_hr_bpm: num('Lowest, in beats per minute.'),
      resting_hr_bpm: num('Resting heart rate, in beats per minute.'),
      user_max_hr_bpm: num("The person's maximum heart rate as set at the provider, in beats per minute."),
      avg_hrv_rmssd: num('Mean RMSSD, in milliseconds.'),
      avg_hrv_sdnn: num('Mean SDNN, in milliseconds.'),
      hr_zone_data: list(HeartRateZone, 'Time in zones.'),
    }),
    detailed: z.object({
      hr_samples: list(HeartRateSample, 'Heart rate over time.'),
      hrv_samples_rmssd: list(HrvRmssdSample, 'RMSSD over time.'),
      hrv_samples_sdnn: list(HrvSdnnSample, 'SDNN over time.'),
    }),
  })
  .meta({ id: 'HeartRateData', description: 'Heart rate and its variability.' })
