// GPX 1.1 and 1.0: tracks of points. All tracks of a file are one recording; what is between two segments was not recorded. GPX
// has no totals: how far and how high follows from the points.
import { round } from '../../model/units.ts'
import { inOrder } from '../track/order.ts'
import {
  NO_TOTALS,
  NOTHING_MEASURED,
  numberIn,
  positionOf,
  type Recording,
  timeIn,
  type TrackPoint,
  UnreadableRecording,
} from '../track/recording.ts'
import { readXml, UnreadableXml, type XmlHandler } from '../xml/tokens.ts'
import { climbOf, metersBetween } from './route.ts'
import { sportOf } from './sports.ts'

const ROOT = 'gpx'

/** Throws UnreadableRecording. A file that was cut gives what is whole in it. */
export function readGpx(bytes: Uint8Array, unknown: (table: string, code: string) => void): Recording {
  const reader = new Reader()
  try {
    readXml(bytes, reader)
  } catch (error) {
    if (error instanceof UnreadableXml) throw new UnreadableRecording(`XML without ${error.message}`)
    throw error
  }
  if (reader.root !== ROOT) throw new UnreadableRecording(`an XML file with ${ROOT}`)
  return recordingOf(reader, unknown)
}

type RoutePoint = Omit<TrackPoint, 'at'> & { at: number | null; offsetMinutes: number | null }
type TimedPoint = RoutePoint & { at: number }

class Reader implements XmlHandler {
  root: string | null = null
  name: string | null = null
  sport: string | null = null
  sawRoute = false
  readonly segments: RoutePoint[][] = []
  #point: RoutePoint | null = null

  open(name: string, attribute: (name: string) => string | null): void {
    this.root ??= name
    if (name === 'rte' || name === 'wpt') this.sawRoute = true
    else if (name === 'trkseg') this.segments.push([])
    else if (name === 'trkpt') {
      const position = positionOf(numberIn(attribute('lat') ?? ''), numberIn(attribute('lon') ?? ''))
      this.#point = { ...NOTHING_MEASURED, at: null, offsetMinutes: null, position }
    }
  }

  close(name: string, text: string, path: readonly string[]): void {
    if (this.#point !== null) this.#inPoint(name, text, this.#point)
    else if (path.at(-2) !== 'trk' || text === '') return
    else if (name === 'name') this.name ??= text
    else if (name === 'type') this.sport ??= text
  }

  #inPoint(name: string, text: string, point: RoutePoint): void {
    if (name === 'trkpt') {
      this.segments.at(-1)?.push(point)
      this.#point = null
    } else if (name === 'time') Object.assign(point, timeIn(text))
    else if (name === 'ele') point.altitudeMeters = numberIn(text)
    else if (name === 'hr') point.bpm = numberIn(text) || null
    else if (name === 'cad') point.cadence = numberIn(text)
    else if (name === 'speed') point.speed = numberIn(text)
    else if (name === 'power' || name === 'PowerInWatts') point.watts ??= numberIn(text)
  }
}

function recordingOf({ segments, name, sport, sawRoute }: Reader, unknown: (table: string, code: string) => void) {
  const tracks = segments.map((points) => (points.every(isTimed) ? inOrder(points.filter(isTimed)) : points))
  const timed = tracks.map((points) => points.filter(isTimed)).filter((points) => points.length > 0)
  const all = timed.flat()
  if (all.length === 0) {
    throw new UnreadableRecording(
      sawRoute && segments.length === 0
        ? 'a track that somebody recorded, not a route or waypoints'
        : 'a track whose points have a time',
    )
  }
  const kind = sportOf(sport, unknown)
  const { meters, total } = measure(tracks)
  const points = inOrder(tracks.flatMap((track) => pointsOf(track, meters, kind?.onFoot === true)))
  const timerSeconds = round(added(timed.map((points) => (points.at(-1)!.at - points[0]!.at) / 1000)), 3)
  const distanceMeters = round(total, 2)
  return {
    type: kind?.type ?? null,
    name,
    startAt: points[0]!.at,
    endAt: points.at(-1)!.at,
    offsetMinutes: all[0]!.offsetMinutes,
    totals: {
      ...NO_TOTALS,
      timerSeconds,
      distanceMeters,
      avgSpeed: timerSeconds > 0 ? round(distanceMeters / timerSeconds, 3) : null,
      ...climbOf(tracks.flat().flatMap(({ altitudeMeters }) => altitudeMeters ?? [])),
    },
    laps: [],
    points,
    places: tracks.flat().flatMap(({ at, position }) => (position === null ? [] : [{ at, position }])),
    timer: timed.slice(1).flatMap((track, i) => [
      { at: timed[i]!.at(-1)!.at, running: false },
      { at: track[0]!.at, running: true },
    ]),
    device: null,
  } satisfies Recording
}

function isTimed(point: RoutePoint): point is TimedPoint {
  return point.at !== null
}

/** How far it was until each point, along the recorded segments. */
function measure(tracks: readonly RoutePoint[][]): { meters: Map<RoutePoint, number>; total: number } {
  const meters = new Map<RoutePoint, number>()
  let total = 0
  for (const track of tracks) {
    let before: RoutePoint | null = null
    for (const point of track) {
      if (point.position === null) continue
      if (before !== null) total += metersBetween(before.position!, point.position)
      meters.set(point, total)
      before = point
    }
  }
  return { meters, total }
}

/** A speed that nobody wrote follows from the way since the point before. */
function pointsOf(track: readonly RoutePoint[], meters: Map<RoutePoint, number>, onFoot: boolean): TrackPoint[] {
  let before: TimedPoint | null = null
  return track.filter(isTimed).map((point) => {
    const far = meters.get(point) ?? null
    const since = before === null ? null : { seconds: (point.at - before.at) / 1000, far: meters.get(before) ?? null }
    before = point
    const own =
      since !== null && since.seconds > 0 && since.far !== null && far !== null
        ? round((far - since.far) / since.seconds, 3)
        : null
    return {
      ...point,
      distanceMeters: far === null ? null : round(far, 2),
      speed: point.speed ?? own,
      // Of one leg, as watches count where people run or walk.
      cadence: point.cadence !== null && onFoot ? point.cadence * 2 : point.cadence,
    }
  })
}

function added(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
