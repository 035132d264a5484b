import { UploadType } from '../../../model/enumerations.ts'
import { localDayOf, wireAt } from '../../../model/local-day.ts'
import { kilojoulesToKcal, millisecondsToSeconds, round } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { Workout, type Zones } from '../payloads.ts'
import { spanOf, UTC } from '../time.ts'
import { records, versionOf } from './records.ts'
import { sportType } from './sports.ts'

export function mapWorkout(payload: unknown, context: MapContext): Mapped[] {
  return records('workout', Workout, payload, context).map((workout) => {
    const { startAt, endAt, zone } = spanOf(workout, context.timeZone)
    const { score } = workout
    return {
      type: 'activity',
      key: { id: workout.id },
      day: localDayOf(startAt, zone),
      version: versionOf(workout),
      record: {
        metadata: {
          start_time: wireAt(startAt, zone ?? UTC),
          end_time: endAt === null ? null : wireAt(endAt, zone ?? UTC),
          type: sportType(workout, context),
          upload_type: UploadType.Automatic,
        },
        calories_data: { total_burned_calories: kcal(score?.kilojoule) },
        distance_data: {
          summary: {
            distance_meters: score?.distance_meter,
            elevation: { gain_actual_meters: score?.altitude_gain_meter },
          },
        },
        heart_rate_data: {
          summary: {
            avg_hr_bpm: score?.average_heart_rate,
            max_hr_bpm: score?.max_heart_rate,
            hr_zone_data: zonesOf(score?.zone_durations ?? score?.zone_duration),
          },
        },
        strain_data: { strain_level: score?.strain },
      },
    }
  })
}

/** All energy, that at rest included. */
export function kcal(kilojoule: number | null | undefined): number | null {
  return typeof kilojoule === 'number' ? round(kilojoulesToKcal(kilojoule), 3) : null
}

/** In percent of the highest heart rate. */
const BORDERS = [0, 50, 60, 70, 80, 90, 100]

function zonesOf(zones: Zones | null | undefined) {
  if (zones === null || zones === undefined) return []
  const { zone_zero_milli: zero, zone_one_milli: one, zone_two_milli: two } = zones
  const { zone_three_milli: three, zone_four_milli: four, zone_five_milli: five } = zones
  return [zero, one, two, three, four, five].map((ms, zone) => ({
    zone,
    start_percentage: BORDERS[zone]!,
    end_percentage: BORDERS[zone + 1]!,
    duration_seconds: typeof ms === 'number' ? millisecondsToSeconds(ms) : null,
  }))
}
