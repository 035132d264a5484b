// Messages with names and units: what Loam uses of FIT's profile, and no more.
import { NoFitFile, type FitMessage, decodeFit } from './decode.ts'
import { mergedHeartRates } from './heart-rates.ts'
import type { TrackPoint } from '../track/recording.ts'
import { openClock } from './time.ts'
import type { FitValue } from './values.ts'

/** Milliseconds since the epoch. */
type Instant = number

export interface FitSession {
  startAt: Instant | null
  startPosition: [number, number] | null
  sport: number | null
  subSport: number | null
  elapsedSeconds: number | null
  timerSeconds: number | null
  distanceMeters: number | null
  cycles: number | null
  kcal: number | null
  avgSpeed: number | null
  maxSpeed: number | null
  avgHr: number | null
  maxHr: number | null
  avgCadence: number | null
  maxCadence: number | null
  avgWatts: number | null
  maxWatts: number | null
  ascentMeters: number | null
  descentMeters: number | null
  activeLengths: number | null
  normalizedWatts: number | null
  tss: number | null
  intensityFactor: number | null
  poolMeters: number | null
  workJoules: number | null
}

export interface FitLap {
  startAt: Instant | null
  endAt: Instant | null
  elapsedSeconds: number | null
  timerSeconds: number | null
  distanceMeters: number | null
  kcal: number | null
  avgSpeed: number | null
  avgHr: number | null
  avgWatts: number | null
  trigger: number | null
  sport: number | null
  strokes: number | null
  swimStroke: number | null
}

/** Cadence counts one leg where people walk or run. */
export interface FitRecord extends TrackPoint {
  muscleOxygen: number | null
}

export interface FitLength {
  startAt: Instant | null
  strokes: number | null
  swimStroke: number | null
  active: boolean
}

export interface FitDevice {
  creator: boolean
  manufacturer: number | null
  product: number | null
  name: string | null
  serial: number | null
  software: number | null
}

export interface FitWeight {
  at: Instant
  weightKg: number | null
  fatPercent: number | null
  waterPercent: number | null
  boneKg: number | null
  muscleKg: number | null
}

export interface FitFile {
  /** 4 activity, 5 workout, 9 weight, 32 monitoring, …; null when the file does not say. */
  type: number | null
  manufacturer: number | null
  serial: number | null
  createdAt: Instant | null
  /** Minutes east of UTC, where the file tells. */
  offsetMinutes: number | null
  sessions: FitSession[]
  laps: FitLap[]
  records: FitRecord[]
  lengths: FitLength[]
  /** Times at which the timer started or stopped. */
  timer: { at: Instant; running: boolean }[]
  devices: FitDevice[]
  weights: FitWeight[]
  warnings: string[]
}

/** Every file of the stream: some devices write several, one after the other. */
export function readFit(bytes: Uint8Array): FitFile[] {
  const files: { messages: FitMessage[]; warnings: string[] }[] = []
  for (const item of decodeFit(bytes)) {
    if (item.what === 'file') files.push({ messages: [], warnings: [] })
    else if (item.what === 'message') files.at(-1)!.messages.push(item.message)
    else files.at(-1)?.warnings.push(item.text)
  }
  if (files.length === 0) throw new NoFitFile('it holds nothing')
  return files.map(({ messages, warnings }) => readMessages(messages, warnings))
}

const MESSAGE = {
  fileId: 0,
  session: 18,
  lap: 19,
  record: 20,
  event: 21,
  device: 23,
  weight: 30,
  activity: 34,
  length: 101,
  heartRate: 132,
} as const

const TIMER_EVENT = 0
const STARTS = new Set([0])
const STOPS = new Set([1, 4, 8, 9])

function readMessages(messages: readonly FitMessage[], warnings: string[]): FitFile {
  const clock = openClock(messages)
  const file: FitFile = {
    type: null,
    manufacturer: null,
    serial: null,
    createdAt: null,
    offsetMinutes: clock.offsetMinutes,
    sessions: [],
    laps: [],
    records: [],
    lengths: [],
    timer: [],
    devices: [],
    weights: [],
    warnings,
  }
  const distance = packedDistance()
  for (const message of messages) {
    const f = fieldsOf(message, clock.instant)
    if (message.number === MESSAGE.fileId && file.type === null) {
      file.type = f.number(0)
      file.manufacturer = f.number(1)
      file.serial = f.number(3)
      file.createdAt = f.time(4)
    } else if (message.number === MESSAGE.session) file.sessions.push(sessionOf(f))
    else if (message.number === MESSAGE.lap) file.laps.push(lapOf(f))
    else if (message.number === MESSAGE.record) {
      const at = f.time(253)
      if (at !== null) file.records.push(recordOf(f, at, distance(message.fields.get(8))))
    } else if (message.number === MESSAGE.event && f.number(0) === TIMER_EVENT) {
      const at = f.time(253)
      const kind = f.number(1) ?? -1
      if (at !== null && STARTS.has(kind)) file.timer.push({ at, running: true })
      if (at !== null && STOPS.has(kind)) file.timer.push({ at, running: false })
    } else if (message.number === MESSAGE.length) file.lengths.push(lengthOf(f))
    else if (message.number === MESSAGE.device) file.devices.push(deviceOf(f))
    else if (message.number === MESSAGE.weight) {
      const at = f.time(253)
      if (at !== null) file.weights.push(weightOf(f, at))
    }
  }
  if (clock.unusable) warnings.push('times count from when the device was switched on, and nothing says when that was')
  mergedHeartRates(file.records, messages, clock.instant)
  file.records.sort((a, b) => a.at - b.at)
  return file
}

