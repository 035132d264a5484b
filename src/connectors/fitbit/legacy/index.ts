// Fitbit's own Web API, versions 1 and 1.2: the one before the Google Health API. Google switched it off in November 2026;
// it is here for those who bridge it, for the sandbox, and for pages that somebody kept.
import { fixedZone, isZone } from '../../../model/local-day.ts'
import { ProviderError } from '../../../platform/errors.ts'
import type { Connector } from '../../connector.ts'
import {
  fetchActivityLogs,
  fetchActivitySeries,
  fetchDays,
  fetchDaySummaries,
  fetchIntraday,
  fetchList,
  fetchRange,
  fetchRangeOfAll,
  fetchResource,
  fetchSleep,
} from './fetch.ts'
import { mapTcx } from '../../google-health/map/tcx.ts'
import { mapActivityLogs } from './map/activity.ts'
import {
  mapBodySeries,
  mapCardioScore,
  mapCoreTemperature,
  mapElectrocardiogram,
  mapFatLog,
  mapIrregularRhythm,
  mapOxygen,
  mapWeightLog,
} from './map/body.ts'
import { mapActivitySeries, mapDaySummary } from './map/days.ts'
import { mapFoodLog, mapFoodSeries, mapWaterLog } from './map/food.ts'
import { mapHeart } from './map/heart.ts'
import { mapActivityIntraday } from './map/intraday.ts'
import { mapDevices, mapProfile } from './map/person.ts'
import { keepRaw } from './map/raw.ts'
import { mapBreathing, mapSkinTemperature, mapSleep, mapVariability } from './map/sleep.ts'
import { credentialFields, notifications } from './notifications.ts'
import { hosts, oauth, ownClient } from './oauth.ts'

const ANY_DAYS = 36_500
/** Values of single minutes cost a request for each day; older ones are left where they are. */
const INTRADAY_HISTORY_DAYS = 7
/** Electrocardiograms and alerts come ten at a time. */
const FEW = 10

