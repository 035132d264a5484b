// The forms in which Google answers for one data type: points (`list`, `reconcile`, one by name) and windows (`rollUp`,
// `dailyRollUp`).
import { z } from 'zod'
import { addDays, type LocalDay, localDayOf, startOfDay } from '../../model/local-day.ts'
import { type MapContext, UnreadablePage } from '../connector.ts'
import { rawDocuments, readDocuments } from '../documents.ts'
import { Civil, isMidnight, maybeInstant, Source, text } from './values.ts'

const POINTS = 'dataPoints'
const WINDOWS = 'rollupDataPoints'

export interface Point<Value> {
  /** Last part of the point's name; null for points that have none of their own. */
  id: string | null
  source: Source | null
  value: Value
}

export interface Window<Value> {
  /** The local day that it covers from midnight to midnight; null for any other window. */
  day: LocalDay | null
  startAt: number | null
  /** Null: the device was not worn. */
  value: Value | null
}

/** `heart-rate` → `heartRate`: the member that holds a point's value. */
export function memberOf(dataType: string): string {
  return dataType.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** Whether a page holds windows; an empty answer (`{}`) holds neither. */
export function formOf(payload: unknown): 'points' | 'windows' | 'empty' {
  if (isObject(payload)) {
    if (WINDOWS in payload) return 'windows'
    if (POINTS in payload) return 'points'
    if (Object.keys(payload).every((name) => name === 'nextPageToken')) return 'empty'
  }
  const [first] = rawDocuments(payload)
  return first !== undefined && ('civilStartTime' in first || 'startTime' in first) ? 'windows' : 'points'
}

export function readPoints<Schema extends z.ZodType>(
  dataType: string,
  schema: Schema,
  payload: unknown,
  context: MapContext,
): Point<z.infer<Schema>>[] {
  const form = formOf(payload)
  if (form === 'empty') return []
  if (form === 'windows') throw new UnreadablePage(dataType, '', 'data points, not roll-ups')
  const member = memberOf(dataType)
  const shape = z.object({ name: text, dataPointName: text, dataSource: Source.nullish(), [member]: schema })
  return readDocuments({ kind: dataType, schema: shape, lists: [POINTS] }, payload, context).map((point) => {
    const named = point as { name?: string | null; dataPointName?: string | null; dataSource?: Source | null }
    const id = (named.name ?? named.dataPointName ?? '').split('/').at(-1)
    return {
      id: id === undefined || id === '' ? null : id,
      source: named.dataSource ?? null,
      value: (point as Record<string, unknown>)[member] as z.infer<Schema>,
    }
  })
}

export function readWindows<Schema extends z.ZodType>(
  dataType: string,
  schema: Schema,
  payload: unknown,
  context: MapContext,
): Window<z.infer<Schema>>[] {
  const form = formOf(payload)
  if (form === 'empty') return []
  if (form === 'points') throw new UnreadablePage(dataType, '', `roll-ups, an object with \`${WINDOWS}\``)
  const member = memberOf(dataType)
  const shape = z
    .object({
      civilStartTime: Civil.nullish(),
      civilEndTime: Civil.nullish(),
      startTime: maybeInstant,
      endTime: maybeInstant,
      [member]: schema.nullish(),
    })
    .refine((window) => window.civilStartTime || window.startTime, 'expected civilStartTime or startTime')
  return readDocuments({ kind: dataType, schema: shape, lists: [WINDOWS] }, payload, context).map((window) => {
    const bounds = window as {
      civilStartTime?: Civil | null
      civilEndTime?: Civil | null
      startTime?: number | null
      endTime?: number | null
    }
    return {
      ...placeOf(bounds, context.timeZone),
      value: ((window as Record<string, unknown>)[member] ?? null) as z.infer<Schema> | null,
    }
  })
}

function placeOf(
  bounds: {
    civilStartTime?: Civil | null
    civilEndTime?: Civil | null
    startTime?: number | null
    endTime?: number | null
  },
  zone: string | null,
): { day: LocalDay | null; startAt: number | null } {
  const { civilStartTime: from, civilEndTime: to, startTime, endTime } = bounds
  if (from) {
    const next = addDays(from.date, 1)
    const whole = isMidnight(from) && (!to || (isMidnight(to) && to.date === next))
    return { day: whole ? from.date : null, startAt: null }
  }
  const startAt = startTime ?? null
  if (startAt === null || zone === null || typeof endTime !== 'number') return { day: null, startAt }
  const day = localDayOf(startAt, zone)
  const whole = startAt === startOfDay(day, zone) && endTime === startOfDay(addDays(day, 1), zone)
  return { day: whole ? day : null, startAt }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