function sessionOf(f: Fields): FitSession {
  return {
    startAt: f.time(2),
    startPosition: f.position(3, 4),
    sport: f.number(5),
    subSport: f.number(6),
    elapsedSeconds: f.scaled(7, 1000),
    timerSeconds: f.scaled(8, 1000),
    distanceMeters: f.scaled(9, 100),
    cycles: f.number(10),
    kcal: f.number(11),
    avgSpeed: f.scaled(124, 1000) ?? f.scaled(14, 1000),
    maxSpeed: f.scaled(125, 1000) ?? f.scaled(15, 1000),
    avgHr: f.number(16),
    maxHr: f.number(17),
    avgCadence: f.number(18),
    maxCadence: f.number(19),
    avgWatts: f.number(20),
    maxWatts: f.number(21),
    ascentMeters: f.number(22),
    descentMeters: f.number(23),
    activeLengths: f.number(33),
    normalizedWatts: f.number(34),
    tss: f.scaled(35, 10),
    intensityFactor: f.scaled(36, 1000),
    poolMeters: f.scaled(44, 100),
    workJoules: f.number(48),
  }
}

function lapOf(f: Fields): FitLap {
  const startAt = f.time(2)
  const elapsedSeconds = f.scaled(7, 1000)
  return {
    startAt,
    endAt: startAt !== null && elapsedSeconds !== null ? startAt + elapsedSeconds * 1000 : f.time(253),
    elapsedSeconds,
    timerSeconds: f.scaled(8, 1000),
    distanceMeters: f.scaled(9, 100),
    kcal: f.number(11),
    avgSpeed: f.scaled(110, 1000) ?? f.scaled(13, 1000),
    avgHr: f.number(15),
    avgWatts: f.number(19),
    trigger: f.number(24),
    sport: f.number(25),
    strokes: f.number(10),
    swimStroke: f.number(38),
  }
}

function recordOf(f: Fields, at: Instant, packed: { speed: number | null; distanceMeters: number | null }): FitRecord {
  const altitude = f.number(78) ?? f.number(2)
  const cadence = f.number(4)
  return {
    at,
    position: f.position(0, 1),
    altitudeMeters: altitude === null ? null : clean(altitude / 5 - 500),
    bpm: f.number(3),
    cadence: cadence === null ? null : clean(cadence + (f.number(53) ?? 0) / 128),
    distanceMeters: f.scaled(5, 100) ?? packed.distanceMeters,
    speed: f.scaled(73, 1000) ?? f.scaled(6, 1000) ?? packed.speed,
    watts: f.number(7),
    muscleOxygen: f.scaled(57, 10),
  }
}

function lengthOf(f: Fields): FitLength {
  return { startAt: f.time(2), strokes: f.number(5), swimStroke: f.number(7), active: f.number(12) === 1 }
}

function deviceOf(f: Fields): FitDevice {
  return {
    creator: f.number(0) === 0,
    manufacturer: f.number(2),
    product: f.number(4),
    name: f.text(27),
    serial: f.number(3),
    software: f.scaled(5, 100),
  }
}

function weightOf(f: Fields, at: Instant): FitWeight {
  return {
    at,
    weightKg: f.scaled(0, 100),
    fatPercent: f.scaled(1, 100),
    waterPercent: f.scaled(2, 100),
    boneKg: f.scaled(4, 100),
    muscleKg: f.scaled(5, 100),
  }
}

// ── Fields ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Fields {
  number(field: number): number | null
  scaled(field: number, scale: number): number | null
  text(field: number): string | null
  time(field: number): Instant | null
  position(latitude: number, longitude: number): [number, number] | null
}

function fieldsOf({ fields }: FitMessage, instant: (raw: number) => Instant | null): Fields {
  const number = (field: number): number | null => {
    const value = fields.get(field)
    return typeof value === 'number' ? value : null
  }
  return {
    number,
    scaled(field, scale) {
      const value = number(field)
      return value === null ? null : clean(value / scale)
    },
    text(field) {
      const value = fields.get(field)
      return typeof value === 'string' ? value : null
    },
    time(field) {
      const value = number(field)
      return value === null ? null : instant(value)
    },
    position(latitude, longitude) {
      const lat = number(latitude)
      const lng = number(longitude)
      return lat === null || lng === null ? null : [degrees(lat), degrees(lng)]
    },
  }
}

/** Semicircles. Seven decimals are a centimetre. */
function degrees(semicircles: number): number {
  return Math.round(((semicircles * 180) / 2 ** 31) * 1e7) / 1e7
}

function clean(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

/** Older sensors pack speed (12 bits, 1/100 m/s) and distance (12 bits, 1/16 m, rolling over) into three bytes. */
function packedDistance(): (value: FitValue | undefined) => { speed: number | null; distanceMeters: number | null } {
  let last: number | null = null
  let total = 0
  return (value) => {
    if (!Array.isArray(value) || value.length !== 3) return { speed: null, distanceMeters: null }
    const [low, middle, high] = value as [number, number, number]
    const speed = low | ((middle & 0x0f) << 8)
    const distance = (middle >> 4) | (high << 4)
    total += last === null ? distance : (distance - last) & 0xfff
    last = distance
    return { speed: speed === 0xfff ? null : speed / 100, distanceMeters: total / 16 }
  }
}
