import { ProviderError } from '../../platform/errors.ts'
import type { Connector } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { fetchBodyMeasurement, fetchCycle, fetchProfile, fetchRecovery, fetchSleep, fetchWorkout } from './fetch.ts'
import { mapCycle, mapRecovery } from './map/cycle.ts'
import { mapBodyMeasurement, mapProfile } from './map/person.ts'
import { mapSleep, mapSleepStream } from './map/sleep.ts'
import { mapWorkout } from './map/workout.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth } from './oauth.ts'
import { Cycle, Sleep } from './payloads.ts'
import { shownOffset } from './time.ts'

/** The profile has no days: one reading serves a backfill of any length. */
const ANY_DAYS = 36_500

const reads: Connector['reads'] = {
  cycle: {
    types: ['daily'],
    aliases: ['cycles', 'cycle_collection', 'cycle_single'],
    scope: 'read:cycles',
    fetch: fetchCycle,
    map: mapCycle,
  },
  recovery: {
    types: ['sleep', 'daily', 'body'],
    aliases: ['recoveries', 'recovery_collection', 'recovery_for_cycle', 'cycle/recovery'],
    scope: 'read:recovery',
    fetch: fetchRecovery,
    map: mapRecovery,
    alsoRead: ['cycle'],
  },
  sleep: {
    types: ['sleep', 'daily'],
    aliases: ['sleeps', 'activity/sleep', 'sleep_collection', 'sleep_single', 'cycle/sleep'],
    scope: 'read:sleep',
    fetch: fetchSleep,
    map: mapSleep,
  },
  sleep_stream: {
    types: ['sleep', 'body'],
    aliases: ['stream', 'activity/sleep/stream'],
    scope: 'read:sleep',
    map: mapSleepStream,
  },
  workout: {
    types: ['activity'],
    aliases: ['workouts', 'activity/workout', 'workout_collection', 'workout_single'],
    scope: 'read:workout',
    fetch: fetchWorkout,
    map: mapWorkout,
    alsoRead: ['cycle'],
  },
  user_profile_basic: {
    types: ['athlete'],
    aliases: ['profile', 'profile_basic', 'basic_profile', 'user_profile', 'user'],
    scope: 'read:profile',
    fetch: fetchProfile,
    map: mapProfile,
    maxDays: ANY_DAYS,
  },
  user_measurement_body: {
    types: ['body'],
    aliases: ['body_measurement', 'body_measurements', 'user_body_measurement', 'measurement_body', 'body'],
    scope: 'read:body_measurement',
    fetch: fetchBodyMeasurement,
    map: mapBodyMeasurement,
    maxDays: ANY_DAYS,
  },
}

export const whoop: Connector = {
  id: 'WHOOP',
  name: 'WHOOP',
  tagline: 'Band: sleep, recovery, strain and workouts',
  credentialsUrl: 'https://developer-dashboard.whoop.com',
  hosts,
  auth: oauth,
  /** Every record names the account: who did not grant the profile has granted another. */
  async identify({ http }) {
    for (const path of ['/user/profile/basic', '/cycle', '/recovery', '/activity/sleep', '/activity/workout']) {
      const query = path.startsWith('/user') ? {} : { limit: 1 }
      const response = await http.send({ host: 'api', path: `/developer/v2${path}` }, { query, expect: [401, 403] })
      if (response.status >= 300) continue
      const id = rawDocuments(response.json(), ['records'])[0]?.user_id
      if (typeof id === 'number' || (typeof id === 'string' && id !== '')) return { providerUserId: String(id) }
    }
    throw new ProviderError('WHOOP did not say whose account it is: allow the profile', { next: 'give_up' })
  },
  reads,
  timeZone: shownZone,
  notifications,
  /** Cycles and measures are never announced, and announcements are dropped after five tries: three days are compared. */
  poll: { everySeconds: 21_600, kinds: Object.keys(reads), daysBack: 3 },
  limits: {
    application: [
      { requests: 100, perSeconds: 60 },
      { requests: 10_000, perSeconds: 86_400 },
    ],
    waitSeconds({ headers }) {
      const seconds = Number(headers['x-ratelimit-reset'])
      return headers['x-ratelimit-reset'] !== undefined && seconds >= 0 ? Math.max(1, Math.ceil(seconds)) : null
    },
  },
  historyDays: null,
}

/** The offset of the newest record: WHOOP names no zones. */
function shownZone(kind: string, payload: unknown): string | null {
  const schema = kind === 'cycle' ? Cycle : kind === 'sleep' ? Sleep : null
  if (schema === null) return null
  let newest: { start: string; offset: string } | null = null
  for (const document of rawDocuments(payload, ['records'])) {
    const read = schema.safeParse(document)
    const offset = read.success ? shownOffset(read.data.timezone_offset) : null
    if (!read.success || offset === null || (newest !== null && read.data.start <= newest.start)) continue
    newest = { start: read.data.start, offset }
  }
  return newest?.offset ?? null
}
