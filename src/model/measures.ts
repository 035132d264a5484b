// Groups of fields that Activity and Daily share.
import { z } from 'zod'
import { int, list, num, text, timer, timestamp } from './fields.ts'

export const ActiveDurationsData = z
  .object({
    activity_seconds: num('Seconds of any activity.'),
    rest_seconds: num('Seconds at rest.'),
    inactivity_seconds: num('Seconds inactive.'),
    low_intensity_seconds: num('Seconds at low intensity.'),
    moderate_intensity_seconds: num('Seconds at moderate intensity.'),
    vigorous_intensity_seconds: num('Seconds at vigorous intensity.'),
    standing_seconds: num('Seconds standing.'),
    standing_hours_count: num('Hours in which the person stood.'),
    num_continuous_inactive_periods: num('Long inactive periods.'),
    activity_levels_samples: list(
      z.object({
        timestamp,
        level: int('ActivityLevel, under its older name; equal to activity_level.'),
        activity_level: int('ActivityLevel: 0 unknown, 1 rest, 2 inactive, 3 low, 4 medium, 5 high.'),
        timer_duration_seconds: timer,
      }),
      'Activity level over time.',
    ),
  })
  .meta({ id: 'ActiveDurationsData', description: 'How long at which intensity.' })

export const CaloriesData = z
  .object({
    total_burned_calories: num('Burned in total, in kcal.'),
    net_activity_calories: num('Burned by activity, in kcal.'),
    BMR_calories: num('Burned at rest, in kcal.'),
    net_intake_calories: num('Eaten, in kcal.'),
    calorie_samples: list(
      z.object({ timestamp, calories: num('kcal.'), timer_duration_seconds: timer }),
      'Burned over time.',
    ),
  })
  .meta({ id: 'CaloriesData', description: 'Energy in kcal.' })

export const MetData = z
  .object({
    avg_level: num('Mean metabolic equivalent of task.'),
    num_low_intensity_minutes: num('Minutes at low intensity.'),
    num_moderate_intensity_minutes: num('Minutes at moderate intensity.'),
    num_high_intensity_minutes: num('Minutes at high intensity.'),
    num_inactive_minutes: num('Minutes inactive.'),
    MET_samples: list(z.object({ timestamp, level: num('MET.') }), 'MET over time.'),
  })
  .meta({ id: 'MetData', description: 'Metabolic equivalents of task.' })

export const StrainData = z
  .object({ strain_level: num("The provider's strain score.") })
  .meta({ id: 'StrainData', description: 'Strain.' })

export const ScoresData = z
  .object({
    activity: num("The provider's activity score, 0 to 100."),
    recovery: num("The provider's recovery or readiness score, 0 to 100."),
    sleep: num("The provider's sleep score, 0 to 100."),
    biological_age: num('Biological age, in years.'),
  })
  .meta({ id: 'ScoresData', description: "The provider's own scores." })

export const StressData = z
  .object({
    avg_stress_level: num('Mean stress score.'),
    max_stress_level: num('Highest stress score.'),
    stress_rating: num('StressLevel: 0 unknown, 1 rest, 2 low, 3 medium, 4 high.'),
    stress_duration_seconds: num('Seconds under stress.'),
    rest_stress_duration_seconds: num('Seconds of recovery.'),
    low_stress_duration_seconds: num('Seconds of low stress.'),
    medium_stress_duration_seconds: num('Seconds of medium stress.'),
    high_stress_duration_seconds: num('Seconds of high stress.'),
    activity_stress_duration_seconds: num('Seconds of stress while active.'),
    samples: list(z.object({ timestamp, level: num('Raw stress score.') }), 'Stress over time.'),
    body_battery_samples: list(
      z.object({
        timestamp,
        level: num('0 to 100.'),
        during_sleep: z.boolean().nullable().describe('Whether asleep.'),
      }),
      'Body battery over time.',
    ),
  })
  .meta({ id: 'StressData', description: 'Stress.' })

export const TagData = z
  .object({
    tags: list(
      z
        .object({ timestamp, tag_name: text('Name of the tag.'), notes: text("The person's notes.") })
        .meta({ id: 'TagEntry', description: 'Something that the person noted.' }),
      'What the person noted.',
    ),
  })
  .meta({ id: 'TagData', description: 'Tags.' })
