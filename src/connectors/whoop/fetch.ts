// Asks WHOOP. Lists are by the start of their records, the newest first, in pages of 25.
import { addDays, type LocalDay, startOfDay } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { DataType } from '../../model/data-type.ts'
import type { ConnectionHttp, DayRange, FetchContext, Fetched, Page } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { isLongestOf, minutesOf, nightsOf, readNights } from './nights.ts'
import { Sleep } from './payloads.ts'
import { dayOfSleep, spanOf } from './time.ts'

const PER_PAGE = 25
/** Ours: a list that never ends stops here. */
const MAX_PAGES = 400
/** A night may begin the evening before, and the person may have been on the other side of the world. */
const BEFORE_MS = 39 * 3_600_000
const AFTER_MS = 15 * 3_600_000
/** Newer than the rest, and not open to every application. */
const STREAM_MAY_ANSWER = [400, 403, 404]
/** `sleep_classification` is what comes as `is_sleeping`. */
const SIGNALS = 'hr,skin_temp,sleep_classification'

export async function* fetchProfile({ http }: FetchContext): AsyncIterable<Fetched> {
  const payload = (await http.send(at('/user/profile/basic'))).json()
  yield { kind: 'user_profile_basic', request: {}, payload }
}

export async function* fetchBodyMeasurement({ http }: FetchContext): AsyncIterable<Fetched> {
  const payload = (await http.send(at('/user/measurement/body'))).json()
  yield { kind: 'user_measurement_body', request: {}, payload }
}

export async function* fetchSleep(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted } = context
  if ('days' in wanted) {
    for await (const page of sleepPages(context, wanted.days)) {
      yield page
      for (const sleep of sleepsOf(page.payload)) yield* streamOf(context, sleep, wanted.days)
    }
    yield listed('sleep', wanted.days)
    yield listed('daily', wanted.days)
  } else if ('object' in wanted) {
    const payload = await single(context.http, `/activity/sleep/${encodeURIComponent(wanted.object)}`)
    if (payload === null) {
      yield { gone: { type: 'sleep', id: wanted.object } }
      return
    }
    const [sleep] = sleepsOf(payload)
    const nights = sleep === undefined ? '' : await longerNights(context, sleep)
    yield { kind: 'sleep', request: { sleep_id: wanted.object, ...(nights && { nights }) }, payload }
    if (sleep !== undefined) yield* streamOf(context, sleep, null)
  }
}

/** Heart rate and temperature of a night that was scored. A nap's would not be worth the call. */
async function* streamOf({ http, timeZone }: FetchContext, sleep: Sleep, days: DayRange | null): AsyncIterable<Page> {
  const day = dayOfSleep(sleep, timeZone)
  if (sleep.nap === true || day === null || !sleep.score) return
  if (days !== null && (day < days.start || day > days.end)) return
  const path = `/activity/sleep/${encodeURIComponent(sleep.id)}/stream`
  const response = await http.send(at(path), { query: { types: SIGNALS }, expect: STREAM_MAY_ANSWER })
  if (response.status >= 300) return
  const { zone } = spanOf(sleep, timeZone)
  const request = { sleep_id: sleep.id, day, ...(zone === null ? {} : { zone }) }
  yield { kind: 'sleep_stream', request, payload: response.json() }
}

export async function* fetchCycle(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted } = context
  if (!('days' in wanted)) return
  const nights = await nightsOfDays(context, wanted.days)
  for await (const page of pages(context.http, 'cycle', '/cycle', windowOf(context, wanted.days))) {
    yield { ...page, request: { ...page.request, nights } }
  }
  yield listed('daily', wanted.days)
}

export async function* fetchRecovery(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted } = context
  if ('days' in wanted) {
    const nights = await nightsOfDays(context, wanted.days)
    for await (const page of pages(context.http, 'recovery', '/recovery', windowOf(context, wanted.days))) {
      yield { ...page, request: { ...page.request, nights } }
    }
    yield listed('daily', wanted.days)
    yield listed('body', wanted.days)
  } else if ('object' in wanted) {
    yield* recoveryOfSleep(context, wanted.object)
  }
}

