// A recorded workout as an Activity: of TCX and GPX alike.
import { createHash } from 'node:crypto'
import { offsetAt } from '../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../model/records.ts'
import { wireTimestamp } from '../../model/timestamps.ts'
import { round } from '../../model/units.ts'
import type { Recording } from './recording.ts'
import { seriesOf } from './series.ts'
import { openTimer } from './timer.ts'

const UPLOAD_AUTOMATIC = 1

/** `timeZone`: used where the file does not tell the offset; null: times are given in UTC. */
export function activityOf(recording: Recording, timeZone: string | null): DeepPartial<RecordOf<'activity'>> {
  const { startAt, endAt, totals, laps, points, places, device } = recording
  const offset = (at: number): number | null =>
    recording.offsetMinutes ?? (timeZone === null ? null : offsetAt(at, timeZone))
  const time = (at: number): string => wireTimestamp(at, offset(at) ?? 0)
  const elapsedSeconds = (endAt - startAt) / 1000
  const timer = openTimer(recording.timer, startAt, endAt, { elapsedSeconds, timerSeconds: totals.timerSeconds })
  const series = seriesOf(points, time, timer)
  return {
    metadata: {
      start_time: time(startAt),
      end_time: time(endAt),
      type: recording.type,
      name: recording.name,
      upload_type: UPLOAD_AUTOMATIC,
      timestamp_localization: offset(startAt) === null ? 0 : 1,
    },
    active_durations_data: {
      activity_seconds: totals.timerSeconds,
      rest_seconds: totals.timerSeconds === null ? null : Math.max(0, round(elapsedSeconds - totals.timerSeconds, 3)),
    },
    calories_data: { total_burned_calories: totals.kcal },
    distance_data: {
      summary: {
        distance_meters: totals.distanceMeters,
        steps: totals.steps,
        elevation: { gain_actual_meters: totals.ascentMeters, loss_actual_meters: totals.descentMeters },
      },
      detailed: { distance_samples: series.distance, elevation_samples: series.elevation },
    },
    heart_rate_data: {
      summary: { avg_hr_bpm: totals.avgHr, max_hr_bpm: totals.maxHr },
      detailed: { hr_samples: series.heartRate },
    },
    movement_data: {
      avg_speed_meters_per_second: totals.avgSpeed,
      max_speed_meters_per_second: totals.maxSpeed,
      avg_cadence_rpm: totals.avgCadence,
      speed_samples: series.speed,
      cadence_samples: series.cadence,
    },
    power_data: { avg_watts: totals.avgWatts, max_watts: totals.maxWatts, power_samples: series.power },
    position_data: {
      ...(places.length > 0 && {
        start_pos_lat_lng_deg: places[0]!.position,
        end_pos_lat_lng_deg: places.at(-1)!.position,
      }),
      position_samples: places.map(({ at, position }) => ({
        timestamp: at === null ? null : time(at),
        coords_lat_lng_deg: position,
        timer_duration_seconds: at === null ? null : timer.seconds(at),
      })),
    },
    lap_data: {
      laps: laps.map((lap) => ({
        start_time: time(lap.startAt),
        end_time: lap.endAt === null ? null : time(lap.endAt),
        active_duration_seconds: lap.timerSeconds,
        distance_meters: lap.distanceMeters,
        calories: lap.kcal,
        avg_hr_bpm: lap.avgHr,
        avg_speed_meters_per_second: lap.avgSpeed,
        avg_watts: lap.avgWatts,
        trigger_method: lap.trigger,
      })),
    },
    ...(device !== null && {
      device_data: { name: device.name, serial_number: device.serial, software_version: device.software },
    }),
  }
}

/** The id that a file has by itself, for those who have no better one: the device's, else a hash of the bytes. */
export function recordingId({ device, startAt }: Recording, bytes: Uint8Array): string {
  const serial = device?.serial ?? null
  if (serial !== null) return `${serial}-${Math.round(startAt / 1000)}`
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}
