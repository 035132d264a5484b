// An answer has had three forms. All of them become days with entries, and entries with numbers.
import { z } from 'zod'
import {
  fixedZone,
  isLocalDay,
  isZone,
  type LocalDay,
  localDayOf,
  wireAt,
  zoneOfInstant,
} from '../../model/local-day.ts'
import { isOnCalendar } from '../../model/timestamps.ts'
import { type MapContext, UnreadablePage } from '../connector.ts'

const KIND = 'metrics'
const DAY_MS = 86_400_000

const Entry = z.object({ type: z.string(), object: z.unknown() })

export interface MetricsDay {
  day: LocalDay
  /** By type, in lower case; what was not worn is not among them. */
  entries: Map<string, Record<string, unknown>>
  zone: string | null
}

/** Throws UnreadablePage when it is none of the forms. */
export function readMetrics(payload: unknown, context: MapContext): MetricsDay[] {
  const data = isObject(payload) && 'data' in payload ? payload.data : payload
  const lists = listsOf(data)
  if (lists === null) {
    throw new UnreadablePage(
      KIND,
      '',
      'an object with `metric_data` or `metrics`, or a list of entries with `type` and `object`',
    )
  }
  const latest = isObject(data) && typeof data.latest_time_zone === 'string' ? data.latest_time_zone : null
  return lists.flatMap(({ day, list }) => {
    const entries = entriesOf(list, context)
    const starts = dayStartOf(entries)
    const named = day ?? context.request.date ?? dayShown(entries, starts, latest ?? context.timeZone)
    if (named === null || !isLocalDay(named)) {
      if (entries.size === 0) return []
      throw new UnreadablePage(
        KIND,
        'day_start_timestamp',
        'expected the day: the answer names none, and neither did the request',
      )
    }
    return [{ day: named, entries, zone: zoneOf(latest, named, starts, context.timeZone) }]
  })
}

function listsOf(data: unknown): { day: string | null; list: unknown[] }[] | null {
  if (Array.isArray(data)) return [{ day: null, list: data }]
  if (!isObject(data)) return null
  if (Array.isArray(data.metric_data)) return [{ day: null, list: data.metric_data }]
  if (!isObject(data.metrics)) return null
  return Object.entries(data.metrics).flatMap(([day, list]) => (Array.isArray(list) ? [{ day, list }] : []))
}

function entriesOf(list: readonly unknown[], context: MapContext): MetricsDay['entries'] {
  const entries: MetricsDay['entries'] = new Map()
  for (const [i, item] of list.entries()) {
    const entry = Entry.safeParse(item)
    if (!entry.success) {
      context.unreadable?.(`[${i}]`, 'expected an entry with `type` and `object`')
      continue
    }
    const { object } = entry.data
    const type = entry.data.type.toLowerCase()
    if (!isObject(object) || Object.keys(object).length === 0) continue
    entries.set(type, object)
    tellOddItems(type, object, `[${i}].object`, context)
  }
  return entries
}

const SERIES = new Set(['hr', 'hrv', 'temp', 'steps', 'glucose', 'night_rhr'])
const GRAPHS = ['hr_graph', 'hrv_graph'] as const

/** Of each list the first one: a whole series of them is one fault. */
function tellOddItems(type: string, object: Record<string, unknown>, place: string, context: MapContext): void {
  const tell = (
    within: string,
    list: readonly unknown[],
    isOdd: (item: unknown) => boolean,
    expected: string,
  ): void => {
    const i = list.findIndex(isOdd)
    if (i >= 0) context.unreadable?.(`${place}.${within}.${i}`, expected)
  }
  if (SERIES.has(type)) {
    tell('values' in object ? 'values' : 'data', itemsOf(object), isOddReading, 'expected `timestamp` and `value`')
  }
  if (type !== 'sleep') return
  for (const graph of GRAPHS) {
    tell(`${graph}.data`, itemsOf(object[graph]), isOddReading, 'expected `timestamp` and `value`')
  }
  tell('sleep_graph.data', itemsOf(object.sleep_graph), isOddStage, 'expected `start` and `type`')
}

/** Local midnight, where an entry says it. */
function dayStartOf(entries: MetricsDay['entries']): number | null {
  for (const object of entries.values()) {
    const { day_start_timestamp: seconds } = object
    if (typeof seconds === 'number' && isOnCalendar(seconds * 1000)) return seconds * 1000
  }
  return null
}

