// What Google announces: that data of a type is new, different or gone in an interval, never its values.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { DataType } from '../../model/data-type.ts'
import { addDays, countDays, isLocalDay, type LocalDay } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import { sameText } from '../../platform/seal.ts'
import {
  type Change,
  changesOfEach,
  type NotificationRequest,
  type Notifications,
  type NotificationSecrets,
} from '../connector.ts'
import { signatureHolds } from './keyset.ts'
import { projectToken } from './service-account.ts'
import { Civil } from './values.ts'

/** Data types that can be subscribed to, and the kinds that are read when one changes: day totals by roll-up. */
const KINDS = new Map<string, readonly string[]>([
  // Energy has no notices of its own, and changes with the steps.
  [
    'steps',
    [
      'steps_dailyRollUp',
      'steps',
      'total-calories_dailyRollUp',
      'total-calories_rollUp',
      'active-energy-burned_dailyRollUp',
      'active-minutes_dailyRollUp',
    ],
  ],
  ['distance', ['distance_dailyRollUp', 'distance']],
  ['floors', ['floors_dailyRollUp', 'floors']],
  ['altitude', ['altitude_dailyRollUp']],
  ['active-zone-minutes', ['active-zone-minutes_dailyRollUp']],
  ['activity-level', ['activity-level']],
  ['sedentary-period', ['sedentary-period_dailyRollUp']],
  ['time-in-heart-rate-zone', ['time-in-heart-rate-zone_dailyRollUp']],
  ['heart-rate', ['heart-rate_dailyRollUp', 'heart-rate']],
  ['heart-rate-variability', ['heart-rate-variability']],
  ['respiratory-rate-sleep-summary', ['respiratory-rate-sleep-summary']],
  ['run-vo2-max', ['run-vo2-max']],
  ['exercise', ['exercise']],
  ['sleep', ['sleep']],
  ['weight', ['weight']],
  ['body-fat', ['body-fat']],
  ['height', ['height']],
  ['blood-glucose', ['blood-glucose']],
  ['nutrition-log', ['nutrition-log_dailyRollUp', 'nutrition-log']],
  ['hydration-log', ['hydration-log_dailyRollUp', 'hydration-log']],
  ['daily-resting-heart-rate', ['daily-resting-heart-rate']],
  ['daily-heart-rate-variability', ['daily-heart-rate-variability']],
  ['daily-heart-rate-zones', ['daily-heart-rate-zones']],
  ['daily-oxygen-saturation', ['daily-oxygen-saturation']],
  ['daily-respiratory-rate', ['daily-respiratory-rate']],
  ['daily-sleep-temperature-derivations', ['daily-sleep-temperature-derivations']],
  ['daily-vo2-max', ['daily-vo2-max']],
])
const BY_ID = new Map<string, DataType>([
  ['exercise', 'activity'],
  ['sleep', 'sleep'],
])

/**
 * Somebody who withdraws consent is announced as the deletion of everything they ever had. The newest days of that are
 * read, and the answer, 401 or 403, says what it was.
 */
const MOST_DAYS = 90
const KEYSET = { host: 'keys', path: '/googlehealthapi/webhooks/webhooks_public_keyset.json' }

const Interval = z.object({
  physicalTimeInterval: z.object({ startTime: z.string(), endTime: z.string().nullish() }).nullish(),
  civilDateTimeInterval: z.object({ startDateTime: Civil, endDateTime: Civil.nullish() }).nullish(),
  civilIso8601TimeInterval: z.object({ startTime: z.string(), endTime: z.string().nullish() }).nullish(),
})
const Notice = z.object({
  data: z.object({
    healthUserId: z.string(),
    operation: z.string(),
    dataType: z.string(),
    intervals: z.array(Interval).nullish(),
    recordId: z.string().nullish(),
  }),
})

export const notifications: Notifications = {
  /** Asked twice whenever a subscriber is made or changed: with our secret it wants 200, without it a refusal. */
  handshake(request, { verificationToken }) {
    if (request.method !== 'POST' || !isVerification(request.body)) return null
    return hasSecret(request, verificationToken)
      ? { status: 200, body: 'ok' }
      : { status: 401, body: 'the Authorization header is not ours' }
  },

  async verify(request, secrets) {
    if (!hasSecret(request, secrets.verificationToken)) return false
    const signature = request.headers['google-health-api-signature']
    return signature !== undefined && (await isSigned(signature, request, secrets))
  },

  parse: (request) => {
    const body: unknown = JSON.parse(Buffer.from(request.body).toString('utf8'))
    return changesOfEach(Array.isArray(body) ? body : [body], (notice) => changesOf(Notice.parse(notice).data))
  },

  accepted: { status: 204, body: '' },

  subscribeApplication: (context) => subscribe(context),
}

function isVerification(body: Uint8Array): boolean {
  if (body.length > 200) return false
  try {
    return (JSON.parse(Buffer.from(body).toString('utf8')) as { type?: unknown }).type === 'verification'
  } catch {
    return false
  }
}

function hasSecret(request: NotificationRequest, verificationToken: string): boolean {
  return sameText(request.headers.authorization ?? '', `Bearer ${verificationToken}`)
}

