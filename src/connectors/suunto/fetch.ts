// Asks for workouts by the time of their change, for what is counted round the clock in windows, and for files.
import { addDays, daysAnywhere, startOfDay, zoneMarginMs } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { ConnectionHttp, DayRange, FetchContext, Fetched, Page } from '../connector.ts'
import { listedDocuments, rawDocuments } from '../documents.ts'
import { dayOf, keyOf } from './map/workouts.ts'
import { Named } from './payloads.ts'

const LIMIT = 100
/** Ours: a list that never ends stops here. */
const MAX_PAGES = 500
const MAX_FILE_BYTES = 50_000_000

export async function* fetchWorkouts({ http, wanted }: FetchContext): AsyncIterable<Fetched> {
  if ('days' in wanted) {
    for await (const page of workoutsOf(http, wanted.days)) {
      yield page
      yield* fileOf(http, page)
    }
    yield { listed: { type: 'activity', days: wanted.days } }
  } else if ('object' in wanted) {
    const key = wanted.object
    const response = await http.send(api(`/v3/workouts/${encodeURIComponent(key)}`), { expect: [404] })
    if (response.status === 404) {
      yield { gone: { type: 'activity', id: key } }
      return
    }
    // Its file is ordered by itself: see the notifications.
    yield { kind: 'workouts', request: { workout_key: key }, payload: response.json() }
  }
}

/** The file of a workout that was just recorded may take minutes. Some never have one. */
const FILE_WITHIN_MS = 2 * 3_600_000

/** The file of an announced workout: asked for again while it may still come. */
export async function* fetchFile({ http, wanted, now }: FetchContext): AsyncIterable<Fetched> {
  if (!('hint' in wanted)) return
  const { workout_key: key = '', ended_at: endedAt } = wanted.hint
  if (key === '') return
  const file = await fileFor(http, key)
  if (file !== null) yield file
  else if (endedAt !== undefined && now < Number(endedAt) + FILE_WITHIN_MS) {
    throw new ProviderError('the file of a workout is not there yet', { next: 'retry', afterSeconds: 60 })
  }
}

/**
 * Everything that was changed since the first day, which is all of its workouts and later ones; each is a page of its own. A
 * workout belongs to the day of the place where it was, which may be on the other side of the world; where it does not say,
 * whatever may be of these days is read.
 */
async function* workoutsOf(http: ConnectionHttp, days: DayRange): AsyncIterable<Page> {
  const { from, to } = daysAnywhere(days.start, days.end)
  const isWanted = (workout: Record<string, unknown>): boolean => {
    const start = Number(workout.startTime)
    const own = Named.safeParse(workout)
    const day = own.success ? dayOf(own.data, null) : null
    return day === null ? start >= from && start < to : day >= days.start && day <= days.end
  }
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { since: from, limit: LIMIT, offset: page * LIMIT, 'filter-by-modification-time': true }
    const payload = (await http.send(api('/v3/workouts'), { query })).json()
    const workouts = listedDocuments('workouts', payload, ['payload'])
    for (const workout of workouts) {
      const key = keyIn(workout)
      if (isWanted(workout)) {
        yield { kind: 'workouts', request: key === null ? {} : { workout_key: key }, payload: workout }
      }
    }
    if (workouts.length < LIMIT) return
  }
  throw new ProviderError("Suunto's list of workouts did not end", { next: 'give_up' })
}

/** Until the file is there the summary stands alone. Manual ones have none. */
async function* fileOf(http: ConnectionHttp, { payload }: Page): AsyncIterable<Page> {
  const [raw] = rawDocuments(payload, ['payload'])
  const key = keyIn(raw)
  if (key === null || raw?.isManuallyAdded === true) return
  const file = await fileFor(http, key)
  if (file !== null) yield file
}

async function fileFor(http: ConnectionHttp, key: string): Promise<Page | null> {
  const at = api(`/v3/workouts/${encodeURIComponent(key)}/fit`)
  const response = await http.send(at, { expect: [404], maxResponseBytes: MAX_FILE_BYTES })
  if (response.status === 404 || response.truncated) return null
  return { kind: 'fit', request: { workout_key: key }, payload: response.body }
}

function keyIn(raw: unknown): string | null {
  const workout = Named.safeParse(raw)
  return workout.success ? keyOf(workout.data) : null
}

export function fetchSamples(kind: 'sleep' | 'activity' | 'recovery') {
  return async function* ({ http, wanted, timeZone }: FetchContext): AsyncIterable<Fetched> {
    if (!('days' in wanted)) return
    const { from, to } = windowOf(wanted.days, timeZone)
    const response = await http.send(api(`/247samples/${kind}`), { query: { from, to } })
    yield { kind, request: { from: String(from), to: String(to) }, payload: response.json() }
  }
}

export async function* fetchStatistics({ http, wanted }: FetchContext): AsyncIterable<Fetched> {
  if (!('days' in wanted)) return
  const { start, end } = wanted.days
  const request = { startdate: `${start}T00:00:00`, enddate: `${end}T23:59:59` }
  const response = await http.send(api('/247/daily-activity-statistics'), { query: request })
  yield { kind: 'daily_activity_statistics', request, payload: response.json() }
}

/** The days whole: what lies around them does no harm, for samples are kept one by one. */
function windowOf({ start, end }: DayRange, timeZone: string | null): { from: number; to: number } {
  const margin = zoneMarginMs(timeZone)
  return {
    from: startOfDay(start, timeZone ?? '+00:00') - margin,
    to: startOfDay(addDays(end, 1), timeZone ?? '+00:00') + margin,
  }
}

function api(path: string): { host: string; path: string } {
  return { host: 'api', path }
}
