import { isZone } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { Connector } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { ACCEPT, fetchResults, fetchUser } from './fetch.ts'
import { mapResults } from './map/results.ts'
import { mapStrokes } from './map/strokes.ts'
import { mapUser } from './map/user.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth } from './oauth.ts'

/** The profile has no days: one reading serves a backfill of any length. */
const ANY_DAYS = 36_500
/** Concept2 names no limit and asks to be spared. */
const POLITE = { requests: 60, perSeconds: 60 }

const reads: Connector['reads'] = {
  results: {
    types: ['activity'],
    aliases: ['result', 'users/me/results', 'workouts', 'workout', 'webhook'],
    scope: 'results:read',
    fetch: fetchResults,
    map: mapResults,
  },
  strokes: { types: ['activity'], aliases: ['stroke', 'stroke_data', 'results/strokes'], map: mapStrokes },
  users_me: {
    types: ['athlete', 'body'],
    aliases: ['user', 'users', 'me', 'profile', 'athlete'],
    fetch: fetchUser,
    map: mapUser,
    maxDays: ANY_DAYS,
  },
}

export const concept2: Connector = {
  id: 'CONCEPT2',
  name: 'Concept2',
  tagline: 'RowErg, SkiErg and BikeErg workouts, stroke by stroke',
  credentialsUrl: 'https://log.concept2.com/developers/keys',
  hosts,
  auth: oauth,
  async identify({ http }) {
    const payload = (await http.send({ host: 'log', path: '/api/users/me' }, { headers: ACCEPT })).json()
    const id = rawDocuments(payload, ['data'])[0]?.id
    if (typeof id !== 'number' && (typeof id !== 'string' || id === '')) {
      throw new ProviderError('Concept2 did not say whose account it is', { next: 'give_up' })
    }
    return { providerUserId: String(id) }
  },
  reads,
  timeZone: shownZone,
  notifications,
  poll: { everySeconds: 21_600, kinds: ['results', 'users_me'] },
  limits: { connection: POLITE },
  historyDays: null,
}

/** Where the newest workout was. */
function shownZone(kind: string, payload: unknown): string | null {
  if (kind !== 'results') return null
  let newest: { date: string; zone: string } | null = null
  for (const { date, timezone: zone } of rawDocuments(payload, ['data'])) {
    if (typeof date !== 'string' || typeof zone !== 'string' || !isZone(zone)) continue
    if (newest === null || date > newest.date) newest = { date, zone }
  }
  return newest?.zone ?? null
}
