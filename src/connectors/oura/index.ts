import { ProviderError } from '../../platform/errors.ts'
import type { Connector } from '../connector.ts'
import { rawDocuments } from './documents.ts'
import {
  fetchCollection,
  fetchDailyActivity,
  fetchHeartRate,
  fetchPersonalInfo,
  fetchRestMode,
  fetchRingConfiguration,
  fetchSleep,
  fetchTags,
  fetchWorkout,
  HEART_RATE_SCOPE,
} from './fetch.ts'
import { mapSession, mapWorkout } from './map/activity.ts'
import {
  mapDailyActivity,
  mapDailyReadiness,
  mapDailySleep,
  mapDailySpo2,
  mapDailyStress,
  mapVo2Max,
} from './map/daily.ts'
import { mapHeartRate } from './map/heart-rate.ts'
import { mapCardiovascularAge, mapPersonalInfo, mapRingConfiguration } from './map/person.ts'
import { keepResilience, keepRingBattery, keepSleepTime } from './map/raw.ts'
import { mapSleep } from './map/sleep.ts'
import { mapEnhancedTag, mapRestMode, mapTag } from './map/tags.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth } from './oauth.ts'
import { offsetOf } from './time.ts'

/** Profile and rings have no days: one reading serves a backfill of any length. */
const ANY_DAYS = 36_500
/** Oura answers at most 30 days of heart rate, and 30 local days are an hour longer when the clock goes back. */
const HEART_RATE_DAYS = 28

/**
 * `scope` stands only where one name of it is certain. Newer consoles split others off (stress, heart_health, spo2 for
 * spo2Daily): those collections are asked for, and Oura's 403 says what was not granted.
 */
const reads: Connector['reads'] = {
  daily_activity: {
    types: ['daily'],
    scope: 'daily',
    fetch: fetchDailyActivity,
    map: mapDailyActivity,
    alsoRead: ['heartrate'],
  },
  sleep: { types: ['sleep', 'daily'], scope: 'daily', fetch: fetchSleep, map: mapSleep },
  daily_sleep: { types: ['daily', 'sleep'], scope: 'daily', fetch: fetchCollection('daily_sleep'), map: mapDailySleep },
  daily_readiness: {
    types: ['daily'],
    scope: 'daily',
    fetch: fetchCollection('daily_readiness'),
    map: mapDailyReadiness,
  },
  daily_stress: { types: ['daily'], fetch: fetchCollection('daily_stress'), map: mapDailyStress },
  daily_spo2: { types: ['daily', 'sleep'], fetch: fetchCollection('daily_spo2'), map: mapDailySpo2 },
  vO2_max: { types: ['daily'], fetch: fetchCollection('vO2_max'), map: mapVo2Max },
  daily_cardiovascular_age: {
    types: ['body'],
    fetch: fetchCollection('daily_cardiovascular_age'),
    map: mapCardiovascularAge,
  },
  heartrate: {
    types: ['daily', 'activity'],
    scope: HEART_RATE_SCOPE,
    fetch: fetchHeartRate,
    map: mapHeartRate,
    maxDays: HEART_RATE_DAYS,
  },
  workout: { types: ['activity'], scope: 'workout', fetch: fetchWorkout, map: mapWorkout },
  session: { types: ['activity'], scope: 'session', fetch: fetchCollection('session', 'activity'), map: mapSession },
  enhanced_tag: {
    types: ['daily'],
    scope: 'tag',
    fetch: fetchTags('enhanced_tag', 'start_day'),
    map: mapEnhancedTag,
  },
  tag: { types: ['daily'], scope: 'tag', fetch: fetchTags('tag', 'day'), map: mapTag },
  rest_mode_period: { types: ['daily'], fetch: fetchRestMode('rest_mode_period'), map: mapRestMode },
  personal_info: { types: ['athlete', 'body'], fetch: fetchPersonalInfo, map: mapPersonalInfo, maxDays: ANY_DAYS },
  ring_configuration: {
    types: ['athlete'],
    fetch: fetchRingConfiguration,
    map: mapRingConfiguration,
    maxDays: ANY_DAYS,
  },
  daily_resilience: { types: [], map: keepResilience },
  sleep_time: { types: [], map: keepSleepTime },
  ring_battery_level: { types: [], map: keepRingBattery },
}

export const oura: Connector = {
  id: 'OURA',
  name: 'Oura',
  tagline: 'Ring: sleep, readiness, activity, heart rate',
  credentialsUrl: 'https://cloud.ouraring.com/oauth/applications',
  hosts,
  auth: oauth,
  async identify({ http }) {
    const payload = (await http.send({ host: 'api', path: '/v2/usercollection/personal_info' })).json()
    const id = rawDocuments(payload)[0]?.id
    if (typeof id !== 'string' || id === '') {
      throw new ProviderError('Oura did not say whose account it is', { next: 'give_up' })
    }
    return { providerUserId: id }
  },
  reads,
  timeZone: shownOffset,
  notifications,
  /** Without a public address nothing is announced: then all of it comes this way. */
  poll: { everySeconds: 1800, kinds: Object.keys(reads).filter((kind) => reads[kind]!.fetch !== undefined) },
  limits: { connection: { requests: 5000, perSeconds: 300 } },
  historyDays: null,
}

/**
 * The kinds that tell where the person is: every day has them, and they are new. Workouts and tags may be of a journey
 * that is over, and daily scores are stamped midnight UTC, which is no zone.
 */
const TIME_FIELDS = new Map([
  ['daily_activity', 'timestamp'],
  ['sleep', 'bedtime_end'],
])

/** The offset of the newest document that shows one. */
function shownOffset(kind: string, payload: unknown): string | null {
  const field = TIME_FIELDS.get(kind)
  if (field === undefined) return null
  let newest: { at: number; offset: string } | null = null
  for (const { [field]: time } of rawDocuments(payload)) {
    const at = typeof time === 'string' ? Date.parse(time) : Number.NaN
    if (Number.isNaN(at) || (newest !== null && at <= newest.at)) continue
    const offset = offsetOf(time as string)
    if (offset !== null) newest = { at, offset }
  }
  return newest?.offset ?? null
}
