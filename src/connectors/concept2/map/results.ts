import { ActivityType, UploadType } from '../../../model/enumerations.ts'
import { localDayOf, wireAt } from '../../../model/local-day.ts'
import { tenthsToSeconds } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach, readDocuments } from '../../documents.ts'
import { type Piece, Pieces, Result, Stroke } from '../payloads.ts'
import { piecesOf, type Span, spanOf } from '../time.ts'
import { recordedOf } from './strokes.ts'

const TYPES = new Map<string, number>([
  ['rower', ActivityType.RowingMachine],
  ['dynamic', ActivityType.RowingMachine],
  ['slides', ActivityType.RowingMachine],
  ['multierg', ActivityType.RowingMachine],
  ['skierg', ActivityType.Ergometer],
  ['bike', ActivityType.StationaryBiking],
  ['paddle', ActivityType.Paddling],
  ['water', ActivityType.Rowing],
  ['snow', ActivityType.CrossCountrySkiing],
  ['rollerski', ActivityType.RollerSkiing],
])
/** Typed in on the website. */
const BY_HAND = 'Web'

/** A list, one result, or what a notification carries. */
export function mapResults(payload: unknown, context: MapContext): Mapped[] {
  const removed = removedOf(payload)
  if (removed !== null) return [{ type: 'activity', key: { id: removed }, record: null }]
  const shape = {
    kind: 'results',
    schema: Result,
    lists: ['data'],
    series: { strokes: Stroke, 'strokes.data': Stroke },
    wholes: { 'workout.splits': Pieces, 'workout.intervals': Pieces },
  }
  return mapEach('results', readDocuments(shape, resultOf(payload), context), context, (result) =>
    partsOf(result, context),
  )
}

interface Carried {
  data?: { type?: unknown; result?: unknown; result_id?: unknown }
}

function resultOf(payload: unknown): unknown {
  const result = (payload as Carried | null)?.data?.result
  return typeof result === 'object' && result !== null ? result : payload
}

function removedOf(payload: unknown): string | null {
  const { type, result_id: id } = (payload as Carried | null)?.data ?? {}
  return type === 'result-deleted' && (typeof id === 'number' || typeof id === 'string') ? String(id) : null
}

function partsOf(result: Result, context: MapContext): Mapped[] {
  const span = spanOf(result, context.timeZone)
  const parts: Mapped[] = [activityOf(result, span, context)]
  const strokes = strokesOf(result)
  if (strokes.length > 0) {
    const about = { startAt: span.startAt, zone: span.zone, type: result.type ?? null, pieces: piecesOf(result) }
    parts.push({ type: 'activity', key: { id: result.id }, record: recordedOf(strokes, about) })
  }
  return parts
}

function strokesOf({ strokes }: Result): readonly Stroke[] {
  if (strokes === null || strokes === undefined) return []
  return Array.isArray(strokes) ? strokes : strokes.data
}

function activityOf(result: Result, span: Span, context: MapContext): Mapped {
  const { startAt, endAt, zone } = span
  const byHand = result.verified === false && result.source === BY_HAND
  return {
    type: 'activity',
    key: { id: result.id },
    day: localDayOf(startAt, zone),
    record: {
      metadata: {
        start_time: wireAt(startAt, zone),
        end_time: wireAt(endAt, zone),
        type: typeOf(result.type, context),
        upload_type: byHand ? UploadType.Manual : UploadType.Automatic,
      },
      active_durations_data: { activity_seconds: seconds(result.time), rest_seconds: seconds(result.rest_time) },
      calories_data: { total_burned_calories: result.calories_total },
      distance_data: { summary: { distance_meters: result.distance } },
      heart_rate_data: {
        summary: {
          avg_hr_bpm: result.heart_rate?.average,
          min_hr_bpm: result.heart_rate?.min,
          max_hr_bpm: result.heart_rate?.max,
        },
      },
      movement_data: { avg_cadence_rpm: result.stroke_rate },
      lap_data: { laps: lapsOf(piecesOf(result), span, context) },
    },
  }
}

/** Null: there is no word for it. */
const TRIGGERS = new Map<string, string | null>([
  ['distance', 'DISTANCE'],
  ['time', 'TIME'],
  ['calorie', 'CALORIES'],
  ['wattminute', null],
])

/** One after the other; the rest that an interval names follows it and belongs to no lap. */
function lapsOf(pieces: readonly Piece[], { startAt, zone }: Span, context: MapContext) {
  let at: number | null = startAt
  return pieces.map((piece) => {
    const beganAt: number | null = at
    const took = seconds(piece.time)
    const endedAt = beganAt === null || took === null ? null : beganAt + took * 1000
    // Where one piece does not say how long it took, nobody knows when the next began.
    at = endedAt === null ? null : endedAt + (seconds(piece.rest_time) ?? 0) * 1000
    return {
      start_time: beganAt === null ? null : wireAt(beganAt, zone),
      end_time: endedAt === null ? null : wireAt(endedAt, zone),
      active_duration_seconds: took,
      distance_meters: piece.distance,
      calories: piece.calories_total,
      avg_hr_bpm: piece.heart_rate?.average,
      total_strokes: piece.stroke_count,
      trigger_method: triggerOf(piece.type, context),
    }
  })
}

function triggerOf(type: string | null | undefined, context: MapContext): string | null {
  if (!type) return null
  const known = TRIGGERS.get(type)
  if (known === undefined) context.unknown('interval.type', type)
  return known ?? null
}

function seconds(tenths: number | null | undefined): number | null {
  return typeof tenths === 'number' ? tenthsToSeconds(tenths) : null
}

function typeOf(type: string | null | undefined, context: MapContext): number {
  if (type === null || type === undefined || type === '') return ActivityType.Unknown
  const known = TYPES.get(type)
  if (known === undefined) context.unknown('result.type', type)
  return known ?? ActivityType.Unknown
}
