import { z } from 'zod'
import { DeviceData } from './device.ts'
import { DailyDistanceData } from './distance.ts'
import { dayMetadata, group, uploadType } from './fields.ts'
import { HeartRateData } from './heart-rate.ts'
import {
  ActiveDurationsData,
  CaloriesData,
  DailyDataEnrichment,
  METData,
  ScoresData,
  StrainData,
  StressData,
  TagData,
} from './measures.ts'
import { OxygenData } from './oxygen.ts'

const DailyMetadata = group('DailyMetadata', 'Which day.', { ...dayMetadata, upload_type: uploadType })

export const Daily = z
  .object({
    metadata: DailyMetadata,
    active_durations_data: ActiveDurationsData,
    calories_data: CaloriesData,
    data_enrichment: DailyDataEnrichment,
    device_data: DeviceData,
    distance_data: DailyDistanceData,
    heart_rate_data: HeartRateData,
    MET_data: METData,
    oxygen_data: OxygenData,
    scores: ScoresData,
    strain_data: StrainData,
    stress_data: StressData,
    tag_data: TagData,
  })
  .meta({ id: 'Daily', description: 'One local day.' })
export type Daily = z.infer<typeof Daily>
