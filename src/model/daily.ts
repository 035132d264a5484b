import { z } from 'zod'
import { DeviceData } from './device.ts'
import { DailyDistanceData } from './distance.ts'
import { contributors, int, num, text, timestamp } from './fields.ts'
import { HeartRateData } from './heart-rate.ts'
import { ActiveDurationsData, CaloriesData, MetData, ScoresData, StrainData, StressData, TagData } from './measures.ts'
import { OxygenData } from './oxygen.ts'

/** Scores of other systems; Loam computes none and leaves them null. The quickstart shows them on Activity too. */
export const dailyEnrichment = {
  start_time: timestamp,
  total_stress_score: num('Computed stress score.'),
  stress_contributors: contributors,
  respiratory_score: num('Computed respiratory score.'),
  respiratory_contributors: contributors,
  immune_index: num('Computed immune index.'),
  immune_contributors: contributors,
  cardiovascular_score: num('Computed cardiovascular score.'),
  cardiovascular_contributors: contributors,
  readiness_score: num('Computed readiness score.'),
  readiness_contributors: contributors,
}

export const dayMetadata = {
  start_time: z.string().describe('First instant of the local day, with the offset when it is known.'),
  end_time: z.string().nullable().describe('First instant of the next local day.'),
  timestamp_localization: int('0 when times are in UTC, 1 when they are local.'),
}

export const Daily = z
  .object({
    metadata: z
      .object({
        ...dayMetadata,
        upload_type: z
          .int()
          .describe('UploadType: 0 unknown, 1 automatic, 2 manual, 3 update, 4 delete, 5 pending, 6 third party.'),
      })
      .meta({ id: 'DailyMetadata', description: 'Which day.' }),
    active_durations_data: ActiveDurationsData,
    calories_data: CaloriesData,
    data_enrichment: z.object({
      ...dailyEnrichment,
      resilience_score: num('Computed resilience score.'),
      resilience_contributors: contributors,
      strain_index: num('Computed strain index.'),
      strain_traffic_light: text('green, yellow or red.'),
      strain_contributors: contributors,
      total_stress_score_v2: num('Computed stress score, second version.'),
      total_stress_score_v2_contributors: contributors,
    }),
    device_data: DeviceData,
    distance_data: DailyDistanceData,
    heart_rate_data: HeartRateData,
    MET_data: MetData,
    oxygen_data: OxygenData,
    scores: ScoresData,
    strain_data: StrainData,
    stress_data: StressData,
    tag_data: TagData,
  })
  .meta({ id: 'Daily', description: 'One local day.' })
export type Daily = z.infer<typeof Daily>
