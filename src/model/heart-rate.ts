import type { z } from 'zod'
import { group, int, list, num, text, timer, timestamp } from './fields.ts'

const HeartRateDataSample = group('HeartRateDataSample', 'One heart rate reading.', {
  timestamp,
  bpm: num('Beats per minute.'),
  timer_duration_seconds: timer,
  context: int('HeartRateContext: 0 not set, 1 active, 2 not active.'),
})

const HrvRmssdSample = group('HeartRateVariabilityDataSampleRMSSD', 'One RMSSD reading.', {
  timestamp,
  hrv_rmssd: num('Heart rate variability as RMSSD, in milliseconds.'),
})

const HrvSdnnSample = group('HeartRateVariabilityDataSampleSDNN', 'One SDNN reading.', {
  timestamp,
  hrv_sdnn: num('Heart rate variability as SDNN, in milliseconds.'),
})

const HeartRateZoneData = group('HeartRateZoneData', 'Time in one heart rate zone.', {
  zone: int('HeartRateZone: 0 to 5, 6 for a zone of its own.'),
  name: text("The provider's name of the zone."),
  start_percentage: num('Lower bound in percent of the maximum heart rate.'),
  end_percentage: num('Upper bound in percent of the maximum heart rate.'),
  duration_seconds: num('Seconds spent in the zone.'),
})

const HeartRateDataSummary = group('HeartRateDataSummary', 'Heart rate in a few numbers.', {
  avg_hr_bpm: num('Mean, in beats per minute.'),
  max_hr_bpm: num('Highest, in beats per minute.'),
  min_hr_bpm: num('Lowest, in beats per minute.'),
  resting_hr_bpm: num('Resting heart rate as the provider determines it, in beats per minute.'),
  user_max_hr_bpm: num("The person's maximum heart rate as known to the provider, in beats per minute."),
  avg_hrv_rmssd: num('Mean RMSSD, in milliseconds.'),
  avg_hrv_sdnn: num('Mean SDNN, in milliseconds.'),
  hr_zone_data: list(HeartRateZoneData, 'Time in zones.'),
})

const HeartRateDataDetailed = group('HeartRateDataDetailed', 'Heart rate over time.', {
  hr_samples: list(HeartRateDataSample, 'Heart rate over time.'),
  hrv_samples_rmssd: list(HrvRmssdSample, 'RMSSD over time.'),
  hrv_samples_sdnn: list(HrvSdnnSample, 'SDNN over time.'),
})

export const HeartRateData = group('HeartRateData', 'Heart rate and its variability.', {
  summary: HeartRateDataSummary,
  detailed: HeartRateDataDetailed,
})
export type HeartRateData = z.infer<typeof HeartRateData>
