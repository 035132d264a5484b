import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { Connector, Identity, Tokens } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { fetchActivities, fetchAthlete } from './fetch.ts'
import { mapActivities } from './map/activity.ts'
import { mapAthlete } from './map/athlete.ts'
import { mapLaps } from './map/laps.ts'
import { mapStreams } from './map/streams.ts'
import { mapZones } from './map/zones.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth } from './oauth.ts'
import { zoneNamed } from './time.ts'

/** The profile has no days: one reading serves a backfill of any length. */
const ANY_DAYS = 36_500

/**
 * No scope stands here: `activity:read` and `activity:read_all` both serve. Reading an activity brings its streams and
 * zones along. The list and the laps are never stored, for the activity has all that they say.
 */
const reads: Connector['reads'] = {
  activity: {
    types: ['activity'],
    aliases: ['activities', 'detailed_activity', 'activity_detailed', 'activity_detail'],
    fetch: fetchActivities,
    map: mapActivities('activity'),
  },
  streams: { types: ['activity'], aliases: ['activity_streams', 'stream', 'stream_set'], map: mapStreams },
  zones: { types: ['activity'], aliases: ['activity_zones', 'activity_zone'], map: mapZones },
  athlete_activities: {
    types: ['activity'],
    aliases: ['activity_list', 'activities_list', 'list', 'summary_activity', 'summary_activities'],
    map: mapActivities('athlete_activities'),
  },
  laps: { types: ['activity'], aliases: ['activity_laps', 'lap'], map: mapLaps },
  athlete: {
    types: ['athlete'],
    aliases: ['detailed_athlete', 'summary_athlete', 'profile'],
    fetch: fetchAthlete,
    map: mapAthlete,
    maxDays: ANY_DAYS,
  },
}

export const strava: Connector = {
  id: 'STRAVA',
  name: 'Strava',
  tagline: 'Runs, rides and other workouts, with routes',
  credentialsUrl: 'https://www.strava.com/settings/api',
  hosts,
  auth: oauth,
  async identify({ http, tokens }): Promise<Identity> {
    if (!readsActivities(tokens)) {
      // Boxes can be unticked one by one: without this one there is nothing to read.
      throw new ProviderError('Strava was connected without leave to read activities: tick the box that says so', {
        next: 'skip',
      })
    }
    const id = tokens.providerUserId ?? idOf((await http.send({ host: 'api', path: '/athlete' })).json())
    if (id === null) throw new ProviderError('Strava did not say whose account it is', { next: 'give_up' })
    return { providerUserId: id }
  },
  reads,
  timeZone: shownZone,
  notifications,
  /** Events announce everything but removed descriptions; a look costs calls of a small budget. */
  poll: { everySeconds: 43_200, kinds: ['activity', 'athlete'], daysBack: 1 },
  limits: {
    application: [
      { requests: 100, perSeconds: 900 },
      { requests: 1000, perSeconds: 86_400 },
    ],
    waitSeconds,
  },
  historyDays: null,
  statusOf,
  notice:
    "Strava's API agreement binds you: show data only to the athlete it belongs to, keep it for at most 7 days, remove it within 48 hours of a deletion or revocation, train no models with it. Passing it on to others needs Strava's agreement. A new application serves one athlete, its owner, and needs a paid subscription.",
}

/** Null when the answer does not name scopes; then the first request tells. */
function readsActivities({ scopes }: Tokens): boolean {
  return scopes === null || scopes.some((scope) => scope === 'activity:read' || scope === 'activity:read_all')
}

function idOf(payload: unknown): string | null {
  const id = rawDocuments(payload)[0]?.id
  return (typeof id === 'string' && id !== '') || typeof id === 'number' ? String(id) : null
}

/**
 * A missing scope is answered with 401 too: a new token would not help. An application that is not active is nobody's
 * permission: what is to be read waits until it is again.
 */
function statusOf(response: HttpResponse): number {
  if (response.status === 403 && response.text().includes('"Application"')) {
    const next = { next: 'retry', afterSeconds: 3600, status: 403 } as const
    throw new ProviderError('Strava says that our application is not active', next)
  }
  if (response.status !== 401) return response.status
  return response.text().includes('"missing"') && response.text().includes('_permission') ? 403 : 401
}

const QUARTER_MS = 900_000
const DAY_MS = 86_400_000

/** Windows end at the full quarter of an hour, and at midnight in UTC: the one that is used up says which. */
function waitSeconds({ headers }: HttpResponse, now: number): number {
  const dayIsOver = [
    ['x-ratelimit-usage', 'x-ratelimit-limit'],
    ['x-readratelimit-usage', 'x-readratelimit-limit'],
  ].some(([usage, limit]) => {
    const used = Number(headers[usage!]?.split(',')[1])
    return used >= Number(headers[limit!]?.split(',')[1])
  })
  const window = dayIsOver ? DAY_MS : QUARTER_MS
  return Math.ceil((window - (now % window)) / 1000)
}

/** Where the newest activity was. */
function shownZone(kind: string, payload: unknown): string | null {
  if (kind !== 'activity' && kind !== 'athlete_activities') return null
  let newest: { at: number; zone: string } | null = null
  for (const { start_date: start, timezone } of rawDocuments(payload)) {
    const at = typeof start === 'string' ? Date.parse(start) : Number.NaN
    const zone = typeof timezone === 'string' ? zoneNamed(timezone) : null
    if (Number.isNaN(at) || zone === null || (newest !== null && at <= newest.at)) continue
    newest = { at, zone }
  }
  return newest?.zone ?? null
}
