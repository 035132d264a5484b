// TCX, Garmin's Training Center XML, version 2: laps and track points of recorded activities.
import {
  NOTHING_MEASURED,
  numberIn,
  positionOf,
  type Recording,
  timeIn,
  UnreadableRecording,
} from '../track/recording.ts'
import { readXml, UnreadableXml, type XmlHandler } from '../xml/tokens.ts'
import { RUNNING, TRIGGERS } from './codes.ts'
import { EMPTY_LAP, recordingOf, type TcxActivity, type TcxLap, type TimedPoint } from './recording.ts'

const ROOT = 'TrainingCenterDatabase'

/** Throws UnreadableRecording. A file that was cut gives what is whole in it. */
export function readTcx(bytes: Uint8Array, unknown: (table: string, code: string) => void): Recording[] {
  const reader = new Reader(unknown)
  try {
    readXml(bytes, reader)
  } catch (error) {
    if (error instanceof UnreadableXml) throw new UnreadableRecording(`XML without ${error.message}`)
    throw error
  }
  reader.end()
  if (reader.root !== ROOT) throw new UnreadableRecording(`an XML file with ${ROOT}`)
  if (reader.recordings.length > 0) return reader.recordings
  throw new UnreadableRecording(reader.sawCourse ? 'an activity, not a course' : 'an activity with a time')
}

type Draft = Partial<TimedPoint> & { latitude?: number | null; longitude?: number | null }

class Reader implements XmlHandler {
  readonly recordings: Recording[] = []
  root: string | null = null
  sawCourse = false
  readonly #unknown: (table: string, code: string) => void
  #activity: TcxActivity | null = null
  #lap: TcxLap | null = null
  #point: Draft | null = null

  constructor(unknown: (table: string, code: string) => void) {
    this.#unknown = unknown
  }

  open(name: string, attribute: (name: string) => string | null): void {
    this.root ??= name
    if (name === 'Course') this.sawCourse = true
    if (name === 'Activity') {
      this.#activity = {
        sport: attribute('Sport'),
        id: null,
        laps: [],
        device: { name: null, serial: null, software: null },
        version: [],
      }
    }
    if (this.#activity === null) return
    if (name === 'Lap') {
      this.#lap = { ...EMPTY_LAP, startAt: timeIn(attribute('StartTime') ?? '')?.at ?? null, tracks: [] }
      this.#activity.laps.push(this.#lap)
    } else if (name === 'Track') this.#lap?.tracks.push([])
    else if (name === 'Trackpoint') this.#point = {}
  }

  close(name: string, text: string, path: readonly string[]): void {
    if (this.#activity === null) return
    if (this.#point !== null) this.#inPoint(name, text, path.at(-2), this.#point)
    else if (this.#lap !== null) this.#inLap(name, text, path.at(-2), this.#lap)
    else if (name === 'Activity') this.end()
    else this.#inActivity(name, text, path.at(-2), this.#activity)
  }

  /** Of an activity, or of the file: what was cut is taken as far as it goes. */
  end(): void {
    const activity = this.#activity
    this.#activity = null
    this.#lap = null
    this.#point = null
    const recording = activity === null ? null : recordingOf(activity, this.#unknown)
    if (recording !== null) this.recordings.push(recording)
  }

  #inPoint(name: string, text: string, parent: string | undefined, point: Draft): void {
    if (name === 'Trackpoint') {
      const { latitude = null, longitude = null, at, ...known } = point
      const position = positionOf(latitude, longitude)
      if (at !== undefined) {
        this.#lap?.tracks.at(-1)?.push({ ...NOTHING_MEASURED, offsetMinutes: null, ...known, at, position })
      }
      this.#point = null
    } else if (name === 'Time') Object.assign(point, timeIn(text))
    else if (name === 'LatitudeDegrees') point.latitude = numberIn(text)
    else if (name === 'LongitudeDegrees') point.longitude = numberIn(text)
    else if (name === 'AltitudeMeters') point.altitudeMeters = numberIn(text)
    else if (name === 'DistanceMeters') point.distanceMeters = numberIn(text)
    else if (name === 'Value' && parent === 'HeartRateBpm') point.bpm = positive(numberIn(text))
    else if (name === 'Cadence') point.cadence = stepsOf(numberIn(text), this.#activity?.sport === RUNNING)
    else if (name === 'RunCadence') point.cadence = stepsOf(numberIn(text), true)
    else if (name === 'Speed') point.speed = numberIn(text)
    else if (name === 'Watts') point.watts = numberIn(text)
  }

  #inLap(name: string, text: string, parent: string | undefined, lap: TcxLap): void {
    if (name === 'Lap') this.#lap = null
    else if (name === 'TotalTimeSeconds') lap.timerSeconds = numberIn(text)
    else if (name === 'DistanceMeters') lap.distanceMeters = numberIn(text)
    else if (name === 'Calories') lap.kcal = numberIn(text)
    else if (name === 'MaximumSpeed') lap.maxSpeed = numberIn(text)
    else if (name === 'Value' && parent === 'AverageHeartRateBpm') lap.avgHr = positive(numberIn(text))
    else if (name === 'Value' && parent === 'MaximumHeartRateBpm') lap.maxHr = positive(numberIn(text))
    else if (name === 'Cadence') lap.cadence = stepsOf(numberIn(text), this.#activity?.sport === RUNNING)
    else if (name === 'TriggerMethod') lap.trigger = TRIGGERS.get(text) ?? null
    else if (name === 'AvgSpeed') lap.avgSpeed = numberIn(text)
    else if (name === 'AvgRunCadence') lap.cadence = stepsOf(numberIn(text), true)
    else if (name === 'AvgWatts') lap.avgWatts = numberIn(text)
    else if (name === 'MaxWatts') lap.maxWatts = numberIn(text)
    else if (name === 'Steps') lap.steps = numberIn(text)
  }

  #inActivity(name: string, text: string, parent: string | undefined, activity: TcxActivity): void {
    const { device, version } = activity
    if (name === 'Id') activity.id = timeIn(text)
    else if (name === 'Name' && parent === 'Creator') device.name = text === '' ? null : text
    // Zero is what programs write that are no device.
    else if (name === 'UnitId') device.serial = /^0*$/.test(text) ? null : text
    else if (name === 'VersionMajor' || name === 'VersionMinor') version.push(text)
    else if (name === 'Creator') device.software = version.length === 0 ? null : version.join('.')
  }
}

/** Where people run, TCX counts the strides of one leg. */
function stepsOf(cadence: number | null, onFoot: boolean): number | null {
  return cadence === null ? null : onFoot ? cadence * 2 : cadence
}

function positive(value: number | null): number | null {
  return value === 0 ? null : value
}
