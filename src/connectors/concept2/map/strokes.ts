// What the machine measured at each stroke. Within an interval it counts from zero again.
import { instantIn, wireAt } from '../../../model/local-day.ts'
import { round, tenthsToSeconds } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach, readDocuments } from '../../documents.ts'
import { type Piece, Stroke } from '../payloads.ts'

export interface AboutResult {
  /** Null where nobody said: then strokes have no times. */
  startAt: number | null
  zone: string | null
  type: string | null
  pieces: readonly Pick<Piece, 'time' | 'distance' | 'rest_time'>[]
}

/** A page from a file may be nobody's; it becomes no record then. */
const NOBODYS = ''

/** Strokes do not say whose they are: the question does. */
export function mapStrokes(payload: unknown, context: MapContext): Mapped[] {
  const strokes = readDocuments({ kind: 'strokes', schema: Stroke, lists: ['data', 'strokes'] }, payload, context)
  const { result_id: id = NOBODYS, start, zone = null, type = null, times, distances, rests } = context.request
  const about: AboutResult = {
    startAt: start === undefined ? null : instantIn(start, zone ?? context.timeZone),
    zone: zone ?? context.timeZone,
    type,
    pieces: piecesAsked(times, distances, rests),
  }
  return mapEach('strokes', [strokes], context, (all) => ({
    type: 'activity',
    key: { id },
    record: recordedOf(all, about),
  }))
}

export function recordedOf(strokes: readonly Stroke[], about: AboutResult) {
  const { startAt, zone } = about
  const metersOfPace = about.type === BIKE ? 1000 : 500
  const rows = inOneRow(strokes, about.pieces).map(({ stroke, seconds, active, meters }) => ({
    at: {
      timestamp: startAt === null ? null : wireAt(startAt + Math.round(seconds * 1000), zone),
      timer_duration_seconds: active,
    },
    meters,
    bpm: stroke.hr === NO_PULSE ? null : stroke.hr,
    perMinute: stroke.spm,
    paceSeconds: stroke.p ? tenthsToSeconds(stroke.p) : null,
  }))
  return {
    distance_data: {
      detailed: { distance_samples: series(rows, 'meters', (distance_meters) => ({ distance_meters })) },
    },
    heart_rate_data: { detailed: { hr_samples: series(rows, 'bpm', (bpm) => ({ bpm })) } },
    movement_data: {
      cadence_samples: series(rows, 'perMinute', (cadence_rpm) => ({ cadence_rpm })),
      speed_samples: series(rows, 'paceSeconds', (pace) => ({
        speed_meters_per_second: round(metersOfPace / pace, 4),
      })),
    },
    power_data: { power_samples: series(rows, 'paceSeconds', (pace) => ({ watts: wattsOf(pace) })) },
  }
}

/** A BikeErg's pace is of 1000 m. */
const BIKE = 'bike'

/**
 * Concept2's formula, of the seconds for a meter. A BikeErg is geared so that the same number, though it is of 1000 m,
 * stands for the same power: by its real speed every commuter would make 2000 W.
 */
function wattsOf(paceSeconds: number): number {
  return round(2.8 / (paceSeconds / 500) ** 3, 1)
}
/** No belt, or none that answered yet. */
const NO_PULSE = 0

interface Row {
  at: { timestamp: string | null; timer_duration_seconds: number }
  meters: number | null
  bpm: number | null | undefined
  perMinute: number | null | undefined
  paceSeconds: number | null
}

function series<Sample extends object>(
  rows: readonly Row[],
  name: 'meters' | 'bpm' | 'perMinute' | 'paceSeconds',
  sampleOf: (value: number) => Sample,
): (Row['at'] & Sample)[] {
  return rows.flatMap((row) => {
    const value = row[name]
    return value === null || value === undefined ? [] : [{ ...row.at, ...sampleOf(value) }]
  })
}

/** Time and distance since the start of the workout: what came before an interval, and the rests between, are added. */
function inOneRow(strokes: readonly Stroke[], pieces: AboutResult['pieces']) {
  let interval = 0
  let before = { tenths: 0, activeTenths: 0, decimeters: 0 }
  let last: { t: number; d: number } = { t: 0, d: 0 }
  return strokes.map((stroke) => {
    const decimeters = stroke.d ?? null
    if (stroke.t < last.t) {
      const piece = pieces[interval++]
      const took = Math.max(piece?.time ?? 0, last.t)
      before = {
        tenths: before.tenths + took + (piece?.rest_time ?? 0),
        activeTenths: before.activeTenths + took,
        decimeters: before.decimeters + Math.max((piece?.distance ?? 0) * 10, last.d),
      }
      last = { t: 0, d: 0 }
    }
    last = { t: stroke.t, d: decimeters ?? last.d }
    return {
      stroke,
      seconds: tenthsToSeconds(before.tenths + stroke.t),
      active: tenthsToSeconds(before.activeTenths + stroke.t),
      meters: decimeters === null ? null : round((before.decimeters + decimeters) / 10, 1),
    }
  })
}

/** Of each interval its time, distance and rest, as the question spells them: `2400,3000`. */
function piecesAsked(times = '', distances = '', rests = ''): AboutResult['pieces'] {
  const numbers = (text: string): (number | null)[] =>
    text.split(',').map((each) => (each === '' ? null : Number(each)))
  const [time, distance, rest] = [times, distances, rests].map(numbers)
  return time!.map((each, i) => ({ time: each, distance: distance![i] ?? null, rest_time: rest![i] ?? null }))
}
