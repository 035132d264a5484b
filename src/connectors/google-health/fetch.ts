// Asks Google. Points by civil days, paged, newest first; roll-ups of civil days by POST. Answers go on as they came.
import { addDays, daysAnywhere, daysBetween, type LocalDay, startOfDay, zoneMarginMs } from '../../model/local-day.ts'
import type { DataType } from '../../model/data-type.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { DayRange, FetchContext, Fetched, Page } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { memberOf } from './pages.ts'

/** Keeps a broken page token from turning in circles. */
const MAX_PAGES = 1000
const PAGE_SIZE = '10000'
/** Exercise and sleep have 25 at most. */
const SESSION_PAGE_SIZE = '25'
const ALL_SOURCES = 'users/me/dataSourceFamilies/all-sources'

export interface PointsOrder {
  kind: string
  /** The types of which a day's points are all there is: what is stored and not named any more is gone. */
  lists: readonly DataType[]
  /** Which time of a point is asked for. */
  by: 'interval' | 'sample' | 'date' | 'end'
  /** One merged stream of all devices, without sources and mostly without ids. */
  reconciled?: boolean
  /** Points that are records of their own, and can be read by id. */
  record?: 'sleep' | 'activity'
}

const FIELDS = {
  interval: 'interval.civil_start_time',
  sample: 'sample_time.civil_time',
  date: 'date',
  end: 'interval.civil_end_time',
}

export function fetchPoints(order: PointsOrder) {
  const { kind, record } = order
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const { wanted } = context
    if ('object' in wanted && record !== undefined) {
      const path = `${dataPoints(kind)}/${encodeURIComponent(wanted.object)}`
      const response = await context.http.send({ host: 'api', path }, { expect: [404] })
      if (response.status === 404) yield { gone: { type: record, id: wanted.object } }
      else yield { kind, request: { id: wanted.object }, payload: response.json() }
    } else if ('days' in wanted) {
      if (record === undefined) yield* pages(context, order, filterOf(order, wanted.days), wanted.days)
      else yield* sessions(context, order, wanted.days)
      for (const type of order.lists) yield { listed: { type, days: wanted.days } }
    }
  }
}

function filterOf({ kind, by }: PointsOrder, { start, end }: DayRange): string {
  const field = `${kind.replaceAll('-', '_')}.${FIELDS[by]}`
  return `${field} >= "${start}" AND ${field} < "${addDays(end, 1)}"`
}

/** One night of two apps is known as one within a page: what is more than a page is asked for day by day. */
async function* sessions(context: FetchContext, order: PointsOrder, days: DayRange): AsyncIterable<Page> {
  for await (const page of pages(context, order, filterOf(order, days), days)) {
    if (days.start === days.end || tokenOf(page.payload) === null) {
      yield page
      continue
    }
    for (const day of daysBetween(days.start, days.end)) yield* sessions(context, order, { start: day, end: day })
    return
  }
}

const LOCATION = 'https://www.googleapis.com/auth/googlehealth.location.readonly'

/** Workouts, and the track of each that has one. */
export function fetchExercise(order: PointsOrder) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const { grantedScopes, http } = context
    const withTrack = grantedScopes === null || grantedScopes.includes(LOCATION)
    for await (const fetched of fetchPoints(order)(context)) {
      yield fetched
      if (!withTrack || !('payload' in fetched)) continue
      for (const point of rawDocuments(fetched.payload, ['dataPoints'])) {
        const id = trackOf(point)
        if (id === null) continue
        const path = `${dataPoints(order.kind)}/${encodeURIComponent(id)}:exportExerciseTcx`
        const query = { alt: 'media', partialData: 'true' }
        // Without a track a workout is still a workout.
        const response = await http.send({ host: 'api', path }, { query, expect: [400, 403, 404] })
        if (response.status === 200)
          yield { kind: 'exercise_tcx', request: { exercise_id: id }, payload: response.body }
      }
    }
  }
}

function trackOf({ name, exercise }: Record<string, unknown>): string | null {
  const { exerciseMetadata } = (exercise ?? {}) as { exerciseMetadata?: { hasGps?: unknown } }
  if (exerciseMetadata?.hasGps !== true || typeof name !== 'string') return null
  return name.split('/').at(-1) || null
}

/**
 * Where only a beginning can be asked for: everything since then comes, newest first. Pages without anything of the days
 * are not kept. The days are those of the place where it was, on either side of the world.
 */
export function fetchSince(kind: string, type: DataType) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    if (!('days' in context.wanted)) return
    const { days } = context.wanted
    const { from, to } = daysAnywhere(days.start, days.end)
    const filter = `${kind.replaceAll('-', '_')}.interval.start_time >= "${new Date(from).toISOString()}"`
    for await (const page of pages(context, { kind, lists: [], by: 'interval' }, filter, days)) {
      const starts = rawDocuments(page.payload, ['dataPoints']).flatMap(({ [memberOf(kind)]: value }) =>
        value === undefined ? [] : [startOf(value)],
      )
      if (starts.length === 0 || starts.some((at) => at >= from && at < to)) yield page
    }
    yield { listed: { type, days } }
  }
}