/** By its midnight: the day whose noon is twelve hours later. Else that of waking, or of whatever was read. */
function dayShown(entries: MetricsDay['entries'], startAt: number | null, zone: string | null): LocalDay | null {
  if (startAt !== null) return new Date(startAt + DAY_MS / 2).toISOString().slice(0, 10)
  const woke = numberIn(entries.get('sleep'), 'bedtime_end')
  const [read] = ['hr', 'steps', 'temp', 'glucose', 'spo2'].flatMap((type) => readingsOf(entries.get(type)))
  const at = woke === null ? (read?.at ?? null) : woke * 1000
  return at === null || !isOnCalendar(at) ? null : localDayOf(at, zone !== null && isZone(zone) ? zone : UTC)
}

/** The person's latest zone stands for past days too. Older forms show no more than where midnight was: elsewhere, on a journey. */
function zoneOf(latest: string | null, day: LocalDay, startAt: number | null, known: string | null): string | null {
  if (latest !== null && isZone(latest)) return latest
  if (startAt === null) return known
  const minutes = Math.round((Date.parse(`${day}T00:00:00Z`) - startAt) / 60_000)
  return Math.abs(minutes) <= 14 * 60 ? zoneOfInstant(startAt, known, fixedZone(minutes)) : known
}

/** The zone that an answer shows by name. */
export function shownZone(payload: unknown): string | null {
  const data = isObject(payload) ? payload.data : null
  const zone = isObject(data) ? data.latest_time_zone : null
  return typeof zone === 'string' && isZone(zone) ? zone : null
}

const UTC = '+00:00'

/** An instant that is known stays one where nobody knows the zone: it is shown as UTC, not as a clock on some wall. */
export function timeOf(epochMs: number, zone: string | null): string {
  return wireAt(epochMs, zone ?? UTC)
}

// ── Numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The first of these members that is a number. */
export function numberIn(object: unknown, ...names: string[]): number | null {
  if (!isObject(object)) return null
  for (const name of names) {
    const value = object[name]
    if (typeof value === 'number') return value
  }
  return null
}

export interface Reading {
  at: number
  value: number
}

/** `values` of a series, `data` of a graph; a graph without data may be an empty list. */
export function itemsOf(object: unknown): readonly unknown[] {
  if (!isObject(object)) return []
  return Array.isArray(object.values) ? object.values : Array.isArray(object.data) ? object.data : []
}

/** Oldest first; an odd one is left out. */
export function readingsOf(object: unknown): Reading[] {
  return itemsOf(object)
    .flatMap((item): Reading[] => {
      if (!isObject(item) || typeof item.timestamp !== 'number' || typeof item.value !== 'number') return []
      return [{ at: item.timestamp * 1000, value: item.value }]
    })
    .sort((a, b) => a.at - b.at)
}

/** Of what is added up: none where one is odd. */
export function countsOf(object: unknown): Reading[] {
  return itemsOf(object).some(isOddReading) ? [] : readingsOf(object)
}

/** Without a value it says nothing, which is not odd. */
function isOddReading(item: unknown): boolean {
  if (!isObject(item) || typeof item.timestamp !== 'number') return true
  return typeof (item.value ?? 0) !== 'number'
}

export interface Stage {
  start: number
  type: string
}

/** Oldest first. Each lasts until the next begins: none where one is odd. */
export function stagesOf(graph: unknown): Stage[] {
  const items = itemsOf(graph)
  return items.some(isOddStage) ? [] : (items as Stage[]).toSorted((a, b) => a.start - b.start)
}

function isOddStage(item: unknown): boolean {
  return !isObject(item) || typeof item.start !== 'number' || typeof item.type !== 'string'
}

/** More minutes than a day has are seconds. */
const DAY_MINUTES = 1440

/** Seconds of a duration however it is written: `seconds`, `minutes`, or a value with a unit. */
export function secondsOf(object: unknown): number | null {
  const seconds = numberIn(object, 'seconds')
  if (seconds !== null) return seconds
  const minutes = numberIn(object, 'minutes')
  if (minutes !== null) return minutes * 60
  const value = numberIn(object, 'value')
  if (value === null) return null
  const unit = isObject(object) && typeof object.unit === 'string' ? object.unit.toLowerCase() : null
  if (unit !== null && (unit === 'm' || unit.startsWith('min'))) return value * 60
  if (unit !== null && (unit === 's' || unit.startsWith('sec'))) return value
  return value > DAY_MINUTES ? value : value * 60
}
