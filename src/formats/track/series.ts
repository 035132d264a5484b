// The course of a workout, as lists of samples.
import type { TrackPoint } from './recording.ts'
import type { Timer } from './timer.ts'

/** `time` spells an instant for the wire. Without a timer, nothing is said of pauses. */
export function seriesOf<Point extends TrackPoint>(
  points: readonly Point[],
  time: (at: number) => string,
  timer?: Timer,
) {
  const list = <Value, Sample>(pick: (point: Point) => Value | null, shown: (value: Value) => Sample) =>
    points.flatMap((point) => {
      const value = pick(point)
      if (value === null) return []
      const ran = timer && { timer_duration_seconds: timer.seconds(point.at) }
      return [{ timestamp: time(point.at), ...shown(value), ...ran }]
    })
  return {
    distance: list(
      ({ distanceMeters }) => distanceMeters,
      (meters) => ({ distance_meters: meters }),
    ),
    elevation: list(
      ({ altitudeMeters }) => altitudeMeters,
      (meters) => ({ elev_meters: meters }),
    ),
    heartRate: list(
      ({ bpm }) => bpm,
      (bpm) => ({ bpm }),
    ),
    speed: list(
      ({ speed }) => speed,
      (speed) => ({ speed_meters_per_second: speed }),
    ),
    cadence: list(
      ({ cadence }) => cadence,
      (cadence) => ({ cadence_rpm: cadence }),
    ),
    power: list(
      ({ watts }) => watts,
      (watts) => ({ watts }),
    ),
    position: list(
      ({ position }) => position,
      (position) => ({ coords_lat_lng_deg: position }),
    ),
  }
}
