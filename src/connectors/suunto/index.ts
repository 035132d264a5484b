import { fixedZone } from '../../model/local-day.ts'
import { parseTimestamp } from '../../model/timestamps.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { Connector } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { mapActivityFile } from '../activity-file.ts'
import { fetchFile, fetchSamples, fetchStatistics, fetchWorkouts } from './fetch.ts'
import { mapActivity, mapRecovery, mapStatistics, piecesOfActivity, piecesOfRecovery } from './map/days.ts'
import { mapSleep } from './map/sleep.ts'
import { mapWorkouts } from './map/workouts.ts'
import { notifications } from './notifications.ts'
import { credentialFields, hosts, oauth, subscriptionKeyOf } from './oauth.ts'

const ANY_DAYS = 36_500
/** Not certain: of subscriptions in production. A trial has a sixth of it, and its 429 says how long to wait. */
const PACE = { requests: 60, perSeconds: 60 }
/** Windows of what is counted round the clock: 28 days, less what an unknown zone takes away. */
const WINDOW_DAYS = 26
/** It is kept for about a month there. */
const SAMPLES_DAYS = 30

/** What Suunto says of a workout stands above what its file says. */
const reads: Connector['reads'] = {
  workouts: {
    types: ['activity'],
    aliases: ['workout', 'workout_detail', 'webhook_workout_created', 'workout_created'],
    fetch: fetchWorkouts,
    map: mapWorkouts,
    maxDays: ANY_DAYS,
  },
  fit: {
    types: ['activity'],
    aliases: ['workout_fit', 'exportFit'],
    input: 'file',
    fetch: fetchFile,
    map: mapActivityFile('fit', 'workout_key', ['fit']),
  },
  sleep: {
    types: ['sleep'],
    aliases: ['247_sleep', '247samples/sleep', 'suunto_247_sleep_created'],
    fetch: fetchSamples('sleep'),
    map: mapSleep,
    maxDays: WINDOW_DAYS,
    historyDays: SAMPLES_DAYS,
  },
  daily_activity_statistics: {
    types: ['daily'],
    aliases: ['247_daily_activity_statistics', 'statistics', 'daily-activity-statistics'],
    fetch: fetchStatistics,
    map: mapStatistics,
    maxDays: WINDOW_DAYS,
    historyDays: SAMPLES_DAYS,
  },
  activity: {
    types: ['daily'],
    aliases: ['247_activity', '247samples/activity', 'suunto_247_activity_created'],
    fetch: fetchSamples('activity'),
    map: mapActivity,
    pieces: piecesOfActivity,
    maxDays: WINDOW_DAYS,
    historyDays: SAMPLES_DAYS,
  },
  recovery: {
    types: ['daily'],
    aliases: ['247_recovery', '247samples/recovery', 'suunto_247_recovery_created'],
    fetch: fetchSamples('recovery'),
    map: mapRecovery,
    pieces: piecesOfRecovery,
    maxDays: WINDOW_DAYS,
    historyDays: SAMPLES_DAYS,
  },
}

export const suunto: Connector = {
  id: 'SUUNTO',
  name: 'Suunto',
  tagline: 'Watches: workouts with their files, sleep, steps, recovery',
  credentialsUrl: 'https://apizone.suunto.com',
  credentialFields,
  hosts,
  auth: oauth,
  authorizeCall: (request, { token, client }) => ({
    ...request,
    headers: {
      ...request.headers,
      authorization: `Bearer ${token}`,
      'ocp-apim-subscription-key': subscriptionKeyOf(client.extra),
    },
  }),
  async identify({ tokens }) {
    if (!tokens.providerUserId) throw new ProviderError('Suunto did not say whose account it is', { next: 'give_up' })
    return { providerUserId: tokens.providerUserId }
  },
  reads,
  timeZone: shownOffset,
  notifications,
  poll: { everySeconds: 21_600, kinds: Object.keys(reads).filter((kind) => kind !== 'fit') },
  limits: { application: PACE, waitSeconds },
  historyDays: null,
  statusOf,
}

/** "Out of call volume quota. Quota will be replenished in 02:11:09." */
const QUOTA = /out of call volume quota/i
const REPLENISHED = /replenished in (?:(\d+)\.)?(\d+):(\d+):(\d+)/i

/**
 * A used up quota is a 403, and a limit all the same. A 200 may hold an error and nothing else. A wrong subscription key is a 401
 * too, but no token is to blame, and nobody's permission: what is to be read waits until the operator has mended it.
 */
function statusOf(response: HttpResponse): number {
  if (response.status === 401 && /subscription key/i.test(response.text())) {
    const next = { next: 'retry', afterSeconds: 3600, status: 401 } as const
    throw new ProviderError("Suunto does not accept the source's subscription key", next)
  }
  if (response.status === 403 && QUOTA.test(response.text())) return 429
  return response.status === 200 ? (errorIn(response) ?? 200) : response.status
}

const BRACE = '{'.charCodeAt(0)

/** `{"error": {"code": "404", …}, "payload": null}` */
function errorIn(response: HttpResponse): number | null {
  if (response.body[0] !== BRACE) return null
  try {
    const { error, payload } = response.json() as { error?: { code?: unknown } | null; payload?: unknown }
    if (!error || (payload !== null && payload !== undefined)) return null
    const code = Number(error.code)
    return Number.isInteger(code) && code >= 400 && code <= 599 ? code : 502
  } catch {
    return null
  }
}

/** "Rate limit is exceeded. Try again in 41 seconds.", or when the quota is replenished. */
function waitSeconds(response: HttpResponse): number | null {
  const text = response.text()
  const wait = /try again in (\d+) second/i.exec(text)?.[1]
  if (wait !== undefined) return Number(wait)
  const replenished = REPLENISHED.exec(text)
  if (replenished === null) return null
  const [days, hours, minutes, seconds] = replenished.slice(1).map((part) => Number(part ?? 0))
  return ((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!
}

/** The offset of the newest workout or night. */
function shownOffset(kind: string, payload: unknown): string | null {
  let newest: { at: number; minutes: number } | null = null
  const look = (at: number, minutes: number | null): void => {
    if (minutes !== null && Number.isFinite(at) && (newest === null || at > newest.at)) newest = { at, minutes }
  }
  if (kind === 'workouts') {
    for (const { startTime, timeOffsetInMinutes: minutes } of rawDocuments(payload, ['payload', 'workout'])) {
      look(Number(startTime), typeof minutes === 'number' ? minutes : null)
    }
  } else if (kind === 'sleep') {
    for (const { timestamp } of rawDocuments(payload, ['samples', 'payload'])) {
      try {
        const { epochMs, offsetMinutes } = parseTimestamp(String(timestamp))
        look(epochMs ?? Number.NaN, offsetMinutes)
      } catch {
        // No time, no offset.
      }
    }
  }
  return newest === null ? null : fixedZone((newest as { minutes: number }).minutes)
}
