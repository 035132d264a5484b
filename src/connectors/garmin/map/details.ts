// The course of a workout. Garmin's laps have a start and nothing else: what they were is in the samples.
import type { DeepPartial, RecordOf } from '../../../model/records.ts'
import { isOnCalendar } from '../../../model/timestamps.ts'
import { round } from '../../../model/units.ts'

export interface Sample {
  at: number
  timer: number | null
  heartRate: number | null
  speed: number | null
  cadence: number | null
  meters: number | null
  watts: number | null
  elevation: number | null
  place: [number, number] | null
}

/** In order of time; each has its own, and one without is left out. */
export function readSamples(list: readonly Record<string, unknown>[]): Sample[] {
  const samples: Sample[] = []
  for (const raw of list) {
    const at = numberIn(raw.startTimeInSeconds)
    if (at === null || !isOnCalendar(at * 1000)) continue
    const heartRate = numberIn(raw.heartRate)
    const latitude = numberIn(raw.latitudeInDegree)
    const longitude = numberIn(raw.longitudeInDegree)
    samples.push({
      at,
      timer: numberIn(raw.timerDurationInSeconds),
      heartRate: heartRate !== null && heartRate > 0 ? heartRate : null,
      speed: numberIn(raw.speedMetersPerSecond),
      cadence: numberIn(raw.stepsPerMinute ?? raw.bikeCadenceInRPM ?? raw.swimCadenceInStrokesPerMinute),
      meters: numberIn(raw.totalDistanceInMeters),
      watts: numberIn(raw.powerInWatts),
      elevation: numberIn(raw.elevationInMeters),
      place: latitude !== null && longitude !== null ? [latitude, longitude] : null,
    })
  }
  return samples.sort((a, b) => a.at - b.at)
}

type ActivityPart = DeepPartial<RecordOf<'activity'>>
type Lap = NonNullable<NonNullable<NonNullable<ActivityPart['lap_data']>['laps']>[number]>

export function detailsOf(
  totals: ActivityPart,
  samples: readonly Sample[],
  laps: Lap[],
  clock: (seconds: number) => string,
): ActivityPart {
  const timed = samples.map((sample) => ({
    ...sample,
    stamp: { timestamp: clock(sample.at), timer_duration_seconds: sample.timer },
  }))
  const series = <Value, Shown>(
    of: (sample: Sample) => Value | null,
    show: (value: Value) => Shown,
  ): (Shown & { timestamp: string; timer_duration_seconds: number | null })[] =>
    timed.flatMap((sample) => {
      const value = of(sample)
      return value === null ? [] : [{ ...show(value), ...sample.stamp }]
    })
  return {
    ...totals,
    heart_rate_data: {
      ...totals.heart_rate_data,
      detailed: {
        hr_samples: series(
          ({ heartRate }) => heartRate,
          (bpm) => ({ bpm }),
        ),
      },
    },
    movement_data: {
      ...totals.movement_data,
      speed_samples: series(
        ({ speed }) => speed,
        (speed) => ({ speed_meters_per_second: speed }),
      ),
      cadence_samples: series(
        ({ cadence }) => cadence,
        (cadence) => ({ cadence_rpm: cadence }),
      ),
    },
    distance_data: {
      ...totals.distance_data,
      detailed: {
        distance_samples: series(
          ({ meters }) => meters,
          (meters) => ({ distance_meters: meters }),
        ),
        elevation_samples: series(
          ({ elevation }) => elevation,
          (meters) => ({ elev_meters: meters }),
        ),
      },
    },
    power_data: {
      ...totals.power_data,
      power_samples: series(
        ({ watts }) => watts,
        (watts) => ({ watts }),
      ),
    },
    position_data: {
      ...totals.position_data,
      start_pos_lat_lng_deg: startOf(totals) ?? samples.find(({ place }) => place !== null)?.place ?? [],
      end_pos_lat_lng_deg: samples.findLast(({ place }) => place !== null)?.place ?? [],
      position_samples: series(
        ({ place }) => place,
        (place) => ({ coords_lat_lng_deg: place }),
      ),
    },
    lap_data: { laps },
  }
}

function startOf({ position_data: position }: ActivityPart): [number, number] | null {
  const [latitude, longitude] = position?.start_pos_lat_lng_deg ?? []
  return typeof latitude === 'number' && typeof longitude === 'number' ? [latitude, longitude] : null
}

/** A lap lasts until the next begins, the last one until the end or the last sample, whichever is later. */
export function lapsOf(
  list: readonly Record<string, unknown>[],
  samples: readonly Sample[],
  end: number,
  clock: (seconds: number) => string,
): Lap[] {
  const starts = list
    .map((lap) => numberIn(lap.startTimeInSeconds))
    .filter((start): start is number => start !== null && isOnCalendar(start * 1000))
    .sort((a, b) => a - b)
  return starts.map((from, i) => {
    const to = starts[i + 1] ?? Math.max(end, samples.at(-1)?.at ?? end, from)
    const isLast = i === starts.length - 1
    const inside = samples.filter(({ at }) => at >= from && (isLast ? at <= to : at < to))
    // What has grown by the time that the next lap begins.
    const until = samples.find(({ at }) => at >= to) ?? samples.at(-1)
    const meters = grown(inside[0]?.meters, until?.meters)
    const active = grown(inside[0]?.timer, until?.timer)
    return {
      start_time: clock(from),
      end_time: clock(to),
      active_duration_seconds: active,
      distance_meters: meters,
      avg_hr_bpm: mean(inside.map(({ heartRate }) => heartRate)),
      avg_speed_meters_per_second: meters !== null && active !== null && active > 0 ? round(meters / active, 3) : null,
      avg_watts: mean(inside.map(({ watts }) => watts)),
    }
  })
}

function grown(from: number | null | undefined, to: number | null | undefined): number | null {
  return typeof from === 'number' && typeof to === 'number' && to >= from ? round(to - from, 3) : null
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : round(known.reduce((sum, value) => sum + value, 0) / known.length, 1)
}

function numberIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
