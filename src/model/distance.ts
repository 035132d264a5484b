import type { z } from 'zod'
import { group, list, num, timer, timestamp } from './fields.ts'

const DistanceSample = group('DistanceSample', 'Distance so far.', {
  timestamp,
  distance_meters: num('Meters covered since the start of the record: the samples grow.'),
  timer_duration_seconds: timer,
})
const ElevationSample = group('ElevationSample', 'Elevation at one time.', {
  timestamp,
  elev_meters: num('Meters above sea level.'),
  timer_duration_seconds: timer,
})
const FloorsClimbedSample = group('FloorsClimbedSample', 'Floors so far.', {
  timestamp,
  floors_climbed: num('Floors climbed since the start of the record: the samples grow.'),
  timer_duration_seconds: timer,
})
const StepSample = group('StepSample', 'Steps so far.', {
  timestamp,
  steps: num('Steps since the start of the record: the samples grow.'),
  timer_duration_seconds: timer,
})

const DistanceDataDetailed = group('DistanceDataDetailed', 'Distance, elevation, floors and steps over time.', {
  distance_samples: list(DistanceSample, 'Distance over time, cumulative.'),
  elevation_samples: list(ElevationSample, 'Elevation over time.'),
  floors_climbed_samples: list(FloorsClimbedSample, 'Floors over time, cumulative.'),
  step_samples: list(StepSample, 'Steps over time, cumulative.'),
})

const ElevationData = group('ElevationData', 'Ups and downs.', {
  avg_meters: num('Mean elevation, in meters.'),
  max_meters: num('Highest, in meters.'),
  min_meters: num('Lowest, in meters.'),
  gain_actual_meters: num('Climbed in total, in meters; not the net gain.'),
  gain_planned_meters: num('Planned climb, in meters.'),
  loss_actual_meters: num('Descended in total, in meters.'),
})

const SwimmingData = group('SwimmingData', 'Swimming in a few numbers.', {
  num_laps: num('Laps.'),
  num_strokes: num('Strokes.'),
  pool_length_meters: num('Length of the pool, in meters.'),
})

const totals = {
  distance_meters: num('Distance covered, in meters.'),
  steps: num('Steps.'),
  floors_climbed: num('Floors climbed.'),
  elevation: ElevationData,
  swimming: SwimmingData,
}

const DistanceDataSummary = group('DistanceDataSummary', 'Distance and steps in a few numbers.', totals)

/** Daily: totals stand flat. */
export const DailyDistanceData = group('DailyDistanceData', 'Distance and steps of a day.', {
  ...totals,
  detailed: DistanceDataDetailed,
})

/** Activity: the quickstart shows the totals flat, the published API under `summary`. */
export const DistanceData = group('DistanceData', 'Distance and steps of a workout; totals stand in both places.', {
  ...totals,
  summary: DistanceDataSummary,
  detailed: DistanceDataDetailed,
})
export type DistanceData = z.infer<typeof DistanceData>
