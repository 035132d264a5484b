import { z } from 'zod'
import { DeviceData } from './device.ts'
import { contributors, flag, int, list, num, timestamp } from './fields.ts'
import { HeartRateData } from './heart-rate.ts'
import { OxygenSaturationSample } from './oxygen.ts'

const span = { start_time: timestamp, end_time: timestamp }

export const Sleep = z
  .object({
    metadata: z
      .object({
        summary_id: z.string().describe('Stable id of this sleep, unique across users. Store the record under it.'),
        start_time: z.string().describe('Into bed; ISO 8601 with the offset when it is known.'),
        end_time: z.string().nullable().describe('Out of bed.'),
        is_nap: flag('True for naps and other extra sleep.'),
        upload_type: z
          .int()
          .describe('SleepUploadType: 0 unknown, 1 manual, 2 automatic, 3 tentative, 4 indeterminate.'),
        timestamp_localization: int('0 when times are in UTC, 1 when they are local.'),
      })
      .meta({ id: 'SleepMetadata', description: 'Which sleep.' }),
    data_enrichment: z.object({
      sleep_score: num('Computed sleep score.'),
      sleep_contributors: contributors,
      readiness_score: num('Computed readiness score.'),
      readiness_contributors: contributors,
      sleep_score_v2: num('Computed sleep score, second version.'),
      sleep_score_v2_contributors: contributors,
      respiratory_score_v2: num('Computed respiratory score, second version.'),
      respiratory_score_v2_contributors: contributors,
    }),
    device_data: DeviceData,
    heart_rate_data: HeartRateData,
    readiness_data: z.object({
      readiness: num("The provider's readiness score, 0 to 100."),
      recovery_level: num('RecoveryLevel: 0 unknown, 1 very poor, 2 poor, 3 compromised, 4 ok, 5 good, 6 very good.'),
    }),
    respiration_data: z.object({
      breaths_data: z.object({
        ...span,
        avg_breaths_per_min: num('Mean, per minute.'),
        max_breaths_per_min: num('Highest, per minute.'),
        min_breaths_per_min: num('Lowest, per minute.'),
        on_demand_reading: flag('Whether the person asked for the reading.'),
        samples: list(z.object({ timestamp, breaths_per_min: num('Per minute.') }), 'Breathing rate over time.'),
      }),
      oxygen_saturation_data: z.object({
        ...span,
        avg_saturation_percentage: num('Mean oxygen saturation, 0 to 100.'),
        samples: list(OxygenSaturationSample, 'Oxygen saturation over time.'),
      }),
      snoring_data: z.object({
        ...span,
        num_snoring_events: num('How often.'),
        total_snoring_duration_seconds: num('Seconds in total.'),
        samples: list(z.object({ timestamp, duration_seconds: num('Seconds.') }), 'Snoring over time.'),
      }),
    }),
    scores: z.object({ sleep: num("The provider's sleep score, 0 to 100.") }),
    sleep_durations_data: z.object({
      sleep_efficiency: num('Share of the time in bed spent asleep, in percent (0 to 100).'),
      asleep: z.object({
        duration_asleep_state_seconds: num('Seconds asleep.'),
        duration_deep_sleep_state_seconds: num('Seconds of deep sleep; null when stages are not reported.'),
        duration_light_sleep_state_seconds: num('Seconds of light sleep; null when stages are not reported.'),
        duration_REM_sleep_state_seconds: num('Seconds of REM sleep; null when stages are not reported.'),
        num_REM_events: num('REM periods.'),
      }),
      awake: z.object({
        duration_awake_state_seconds: num('Seconds awake in bed.'),
        duration_long_interruption_seconds: num('Seconds of long interruptions.'),
        duration_short_interruption_seconds: num('Seconds of short interruptions.'),
        num_wakeup_events: num('How often the person woke.'),
        num_out_of_bed_events: num('How often the person got up.'),
        sleep_latency_seconds: num('Seconds until asleep.'),
        wake_up_latency_seconds: num('Seconds from waking to getting up.'),
      }),
      hypnogram_samples: list(
        z.object({
          timestamp,
          level: int('SleepLevel: 0 unknown, 1 awake, 2 sleeping, 3 out of bed, 4 light, 5 deep, 6 REM.'),
        }),
        'Stages over time: each lasts until the next.',
      ),
      other: z.object({
        duration_in_bed_seconds: num('Seconds in bed.'),
        duration_unmeasurable_sleep_seconds: num('Seconds that could not be scored.'),
      }),
    }),
    temperature_data: z.object({ delta: num("Deviation from the person's baseline, in degrees Celsius.") }),
  })
  .meta({ id: 'Sleep', description: 'One night or one nap.' })
export type Sleep = z.infer<typeof Sleep>