/** A recovery is announced by its sleep; the sleep says which cycle it belongs to. */
async function* recoveryOfSleep(context: FetchContext, sleepId: string): AsyncIterable<Fetched> {
  const { http, timeZone } = context
  const payload = await single(http, `/activity/sleep/${encodeURIComponent(sleepId)}`)
  if (payload === null) return
  const [sleep] = sleepsOf(payload)
  const nights = sleep === undefined ? '' : await longerNights(context, sleep)
  yield { kind: 'sleep', request: { sleep_id: sleepId, ...(nights && { nights }) }, payload }
  if (!sleep?.cycle_id) return
  const recovery = await single(http, `/cycle/${encodeURIComponent(sleep.cycle_id)}/recovery`)
  const day = dayOfSleep(sleep, timeZone)
  if (recovery !== null) {
    const request = { sleep_id: sleepId, nights: nights || nightsOf([sleep], timeZone) }
    yield { kind: 'recovery', request, payload: recovery }
  } else if (day !== null) {
    // None any more: nothing is left of what it had said of the night, and its day is read whole.
    yield { kind: 'recovery', request: { sleep_id: sleepId }, payload: { records: [] } }
    yield* fetchRecovery({ ...context, wanted: { days: { start: day, end: day } } })
  }
}

export async function* fetchWorkout(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted, http } = context
  if ('days' in wanted) {
    yield* pages(http, 'workout', '/activity/workout', windowOf(context, wanted.days))
    yield listed('activity', wanted.days)
  } else if ('object' in wanted) {
    const payload = await single(http, `/activity/workout/${encodeURIComponent(wanted.object)}`)
    if (payload === null) yield { gone: { type: 'activity', id: wanted.object } }
    else yield { kind: 'workout', request: { workout_id: wanted.object }, payload }
  }
}

/** A day may have two nights, of which the shorter was announced: the day is the longer one's. Empty where it is not so. */
async function longerNights(context: FetchContext, sleep: Sleep): Promise<string> {
  const day = dayOfSleep(sleep, context.timeZone)
  if (sleep.nap === true || day === null || !sleep.score) return ''
  const nights = await nightsOfDays(context, { start: day, end: day })
  const { startAt, endAt } = spanOf(sleep, context.timeZone)
  return isLongestOf(day, minutesOf(endAt! - startAt), readNights(nights)) ? '' : nights
}

/** On which day each cycle's night ended. Nobody is without days because the sleeps may not be read. */
async function nightsOfDays(context: FetchContext, days: DayRange): Promise<string> {
  const sleeps: Sleep[] = []
  try {
    for await (const page of sleepPages(context, days)) sleeps.push(...sleepsOf(page.payload))
  } catch (error) {
    if (!(error instanceof ProviderError) || error.next !== 'skip') throw error
  }
  return nightsOf(sleeps, context.timeZone)
}

function sleepPages(context: FetchContext, days: DayRange): AsyncIterable<Page> {
  return pages(context.http, 'sleep', '/activity/sleep', windowOf(context, days))
}

function sleepsOf(payload: unknown): Sleep[] {
  return rawDocuments(payload, ['records']).flatMap((document) => {
    const read = Sleep.safeParse(document)
    return read.success ? [read.data] : []
  })
}

interface Window {
  query: { start: string; end: string }
  /** What a page is of: the days, for what lies at the edges of the window is known only in part. */
  request: Record<string, string>
}

/** `end` is exclusive. */
function windowOf({ timeZone }: FetchContext, days: DayRange): Window {
  const zone = timeZone ?? '+00:00'
  const start = new Date(startOfDay(days.start, zone) - BEFORE_MS).toISOString()
  const end = new Date(startOfDay(addDays(days.end, 1), zone) + AFTER_MS).toISOString()
  return { query: { start, end }, request: { start_date: days.start, end_date: days.end } }
}

async function* pages(
  http: ConnectionHttp,
  kind: string,
  path: string,
  { query: window, request }: Window,
): AsyncIterable<Page> {
  let nextToken: string | null = null
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query: Record<string, string | number | null> = { ...window, limit: PER_PAGE, nextToken }
    const payload: unknown = (await http.send(at(path), { query })).json()
    yield { kind, request: page === 1 ? request : { ...request, page: String(page) }, payload }
    const token: unknown = (payload as { next_token?: unknown } | null)?.next_token
    if (typeof token !== 'string' || token === '') return
    nextToken = token
  }
  throw new ProviderError(`WHOOP's list of ${kind} did not end`, { next: 'give_up' })
}

/** Null when WHOOP has no such record, or none of this person. */
async function single(http: ConnectionHttp, path: string): Promise<unknown> {
  const response = await http.send(at(path), { expect: [404] })
  return response.status === 404 ? null : response.json()
}

function listed(type: DataType, days: { start: LocalDay; end: LocalDay }): Fetched {
  return { listed: { type, days } }
}

function at(path: string): { host: string; path: string } {
  return { host: 'api', path: `/developer/v2${path}` }
}
