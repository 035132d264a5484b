import { z } from 'zod'
import { DeviceData } from './device.ts'
import { ActivityDistanceData } from './distance.ts'
import { dailyEnrichment } from './daily.ts'
import { contributors, int, list, num, text, timer, timestamp } from './fields.ts'
import { HeartRateData } from './heart-rate.ts'
import { ActiveDurationsData, CaloriesData, MetData, ScoresData, StrainData, StressData, TagData } from './measures.ts'
import { OxygenData } from './oxygen.ts'

const degrees = z.array(z.number().nullable()).describe('Latitude and longitude, in degrees; empty when unknown.')

export const ActivityMetadata = z
  .object({
    summary_id: z.string().describe('Stable id of this workout, unique across users. Store the record under it.'),
    start_time: z.string().describe('Start; ISO 8601 with the offset when it is known.'),
    end_time: z.string().nullable().describe('End; null when the provider gives none that follows the start.'),
    type: z.int().describe('ActivityType; 4 when unknown.'),
    upload_type: z
      .int()
      .describe('UploadType: 0 unknown, 1 automatic, 2 manual, 3 update, 4 delete, 5 pending, 6 third party.'),
    timestamp_localization: int('0 when times are in UTC, 1 when they are local.'),
    name: text("The workout's title."),
    city: text('City.'),
    state: text('State or region.'),
    country: text('Country.'),
  })
  .meta({ id: 'ActivityMetadata', description: 'What, when and where.' })

export const Activity = z
  .object({
    metadata: ActivityMetadata,
    active_durations_data: ActiveDurationsData,
    calories_data: CaloriesData,
    cheat_detection: num('Code of how plausible the workout is.'),
    data_enrichment: z.object({
      ...dailyEnrichment,
      stress_score: num('Computed stress score, from older payloads.'),
      efficiency_score: num('Computed efficiency score.'),
      efficiency_contributors: contributors,
      strain_score: num('Computed strain score.'),
      strain_contributors: contributors,
      rcrs_score: num('Computed running capacity score.'),
      rcrs_contributors: contributors,
      trimp_score: num('Computed training impulse.'),
      trimp_contributors: contributors,
    }),
    device_data: DeviceData,
    distance_data: ActivityDistanceData,
    energy_data: z.object({
      energy_kilojoules: num('Energy, in kJ.'),
      energy_planned_kilojoules: num('Planned energy, in kJ.'),
    }),
    heart_rate_data: HeartRateData,
    lap_data: z.object({
      laps: list(
        z
          .object({
            start_time: timestamp,
            end_time: timestamp,
            active_duration_seconds: num('Seconds of active timer.'),
            distance_meters: num('Meters.'),
            calories: num('kcal.'),
            avg_hr_bpm: num('Mean heart rate, in beats per minute.'),
            avg_speed_meters_per_second: num('Mean speed, in m/s.'),
            avg_watts: num('Mean power, in watts.'),
            total_strokes: num('Strokes.'),
            stroke_type: text('other, freestyle, backstroke, breaststroke or butterfly.'),
            trigger_method: text('What ended the lap.'),
          })
          .meta({ id: 'Lap', description: 'One lap or split.' }),
        'Laps in order.',
      ),
    }),
    MET_data: MetData,
    movement_data: z.object({
      avg_speed_meters_per_second: num('Mean speed, in m/s.'),
      max_speed_meters_per_second: num('Highest speed, in m/s.'),
      normalized_speed_meters_per_second: num('Speed corrected for grade, in m/s.'),
      adjusted_max_speed_meters_per_second: num('Highest speed without outliers, in m/s.'),
      avg_velocity_meters_per_second: num('Mean velocity, in m/s.'),
      max_velocity_meters_per_second: num('Highest velocity, in m/s.'),
      avg_pace_minutes_per_kilometer: num('Mean pace, in minutes per km.'),
      max_pace_minutes_per_kilometer: num('Fastest pace, in minutes per km.'),
      avg_cadence_rpm: num('Mean cadence, per minute.'),
      max_cadence_rpm: num('Highest cadence, per minute.'),
      avg_torque_newton_meters: num('Mean torque, in Nm.'),
      max_torque_newton_meters: num('Highest torque, in Nm.'),
      speed_samples: list(
        z.object({ timestamp, speed_meters_per_second: num('m/s.'), timer_duration_seconds: timer }),
        'Speed over time.',
      ),
      cadence_samples: list(
        z.object({ timestamp, cadence_rpm: num('Per minute.'), timer_duration_seconds: timer }),
        'Cadence over time.',
      ),
      torque_samples: list(
        z.object({ timestamp, torque_newton_meters: num('Nm.'), timer_duration_seconds: timer }),
        'Torque over time.',
      ),
    }),
    oxygen_data: OxygenData,
    polyline_map_data: z.object({ summary_polyline: text('The route as an encoded polyline.') }),
    position_data: z.object({
      start_pos_lat_lng_deg: degrees,
      center_pos_lat_lng_deg: degrees,
      end_pos_lat_lng_deg: degrees,
      position_samples: list(
        z.object({ timestamp, coords_lat_lng_deg: degrees, timer_duration_seconds: timer }),
        'The route.',
      ),
    }),
    power_data: z.object({
      avg_watts: num('Mean power, in watts.'),
      max_watts: num('Highest power, in watts.'),
      power_samples: list(
        z.object({ timestamp, watts: num('Watts.'), timer_duration_seconds: timer }),
        'Power over time.',
      ),
    }),
    scores: ScoresData,
    strain_data: StrainData,
    stress_data: StressData,
    tag_data: TagData,
    TSS_data: z.object({
      TSS_samples: list(
        z.object({
          planned: num('Planned training stress score.'),
          actual: num('Training stress score.'),
          method: text('How it was computed.'),
          intensity_factor_planned: num('Planned intensity factor.'),
          intensity_factor_actual: num('Intensity factor.'),
          normalized_power_watts: num('Normalized power, in watts.'),
        }),
        'Training stress scores.',
      ),
    }),
    work_data: z.object({ work_kilojoules: num('Mechanical work, in kJ.') }),
  })
  .meta({ id: 'Activity', description: 'One workout.' })
export type Activity = z.infer<typeof Activity>
