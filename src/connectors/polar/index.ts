import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { Connector, ConnectionHttp, Tokens } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import {
  ACTIVITY_DAYS,
  EXERCISE_DAYS,
  fetchActivities,
  fetchAlertness,
  fetchBedtime,
  fetchBodyTemperature,
  fetchCardioLoad,
  fetchContinuousHeartRate,
  fetchEcg,
  fetchExercises,
  fetchNightlyRecharge,
  fetchPhysicalInfo,
  fetchSkinTemperature,
  fetchSleep,
  fetchSpo2,
  fetchUser,
  NIGHT_DAYS,
} from './fetch.ts'
import { mapBodyTemperature, mapEcg, mapPhysicalInfo, mapSpo2, mapUser } from './map/body.ts'
import { mapActivities, mapActivitySamples, mapCardioLoad, mapContinuousHeartRate } from './map/daily.ts'
import { mapExercises } from './map/exercise.ts'
import { mapNightlyRecharge, mapSkinTemperature, mapSleep, mapSleepWise } from './map/sleep.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth } from './oauth.ts'
import { underscored } from './payloads.ts'
import { offsetOf, startOf } from './time.ts'

/** Profiles have no days: one reading serves a backfill of any length. */
const ANY_DAYS = 36_500
/** The longest window that Polar answers. */
const maxDays = 28

const reads: Connector['reads'] = {
  exercises: {
    types: ['activity', 'body'],
    aliases: ['exercise', 'exercise_transactions', 'training', 'trainings'],
    fetch: fetchExercises,
    map: mapExercises,
    maxDays: ANY_DAYS,
    historyDays: EXERCISE_DAYS,
  },
  activities: {
    types: ['daily'],
    aliases: ['activity', 'users/activities', 'activity_summary', 'activity_transactions', 'daily_activity'],
    fetch: fetchActivities,
    map: mapActivities,
    maxDays,
    alsoRead: ['cardio_load'],
  },
  activity_samples: {
    types: ['daily'],
    aliases: ['activities/samples', 'users/activities/samples', 'activity_samples_day'],
    map: mapActivitySamples,
  },
  continuous_heart_rate: {
    types: ['daily'],
    aliases: ['users/continuous-heart-rate', 'continuous_heartrate', 'heart_rate'],
    fetch: fetchContinuousHeartRate,
    map: mapContinuousHeartRate,
    maxDays,
    historyDays: NIGHT_DAYS,
  },
  cardio_load: {
    types: ['daily'],
    aliases: ['users/cardio-load'],
    fetch: fetchCardioLoad,
    map: mapCardioLoad,
    maxDays,
    historyDays: 180,
  },
  sleep: {
    types: ['sleep'],
    aliases: ['users/sleep', 'sleeps', 'nights', 'sleep_night'],
    fetch: fetchSleep,
    map: mapSleep,
    maxDays,
    historyDays: NIGHT_DAYS,
    // They are finished a little later than their night.
    alsoRead: ['nightly_recharge', 'biosensing_skintemperature'],
  },
  nightly_recharge: {
    types: ['sleep'],
    aliases: ['users/nightly-recharge', 'nightly_recharges', 'recharge', 'recharges'],
    fetch: fetchNightlyRecharge,
    map: mapNightlyRecharge,
    maxDays,
    historyDays: NIGHT_DAYS,
  },
  biosensing_skintemperature: {
    types: ['sleep'],
    aliases: ['skintemperature', 'skin_temperature'],
    fetch: fetchSkinTemperature,
    map: mapSkinTemperature,
    maxDays,
    historyDays: NIGHT_DAYS,
  },
  biosensing_bodytemperature: {
    types: ['body'],
    aliases: ['bodytemperature', 'body_temperature'],
    fetch: fetchBodyTemperature,
    map: mapBodyTemperature,
    maxDays,
    historyDays: NIGHT_DAYS,
  },
  biosensing_spo2: {
    types: ['body'],
    aliases: ['spo2'],
    fetch: fetchSpo2,
    map: mapSpo2,
    maxDays,
    historyDays: NIGHT_DAYS,
  },
  biosensing_ecg: {
    types: ['body'],
    aliases: ['ecg'],
    fetch: fetchEcg,
    map: mapEcg,
    maxDays,
    historyDays: NIGHT_DAYS,
  },
  sleepwise_alertness: {
    types: [],
    aliases: ['alertness'],
    fetch: fetchAlertness,
    map: mapSleepWise('sleepwise_alertness'),
    maxDays,
    historyDays: NIGHT_DAYS,
  },
  sleepwise_circadian_bedtime: {
    types: [],
    aliases: ['circadian_bedtime'],
    fetch: fetchBedtime,
    map: mapSleepWise('sleepwise_circadian_bedtime'),
    maxDays,
    historyDays: NIGHT_DAYS,
  },
  physical_info: {
    types: ['body'],
    aliases: ['users/physical-info', 'physical_information', 'physical_information_transactions'],
    fetch: fetchPhysicalInfo,
    map: mapPhysicalInfo,
    maxDays: ANY_DAYS,
  },
  users: {
    types: ['athlete'],
    aliases: ['user', 'user_registered', 'athlete', 'profile'],
    fetch: fetchUser,
    map: mapUser,
    maxDays: ANY_DAYS,
  },
}

