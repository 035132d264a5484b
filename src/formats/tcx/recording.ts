// An activity of a TCX file as a recording: what its laps add up to, and when it was paused.
import { round } from '../../model/units.ts'
import { inOrder } from '../track/order.ts'
import {
  NO_TOTALS,
  type RecordedLap,
  type Recording,
  type RecordingDevice,
  type Time,
  type TrackPoint,
} from '../track/recording.ts'
import { typeOf } from './codes.ts'

export interface TcxLap extends Omit<RecordedLap, 'startAt'> {
  startAt: number | null
  maxSpeed: number | null
  maxHr: number | null
  cadence: number | null
  maxWatts: number | null
  steps: number | null
  /** Points of each of its tracks; there are several where it was paused. */
  tracks: TimedPoint[][]
}

export type TimedPoint = TrackPoint & { offsetMinutes: number | null }
export interface TcxActivity {
  sport: string | null
  id: Time | null
  laps: TcxLap[]
  device: RecordingDevice
  version: string[]
}

export const EMPTY_LAP: Omit<TcxLap, 'startAt' | 'tracks'> = {
  endAt: null,
  timerSeconds: null,
  distanceMeters: null,
  kcal: null,
  avgHr: null,
  avgSpeed: null,
  avgWatts: null,
  trigger: null,
  maxSpeed: null,
  maxHr: null,
  cadence: null,
  maxWatts: null,
  steps: null,
}

export function recordingOf(activity: TcxActivity, unknown: (table: string, code: string) => void): Recording | null {
  const { sport, id, device } = activity
  const timed = inOrder(activity.laps.flatMap(({ tracks }) => tracks.flat()))
  const startAt = id?.at ?? activity.laps[0]?.startAt ?? timed[0]?.at ?? null
  if (startAt === null) return null
  const laps = activity.laps.map((lap, i) => lapOf(lap, i === 0 ? startAt : null)).filter((lap) => lap !== null)
  for (const [i, lap] of laps.entries()) {
    const next = laps[i + 1]?.startAt
    if (next !== undefined && lap.endAt !== null && lap.endAt > next && next >= lap.startAt) lap.endAt = next
  }
  const ends = [startAt, timed.at(-1)?.at ?? startAt, ...laps.map(({ endAt }) => endAt ?? startAt)]
  return {
    type: sport === null ? null : typeOf(sport, unknown),
    name: null,
    startAt,
    endAt: Math.max(...ends),
    offsetMinutes: id?.offsetMinutes ?? timed[0]?.offsetMinutes ?? null,
    totals: totalsOf(activity.laps),
    laps,
    points: timed,
    places: timed.flatMap(({ at, position }) => (position === null ? [] : [{ at, position }])),
    timer: activity.laps.flatMap(({ tracks }) => pausesBetween(tracks)),
    device: Object.values(device).every((value) => value === null) ? null : device,
  }
}

/** A lap of which nobody says when it began cannot be placed. */
function lapOf(lap: TcxLap, otherwise: number | null): RecordedLap | null {
  const points = lap.tracks.flat()
  const startAt = lap.startAt ?? otherwise ?? points[0]?.at ?? null
  if (startAt === null) return null
  const { timerSeconds, distanceMeters, kcal, avgHr, avgSpeed, avgWatts, trigger } = lap
  const ran = timerSeconds === null ? null : startAt + Math.round(timerSeconds * 1000)
  const ends = [ran, points.at(-1)?.at ?? null].filter((at) => at !== null)
  const endAt = ends.length === 0 ? null : Math.max(startAt, ...ends)
  return { startAt, endAt, timerSeconds, distanceMeters, kcal, avgHr, avgSpeed, avgWatts, trigger }
}

/** The recording stopped with the last point of a track, and goes on with the next track of the same lap. */
function pausesBetween(tracks: readonly TimedPoint[][]): Recording['timer'] {
  const filled = tracks.filter((track) => track.length > 0)
  return filled.slice(1).flatMap((track, i) => [
    { at: filled[i]!.at(-1)!.at, running: false },
    { at: track[0]!.at, running: true },
  ])
}

/** Only what every lap says. */
function totalsOf(laps: readonly TcxLap[]): Recording['totals'] {
  const all = (pick: (lap: TcxLap) => number | null): number[] | null => {
    const values = laps.map(pick).filter((value) => value !== null)
    return laps.length > 0 && values.length === laps.length ? values : null
  }
  const sum = (pick: (lap: TcxLap) => number | null): number | null => {
    const values = all(pick)
    return values === null ? null : round(added(values), 3)
  }
  const highest = (pick: (lap: TcxLap) => number | null): number | null => {
    const values = all(pick)
    return values === null ? null : Math.max(...values)
  }
  const seconds = all(({ timerSeconds }) => timerSeconds)
  /** Of means, by how long each lap took. */
  const mean = (pick: (lap: TcxLap) => number | null): number | null => {
    const values = all(pick)
    if (values?.length === 1) return values[0]!
    const whole = seconds === null ? 0 : added(seconds)
    if (values === null || whole === 0) return null
    return round(added(values.map((value, i) => value * seconds![i]!)) / whole, 3)
  }
  return {
    ...NO_TOTALS,
    timerSeconds: sum(({ timerSeconds }) => timerSeconds),
    distanceMeters: sum(({ distanceMeters }) => distanceMeters),
    kcal: sum(({ kcal }) => kcal),
    steps: sum(({ steps }) => steps),
    avgSpeed: mean(({ avgSpeed }) => avgSpeed),
    maxSpeed: highest(({ maxSpeed }) => maxSpeed),
    avgHr: mean(({ avgHr }) => avgHr),
    maxHr: highest(({ maxHr }) => maxHr),
    avgCadence: mean(({ cadence }) => cadence),
    avgWatts: mean(({ avgWatts }) => avgWatts),
    maxWatts: highest(({ maxWatts }) => maxWatts),
  }
}

function added(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