/** The order is the precedence: a log of the list before its short form, a scale's own log before the weight's. */
const reads: Connector['reads'] = {
  profile: {
    types: ['athlete'],
    scope: 'profile',
    fetch: fetchResource('profile', '/profile.json'),
    map: mapProfile,
    maxDays: ANY_DAYS,
    aliases: ['user_profile'],
  },
  activity_log_list: {
    types: ['activity'],
    scope: 'activity',
    fetch: fetchActivityLogs,
    map: mapActivityLogs,
    aliases: ['activities_list', 'activity_logs', 'activity_log', 'activity_list'],
  },
  activity_tcx: {
    types: ['activity'],
    input: 'file',
    map: mapTcx('activity_tcx', 'log_id'),
    aliases: ['tcx', 'activities_tcx', 'activity_log_tcx'],
  },
  activity_daily_summary: {
    types: ['daily', 'activity'],
    scope: 'activity',
    fetch: fetchDaySummaries,
    map: mapDaySummary,
    aliases: ['activities_date', 'activities', 'daily_activity_summary', 'activity_summary', 'daily_summary'],
  },
  activity_timeseries: {
    types: ['daily'],
    scope: 'activity',
    fetch: fetchActivitySeries,
    map: mapActivitySeries,
    aliases: resourceNames('activity_timeseries', 'activities', 'activity_time_series', 'activities_tracker'),
  },
  heart: {
    types: ['daily'],
    scope: 'heartrate',
    fetch: fetchRange('heart', '/activities/heart'),
    map: mapHeart,
    aliases: ['heart_timeseries', 'heart_time_series', 'activities_heart', 'heart_rate', 'heart_rate_time_series'],
  },
  sleep: {
    types: ['sleep'],
    scope: 'sleep',
    fetch: fetchSleep,
    map: mapSleep,
    // None of them has a notification, and they are there some minutes to hours after the night.
    alsoRead: ['hrv', 'spo2', 'breathing_rate', 'temperature_skin', 'hrv_intraday', 'spo2_intraday'],
    aliases: [
      'sleep_by_date',
      'sleep_by_date_range',
      'sleep_log_list',
      'sleep_list',
      'sleep_log',
      'sleep_date',
      'sleep_v1',
    ],
  },
  hrv: {
    types: ['daily', 'sleep'],
    scope: 'heartrate',
    fetch: fetchRange('hrv', '/hrv'),
    map: mapVariability,
    aliases: ['hrv_summary', 'hrv_summary_interval', 'heart_rate_variability'],
  },
  spo2: {
    types: ['daily', 'sleep'],
    scope: 'oxygen_saturation',
    fetch: fetchRange('spo2', '/spo2'),
    map: mapOxygen,
    aliases: ['spo2_summary', 'spo2_summary_interval', 'spo2_summary_single_date', 'oxygen_saturation'],
  },
  breathing_rate: {
    types: ['sleep'],
    scope: 'respiratory_rate',
    fetch: fetchRange('breathing_rate', '/br'),
    map: mapBreathing,
    aliases: ['br', 'breathing_rate_summary', 'breathing_rate_summary_interval', 'breathing_rate_intraday', 'br_all'],
  },
  temperature_skin: {
    types: ['sleep'],
    scope: 'temperature',
    fetch: fetchRange('temperature_skin', '/temp/skin'),
    map: mapSkinTemperature,
    aliases: ['temp_skin', 'skin_temperature', 'temperature_skin_interval', 'temperature_skin_summary'],
  },
  temperature_core: {
    types: ['body'],
    scope: 'temperature',
    fetch: fetchRange('temperature_core', '/temp/core', ['body']),
    map: mapCoreTemperature,
    aliases: ['temp_core', 'core_temperature', 'temperature_core_interval', 'temperature_core_summary'],
  },
  cardioscore: {
    types: ['daily'],
    scope: 'cardio_fitness',
    fetch: fetchRange('cardioscore', '/cardioscore'),
    map: mapCardioScore,
    aliases: ['cardio_score', 'cardio_fitness', 'cardioscore_interval', 'cardioscore_summary', 'vo2max'],
  },
  body_weight_log: {
    types: ['body'],
    scope: 'weight',
    fetch: fetchRange('body_weight_log', '/body/log/weight', ['body']),
    map: mapWeightLog,
    aliases: ['body_log_weight', 'weight_log', 'weight', 'body_weight'],
  },
  body_fat_log: {
    types: ['body'],
    scope: 'weight',
    fetch: fetchRange('body_fat_log', '/body/log/fat', ['body']),
    map: mapFatLog,
    aliases: ['body_log_fat', 'fat_log', 'fat', 'body_fat'],
  },
  body_timeseries: {
    types: ['body'],
    map: mapBodySeries,
    aliases: ['body_time_series', 'body_timeseries_weight', 'body_timeseries_fat', 'body_timeseries_bmi', 'body_bmi'],
  },
  food_log: {
    types: ['nutrition', 'body'],
    scope: 'nutrition',
    fetch: fetchDays('food_log', (date) => `/foods/log/date/${date}.json`, ['nutrition', 'body']),
    map: mapFoodLog,
    aliases: ['foods_log', 'foods_log_date', 'foods', 'food_logs', 'nutrition'],
  },
  water_log: {
    types: ['nutrition', 'body'],
    scope: 'nutrition',
    fetch: fetchDays('water_log', (date) => `/foods/log/water/date/${date}.json`, ['nutrition', 'body']),
    map: mapWaterLog,
    aliases: ['foods_log_water', 'water', 'water_logs'],
  },
  food_timeseries: {
    types: ['nutrition', 'body'],
    map: mapFoodSeries,
    aliases: [
      'foods_log_calories_in',
      'foods_log_timeseries',
      'food_time_series',
      'water_timeseries',
      'water_time_series',
    ],
  },
  ecg: {
    types: ['body'],
    scope: 'electrocardiogram',
    fetch: fetchList('ecg', '/ecg/list.json', 'ecgReadings', 'startTime', FEW, 'body'),
    map: mapElectrocardiogram,
    aliases: ['ecg_list', 'ecg_log_list', 'ecg_readings', 'electrocardiogram'],
  },
  irn_alerts: {
    types: ['body'],
    scope: 'irregular_rhythm_notifications',
    fetch: fetchList('irn_alerts', '/irn/alerts/list.json', 'alerts', 'detectedTime', FEW, 'body'),
    map: mapIrregularRhythm,
    aliases: ['irn_alerts_list', 'irn'],
  },
  heart_intraday: {
    types: ['daily'],
    scope: 'heartrate',
    fetch: fetchDays('heart_intraday', (date) => `/activities/heart/date/${date}/1d/1min.json`),
    map: mapHeart,
    historyDays: INTRADAY_HISTORY_DAYS,
    aliases: ['heart_intraday_1min', 'heart_intraday_1sec', 'heart_rate_intraday', 'activities_heart_intraday'],
  },
  activity_intraday: {
    types: ['daily'],
    scope: 'activity',
    fetch: fetchIntraday,
    map: mapActivityIntraday,
    historyDays: INTRADAY_HISTORY_DAYS,
    aliases: intradayNames(),
  },
  hrv_intraday: {
    types: ['daily', 'sleep'],
    scope: 'heartrate',
    fetch: fetchRangeOfAll('hrv_intraday', '/hrv'),
    map: mapVariability,
    aliases: ['hrv_all'],
  },
  spo2_intraday: {
    types: ['daily', 'sleep'],
    scope: 'oxygen_saturation',
    fetch: fetchRangeOfAll('spo2_intraday', '/spo2'),
    map: mapOxygen,
    aliases: ['spo2_all'],
  },
  azm: {
    types: [],
    scope: 'activity',
    fetch: fetchRange('azm', '/activities/active-zone-minutes'),
    map: keepRaw('azm', ['activities-active-zone-minutes', 'activities-active-zone-minutes-intraday']),
    aliases: [
      'azm_timeseries',
      'azm_time_series',
      'active_zone_minutes',
      'azm_intraday',
      'activities_active_zone_minutes',
    ],
  },
  devices: {
    types: ['athlete'],
    scope: 'settings',
    fetch: fetchResource('devices', '/devices.json'),
    map: mapDevices,
    maxDays: ANY_DAYS,
  },
  irn_profile: {
    types: [],
    scope: 'irregular_rhythm_notifications',
    map: keepRaw('irn_profile', ['onboarded', 'enrolled', 'lastUpdated']),
  },
}

