import { z } from 'zod'
import { DeviceData } from './device.ts'
import { contributors, flag, group, int, list, localization, num, requiredCode, timestamp } from './fields.ts'
import { HeartRateData } from './heart-rate.ts'
import { OxygenSaturationSample } from './oxygen.ts'

const SleepMetadata = group('SleepMetadata', 'Which sleep.', {
  summary_id: z.string().describe('Stable id of this sleep, unique across users. Store the record under it.'),
  start_time: z.string().describe('Into bed; ISO 8601 with the offset when it is known.'),
  end_time: z.string().describe('Out of bed; equal to start_time when the provider gives none that follows it.'),
  is_nap: flag('True for naps and other extra sleep.'),
  upload_type: requiredCode(
    0,
    'SleepUploadType, not UploadType: 0 unknown, 1 manual, 2 automatic, 3 tentative, 4 indeterminate.',
  ),
  timestamp_localization: localization,
})

const SleepDataEnrichment = group('SleepDataEnrichment', 'Scores computed from the sleep; null unless computed.', {
  sleep_score: num('Computed sleep score.'),
  sleep_contributors: contributors,
  readiness_score: num('Computed readiness score.'),
  readiness_contributors: contributors,
  sleep_score_v2: num('Computed sleep score, second version.'),
  sleep_score_v2_contributors: contributors,
  respiratory_score_v2: num('Computed respiratory score, second version.'),
  respiratory_score_v2_contributors: contributors,
})

const ReadinessData = group('ReadinessData', 'How ready the person is after this sleep.', {
  readiness: num("The provider's readiness score."),
  recovery_level: int('RecoveryLevel: 0 unknown, 1 very poor, 2 poor, 3 compromised, 4 ok, 5 good, 6 very good.'),
})

const span = { start_time: timestamp, end_time: timestamp }

const BreathSample = group('BreathSample', 'Breathing rate at one time.', {
  timestamp,
  breaths_per_min: num('Breaths per minute.'),
})
const SnoringSample = group('SnoringSample', 'One time of snoring.', {
  timestamp,
  duration_seconds: num('How long, in seconds.'),
})

const RespirationData = group('RespirationData', 'Breath.', {
  breaths_data: group('BreathsData', 'Breathing rate.', {
    ...span,
    avg_breaths_per_min: num('Mean, per minute.'),
    max_breaths_per_min: num('Highest, per minute.'),
    min_breaths_per_min: num('Lowest, per minute.'),
    on_demand_reading: flag('Whether the person asked for the reading.'),
    samples: list(BreathSample, 'Breathing rate over time.'),
  }),
  oxygen_saturation_data: group('OxygenSaturationData', 'Oxygen saturation.', {
    ...span,
    avg_saturation_percentage: num('Mean oxygen saturation, 0 to 100.'),
    samples: list(OxygenSaturationSample, 'Oxygen saturation over time.'),
  }),
  snoring_data: group('SnoringData', 'Snoring.', {
    ...span,
    num_snoring_events: num('How often.'),
    total_snoring_duration_seconds: num('Seconds in total.'),
    samples: list(SnoringSample, 'Snoring over time.'),
  }),
})

const SleepHypnogramSample = group('SleepHypnogramSample', 'The stage that begins here.', {
  timestamp,
  level: int('SleepLevel: 0 unknown, 1 awake, 2 sleeping, 3 out of bed, 4 light, 5 deep, 6 REM.'),
})

const SleepDurationsData = group('SleepDurationsData', 'How long in which stage.', {
  sleep_efficiency: num('Share of the time in bed spent asleep, in percent (0 to 100).'),
  asleep: group('AsleepDurations', 'Asleep.', {
    duration_asleep_state_seconds: num('Seconds asleep, in any stage.'),
    duration_deep_sleep_state_seconds: num('Seconds of deep sleep; null when stages are not reported.'),
    duration_light_sleep_state_seconds: num('Seconds of light sleep; null when stages are not reported.'),
    duration_REM_sleep_state_seconds: num('Seconds of REM sleep; null when stages are not reported.'),
    num_REM_events: num('REM periods.'),
  }),
  awake: group('AwakeDurations', 'Awake.', {
    duration_awake_state_seconds: num('Seconds awake in bed.'),
    duration_long_interruption_seconds: num('Seconds of interruptions longer than 90 seconds.'),
    duration_short_interruption_seconds: num('Seconds of interruptions shorter than 90 seconds.'),
    num_wakeup_events: num('How often the person woke.'),
    num_out_of_bed_events: num('How often the person got up.'),
    sleep_latency_seconds: num('Seconds from lying down until asleep.'),
    wake_up_latency_seconds: num('Seconds from waking to getting up.'),
  }),
  hypnogram_samples: list(SleepHypnogramSample, 'Stages over time: each lasts until the next.'),
  other: group('OtherSleepDurations', 'Beside sleep.', {
    duration_in_bed_seconds: num('Seconds in bed.'),
    duration_unmeasurable_sleep_seconds: num('Seconds that could not be scored.'),
  }),
})

export const Sleep = z
  .object({
    metadata: SleepMetadata,
    data_enrichment: SleepDataEnrichment,
    device_data: DeviceData,
    heart_rate_data: HeartRateData,
    readiness_data: ReadinessData,
    respiration_data: RespirationData,
    scores: group('SleepScores', "The provider's own scores.", { sleep: num("The provider's sleep score.") }),
    sleep_durations_data: SleepDurationsData,
    temperature_data: group('SleepTemperatureData', 'Temperature.', {
      delta: num("Deviation of the skin's temperature from the person's baseline, in degrees Celsius."),
    }),
  })
  .meta({ id: 'Sleep', description: 'One night or one nap.' })
export type Sleep = z.infer<typeof Sleep>
