// Groups of fields that Activity and Daily share.
import { contributors, group, int, list, num, requiredText, text, timer, timestamp } from './fields.ts'

const ActivityLevelSample = group('ActivityLevelSample', 'How active, at one time.', {
  timestamp,
  level: int('ActivityLevel under its older name; equal to activity_level.'),
  activity_level: int('ActivityLevel: 0 unknown, 1 rest, 2 inactive, 3 low, 4 medium, 5 high.'),
  timer_duration_seconds: timer,
})

export const ActiveDurationsData = group('ActiveDurationsData', 'How long at which intensity.', {
  activity_seconds: num('Seconds of any activity.'),
  rest_seconds: num('Seconds at rest.'),
  inactivity_seconds: num('Seconds inactive.'),
  low_intensity_seconds: num('Seconds at low intensity.'),
  moderate_intensity_seconds: num('Seconds at moderate intensity.'),
  vigorous_intensity_seconds: num('Seconds at vigorous intensity.'),
  standing_seconds: num('Seconds standing.'),
  standing_hours_count: num('Hours in which the person stood.'),
  num_continuous_inactive_periods: num('Long inactive periods.'),
  activity_levels_samples: list(ActivityLevelSample, 'Activity level over time.'),
})

const CalorieSample = group('CalorieSample', 'Energy burned, at one time.', {
  timestamp,
  calories: num('Burned at that time, in kcal.'),
  timer_duration_seconds: timer,
})

export const CaloriesData = group('CaloriesData', 'Energy in kcal.', {
  total_burned_calories: num('Burned in total, at rest and by activity, in kcal.'),
  net_activity_calories: num('Burned by activity beyond rest, in kcal.'),
  BMR_calories: num('Burned at rest, in kcal.'),
  net_intake_calories: num('Eaten and drunk, in kcal.'),
  calorie_samples: list(CalorieSample, 'Burned over time.'),
})

const METSample = group('METSample', 'Metabolic equivalent at one time.', {
  timestamp,
  level: num('Metabolic equivalent of task (MET).'),
})

export const METData = group('METData', 'Metabolic equivalents of task.', {
  avg_level: num('Mean metabolic equivalent of task (MET).'),
  num_low_intensity_minutes: num('Minutes at low intensity.'),
  num_moderate_intensity_minutes: num('Minutes at moderate intensity.'),
  num_high_intensity_minutes: num('Minutes at high intensity.'),
  num_inactive_minutes: num('Minutes inactive.'),
  MET_samples: list(METSample, 'MET over time.'),
})

export const StrainData = group('StrainData', 'Strain on heart and circulation.', {
  strain_level: num("The provider's strain score, on its own scale."),
})

export const ScoresData = group('ScoresData', "The provider's own scores, on its own scales (mostly 0 to 100).", {
  activity: num("The provider's activity score."),
  recovery: num("The provider's recovery or readiness score."),
  sleep: num("The provider's score of the night before."),
  biological_age: num('Biological age, in years.'),
})

const StressSample = group('StressSample', 'Stress at one time.', {
  timestamp,
  level: num("The provider's raw stress score, not a StressLevel."),
})

const BodyBatterySample = group('BodyBatterySample', 'Body battery at one time.', {
  timestamp,
  level: num('Energy left, 0 to 100.'),
})

export const StressData = group('StressData', 'Stress.', {
  avg_stress_level: num('Mean stress score.'),
  max_stress_level: num('Highest stress score.'),
  stress_rating: int('StressLevel: 0 unknown, 1 rest, 2 low, 3 medium, 4 high.'),
  stress_duration_seconds: num('Seconds of any stress.'),
  rest_stress_duration_seconds: num('Seconds of stress at rest.'),
  low_stress_duration_seconds: num('Seconds of low stress.'),
  medium_stress_duration_seconds: num('Seconds of medium stress.'),
  high_stress_duration_seconds: num('Seconds of high stress.'),
  activity_stress_duration_seconds: num('Seconds of stress while active.'),
  samples: list(StressSample, 'Stress over time.'),
  body_battery_samples: list(BodyBatterySample, 'Body battery over time.'),
})

const TagEntry = group('TagEntry', 'Something that the person noted.', {
  timestamp: requiredText('', 'When; ISO 8601. Empty when the provider gives no time.'),
  tag_name: requiredText('', 'Name of the tag.'),
  notes: requiredText('', "The person's notes; empty when there are none."),
})

export const TagData = group('TagData', 'Tags.', {
  tags: list(TagEntry, 'What the person or the provider noted.'),
})

/** Scores of other systems; Loam computes none and leaves them null. The quickstart shows them on Activity too. */
export const dailyScores = {
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

export const DailyDataEnrichment = group('DailyDataEnrichment', 'Scores computed from the day; null unless computed.', {
  ...dailyScores,
  resilience_score: num('Computed resilience score.'),
  resilience_contributors: contributors,
  strain_index: num('Computed strain index.'),
  strain_traffic_light: text('GREEN, AMBER or RED.'),
  strain_contributors: contributors,
  total_stress_score_v2: num('Computed stress score, second version.'),
  total_stress_score_v2_contributors: contributors,
})
