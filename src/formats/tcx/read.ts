// TCX, Garmin's Training Center XML, version 2: laps and track points of recorded activities. Prefixes of names vary from
// writer to writer, so elements are known by their local names.

export interface TcxPoint {
  /** Milliseconds since the epoch. */
  at: number
  /** Minutes east of UTC as the file writes it; null for `Z`. */
  offsetMinutes: number | null
  latitude: number | null
  longitude: number | null
  altitudeMeters: number | null
  /** Since the start of the activity. */
  distanceMeters: number | null
  bpm: number | null
  cadence: number | null
  speedMetersPerSecond: number | null
  watts: number | null
}

export interface TcxLap {
  startAt: number | null
  timerSeconds: number | null
  distanceMeters: number | null
  kcal: number | null
}

export interface TcxActivity {
  /** Running, Biking or Other. */
  sport: string | null
  startAt: number
  offsetMinutes: number | null
  laps: TcxLap[]
  points: TcxPoint[]
}

/** What makes a file none of ours. */
export class NoTcx extends Error {
  constructor(problem: string) {
    super(problem)
    this.name = 'NoTcx'
  }
}

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>|<(\/?)(?:[\w.-]+:)?([\w.-]+)([^>]*?)(\/?)>|([^<]+)/g
const ROOT = 'TrainingCenterDatabase'

/** Throws NoTcx. A file that was cut gives what is whole in it. */
export function readTcx(bytes: Uint8Array): TcxActivity[] {
  const text = new TextDecoder().decode(bytes).trimStart()
  if (!/^<\?xml|^<!--|^</.test(text) || !text.includes(ROOT)) throw new NoTcx(`an XML file with ${ROOT}`)
  // Entities of their own are a way to fill the memory, and no writer of TCX has them.
  if (text.includes('<!DOCTYPE')) throw new NoTcx('a file without a document type of its own')
  const reader = new Reader()
  for (const [, close, name, attributes, selfClose, content] of text.matchAll(TOKEN)) {
    if (content !== undefined) reader.text(content)
    else if (name === undefined) continue
    else if (close === '/') reader.close(name)
    else {
      reader.open(name, attributes ?? '')
      if (selfClose === '/') reader.close(name)
    }
  }
  if (reader.activities.length > 0) return reader.activities
  throw new NoTcx(reader.sawCourse ? 'an activity, not a course' : 'an activity with a time')
}

interface Open {
  sport: string | null
  id: Time | null
  laps: TcxLap[]
  points: TcxPoint[]
}

interface Time {
  at: number
  offsetMinutes: number | null
}

class Reader {
  readonly activities: TcxActivity[] = []
  sawCourse = false
  readonly #path: string[] = []
  #text = ''
  #activity: Open | null = null
  #lap: TcxLap | null = null
  #point: Partial<TcxPoint> | null = null

  open(name: string, attributes: string): void {
    this.#path.push(name)
    this.#text = ''
    if (name === 'Course') this.sawCourse = true
    if (name === 'Activity') {
      this.#activity = { sport: attribute(attributes, 'Sport'), id: null, laps: [], points: [] }
    } else if (name === 'Lap' && this.#activity !== null) {
      const start = attribute(attributes, 'StartTime')
      const startAt = start === null ? null : (timeOf(start)?.at ?? null)
      this.#lap = { startAt, timerSeconds: null, distanceMeters: null, kcal: null }
      this.#activity.laps.push(this.#lap)
    } else if (name === 'Trackpoint' && this.#activity !== null) {
      this.#point = {}
    }
  }

  text(content: string): void {
    this.#text += content
  }

  close(name: string): void {
    // Elements that nobody closed end with the one around them.
    const at = this.#path.lastIndexOf(name)
    if (at === -1) return
    this.#path.length = at
    const value = this.#text.trim()
    this.#text = ''
    if (this.#point !== null) this.#inPoint(name, value, this.#point)
    else if (this.#lap !== null) this.#inLap(name, value, this.#lap)
    else if (name === 'Id' && this.#activity !== null) this.#activity.id = timeOf(value)
    if (name === 'Activity') this.#end()
  }

  #inPoint(name: string, value: string, point: Partial<TcxPoint>): void {
    const number = numberOf(value)
    if (name === 'Trackpoint') {
      if (point.at !== undefined) this.#activity?.points.push({ ...EMPTY, ...point, at: point.at })
      this.#point = null
    } else if (name === 'Time') {
      const time = timeOf(value)
      if (time !== null) Object.assign(point, time)
    } else if (name === 'LatitudeDegrees') point.latitude = number
    else if (name === 'LongitudeDegrees') point.longitude = number
    else if (name === 'AltitudeMeters') point.altitudeMeters = number
    else if (name === 'DistanceMeters') point.distanceMeters = number
    // HeartRateBpm holds a Value.
    else if (name === 'Value' && this.#path.at(-1) === 'HeartRateBpm') point.bpm = number
    else if (name === 'Cadence' || name === 'RunCadence') point.cadence = number
    else if (name === 'Speed') point.speedMetersPerSecond = number
    else if (name === 'Watts') point.watts = number
  }

  #inLap(name: string, value: string, lap: TcxLap): void {
    if (name === 'Lap') this.#lap = null
    else if (name === 'TotalTimeSeconds') lap.timerSeconds = numberOf(value)
    else if (name === 'DistanceMeters') lap.distanceMeters = numberOf(value)
    else if (name === 'Calories') lap.kcal = numberOf(value)
  }

  #end(): void {
    const activity = this.#activity
    this.#activity = null
    this.#lap = null
    if (activity === null) return
    const first = activity.points[0]
    const startAt = activity.id?.at ?? activity.laps[0]?.startAt ?? first?.at
    if (startAt === undefined || startAt === null) return
    const offsetMinutes = activity.id?.offsetMinutes ?? first?.offsetMinutes ?? null
    const { sport, laps, points } = activity
    this.activities.push({ sport, startAt, offsetMinutes, laps, points })
  }
}

const EMPTY: Omit<TcxPoint, 'at'> = {
  offsetMinutes: null,
  latitude: null,
  longitude: null,
  altitudeMeters: null,
  distanceMeters: null,
  bpm: null,
  cadence: null,
  speedMetersPerSecond: null,
  watts: null,
}

function attribute(attributes: string, name: string): string | null {
  return new RegExp(`(?:^|\\s)${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1] ?? null
}

function numberOf(text: string): number | null {
  const value = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : null
}

/** ISO 8601; without an offset it is UTC, as the format says. */
function timeOf(text: string): Time | null {
  const [, offset] = /([+-]\d{2}:?\d{2}|Z)$/.exec(text) ?? []
  const at = Date.parse(offset === undefined ? `${text}Z` : text)
  if (Number.isNaN(at)) return null
  if (offset === undefined || offset === 'Z') return { at, offsetMinutes: null }
  const sign = offset.startsWith('-') ? -1 : 1
  const digits = offset.slice(1).replace(':', '')
  return { at, offsetMinutes: sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) }
}
