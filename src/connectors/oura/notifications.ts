// What Oura announces: that a document is new or different, never its values.
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { addDays, isLocalDay } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import { parseJson } from '../../platform/json.ts'
import { sameText } from '../../platform/seal.ts'
import type { Change, NotificationRequest, Notifications } from '../connector.ts'

/** As notifications spell them, and the page kind that each one means. */
const KINDS = new Map([
  ['tag', 'tag'],
  ['enhanced_tag', 'enhanced_tag'],
  ['workout', 'workout'],
  ['session', 'session'],
  ['sleep', 'sleep'],
  ['daily_sleep', 'daily_sleep'],
  ['daily_readiness', 'daily_readiness'],
  ['daily_activity', 'daily_activity'],
  ['daily_spo2', 'daily_spo2'],
  ['rest_mode_period', 'rest_mode_period'],
  ['ring_configuration', 'ring_configuration'],
  ['daily_stress', 'daily_stress'],
  ['daily_cardiovascular_age', 'daily_cardiovascular_age'],
  ['vo2_max', 'vO2_max'],
])
const EVENTS = ['create', 'update', 'delete'] as const
/** The records that are kept under the document's own id. */
const BY_ID = new Map<string, 'sleep' | 'activity'>([
  ['sleep', 'sleep'],
  ['workout', 'activity'],
  ['session', 'activity'],
])
/** They last about 90 days; the loop looks every few hours. */
const RENEW_BEFORE_MS = 30 * 86_400_000

const Notification = z.object({
  event_type: z.string(),
  data_type: z.string(),
  object_id: z.string().nullish(),
  event_time: z.string().nullish(),
  event_timestamp: z.string().nullish(),
  user_id: z.string(),
})

const SubscriptionRow = z.object({
  id: z.string(),
  callback_url: z.string(),
  event_type: z.string(),
  data_type: z.string(),
  expiration_time: z.string(),
})

export const notifications: Notifications = {
  handshake(request, { verificationToken }) {
    const { challenge, verification_token: token } = request.query
    if (request.method !== 'GET' || challenge === undefined) return null
    if (token === undefined || !sameText(token, verificationToken)) return { status: 401, body: 'unknown token' }
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ challenge }) }
  },

  verify(request, { client }) {
    const { 'x-oura-signature': signature, 'x-oura-timestamp': timestamp } = request.headers
    if (signature === undefined || timestamp === undefined) return false
    const hmac = createHmac('sha256', client.secret).update(timestamp).update(request.body)
    return sameText(hmac.digest('hex').toUpperCase(), signature.toUpperCase())
  },

  parse: (request) => parse(request),

  subscribeApplication: (context) => subscribe(context),
}

type SubscribeContext = Parameters<NonNullable<Notifications['subscribeApplication']>>[0]

/** One subscription for each pair of event and data type. A pair that fails does not keep the others from being made. */
async function subscribe({ send, client, callbackUrl, verificationToken, now }: SubscribeContext): Promise<void> {
  const headers = { 'x-client-id': client.id, 'x-client-secret': client.secret }
  const at = (path = '') => ({ host: 'api', path: `/v2/webhook/subscription${path}` })
  const listed = await send(at(), { headers })
  if (listed.status !== 200) throw refusal('list its subscriptions', listed.status)
  const present = z.array(SubscriptionRow).parse(listed.json())
  let failed: ProviderError | null = null
  for (const dataType of KINDS.keys()) {
    for (const eventType of EVENTS) {
      const pair = present.filter((row) => row.data_type === dataType && row.event_type === eventType)
      const ours = pair.find((row) => row.callback_url === callbackUrl)
      if (ours !== undefined && endsAt(ours) - now > RENEW_BEFORE_MS) continue
      const json = {
        callback_url: callbackUrl,
        verification_token: verificationToken,
        event_type: eventType,
        data_type: dataType,
      }
      const create = () => send(at(), { method: 'POST', headers, json })
      let response: HttpResponse
      if (ours !== undefined) {
        response = await send(at(`/renew/${ours.id}`), { method: 'PUT', headers })
        // It ended between the list and now.
        if (response.status === 403 || response.status === 404) response = await create()
      } else if (pair[0] !== undefined) {
        // Oura holds one for each pair: one that points elsewhere is moved here.
        response = await send(at(`/${pair[0].id}`), { method: 'PUT', headers, json })
      } else {
        response = await create()
      }
      if (response.status >= 300) failed = refusal(`announce ${eventType} of ${dataType}`, response.status)
    }
  }
  if (failed !== null) throw failed
}

/** Oura writes it in UTC and without an offset. */
function endsAt({ expiration_time: time }: z.infer<typeof SubscriptionRow>): number {
  return Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(time) ? time : `${time}Z`)
}

function parse(request: NotificationRequest): Change[] {
  const body = Notification.parse(parseJson(Buffer.from(request.body).toString('utf8')))
  const kind = KINDS.get(body.data_type)
  if (kind === undefined) return []
  const providerUserId = body.user_id
  const id = body.object_id ?? null
  const type = BY_ID.get(body.data_type)
  if (body.event_type === 'delete' && type !== undefined && id !== null) {
    return [{ what: 'gone', providerUserId, gone: { type, id } }]
  }
  // A removed daily document was recomputed under another id: its day is read again.
  if (id === null || body.event_type === 'delete') {
    const day = (body.event_time ?? body.event_timestamp ?? '').slice(0, 10)
    if (!isLocalDay(day)) throw new Error('the notification names neither a document nor a time')
    return [
      { what: 'changed', providerUserId, kind, wanted: { days: { start: addDays(day, -1), end: addDays(day, 1) } } },
    ]
  }
  return [{ what: 'changed', providerUserId, kind, wanted: { object: id } }]
}

function refusal(what: string, status: number): ProviderError {
  return new ProviderError(`Oura answered ${status} when asked to ${what}`, { next: 'retry', status })
}