function resourceNames(...prefixes: string[]): string[] {
  const resources = [
    'steps',
    'distance',
    'floors',
    'elevation',
    'calories',
    'caloriesBMR',
    'activityCalories',
    'minutesSedentary',
    'minutesLightlyActive',
    'minutesFairlyActive',
    'minutesVeryActive',
  ]
  return prefixes.flatMap((prefix) => [prefix, ...resources.map((resource) => `${prefix}_${resource}`)])
}

function intradayNames(): string[] {
  return [
    'activities_intraday',
    ...['steps', 'distance', 'floors', 'elevation', 'calories'].flatMap((resource) => [
      `activity_intraday_${resource}`,
      `activities_${resource}_intraday`,
      `${resource}_intraday`,
      ...['1min', '5min', '15min'].map((detail) => `activity_intraday_${resource}_${detail}`),
    ]),
  ]
}

export const legacy: Connector = {
  id: 'FITBIT',
  name: 'Fitbit (old Web API)',
  tagline: 'Fitbit watches and scales by the Web API that ended in 2026',
  credentialsUrl: 'https://dev.fitbit.com/apps',
  credentialFields,
  ownClient,
  hosts,
  auth: oauth,
  async identify({ http, tokens }) {
    const response = await http.send({ host: 'api', path: '/1/user/-/profile.json' }, { expect: [403] })
    const profile: unknown = response.status === 200 ? response.json() : null
    const encodedId = (profile as { user?: { encodedId?: unknown } } | null)?.user?.encodedId
    const providerUserId = tokens.providerUserId ?? (typeof encodedId === 'string' ? encodedId : '')
    if (providerUserId === '') throw new ProviderError('Fitbit did not say whose account it is', { next: 'give_up' })
    return { providerUserId, timeZone: zoneOf('profile', profile) }
  },
  reads,
  timeZone: zoneOf,
  notifications,
  statusOf,
  /** A look costs some forty requests of the 150 that an hour has. */
  poll: {
    everySeconds: 3600,
    kinds: Object.keys(reads).filter((kind) => reads[kind]!.fetch !== undefined),
    daysBack: 1,
  },
  limits: { connection: { requests: 150, perSeconds: 3600 }, waitSeconds: secondsToReset },
  historyDays: null,
  notice: 'Google switched this API off in November 2026. New connections belong to the Google Health API.',
}

/** 410 Gone from everything says that the API has ended: only a new consent, with Google, brings data again. */
function statusOf({ status }: { status: number }): number {
  return status === 410 ? 401 : status
}

/** Beside `Retry-After`, every answer says in how many seconds the hour is over. */
function secondsToReset({ headers }: { headers: Record<string, string> }): number | null {
  const seconds = Number(headers['retry-after'] ?? headers['fitbit-rate-limit-reset'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/** The profile has an IANA zone; its offset holds only now, and serves where that is missing. */
function zoneOf(kind: string, payload: unknown): string | null {
  if (kind !== 'profile') return null
  const user = (payload as { user?: { timezone?: unknown; offsetFromUTCMillis?: unknown } } | null)?.user
  if (typeof user?.timezone === 'string' && isZone(user.timezone)) return user.timezone
  return typeof user?.offsetFromUTCMillis === 'number' ? fixedZone(user.offsetFromUTCMillis / 60_000) : null
}
