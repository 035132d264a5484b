import { z } from 'zod'
import { DeviceData } from './device.ts'
import { DistanceData } from './distance.ts'
import { contributors, group, list, localization, num, requiredCode, text, timestamp, uploadType } from './fields.ts'
import { HeartRateData } from './heart-rate.ts'
import {
  ActiveDurationsData,
  CaloriesData,
  dailyScores,
  METData,
  ScoresData,
  StrainData,
  StressData,
  TagData,
} from './measures.ts'
import { MovementData, PolylineMapData, PositionData, PowerData } from './movement.ts'
import { OxygenData } from './oxygen.ts'

const ActivityMetadata = group('ActivityMetadata', 'What, when and where.', {
  summary_id: z.string().describe('Stable id of this workout, unique across users. Store the record under it.'),
  start_time: z.string().describe('Start; ISO 8601 with the offset when it is known.'),
  end_time: z.string().describe('End; equal to start_time when the provider gives none that follows the start.'),
  type: requiredCode(4, 'ActivityType; 4 when unknown.'),
  upload_type: uploadType,
  timestamp_localization: localization,
  name: text("The workout's title, by the person or the provider."),
  city: text('City.'),
  state: text('State or region.'),
  country: text('Country.'),
})

const DataEnrichment = group('DataEnrichment', 'Scores computed from the workout; null unless computed.', {
  ...dailyScores,
  stress_score: num('Computed stress score, from older payloads.'),
  efficiency_score: num('Computed efficiency score.'),
  efficiency_contributors: contributors,
  strain_score: num('Computed strain score.'),
  strain_contributors: contributors,
  rcrs_score: num('Computed recovery-corrected relative strain.'),
  rcrs_contributors: contributors,
  trimp_score: num('Computed training impulse.'),
  trimp_contributors: contributors,
})

const EnergyData = group('EnergyData', 'Energy in kJ.', {
  energy_kilojoules: num('Energy spent, in kJ.'),
  energy_planned_kilojoules: num('Energy that was planned, in kJ.'),
})

const LapSample = group('LapSample', 'One lap or split.', {
  start_time: timestamp,
  end_time: timestamp,
  active_duration_seconds: num('Seconds without pauses.'),
  distance_meters: num('Distance of the lap, in meters.'),
  calories: num('Energy burned in the lap, in kcal.'),
  avg_hr_bpm: num('Mean heart rate, in beats per minute.'),
  avg_speed_meters_per_second: num('Mean speed, in m/s.'),
  avg_watts: num('Mean power, in watts.'),
  total_strokes: num('Strokes, when swimming.'),
  stroke_type: text('StrokeType, when swimming: other, freestyle, backstroke, breaststroke or butterfly.'),
  trigger_method: text('What ended the lap: MANUAL, TIME, DISTANCE, POSITION_LAP, SESSION_END, …'),
})

const LapData = group('LapData', 'Laps and splits.', { laps: list(LapSample, 'Laps in order.') })

const TSSSample = group('TSSSample', 'One training stress score.', {
  planned: num('Planned training stress score.'),
  actual: num('Training stress score.'),
  method: text('How it was computed.'),
  intensity_factor_planned: num('Planned intensity factor.'),
  intensity_factor_actual: num('Intensity factor.'),
  normalized_power_watts: num('Normalized power, in watts.'),
})

const TSSData = group('TSSData', 'Training stress.', { TSS_samples: list(TSSSample, 'Training stress scores.') })

const WorkData = group('WorkData', 'Mechanical work.', { work_kilojoules: num('Mechanical work, in kJ.') })

export const Activity = z
  .object({
    metadata: ActivityMetadata,
    active_durations_data: ActiveDurationsData,
    calories_data: CaloriesData,
    cheat_detection: num('Code of how plausible the workout is.'),
    data_enrichment: DataEnrichment,
    device_data: DeviceData,
    distance_data: DistanceData,
    energy_data: EnergyData,
    heart_rate_data: HeartRateData,
    lap_data: LapData,
    MET_data: METData,
    movement_data: MovementData,
    oxygen_data: OxygenData,
    polyline_map_data: PolylineMapData,
    position_data: PositionData,
    power_data: PowerData,
    scores: ScoresData,
    strain_data: StrainData,
    stress_data: StressData,
    tag_data: TagData,
    TSS_data: TSSData,
    work_data: WorkData,
  })
  .meta({ id: 'Activity', description: 'One workout.' })
export type Activity = z.infer<typeof Activity>
