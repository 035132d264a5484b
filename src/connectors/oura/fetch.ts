// Asks Oura. Lists are by local day and paged; single documents by id. Payloads go on exactly as they came.
import { addDays, isIana, isLocalDay, type LocalDay, startOfDay, zoneMarginMs } from '../../model/local-day.ts'
import type { DataType } from '../../model/data-type.ts'
import { isTimestamp } from '../../model/timestamps.ts'
import { ProviderError } from '../../platform/errors.ts'
import { type DayRange, type FetchContext, type Fetched, type Page, UnreadablePage } from '../connector.ts'
import { listedDocuments } from '../documents.ts'
import { DayClock, lastOffset, offsetsText } from './day-offsets.ts'
import { LISTS, rawDocuments } from './documents.ts'
import { offsetOf } from './time.ts'

const COLLECTIONS = '/v2/usercollection'
/** Oura's own bound is the provider's; ours keeps a broken `next_token` from turning in circles. */
const MAX_PAGES = 1000
export const HEART_RATE_SCOPE = 'heartrate'

export async function* fetchPersonalInfo({ http }: FetchContext): AsyncIterable<Fetched> {
  yield { kind: 'personal_info', request: {}, payload: (await http.send(at('personal_info'))).json() }
}

/** The whole list, whatever is wanted: it is short, and has no days. */
export async function* fetchRingConfiguration(context: FetchContext): AsyncIterable<Fetched> {
  yield* pages(context, 'ring_configuration', {})
}

/** A collection by days or one document of it. `goneType` when its documents are records of their own. */
export function fetchCollection(kind: string, goneType: DataType | null = null) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const { wanted } = context
    if ('days' in wanted) {
      if (goneType === null) yield* listOfDays(context, kind, wanted.days)
      else yield* allOfDays(context, kind, goneType, wanted.days)
    } else if ('object' in wanted) {
      const document = await single(context, kind, wanted.object)
      if (document !== null) yield { kind, request: { document_id: wanted.object }, payload: document }
      else if (goneType !== null) yield { gone: { type: goneType, id: wanted.object } }
    }
  }
}

/**
 * Where only an offset is known, the day before is asked for as well: on the day on which the clock changes it alone tells how
 * that began. What is announced is one document; if it has another offset than the person had, its day is read.
 */
export async function* fetchDailyActivity(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted, timeZone } = context
  const kind = 'daily_activity'
  const isTold = timeZone !== null && isIana(timeZone)
  if ('days' in wanted) {
    yield* isTold ? listOfDays(context, kind, wanted.days) : daysAfterAnother(context, kind, wanted.days)
  } else if ('object' in wanted) {
    const document = await single(context, kind, wanted.object)
    if (document === null) return
    const { timestamp } = document as { timestamp?: unknown }
    const day = dayOf(document, 'day')
    const offset = typeof timestamp === 'string' && isTimestamp(timestamp) ? offsetOf(timestamp) : null
    const isMoved = !isTold && timeZone !== null && offset !== null && offset !== timeZone
    if (isMoved && day !== null && isLocalDay(day)) yield* daysAfterAnother(context, kind, { start: day, end: day })
    else yield { kind, request: { document_id: wanted.object }, payload: document }
  }
}

/** Of a page that goes on with the list, the last day of the page before it is named. */
async function* daysAfterAnother(context: FetchContext, kind: string, { start, end }: DayRange): AsyncIterable<Page> {
  const query = { start_date: addDays(start, -1), end_date: addDays(end, 1) }
  let before = ''
  for await (const page of pages(context, kind, query, { ...query, start_date: start })) {
    yield before === '' ? page : { ...page, request: { ...page.request, before } }
    before = lastOffset(rawDocuments(page.payload))
  }
}

/** For documents of which several make up one day's record: a single one would replace the others, so the day is read. */
export function fetchTags(kind: string, dayField: 'day' | 'start_day') {
  return wholeDays(kind, dayField, (context, days) => allOfDays(context, kind, 'daily', days))
}

/** What was noted in a period may be of later days than the one under which the period is listed: those are not complete. */
export function fetchRestMode(kind: string) {
  return wholeDays(kind, 'start_day', (context, days) => listOfDays(context, kind, days))
}

function wholeDays(
  kind: string,
  dayField: 'day' | 'start_day',
  read: (context: FetchContext, days: DayRange) => AsyncIterable<Fetched>,
) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const { wanted } = context
    if ('days' in wanted) {
      yield* read(context, wanted.days)
    } else if ('object' in wanted) {
      const day = dayOf(await single(context, kind, wanted.object), dayField)
      if (day !== null) yield* read(context, { start: day, end: day })
    }
  }
}

/** A bedtime edit gives a night a new id: whatever is announced, the whole day is read and compared. */
export async function* fetchSleep(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted } = context
  if ('days' in wanted) {
    yield* nightsOfDays(context, wanted.days)
  } else if ('object' in wanted) {
    const document = await single(context, 'sleep', wanted.object)
    if (document === null) {
      yield { gone: { type: 'sleep', id: wanted.object } }
      return
    }
    const day = dayOf(document, 'day')
    if (day === null) throw new UnreadablePage('sleep', 'day', 'expected a day, YYYY-MM-DD')
    yield* nightsOfDays(context, { start: day, end: day })
  }
}

/** Of the night there is its day's resting heart rate, too: without the one the other is gone. */
async function* nightsOfDays(context: FetchContext, days: DayRange): AsyncIterable<Fetched> {
  yield* allOfDays(context, 'sleep', 'sleep', days)
  yield { listed: { type: 'daily', days } }
}

