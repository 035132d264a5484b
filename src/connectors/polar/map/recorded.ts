// What an exercise recorded: series without gaps, one number for each interval.
import { durationSeconds } from '../../../model/durations.ts'
import { wireAt } from '../../../model/local-day.ts'
import { kilometersPerHourToMetersPerSecond, round } from '../../../model/units.ts'
import type { MapContext } from '../../connector.ts'
import type { ExerciseSamples, RoutePoint } from '../payloads.ts'

const HEART_RATE = '0'
const SPEED = '1'
const CADENCE = '2'
const ALTITUDE = '3'
const POWER = '4'
const STEPS_PER_MINUTE = '8'
const DISTANCE = '10'
const BEAT_TO_BEAT = '11'
/** Pedalling index, left/right balance, air pressure, temperature: no record has a place for them. */
const NOT_CARRIED = new Set(['5', '6', '7', '9'])
/** The strap had no contact. */
const NO_PULSE = 0

interface Timed {
  timestamp: string
  timer_duration_seconds: number
}

export function recordedOf(
  samples: readonly ExerciseSamples[],
  startAt: number,
  zone: string | null,
  context: MapContext,
) {
  const series = <Sample extends object>(types: readonly string[], sampleOf: (value: number) => Sample) =>
    samples
      .filter(({ sample_type: type }) => types.includes(type))
      .flatMap((own) =>
        timed(own, startAt, zone).map(({ at, value }): Timed & Sample => ({ ...at, ...sampleOf(value) })),
      )
  for (const { sample_type: type } of samples) {
    if (!KNOWN.has(type)) context.unknown('exercise.sample_type', type)
  }
  return {
    distance: {
      distance_samples: series([DISTANCE], (distance_meters) => ({ distance_meters })),
      elevation_samples: series([ALTITUDE], (elev_meters) => ({ elev_meters })),
    },
    heartRate: { hr_samples: series([HEART_RATE], (bpm) => ({ bpm })).filter(({ bpm }) => bpm !== NO_PULSE) },
    movement: {
      speed_samples: series([SPEED], (speed) => ({
        speed_meters_per_second: round(kilometersPerHourToMetersPerSecond(speed), 4),
      })),
      cadence_samples: series([CADENCE, STEPS_PER_MINUTE], (cadence_rpm) => ({ cadence_rpm })),
    },
    power: { power_samples: series([POWER], (watts) => ({ watts })) },
  }
}

const KNOWN = new Set([
  HEART_RATE,
  SPEED,
  CADENCE,
  ALTITUDE,
  POWER,
  STEPS_PER_MINUTE,
  DISTANCE,
  BEAT_TO_BEAT,
  ...NOT_CARRIED,
])

/** Number i is at the start and i intervals. A gap keeps its place and gives no sample. */
function timed({ recording_rate: rate, data }: ExerciseSamples, startAt: number, zone: string | null) {
  if (!rate || rate <= 0) return []
  return numbersOf(data).flatMap((value, i) => {
    if (value === null) return []
    const seconds = round(i * rate, 3)
    const at: Timed = { timestamp: wireAt(startAt + Math.round(seconds * 1000), zone), timer_duration_seconds: seconds }
    return [{ at, value }]
  })
}

/** Each interval begins where the one before it ended; a beat that was lost has no length. */
export function beatsOf(samples: readonly ExerciseSamples[], startAt: number, zone: string | null) {
  return samples
    .filter(({ sample_type: type }) => type === BEAT_TO_BEAT)
    .flatMap(({ data }) => {
      let at = startAt
      return numbersOf(data).flatMap((interval) => {
        if (interval === null || interval <= 0) return []
        const sample = { timestamp: wireAt(at, zone), rr_interval_ms: interval }
        at += interval
        return [sample]
      })
    })
}

function numbersOf(data: string): (number | null)[] {
  if (data === '') return []
  return data.split(',').map((text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    return Number.isNaN(value) ? null : value
  })
}

export function routeOf(route: readonly RoutePoint[], startAt: number, zone: string | null) {
  return route.flatMap(({ latitude, longitude, time }) => {
    if (typeof latitude !== 'number' || typeof longitude !== 'number') return []
    const seconds = time ? durationSeconds(time) : null
    return [
      {
        timestamp: seconds === null ? null : wireAt(startAt + Math.round(seconds * 1000), zone),
        timer_duration_seconds: seconds,
        coords_lat_lng_deg: [latitude, longitude],
      },
    ]
  })
}