export const polar: Connector = {
  id: 'POLAR',
  name: 'Polar',
  tagline: 'Watches: training, sleep, recharge, activity, heart rate',
  credentialsUrl: 'https://admin.polaraccesslink.com',
  hosts,
  auth: oauth,
  async identify({ http, tokens, userId }) {
    const providerUserId = accountOf(tokens)
    await register(http, providerUserId, userId)
    return { providerUserId }
  },
  reads,
  timeZone: shownOffset,
  notifications,
  /** Deletions are never announced, and an address that failed for a week is switched off. */
  poll: { everySeconds: 21_600, kinds: Object.keys(reads), daysBack: 2 },
  /** Of one user; Polar gives 20 and 100 more for each further one. */
  limits: {
    application: [
      { requests: 520, perSeconds: 900 },
      { requests: 5100, perSeconds: 86_400 },
    ],
    waitSeconds,
  },
  /** Today may be another day where the person is: never more than is asked for. */
  historyDays: ACTIVITY_DAYS - 2,
  statusOf,
}

function accountOf({ providerUserId }: Tokens): string {
  if (providerUserId) return providerUserId
  throw new ProviderError('Polar did not say whose account it is', { next: 'give_up' })
}

/** Nothing may be read of somebody who is not registered with the application; exercises only from then on. */
async function register(http: ConnectionHttp, account: string, memberId: string): Promise<void> {
  const headers = { accept: 'application/json' }
  // A refusal for want of consents counts as 401: see `statusOf`.
  const response = await http.send(
    { host: 'api', path: '/v3/users' },
    { method: 'POST', headers, json: { 'member-id': memberId }, expect: [401, 403, 409] },
  )
  if (CONSENT.test(response.text())) {
    throw new ProviderError('Polar wants its mandatory consents first: accept them in Polar Flow, then connect again', {
      next: 'skip',
      status: 403,
    })
  }
  if (response.status === 401 || response.status === 403) {
    throw new ProviderError(`Polar answered ${response.status}: the token is not accepted`, {
      next: 'reauthorize',
      status: response.status,
    })
  }
  if (response.status !== 409) return
  // Registered before, by us or under the same name: then the account can be read.
  const path = `/v3/users/${encodeURIComponent(account)}`
  const known = await http.send({ host: 'api', path }, { headers, expect: [404] })
  if (known.status !== 200)
    throw new ProviderError('Polar did not register the account', { next: 'retry', status: 409 })
}

/** How Polar says that mandatory consents are missing; the text of the error is not published. */
const CONSENT = /consent/i

/**
 * Consents that were taken back end the connection as a refused token does: the person has to act. They are the one
 * documented reason for a 403, and many errors have no body.
 */
function statusOf(response: HttpResponse): number {
  if (response.status !== 403) return response.status
  return response.body.byteLength === 0 || CONSENT.test(response.text()) ? 401 : 403
}

/** `RateLimit-Reset: 412,70012`, of the quarter of an hour and the day: the one that is used up says when. */
function waitSeconds({ headers }: HttpResponse): number | null {
  const numbers = (name: string): number[] => (headers[name] ?? '').split(',').map(Number)
  const [used, limit, reset] = ['ratelimit-usage', 'ratelimit-limit', 'ratelimit-reset'].map(numbers)
  const seconds = used![1]! >= limit![1]! ? reset![1]! : reset![0]!
  return headers['ratelimit-reset'] !== undefined && seconds >= 0 ? Math.max(1, Math.ceil(seconds)) : null
}

/** The offset of the newest exercise or night: other pages show none. */
function shownOffset(kind: string, payload: unknown): string | null {
  let newest: { at: number; offset: string } | null = null
  for (const document of rawDocuments(underscored(payload), ['nights', 'exercises'])) {
    const shown = kind === 'exercises' ? ofExercise(document) : kind === 'sleep' ? ofNight(document) : null
    if (shown !== null && (newest === null || shown.at > newest.at)) newest = shown
  }
  return newest?.offset ?? null
}

function ofExercise({ start_time: start, start_time_utc_offset: minutes }: Record<string, unknown>) {
  if (typeof start !== 'string' || typeof minutes !== 'number' || Number.isNaN(Date.parse(start))) return null
  const { startAt, zone } = startOf(start, minutes, null)
  return zone === null ? null : { at: startAt, offset: zone }
}

function ofNight({ sleep_end_time: end }: Record<string, unknown>) {
  if (typeof end !== 'string' || Number.isNaN(Date.parse(end))) return null
  const offset = offsetOf(end)
  return offset === null ? null : { at: Date.parse(end), offset }
}
