import { ProviderError } from '../../platform/errors.ts'
import type { Connector } from '../connector.ts'
import { fetchCollection, fetchHeartRate, fetchPersonalInfo, fetchSleep, fetchWorkout } from './fetch.ts'
import { mapSession, mapWorkout } from './map/activity.ts'
import {
  mapDailyActivity,
  mapDailyReadiness,
  mapDailySleep,
  mapDailySpo2,
  mapDailyStress,
  mapHeartRate,
  mapVo2Max,
} from './map/daily.ts'
import { mapCardiovascularAge, mapPersonalInfo, mapRingConfiguration } from './map/person.ts'
import { mapSleep } from './map/sleep.ts'
import { mapEnhancedTag, mapRestMode, mapTag } from './map/tags.ts'
import { notifications } from './notifications.ts'
import { hosts, oauth } from './oauth.ts'
import { offsetOf } from './time.ts'

export const oura: Connector = {
  id: 'OURA',
  name: 'Oura',
  tagline: 'Ring: sleep, readiness, activity, heart rate',
  credentialsUrl: 'https://cloud.ouraring.com/oauth/applications',
  hosts,
  auth: oauth,
  async identify({ http }) {
    const response = await http.send({ host: 'api', path: '/v2/usercollection/personal_info' })
    const { id } = response.json() as { id?: unknown }
    if (typeof id !== 'string') throw new ProviderError('Oura did not say whose account it is', { next: 'give_up' })
    return { providerUserId: id }
  },
  reads: {
    daily_activity: {
      types: ['daily'],
      scope: 'daily',
      fetch: fetchCollection('daily_activity'),
      map: mapDailyActivity,
      alsoRead: ['heartrate'],
    },
    sleep: { types: ['sleep', 'daily'], scope: 'daily', fetch: fetchSleep, map: mapSleep },
    daily_sleep: {
      types: ['daily', 'sleep'],
      scope: 'daily',
      fetch: fetchCollection('daily_sleep'),
      map: mapDailySleep,
    },
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
    heartrate: { types: ['daily', 'activity'], scope: 'heartrate', fetch: fetchHeartRate, map: mapHeartRate },
    workout: { types: ['activity'], scope: 'workout', fetch: fetchWorkout, map: mapWorkout },
    session: { types: ['activity'], scope: 'session', fetch: fetchCollection('session', 'activity'), map: mapSession },
    enhanced_tag: { types: ['daily'], scope: 'tag', fetch: fetchCollection('enhanced_tag'), map: mapEnhancedTag },
    tag: { types: ['daily'], scope: 'tag', fetch: fetchCollection('tag'), map: mapTag },
    rest_mode_period: { types: ['daily'], fetch: fetchCollection('rest_mode_period'), map: mapRestMode },
    personal_info: { types: ['athlete', 'body'], fetch: fetchPersonalInfo, map: mapPersonalInfo },
    ring_configuration: { types: ['athlete'], fetch: fetchCollection('ring_configuration'), map: mapRingConfiguration },
  },
  timeZone: shownOffset,
  notifications,
  poll: {
    everySeconds: 1800,
    kinds: [
      'daily_activity',
      'sleep',
      'daily_sleep',
      'daily_readiness',
      'daily_stress',
      'daily_spo2',
      'vO2_max',
      'heartrate',
      'workout',
      'session',
      'enhanced_tag',
      'personal_info',
    ],
  },
  limits: { connection: { requests: 5000, perSeconds: 300 } },
  historyDays: null,
}

/** The offset of the newest document that shows one. Daily scores are stamped midnight UTC, which is no zone. */
function shownOffset(kind: string, payload: unknown): string | null {
  const field = { daily_activity: 'timestamp', sleep: 'bedtime_end', workout: 'end_datetime' }[kind]
  if (field === undefined) return null
  const list = (payload as { data?: unknown[] }).data ?? [payload]
  const times = list.flatMap((document) => {
    const value = (document as Record<string, unknown>)[field]
    return typeof value === 'string' ? [value] : []
  })
  const newest = times.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1)
  return offsetOf(newest)
}
