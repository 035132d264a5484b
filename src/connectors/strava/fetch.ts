// Asks Strava. The list is by time and only names the activities: each is read alone, with its streams and zones.
import { addDays, type LocalDay, localDayOf, startOfDay } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import { type DayRange, type FetchContext, type Fetched, type Page, UnreadablePage } from '../connector.ts'
import { listedDocuments } from '../documents.ts'
import { startOf, zoneOf } from './time.ts'
import { Activity } from './payloads.ts'

const PER_PAGE = 200
/** Ours: a list that never ends stops here. */
const MAX_PAGES = 200
const STREAMS = 'time,distance,latlng,altitude,velocity_smooth,heartrate,cadence,watts,temp,moving,grade_smooth'
/** A subscription feature: without it Strava refuses, or answers that there are none. */
const ZONES_MAY_ANSWER = [402, 403, 404]

export async function* fetchAthlete({ http }: FetchContext): AsyncIterable<Fetched> {
  yield { kind: 'athlete', request: {}, payload: (await http.send(at('athlete'))).json() }
}

export async function* fetchActivities(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted } = context
  if ('days' in wanted) yield* activitiesOfDays(context, wanted.days)
  else if ('object' in wanted) yield* announced(context, wanted.object, 0)
  else yield* announced(context, wanted.hint.activity_id ?? '', Number(wanted.hint.appears_until ?? 0))
}

/** An event may come seconds before what it announces: until `appearsUntil` a 404 is no answer. */
async function* announced(context: FetchContext, id: string, appearsUntil: number): AsyncIterable<Fetched> {
  const pages = await activity(context, id)
  if (pages !== null) {
    yield* pages
    return
  }
  const waits = appearsUntil - context.now
  if (waits > 0 && waits <= APPEARS_WITHIN_MS) {
    throw new ProviderError('an announced activity is not there yet', { next: 'retry', afterSeconds: 60, status: 404 })
  }
  yield { gone: { type: 'activity', id } }
}

/** Twice the window in which repeated events count as one: see `notifications.ts`. */
export const APPEARS_WITHIN_MS = 20 * 60_000

async function* activitiesOfDays(context: FetchContext, days: DayRange): AsyncIterable<Fetched> {
  for (const id of await idsOfDays(context, days)) yield* (await activity(context, id)) ?? []
  yield { listed: { type: 'activity', days } }
}

/**
 * The window is by the start, in seconds. It is wider than the days, for an activity belongs to the day of the place
 * where it was, which may be on the other side of the world.
 */
async function idsOfDays({ http, timeZone }: FetchContext, days: DayRange): Promise<string[]> {
  const after = startOfDay(days.start, UTC) / 1000 - FARTHEST_SECONDS
  const before = startOfDay(addDays(days.end, 1), UTC) / 1000 + FARTHEST_SECONDS
  const ids = new Set<string>()
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query = { after, before, page, per_page: PER_PAGE }
    const payload = (await http.send(at('athlete/activities'), { query })).json()
    const documents = listedDocuments('athlete_activities', payload, [])
    // A short page is no last one: items that the person may not see are left out of it.
    if (documents.length === 0) return [...ids]
    for (const document of documents) {
      const day = dayOf(document, timeZone)
      if (day === null || (day >= days.start && day <= days.end)) ids.add(idOf(document.id))
    }
  }
  throw new ProviderError("Strava's list of activities did not end", { next: 'give_up' })
}

const UTC = '+00:00'
/** The local clocks farthest from UTC are 14 hours ahead. */
const FARTHEST_SECONDS = 15 * 3600

function dayOf(document: unknown, known: string | null): LocalDay | null {
  const read = Activity.safeParse(document)
  return read.success ? localDayOf(startOf(read.data), zoneOf(read.data, known)) : null
}

function idOf(id: unknown): string {
  if (typeof id === 'string' || typeof id === 'number') return String(id)
  throw new UnreadablePage('athlete_activities', 'id', 'expected an id')
}

/** The activity and what it recorded. Null when there is none, or none that we may see. */
async function activity(context: FetchContext, id: string): Promise<Page[] | null> {
  const { http } = context
  const path = `activities/${encodeURIComponent(id)}`
  const response = await http.send(at(path), { query: { include_all_efforts: false }, expect: [404] })
  if (response.status === 404) return null
  const payload = response.json()
  const pages: Page[] = [{ kind: 'activity', request: { activity_id: id }, payload }]
  const read = Activity.safeParse(payload)
  if (!read.success) return pages
  const { manual, sport_type: sport, type, device_watts: measured } = read.data
  const zone = zoneOf(read.data, context.timeZone)
  if (manual !== true) {
    const query = { keys: STREAMS, key_by_type: true }
    const streams = await http.send(at(`${path}/streams`), { query, expect: [404] })
    const request = {
      activity_id: id,
      start_date: read.data.start_date,
      ...(zone === null ? {} : { zone }),
      ...((sport ?? type) ? { sport_type: (sport ?? type)! } : {}),
      ...(measured === false ? { device_watts: 'false' } : {}),
    }
    if (streams.status !== 404) pages.push({ kind: 'streams', request, payload: streams.json() })
  }
  if (hasZones(payload)) {
    const zones = await http.send(at(`${path}/zones`), { expect: ZONES_MAY_ANSWER })
    if (zones.status < 300) pages.push({ kind: 'zones', request: { activity_id: id }, payload: zones.json() })
  }
  return pages
}

function hasZones(payload: unknown): boolean {
  const { available_zones: zones } = payload as { available_zones?: unknown }
  return Array.isArray(zones) && zones.includes('heartrate')
}

function at(path: string): { host: string; path: string } {
  return { host: 'api', path: `/${path}` }
}