function startOf(value: unknown): number {
  const { interval } = (value ?? {}) as { interval?: { startTime?: unknown } }
  return typeof interval?.startTime === 'string' ? Date.parse(interval.startTime) : Number.NaN
}

async function* pages(
  { http }: FetchContext,
  { kind, reconciled, record }: PointsOrder,
  filter: string,
  days: DayRange,
): AsyncIterable<Page> {
  const path = dataPoints(kind) + (reconciled ? ':reconcile' : '')
  const pageSize = record === undefined ? PAGE_SIZE : SESSION_PAGE_SIZE
  const query = { filter, pageSize, ...(reconciled ? { dataSourceFamily: ALL_SOURCES } : {}) }
  const request = { start_date: days.start, end_date: days.end }
  let pageToken: string | null = null
  for (let i = 0; i < MAX_PAGES; i++) {
    const payload = (await http.send({ host: 'api', path }, { query: { ...query, pageToken } })).json()
    yield { kind, request: i === 0 ? request : { ...request, page: String(i + 1) }, payload }
    pageToken = tokenOf(payload)
    if (pageToken === null) return
  }
  throw new ProviderError(`Google's list of ${kind} did not end`, { next: 'give_up' })
}

function tokenOf(payload: unknown): string | null {
  const token = (payload as { nextPageToken?: unknown } | null)?.nextPageToken
  return typeof token === 'string' && token !== '' ? token : null
}

/** One window for each civil day: 23 to 25 hours, as the person's clock had it. */
export function fetchDailyRollUp(dataType: string, lists: readonly DataType[]) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    if (!('days' in context.wanted)) return
    const { start, end } = context.wanted.days
    const json = {
      range: { start: { date: dateOf(start) }, end: { date: dateOf(addDays(end, 1)) } },
      windowSizeDays: 1,
      dataSourceFamily: ALL_SOURCES,
    }
    const at = { host: 'api', path: `${dataPoints(dataType)}:dailyRollUp` }
    const payload = (await context.http.send(at, { method: 'POST', json })).json()
    yield { kind: rollUpKind(dataType), request: { start_date: start, end_date: end }, payload }
    for (const type of lists) yield { listed: { type, days: context.wanted.days } }
  }
}

/**
 * Windows of a quarter of an hour, in absolute time: of the days' energy there are no points. The days are whole in either season;
 * what lies around them is left out when it is mapped.
 */
export function fetchRollUp(dataType: string) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const { wanted, timeZone, now } = context
    if (!('days' in wanted) || timeZone === null) return
    const margin = zoneMarginMs(timeZone)
    const start = startOfDay(wanted.days.start, timeZone) - margin
    const last = startOfDay(addDays(wanted.days.end, 1), timeZone) + margin
    const end = Math.min(last, Math.ceil(now / WINDOW_MS) * WINDOW_MS)
    if (end - margin <= start) return
    const range = { startTime: new Date(start).toISOString(), endTime: new Date(end).toISOString() }
    const request = { start_date: wanted.days.start, end_date: wanted.days.end }
    let pageToken: string | null = null
    for (let i = 0; i < MAX_PAGES; i++) {
      const json = {
        range,
        windowSize: `${WINDOW_MS / 1000}s`,
        pageSize: Number(PAGE_SIZE),
        dataSourceFamily: ALL_SOURCES,
        ...(pageToken === null ? {} : { pageToken }),
      }
      const at = { host: 'api', path: `${dataPoints(dataType)}:rollUp` }
      const payload = (await context.http.send(at, { method: 'POST', json })).json()
      const kind = `${dataType}_rollUp`
      yield { kind, request: i === 0 ? request : { ...request, page: String(i + 1) }, payload }
      pageToken = tokenOf(payload)
      if (pageToken === null) return
    }
    throw new ProviderError(`Google's roll-up of ${dataType} did not end`, { next: 'give_up' })
  }
}

const WINDOW_MS = 900_000

export function fetchResource(kind: string) {
  return async function* ({ http }: FetchContext): AsyncIterable<Fetched> {
    const payload = (await http.send({ host: 'api', path: `/v4/users/me/${kind}` })).json()
    yield { kind, request: {}, payload }
  }
}

export function rollUpKind(dataType: string): string {
  return `${dataType}_dailyRollUp`
}

function dataPoints(dataType: string): string {
  return `/v4/users/me/dataTypes/${dataType}/dataPoints`
}

function dateOf(day: LocalDay): { year: number; month: number; day: number } {
  const [year, month, date] = day.split('-').map(Number)
  return { year: year!, month: month!, day: date! }
}
