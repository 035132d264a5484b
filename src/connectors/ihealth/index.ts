import { offsetText } from '../../model/timestamps.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { Connector } from '../connector.ts'
import { httpStatusOf } from './errors.ts'
import { fetchList, fetchUserInfo } from './fetch.ts'
import { mapBloodPressure, mapGlucose, mapOxygen, mapWeight } from './map/body.ts'
import { mapActivity, mapSleep, mapSport, mapUserInfo } from './map/days.ts'
import { notifications } from './notifications.ts'
import { authorizeCall, credentialFields, hosts, oauth, TYPES } from './oauth.ts'
import { isObject, LISTS, type ListedType, rawItems } from './pages.ts'
import { offsetOf } from './time.ts'

/** The profile has no days: one reading serves a backfill of any length. */
const ANY_DAYS = 36_500
const LONGEST_DAYS = 90
/** It does not say when the hour is over. */
const HOUR_LIMIT_WAIT_SECONDS = 600

const reads: Connector['reads'] = {
  bp: {
    types: ['body'],
    aliases: ['blood_pressure', TYPES.bp],
    scope: TYPES.bp,
    fetch: fetchList('bp', 'body'),
    map: mapBloodPressure,
    maxDays: LONGEST_DAYS,
  },
  weight: {
    types: ['body'],
    aliases: [TYPES.weight],
    scope: TYPES.weight,
    fetch: fetchList('weight', 'body'),
    map: mapWeight,
    maxDays: LONGEST_DAYS,
  },
  glucose: {
    types: ['body'],
    aliases: ['bg', 'blood_glucose', TYPES.glucose],
    scope: TYPES.glucose,
    fetch: fetchList('glucose', 'body'),
    map: mapGlucose,
    maxDays: LONGEST_DAYS,
  },
  spo2: {
    types: ['body'],
    aliases: ['bo', 'blood_oxygen', TYPES.spo2],
    scope: TYPES.spo2,
    fetch: fetchList('spo2', 'body'),
    map: mapOxygen,
    maxDays: LONGEST_DAYS,
  },
  activity: {
    types: ['daily'],
    aliases: ['ar', TYPES.activity],
    scope: TYPES.activity,
    fetch: fetchList('activity', 'daily'),
    map: mapActivity,
    maxDays: LONGEST_DAYS,
  },
  sleep: {
    types: ['sleep'],
    aliases: ['sr', TYPES.sleep],
    scope: TYPES.sleep,
    fetch: fetchList('sleep', 'sleep'),
    map: mapSleep,
    maxDays: LONGEST_DAYS,
  },
  sport: {
    types: ['activity'],
    aliases: ['sports', TYPES.sport],
    scope: TYPES.sport,
    fetch: fetchList('sport', 'activity'),
    map: mapSport,
    maxDays: LONGEST_DAYS,
  },
  userinfo: {
    types: ['athlete'],
    aliases: ['user', TYPES.userinfo],
    scope: TYPES.userinfo,
    fetch: fetchUserInfo,
    map: mapUserInfo,
    maxDays: ANY_DAYS,
  },
}

export const ihealth: Connector = {
  id: 'IHEALTH',
  name: 'iHealth',
  tagline: 'Blood pressure, scales, glucose, oxygen, activity, sleep',
  credentialsUrl: 'https://developer.ihealthlabs.com/',
  credentialFields,
  hosts,
  auth: oauth,
  authorizeCall,
  async identify({ tokens: { providerUserId } }) {
    if (!providerUserId) throw new ProviderError('iHealth did not say whose account it is', { next: 'give_up' })
    return { providerUserId }
  },
  reads,
  timeZone: newestOffset,
  notifications,
  poll: { everySeconds: 86_400, kinds: Object.keys(reads), daysBack: 7 },
  limits: { application: { requests: 5000, perSeconds: 3600 }, waitSeconds: () => HOUR_LIMIT_WAIT_SECONDS },
  historyDays: null,
  statusOf: httpStatusOf,
}

/** Of the last item that says where it was. */
function newestOffset(kind: string, payload: unknown): string | null {
  if (!Object.hasOwn(LISTS, kind)) return null
  let newest: { time: number; minutes: number } | null = null
  for (const item of rawItems(kind as ListedType, payload)) {
    if (!isObject(item)) continue
    const time = Number(item.MDate ?? item.EndTime ?? item.SportEndTime)
    const zone = item.TimeZone
    const minutes = typeof zone === 'string' || typeof zone === 'number' ? offsetOf(zone) : null
    if (minutes !== null && (newest === null || time > newest.time)) newest = { time, minutes }
  }
  return newest === null ? null : offsetText(newest.minutes)
}