async function isSigned(
  signature: string,
  request: NotificationRequest,
  { send }: NotificationSecrets,
): Promise<boolean> {
  const holds = async (fresh: boolean): Promise<boolean | null> => {
    const response = await send(KEYSET, { fresh })
    if (response.status !== 200) {
      throw new ProviderError("Google's public keys could not be read", { next: 'retry', status: response.status })
    }
    return signatureHolds(response.json(), signature, request.body)
  }
  // Keys change every thirty days: one that is not known may be a newer one.
  return ((await holds(false)) ?? (await holds(true))) === true
}

function changesOf({
  healthUserId,
  operation,
  dataType,
  intervals,
  recordId,
}: z.infer<typeof Notice>['data']): Change[] {
  const kinds = KINDS.get(dataType)
  if (kinds === undefined) return []
  const type = BY_ID.get(dataType)
  if (operation === 'DELETE' && recordId && type !== undefined) {
    return [{ what: 'gone', providerUserId: healthUserId, gone: { type, id: recordId } }]
  }
  const days = (intervals ?? []).map(daysOf)
  if (days.length === 0) throw new Error('the notification names no interval')
  return days.flatMap((range) =>
    kinds.map((kind) => ({ what: 'changed', providerUserId: healthUserId, kind, wanted: { days: range } }) as const),
  )
}

/** The civil days that an interval touches; a night that ends in the morning is found by its last. */
function daysOf(interval: z.infer<typeof Interval>): { start: LocalDay; end: LocalDay } {
  const { civilDateTimeInterval: civil, civilIso8601TimeInterval: iso, physicalTimeInterval: physical } = interval
  const start = civil?.startDateTime.date ?? dayOfText(iso?.startTime) ?? shifted(physical?.startTime, -1)
  const end = civil?.endDateTime?.date ?? dayOfText(iso?.endTime) ?? shifted(physical?.endTime, 1) ?? start
  if (start === null || end === null) throw new Error('the interval of the notification cannot be read')
  if (end < start) return { start, end: start }
  return countDays(start, end) > MOST_DAYS ? { start: addDays(end, 1 - MOST_DAYS), end } : { start, end }
}

function dayOfText(text: string | null | undefined): LocalDay | null {
  const day = (text ?? '').slice(0, 10)
  return isLocalDay(day) ? day : null
}

/** In UTC nobody knows which local day it was: the neighbours are read as well. */
function shifted(text: string | null | undefined, days: number): LocalDay | null {
  const day = dayOfText(text)
  return day === null ? null : addDays(day, days)
}

type SubscribeContext = Parameters<NonNullable<Notifications['subscribeApplication']>>[0]

const Subscribers = z.object({
  subscribers: z
    .array(
      z.object({
        name: z.string(),
        endpointUri: z.string(),
        subscriberConfigs: z.array(z.object({ dataTypes: z.array(z.string()) })).nullish(),
      }),
    )
    .nullish(),
})

/** One subscriber serves everybody who consents. It is made once, and changed when the address or the types are others. */
async function subscribe({ send, client, callbackUrl, verificationToken, now }: SubscribeContext): Promise<void> {
  const { project_number: project, service_account: account } = client.extra
  if (!project || !account) return
  const headers = { authorization: `Bearer ${await projectToken(account, now, send)}` }
  const at = (path: string) => ({ host: 'api', path: `/v4/projects/${encodeURIComponent(project)}/subscribers${path}` })
  const listed = await send(at(''), { headers })
  if (listed.status !== 200) throw refusal('list its subscribers', listed.status)
  const dataTypes = [...KINDS.keys()]
  const id = subscriberId(callbackUrl)
  const present = (Subscribers.parse(listed.json()).subscribers ?? []).find(({ name }) => name.endsWith(`/${id}`))
  const known = present?.subscriberConfigs?.flatMap((config) => config.dataTypes) ?? []
  if (present?.endpointUri === callbackUrl && dataTypes.every((each) => known.includes(each))) return
  const json = {
    endpointUri: callbackUrl,
    subscriberConfigs: [{ dataTypes, subscriptionCreatePolicy: 'AUTOMATIC' }],
    endpointAuthorization: { secret: `Bearer ${verificationToken}` },
  }
  const response =
    present === undefined
      ? await send(at(''), { method: 'POST', headers, json, query: { subscriberId: id } })
      : await send(at(`/${id}`), {
          method: 'PATCH',
          headers,
          json,
          query: { updateMask: 'endpointUri,subscriberConfigs,endpointAuthorization' },
        })
  if (response.status >= 300) throw refusal('make its subscriber', response.status)
}

/** The same when only the host of our address changes; another one for each source and environment. */
function subscriberId(callbackUrl: string): string {
  const { pathname } = new URL(callbackUrl)
  return `loam-${createHash('sha256').update(pathname).digest('hex').slice(0, 16)}`
}

function refusal(what: string, status: number): ProviderError {
  return new ProviderError(`Google answered ${status} when asked to ${what}`, { next: 'retry', status })
}
