import { ProviderError } from '../../platform/errors.ts'
import type { ConnectionHttp, Connector } from '../connector.ts'
import {
  fetchActivity,
  fetchDevice,
  fetchHeart,
  fetchHeartList,
  fetchIntraday,
  fetchMeasures,
  fetchSleepSummary,
  fetchWorkouts,
} from './fetch.ts'
import { mapActivity } from './map/activity-days.ts'
import { mapDevice } from './map/device.ts'
import { keepGoals } from './map/goals.ts'
import { mapHeart, mapHeartList } from './map/heart.ts'
import { mapIntraday } from './map/intraday.ts'
import { mapMeasures } from './map/measures.ts'
import { mapSleepStages } from './map/sleep-stages.ts'
import { mapSleepSummary } from './map/sleep-summary.ts'
import { mapWorkouts } from './map/workouts.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth, SCOPES } from './oauth.ts'
import { bodyOf, firstZone, isObject, rawList } from './pages.ts'
import { httpStatusOf, waitSecondsOf } from './status.ts'

/** Devices have no days: one reading serves a backfill of any length. */
const ANY_DAYS = 36_500
/** The limit is the application's: looking more often would cost everybody's backfills. */
const POLL_SECONDS = 3600

/** Stages come before their summary: only they tell whether a night was typed in. */
const reads: Connector['reads'] = {
  device: {
    types: ['athlete'],
    aliases: ['getdevice', 'user_getdevice', 'devices'],
    scope: SCOPES.info,
    fetch: fetchDevice,
    map: mapDevice,
    maxDays: ANY_DAYS,
  },
  measure: {
    types: ['body', 'daily'],
    aliases: ['getmeas', 'meas', 'measures', 'measure_getmeas'],
    scope: SCOPES.metrics,
    fetch: fetchMeasures,
    map: mapMeasures,
  },
  activity: {
    types: ['daily'],
    aliases: ['getactivity', 'activities', 'measure_getactivity'],
    scope: SCOPES.activity,
    fetch: fetchActivity,
    map: mapActivity,
  },
  intraday: {
    types: ['daily', 'body'],
    aliases: ['getintradayactivity', 'intradayactivity', 'measure_getintradayactivity'],
    scope: SCOPES.activity,
    fetch: fetchIntraday,
    map: mapIntraday,
  },
  workouts: {
    types: ['activity'],
    aliases: ['getworkouts', 'workout', 'measure_getworkouts'],
    scope: SCOPES.activity,
    fetch: fetchWorkouts,
    map: mapWorkouts,
  },
  sleep: {
    types: ['sleep'],
    aliases: ['sleep_get', 'getsleep', 'sleep_stages'],
    scope: SCOPES.activity,
    map: mapSleepStages,
  },
  sleep_summary: {
    types: ['sleep'],
    aliases: ['getsummary', 'sleep_getsummary', 'summary'],
    scope: SCOPES.activity,
    fetch: fetchSleepSummary,
    map: mapSleepSummary,
  },
  goals: { types: [], aliases: ['getgoals', 'user_getgoals'], map: keepGoals },
  heart_list: { types: ['body'], scope: SCOPES.metrics, fetch: fetchHeartList, map: mapHeartList },
  heart: {
    types: ['body'],
    aliases: ['heart_get', 'ecg'],
    scope: SCOPES.metrics,
    fetch: fetchHeart,
    map: mapHeart,
  },
}

/** How far back the look of each day goes. */
const LATE_DAYS = 14

export const withings: Connector = {
  id: 'WITHINGS',
  name: 'Withings',
  tagline: 'Scales, watches, sleep mats, blood pressure, thermometers',
  credentialsUrl: 'https://developer.withings.com/dashboard/',
  hosts,
  auth: oauth,
  async identify({ http, tokens }) {
    const { providerUserId } = tokens
    if (!providerUserId) throw new ProviderError('Withings did not say whose account it is', { next: 'give_up' })
    return { providerUserId, timeZone: tokens.scopes?.includes(SCOPES.info) ? await zoneOfDevices(http) : null }
  },
  reads,
  timeZone: shownZone,
  notifications,
  poll: {
    everySeconds: POLL_SECONDS,
    kinds: Object.keys(reads).filter((kind) => kind !== 'goals'),
    // What a device without network uploads long after, in case nobody announced it: a call or two for each kind.
    deep: { kinds: ['measure', 'activity', 'workouts', 'heart_list'], daysBack: LATE_DAYS },
  },
  limits: { application: { requests: 120, perSeconds: 60 }, waitSeconds: waitSecondsOf },
  historyDays: null,
  statusOf: httpStatusOf,
}

/** Good to know from the first day on, and no reason to refuse a sign-in: the code is spent. */
async function zoneOfDevices(http: ConnectionHttp): Promise<string | null> {
  try {
    const devices = await http.send(
      { host: 'api', path: '/v2/user' },
      { method: 'POST', form: { action: 'getdevice' } },
    )
    return shownZone('device', devices.json())
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return null
  }
}

/** The kinds that tell where the person is now, and what dates their items. Workouts may be of a journey that is over. */
const DATED = new Map([
  ['device', { list: 'devices', date: 'last_session_date' }],
  ['activity', { list: 'activities', date: 'date' }],
  ['sleep_summary', { list: 'series', date: 'enddate' }],
])

function shownZone(kind: string, payload: unknown): string | null {
  if (kind === 'measure') {
    const body = bodyOf(kind, payload)
    return isObject(body) && typeof body.timezone === 'string' ? firstZone(body.timezone) : null
  }
  const dated = DATED.get(kind)
  if (dated === undefined) return null
  let newest: Record<string, unknown> | null = null
  for (const item of rawList(payload, dated.list)) {
    if (newest === null || String(item[dated.date]) > String(newest[dated.date])) newest = item
  }
  return typeof newest?.timezone === 'string' ? firstZone(newest.timezone) : null
}
