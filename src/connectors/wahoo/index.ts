import { isZone } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { Connector } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { mapActivityFile } from '../activity-file.ts'
import { fetchUser, fetchWorkouts } from './fetch.ts'
import { mapUser } from './map/user.ts'
import { mapWorkouts, mapWorkoutSummary } from './map/workouts.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth } from './oauth.ts'

const ANY_DAYS = 36_500

/** What Wahoo says of a workout stands above what its file says. */
const reads: Connector['reads'] = {
  workouts: {
    types: ['activity'],
    aliases: ['workout', 'workouts_list'],
    scope: 'workouts_read',
    fetch: fetchWorkouts,
    map: mapWorkouts,
    maxDays: ANY_DAYS,
  },
  workout_summary: {
    types: ['activity'],
    aliases: ['workout_summaries', 'webhook', 'webhook_workout_summary'],
    map: mapWorkoutSummary,
  },
  fit: {
    types: ['activity'],
    aliases: ['file', 'workout_file'],
    input: 'file',
    map: mapActivityFile('fit', 'workout_id', ['fit']),
  },
  user: {
    types: ['athlete', 'body'],
    aliases: ['users', 'profile', 'athlete'],
    scope: 'user_read',
    fetch: fetchUser,
    map: mapUser,
    maxDays: ANY_DAYS,
  },
}

export const wahoo: Connector = {
  id: 'WAHOO',
  name: 'Wahoo',
  tagline: 'Bike computers, trainers and watches: workouts with their files',
  credentialsUrl: 'https://developers.wahooligan.com/applications',
  hosts,
  auth: oauth,
  async identify({ http }) {
    const { id } = (await http.send({ host: 'api', path: '/v1/user' })).json() as { id?: unknown }
    if (typeof id !== 'number' && (typeof id !== 'string' || id === '')) {
      throw new ProviderError('Wahoo did not say whose account it is', { next: 'give_up' })
    }
    return { providerUserId: String(id) }
  },
  reads,
  timeZone: shownZone,
  notifications,
  poll: { everySeconds: 21_600, kinds: ['workouts', 'user'] },
  limits: {
    // Of applications in production; those in Wahoo's sandbox have an eighth of it, and its 429 says how long to wait.
    application: [
      { requests: 200, perSeconds: 300 },
      { requests: 1000, perSeconds: 3600 },
      { requests: 5000, perSeconds: 86_400 },
    ],
    waitSeconds,
  },
  backfillDays: 90,
  historyDays: null,
}

/** Seconds, for each window where there are several: the longest of them is safe. */
function waitSeconds({ headers }: HttpResponse): number | null {
  const waits = (headers['x-ratelimit-reset'] ?? '')
    .split(',')
    .map((text) => Number(text.trim() || Number.NaN))
    .filter((wait) => Number.isFinite(wait) && wait >= 0)
  return waits.length === 0 ? null : Math.max(...waits)
}

/** Where the newest workout was. */
function shownZone(kind: string, payload: unknown): string | null {
  if (kind !== 'workouts') return null
  let newest: { starts: string; zone: string } | null = null
  for (const { starts, workout_summary: summary } of rawDocuments(payload, ['workouts'])) {
    const zone = (summary as { time_zone?: unknown } | null | undefined)?.time_zone
    if (typeof starts !== 'string' || typeof zone !== 'string' || !isZone(zone)) continue
    if (newest === null || starts > newest.starts) newest = { starts, zone }
  }
  return newest?.zone ?? null
}
