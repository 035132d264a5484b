// Asks Fitbit's Web API, sparingly: 150 requests an hour. No header asks for a unit, so that all are metric.
import { addDays, countDays, daysBetween, type LocalDay, localDayOf } from '../../../model/local-day.ts'
import type { DataType } from '../../../model/data-type.ts'
import { ProviderError } from '../../../platform/errors.ts'
import type { DayRange, FetchContext, Fetched } from '../../connector.ts'
import { rawDocuments } from '../../documents.ts'
import { SERIES_RESOURCES } from './map/days.ts'
import { INTRADAY_RESOURCES } from './map/intraday.ts'
import { isPending } from './map/sleep.ts'

const USER = '/1/user/-'
const MAX_PAGES = 1000
const MOST_LOGS = 100
/** From this many days on a series of each of ten resources costs less than a summary of each day. It knows less, too. */
const SERIES_FROM_DAYS = 12

export function fetchResource(kind: string, path: string) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    yield { kind, request: {}, payload: await ask(context, `${USER}${path}`) }
  }
}

/** One request for a range; everything of the range is in its answer. */
export function fetchRange(kind: string, path: string, lists: readonly DataType[] = []) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const days = daysOf(context)
    if (days === null) return
    const payload = await ask(context, `${USER}${path}/date/${days.start}/${days.end}.json`)
    yield { kind, request: rangeOf(days), payload }
    for (const type of lists) yield { listed: { type, days } }
  }
}

/** `…/all.json`: the values of each minute or stage. */
export function fetchRangeOfAll(kind: string, path: string) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const days = daysOf(context)
    if (days === null) return
    const payload = await ask(context, `${USER}${path}/date/${days.start}/${days.end}/all.json`)
    yield { kind, request: rangeOf(days), payload }
  }
}

/** One request for each day, whose answers do not name it. */
export function fetchDays(kind: string, path: (day: LocalDay) => string, lists: readonly DataType[] = []) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const days = daysOf(context)
    if (days === null) return
    for (const date of daysBetween(days.start, days.end)) {
      yield { kind, request: { date }, payload: await ask(context, `${USER}${path(date)}`) }
    }
    for (const type of lists) yield { listed: { type, days } }
  }
}

export async function* fetchDaySummaries(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null || countDays(days.start, days.end) >= SERIES_FROM_DAYS) return
  yield* fetchDays('activity_daily_summary', (date) => `/activities/date/${date}.json`)(context)
}

export async function* fetchActivitySeries(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null || countDays(days.start, days.end) < SERIES_FROM_DAYS) return
  for (const resource of SERIES_RESOURCES) {
    const path = `${USER}/activities/${resource}/date/${days.start}/${days.end}.json`
    yield { kind: 'activity_timeseries', request: { resource, ...rangeOf(days) }, payload: await ask(context, path) }
  }
}

/** Energy in quarters of an hour, as GOOGLE has it; what is counted, in minutes. */
export async function* fetchIntraday(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null) return
  for (const date of daysBetween(days.start, days.end)) {
    for (const resource of INTRADAY_RESOURCES) {
      const detail = resource === 'calories' ? '15min' : '1min'
      const path = `${USER}/activities/${resource}/date/${date}/1d/${detail}.json`
      yield { kind: 'activity_intraday', request: { resource, date }, payload: await ask(context, path) }
    }
  }
}

/** Nights are listed under the day of waking. While stages are computed the list is empty, and asked for again. */
export async function* fetchSleep(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null) return
  const payload = await ask(context, `/1.2/user/-/sleep/date/${days.start}/${days.end}.json`)
  if (isPending(payload)) {
    const { retryDuration } = (payload as { meta: { retryDuration?: unknown } }).meta
    const afterSeconds = typeof retryDuration === 'number' ? Math.ceil(retryDuration / 1000) : 60
    throw new ProviderError('Fitbit still computes the stages', { next: 'retry', afterSeconds })
  }
  yield { kind: 'sleep', request: rangeOf(days), payload }
  yield { listed: { type: 'sleep', days } }
}

/** Lists that only have a beginning: read in order until the days are over. */
export function fetchList(kind: string, path: string, list: string, timeField: string, limit: number, type: DataType) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const days = daysOf(context)
    if (days === null) return
    const query = { afterDate: days.start, sort: 'asc', offset: '0', limit: String(limit) }
    let payload = (await context.http.send({ host: 'api', path: `${USER}${path}` }, { query })).json()
    for (let page = 1; page <= MAX_PAGES; page++) {
      yield { kind, request: page === 1 ? rangeOf(days) : { ...rangeOf(days), page: String(page) }, payload }
      const last = rawDocuments(payload, [list]).at(-1)?.[timeField]
      const next = (payload as { pagination?: { next?: unknown } } | null)?.pagination?.next
      const over = typeof last === 'string' && last.slice(0, 10) > days.end
      if (over || typeof next !== 'string' || next === '') {
        yield { listed: { type, days } }
        return
      }
      payload = (await context.http.follow(next)).json()
    }
    throw new ProviderError(`Fitbit's list of ${kind} did not end`, { next: 'give_up' })
  }
}

/** Logs, and the track of each that has one. */
export async function* fetchActivityLogs(context: FetchContext): AsyncIterable<Fetched> {
  const { grantedScopes, http } = context
  const withTrack = grantedScopes === null || grantedScopes.includes('location')
  const logs = fetchList('activity_log_list', '/activities/list.json', 'activities', 'startTime', MOST_LOGS, 'activity')
  const days = daysOf(context)
  for await (const fetched of logs(context)) {
    yield fetched
    if (!withTrack || days === null || !('payload' in fetched)) continue
    for (const { logId, tcxLink, startTime } of rawDocuments(fetched.payload, ['activities'])) {
      if (typeof tcxLink !== 'string' || typeof startTime !== 'string' || startTime.slice(0, 10) > days.end) continue
      const at = { host: 'api', path: `${USER}/activities/${encodeURIComponent(String(logId))}.tcx` }
      // Without a track an activity is still one.
      const response = await http.send(at, { query: { includePartialTCX: 'true' }, expect: [400, 403, 404] })
      if (response.status === 200)
        yield { kind: 'activity_tcx', request: { log_id: String(logId) }, payload: response.body }
    }
  }
}

/** Days that have not begun are not asked for. */
function daysOf({ wanted, timeZone, now }: FetchContext): DayRange | null {
  if (!('days' in wanted)) return null
  const today = localDayOf(now, timeZone)
  const last = timeZone === null ? addDays(today, 1) : today
  const end = wanted.days.end < last ? wanted.days.end : last
  return end < wanted.days.start ? null : { start: wanted.days.start, end }
}

function rangeOf({ start, end }: DayRange): Record<string, string> {
  return { start_date: start, end_date: end }
}

async function ask({ http }: FetchContext, path: string): Promise<unknown> {
  return (await http.send({ host: 'api', path })).json()
}
