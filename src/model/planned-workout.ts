import { z } from 'zod'
import { flag, group, int, list, num, text, timestamp } from './fields.ts'

const Duration = group('PlannedWorkoutDetailsStepDuration', 'What ends a step.', {
  duration_type: z
    .int()
    .describe(
      'PlannedStepDuration: 0 time, 1 distance, 2 HR below, 3 HR above, 4 calories, 5 open, 6 power below, 7 power above, 9 reps, 10 rest, 12 steps.',
    ),
  seconds: num('Seconds.'),
  distance_meters: num('Meters.'),
  hr_below_bpm: num('Beats per minute.'),
  hr_above_bpm: num('Beats per minute.'),
  calories: num('kcal.'),
  power_below_watts: num('Watts.'),
  power_above_watts: num('Watts.'),
  reps: num('Repetitions.'),
  rest_seconds: num('Seconds.'),
  steps: num('Steps to repeat.'),
})

const Target = group('PlannedWorkoutDetailsStepTarget', 'What to keep to in a step.', {
  target_type: z
    .int()
    .describe(
      'PlannedStepTarget: 0 speed, 1 heart rate, 2 open, 3 cadence, 4 power, 8 strokes, 11 pace, 12 HR % of threshold, 13 HR % of maximum, 14 speed %, 15 power %, 16 repetitions.',
    ),
  hr_bpm_high: num('Beats per minute.'),
  hr_bpm_low: num('Beats per minute.'),
  cadence: num('Per minute.'),
  cadence_high: num('Per minute.'),
  cadence_low: num('Per minute.'),
  power_watt: num('Watts.'),
  power_watt_high: num('Watts.'),
  power_watt_low: num('Watts.'),
  swim_strokes: num('Strokes.'),
  hr_percentage: num('Percent.'),
  hr_percentage_high: num('Percent.'),
  hr_percentage_low: num('Percent.'),
  speed_percentage: num('Percent.'),
  speed_percentage_high: num('Percent.'),
  speed_percentage_low: num('Percent.'),
  power_percentage: num('Percent.'),
  power_percentage_high: num('Percent.'),
  power_percentage_low: num('Percent.'),
  repetitions: int('Repetitions.'),
  speed_meters_per_second: num('m/s.'),
  speed_meters_per_second_low: num('m/s.'),
  speed_meters_per_second_high: num('m/s.'),
})

export const PlannedWorkoutStep = z
  .object({
    order: int('Position, from 0.'),
    name: text('Title of the step.'),
    description: text('What to do.'),
    intensity: int('0 rest, 1 warm-up, 2 cool-down, 3 recovery, 4 interval, 5 active.'),
    type: int('0 a step, 1 a repetition of the steps inside.'),
    durations: list(Duration, 'When the step ends.'),
    targets: list(Target, 'What to keep to.'),
    stroke_type: int('0 back, 1 breast, 2 drill, 3 butterfly, 4 free, 5 mixed, 6 medley.'),
    equipment_type: list(z.int(), '0 none, 1 fins, 2 kickboard, 3 paddles, 4 pull buoy, 5 snorkel.'),
    exercise_name: text('Exercise.'),
    exercise_category: int('Category of the exercise.'),
    weight_kg: num('Kilograms.'),
    get steps() {
      return z.array(PlannedWorkoutStep).describe('The repeated steps.')
    },
  })
  .meta({ id: 'PlannedWorkoutDetailsStep', description: 'One step, or a repeated group of steps.' })
export type PlannedWorkoutStep = z.infer<typeof PlannedWorkoutStep>

const AthleteMetrics = group('AthleteMetrics', 'What relative targets refer to.', {
  threshold_heart_rate: num('Threshold heart rate, in beats per minute.'),
  max_heart_rate: num('Maximum heart rate, in beats per minute.'),
  threshold_speed: num('Threshold speed, in m/s.'),
  ftp: num('Functional threshold power, in watts.'),
  pool_length_meters: num('Length of the pool, in meters.'),
})

const PlannedWorkoutDetails = group('PlannedWorkoutDetails', 'The workout as the provider has it.', {
  metadata: group('PlannedWorkoutDetailsMetadata', 'What is planned, and how much.', {
    id: text("The provider's id."),
    provider: text('Where it is planned.'),
    name: text('Title.'),
    description: text('What it is about.'),
    type: int('ActivityType.'),
    planned_date: text('Planned day, YYYY-MM-DD.'),
    created_date: timestamp.describe('When it was made at the provider, ISO 8601.'),
    estimated_tss: num('Planned training stress score.'),
    estimated_if: num('Planned intensity factor.'),
    estimated_duration_seconds: num('Planned duration, in seconds.'),
    estimated_distance_meters: num('Planned distance, in meters.'),
    estimated_calories: num('Planned energy, in kcal.'),
    estimated_elevation_gain_meters: num('Planned climb, in meters.'),
    estimated_energy_kj: num('Planned energy, in kJ.'),
    estimated_speed_meters_per_second: num('Planned speed, in m/s.'),
    pool_length_meters: num('Length of the pool, in meters.'),
  }),
  steps: list(PlannedWorkoutStep, 'In order.'),
})

export const PlannedWorkout = z
  .object({
    planned_workout_id: text('Our id of the planned workout.'),
    workout_id: text('The template it was made from.'),
    provider_workout_id: text("The provider's id."),
    planned_date: text('YYYY-MM-DD.'),
    is_external: flag('Whether the provider, not we, made it.'),
    coercion_warnings: text('What was changed to fit the provider, as JSON.'),
    created_at: timestamp,
    last_updated_at: timestamp,
    athlete_metrics: AthleteMetrics,
    details: PlannedWorkoutDetails,
  })
  .meta({ id: 'PlannedWorkout', description: 'A workout that is planned at a provider.' })
export type PlannedWorkout = z.infer<typeof PlannedWorkout>