/** Workouts, and for each one the heart rate of its time. */
export async function* fetchWorkout(context: FetchContext): AsyncIterable<Fetched> {
  const { grantedScopes } = context
  const withHeartRate = grantedScopes === null || grantedScopes.includes(HEART_RATE_SCOPE)
  for await (const fetched of fetchCollection('workout', 'activity')(context)) {
    yield fetched
    if (!withHeartRate || !('payload' in fetched)) continue
    for (const document of rawDocuments(fetched.payload)) yield* heartRateOf(context, document)
  }
}

async function* heartRateOf(context: FetchContext, workout: Record<string, unknown>): AsyncIterable<Fetched> {
  const { id, start_datetime: start, end_datetime: end } = workout
  if (typeof id !== 'string' || typeof start !== 'string' || typeof end !== 'string') return
  const lastsMs = Date.parse(end) - Date.parse(start)
  if (!(lastsMs > 0 && lastsMs <= LONGEST_WORKOUT_MS)) return
  const span = { start_datetime: start, end_datetime: end }
  try {
    for await (const page of pages(context, 'heartrate', span)) {
      yield { ...page, request: { ...page.request, workout_id: id } }
    }
  } catch (error) {
    // Without the heart rate scope a workout is still a workout.
    if (!(error instanceof ProviderError) || error.next !== 'skip') throw error
  }
}

/** Beyond this Oura refuses the question. */
const LONGEST_WORKOUT_MS = 30 * 86_400_000

/** By instant, not by day: from the first instant of the first local day to the end of the last. */
export async function* fetchHeartRate(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted, timeZone, now } = context
  if (!('days' in wanted)) return
  const { days } = wanted
  const offsets = await offsetsOf(context, days)
  const clock = offsets === '' ? null : new DayClock(offsets)
  const startOf = (day: LocalDay): number => clock?.startOf(day) ?? startOfDay(day, timeZone ?? '+00:00')
  const margin = clock === null ? zoneMarginMs(timeZone) : 0
  const start = startOf(days.start) - margin
  const end = Math.min(startOf(addDays(days.end, 1)) + margin, now)
  if (end - margin <= start) return
  const query = { start_datetime: new Date(start).toISOString(), end_datetime: new Date(end).toISOString() }
  // A day that still runs gets a new end each time; the days asked for name the question.
  const request = { start_date: days.start, end_date: days.end }
  yield* pages(context, 'heartrate', query, clock === null ? request : { ...request, offsets })
}

/** From what was just read if that begins early enough, else they are asked for. Empty where nobody says. */
async function offsetsOf(context: FetchContext, { start, end }: DayRange): Promise<string> {
  const { earlier = [], timeZone } = context
  if (timeZone !== null && isIana(timeZone)) return ''
  const kind = 'daily_activity'
  const read = earlier.filter((page) => page.kind === kind).flatMap(({ payload }) => rawDocuments(payload))
  const known = offsetsText(read)
  if (known !== '' && known.slice(0, start.length) <= start) return known
  const documents: Record<string, unknown>[] = []
  try {
    for await (const { payload } of listOfDays(context, kind, { start: addDays(start, -1), end })) {
      documents.push(...rawDocuments(payload))
    }
  } catch (error) {
    if (!(error instanceof ProviderError) || error.next !== 'skip') throw error
  }
  return offsetsText(documents)
}

/** What is stored of these days and is not among it is gone. */
async function* allOfDays(context: FetchContext, kind: string, type: DataType, days: DayRange): AsyncIterable<Fetched> {
  for await (const page of listOfDays(context, kind, days)) {
    listedDocuments(kind, page.payload, LISTS)
    yield page
  }
  yield { listed: { type, days } }
}

/** The end is asked for one day later, since some collections leave it out: more days may come than were wanted. */
function listOfDays(context: FetchContext, kind: string, days: DayRange): AsyncIterable<Page> {
  return pages(context, kind, { start_date: days.start, end_date: addDays(days.end, 1) })
}

async function* pages(
  { http }: FetchContext,
  kind: string,
  query: Record<string, string>,
  request: Record<string, string> = query,
): AsyncIterable<Page> {
  let nextToken: string | null = null
  for (let i = 0; i < MAX_PAGES; i++) {
    const payload = (await http.send(at(kind), { query: { ...query, next_token: nextToken } })).json()
    yield { kind, request: i === 0 ? request : { ...request, page: String(i + 1) }, payload }
    nextToken = nextTokenOf(payload)
    if (nextToken === null) return
  }
  throw new ProviderError(`Oura's list of ${kind} did not end`, { next: 'give_up' })
}

function nextTokenOf(payload: unknown): string | null {
  const token = (payload as { next_token?: unknown } | null)?.next_token
  return typeof token === 'string' && token !== '' ? token : null
}

/** Null when Oura has no such document any more. */
async function single({ http }: FetchContext, kind: string, id: string): Promise<unknown> {
  const response = await http.send(at(`${kind}/${encodeURIComponent(id)}`), { expect: [404] })
  return response.status === 404 ? null : response.json()
}

function dayOf(document: unknown, field: string): LocalDay | null {
  const day = (document as Record<string, unknown> | null)?.[field]
  return typeof day === 'string' ? day : null
}

function at(path: string): { host: string; path: string } {
  return { host: 'api', path: `${COLLECTIONS}/${path}` }
}
