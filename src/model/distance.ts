import { z } from 'zod'
import { list, num, timer, timestamp } from './fields.ts'

const sample = { timestamp, timer_duration_seconds: timer }

const DistanceDetailed = z
  .object({
    distance_samples: list(z.object({ ...sample, distance_meters: num('Meters.') }), 'Distance over time.'),
    elevation_samples: list(
      z.object({ ...sample, elev_meters: num('Meters above sea level.') }),
      'Elevation over time.',
    ),
    floors_climbed_samples: list(z.object({ ...sample, floors_climbed: num('Floors.') }), 'Floors over time.'),
    step_samples: list(z.object({ ...sample, steps: num('Steps.') }), 'Steps over time.'),
  })
  .meta({ id: 'DistanceDetailed', description: 'Distance, elevation, floors and steps over time.' })

const totals = {
  distance_meters: num('Distance covered, in meters.'),
  steps: num('Steps.'),
  floors_climbed: num('Floors climbed.'),
  elevation: z.object({
    avg_meters: num('Mean elevation, in meters.'),
    max_meters: num('Highest, in meters.'),
    min_meters: num('Lowest, in meters.'),
    gain_actual_meters: num('Climbed, in meters.'),
    gain_planned_meters: num('Planned climb, in meters.'),
    loss_actual_meters: num('Descended, in meters.'),
  }),
  swimming: z.object({
    num_laps: num('Laps.'),
    num_strokes: num('Strokes.'),
    pool_length_meters: num('Length of the pool, in meters.'),
  }),
}

/** Daily: totals stand flat. */
export const DailyDistanceData = z
  .object({ ...totals, detailed: DistanceDetailed })
  .meta({ id: 'DailyDistanceData', description: 'Distance and steps of a day.' })

/** Activity: the same totals stand flat and under `summary`. */
export const ActivityDistanceData = z
  .object({ ...totals, summary: z.object(totals), detailed: DistanceDetailed })
  .meta({ id: 'ActivityDistanceData', description: 'Distance and steps of a workout; totals stand in both places.' })
