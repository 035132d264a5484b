// What TCX and GPX files say of a workout, in the wire's units.
import { parseTimestamp } from '../../model/timestamps.ts'

export interface Recording {
  /** ActivityType; null where the file does not say it. */
  type: number | null
  name: string | null
  /** Milliseconds since the epoch, like every `at`. */
  startAt: number
  endAt: number
  /** Minutes east of UTC, where the file's own times show them. */
  offsetMinutes: number | null
  totals: Totals
  laps: RecordedLap[]
  /** In order of time. */
  points: TrackPoint[]
  /** The route: points without a time are in it too. */
  places: { at: number | null; position: Position }[]
  /** Where the recording was stopped and went on. */
  timer: { at: number; running: boolean }[]
  device: RecordingDevice | null
}

/** A file that holds no recorded workout. The message says what was expected. */
export class UnreadableRecording extends Error {
  constructor(expected: string) {
    super(expected)
    this.name = 'UnreadableRecording'
  }
}

/** Latitude and longitude, in degrees. */
export type Position = [number, number]

/** What is known at one time of a workout, of whatever file. */
export interface TrackPoint {
  at: number
  position: Position | null
  altitudeMeters: number | null
  bpm: number | null
  /** Revolutions; steps of both feet where somebody runs or walks. */
  cadence: number | null
  /** Since the start. */
  distanceMeters: number | null
  /** In m/s. */
  speed: number | null
  watts: number | null
}

export interface Totals {
  timerSeconds: number | null
  distanceMeters: number | null
  kcal: number | null
  steps: number | null
  avgSpeed: number | null
  maxSpeed: number | null
  avgHr: number | null
  maxHr: number | null
  avgCadence: number | null
  avgWatts: number | null
  maxWatts: number | null
  ascentMeters: number | null
  descentMeters: number | null
}

export interface RecordedLap {
  startAt: number
  endAt: number | null
  timerSeconds: number | null
  distanceMeters: number | null
  kcal: number | null
  avgHr: number | null
  avgSpeed: number | null
  avgWatts: number | null
  /** As the wire spells it. */
  trigger: string | null
}

export interface RecordingDevice {
  name: string | null
  serial: string | null
  software: string | null
}

export const NO_TOTALS: Totals = {
  timerSeconds: null,
  distanceMeters: null,
  kcal: null,
  steps: null,
  avgSpeed: null,
  maxSpeed: null,
  avgHr: null,
  maxHr: null,
  avgCadence: null,
  avgWatts: null,
  maxWatts: null,
  ascentMeters: null,
  descentMeters: null,
}

export const NOTHING_MEASURED: Omit<TrackPoint, 'at'> = {
  position: null,
  altitudeMeters: null,
  bpm: null,
  cadence: null,
  distanceMeters: null,
  speed: null,
  watts: null,
}

export interface Time {
  at: number
  offsetMinutes: number | null
}

/** ISO 8601; without an offset it is UTC, as both formats say. `Z` shows no offset. */
export function timeIn(text: string): Time | null {
  let parsed: ReturnType<typeof parseTimestamp>
  try {
    parsed = parseTimestamp(text)
  } catch {
    return null
  }
  const at = parsed.epochMs ?? Date.parse(`${parsed.local}Z`)
  return { at, offsetMinutes: /z$/i.test(text) ? null : parsed.offsetMinutes }
}

export function numberIn(text: string): number | null {
  const value = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : null
}

/** Null for what is no place on earth. */
export function positionOf(latitude: number | null, longitude: number | null): Position | null {
  if (latitude === null || longitude === null) return null
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? [latitude, longitude] : null
}
