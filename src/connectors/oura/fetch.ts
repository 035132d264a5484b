// Asks Oura. Lists are by local day and paged; single documents by id.
import { addDays, startOfDay } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { DataType } from '../../model/data-type.ts'
import type { FetchContext, Fetched, Page } from '../connector.ts'

const COLLECTIONS = '/v2/usercollection'
/** Oura's own bound is the provider's; ours keeps a broken `next_token` from turning in circles. */
const MAX_PAGES = 1000

export async function* fetchPersonalInfo({ http }: FetchContext): AsyncIterable<Fetched> {
  yield { kind: 'personal_info', request: {}, payload: (await http.send(at('personal_info'))).json() }
}

/** A collection by days; the end is asked for one day later, since some treat it as exclusive. `goneType` for removals. */
export function fetchCollection(kind: string, goneType: DataType | null = null) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const { wanted } = context
    if ('days' in wanted) {
      yield* pages(context, kind, { start_date: wanted.days.start, end_date: addDays(wanted.days.end, 1) })
    } else if ('object' in wanted) {
      const document = await single(context, kind, wanted.object)
      if (document !== null) yield { kind, request: { document_id: wanted.object }, payload: document }
      else if (goneType !== null) yield { gone: { type: goneType, id: wanted.object } }
    }
  }
}

/** A bedtime edit gives a night a new id: whatever is announced, the whole day is read and compared. */
export async function* fetchSleep(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted } = context
  if ('object' in wanted) {
    const document = (await single(context, 'sleep', wanted.object)) as { day?: string } | null
    if (document?.day === undefined) {
      yield { gone: { type: 'sleep', id: wanted.object } }
      return
    }
    yield* sleepDays(context, { start: document.day, end: document.day })
  } else if ('days' in wanted) {
    yield* sleepDays(context, wanted.days)
  }
}

async function* sleepDays(context: FetchContext, days: { start: string; end: string }): AsyncIterable<Fetched> {
  yield* pages(context, 'sleep', { start_date: days.start, end_date: addDays(days.end, 1) })
  yield { listed: { type: 'sleep', days } }
}

/** Workouts, and for each one the heart rate of its time. */
export async function* fetchWorkout(context: FetchContext): AsyncIterable<Fetched> {
  for await (const fetched of fetchCollection('workout', 'activity')(context)) {
    yield fetched
    if (!('payload' in fetched)) continue
    for (const workout of workoutsOf(fetched)) yield* heartRateOf(context, workout)
  }
}

async function* heartRateOf(
  context: FetchContext,
  workout: { id: string; start_datetime: string; end_datetime: string },
): AsyncIterable<Fetched> {
  if (Date.parse(workout.end_datetime) <= Date.parse(workout.start_datetime)) return
  const span = { start_datetime: workout.start_datetime, end_datetime: workout.end_datetime }
  try {
    for await (const page of pages(context, 'heartrate', span)) {
      yield { ...page, request: { ...page.request, workout_id: workout.id } }
    }
  } catch (error) {
    // Without the heart rate scope a workout is still a workout.
    if (!(error instanceof ProviderError) || error.next !== 'skip') throw error
  }
}

function workoutsOf(page: Page): { id: string; start_datetime: string; end_datetime: string }[] {
  const payload = page.payload as { data?: unknown[] }
  const list = Array.isArray(payload.data) ? payload.data : [payload]
  return list.filter(
    (each): each is { id: string; start_datetime: string; end_datetime: string } =>
      typeof (each as { id?: unknown }).id === 'string' &&
      typeof (each as { start_datetime?: unknown }).start_datetime === 'string' &&
      typeof (each as { end_datetime?: unknown }).end_datetime === 'string',
  )
}

/** By instant, not by day: from the first instant of the first local day to the end of the last. */
export async function* fetchHeartRate(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted, timeZone, now } = context
  if (!('days' in wanted)) return
  const zone = timeZone ?? '+00:00'
  const start = startOfDay(wanted.days.start, zone)
  const end = Math.min(startOfDay(addDays(wanted.days.end, 1), zone), now)
  if (end <= start) return
  // A day that still runs gets a new end each time; the days asked for name the question.
  const request = { start_date: wanted.days.start, end_date: wanted.days.end }
  const query = { start_datetime: new Date(start).toISOString(), end_datetime: new Date(end).toISOString() }
  yield* pages(context, 'heartrate', query, request)
}

async function* pages(
  { http }: FetchContext,
  kind: string,
  query: Record<string, string>,
  request: Record<string, string> = query,
): AsyncIterable<Page> {
  let nextToken: string | null = null
  for (let i = 0; i < MAX_PAGES; i++) {
    const response = await http.send(at(kind), { query: { ...query, next_token: nextToken } })
    const payload = response.json() as { next_token?: string | null }
    yield { kind, request: i === 0 ? request : { ...request, page: String(i + 1) }, payload }
    nextToken = payload.next_token ?? null
    if (nextToken === null) return
  }
  throw new ProviderError(`Oura's list of ${kind} did not end`, { next: 'give_up' })
}

async function single({ http }: FetchContext, kind: string, id: string): Promise<unknown> {
  const response = await http.send(at(`${kind}/${encodeURIComponent(id)}`), { expect: [404] })
  return response.status === 404 ? null : response.json()
}

function at(path: string): { host: string; path: string } {
  return { host: 'api', path: `${COLLECTIONS}/${path}` }
}
