// One subscription for all athletes of the application. An event names an activity, never its values.
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { ProviderError } from '../../platform/errors.ts'
import { parseJson } from '../../platform/json.ts'
import { sameText } from '../../platform/seal.ts'
import { type Change, hasKey, type NotificationRequest, type Notifications } from '../connector.ts'
import { APPEARS_WITHIN_MS } from './fetch.ts'

const id = z.union([z.int(), z.string().min(1)]).transform(String)

const Event = z.object({
  object_type: z.string(),
  object_id: id,
  aspect_type: z.string(),
  owner_id: id,
  event_time: z.number().nullish(),
  updates: z.record(z.string(), z.unknown()).nullish(),
})

const Subscriptions = z.array(z.object({ id, callback_url: z.string() }))

const SIGNATURE = 'x-strava-signature'
/** A signature that is older was somebody else's before. */
const SIGNED_WITHIN_MS = 5 * 60_000
/** Repetitions of an event within it are one question. */
const REPEATED_WITHIN_MS = APPEARS_WITHIN_MS / 2

export const notifications: Notifications = {
  /** The documents know no signature; a newer header is checked where it comes. */
  unsigned: true,

  handshake({ method, query }, { verificationToken }) {
    const challenge = query['hub.challenge']
    if (method !== 'GET' || challenge === undefined) return null
    const token = query['hub.verify_token']
    if (query['hub.mode'] !== 'subscribe' || token === undefined || !sameText(token, verificationToken)) {
      return { status: 401, body: 'unknown token' }
    }
    const headers = { 'content-type': 'application/json' }
    return { status: 200, headers, body: JSON.stringify({ 'hub.challenge': challenge }) }
  },

  verify(request, secrets) {
    const signature = request.headers[SIGNATURE]
    if (signature === undefined) return hasKey(request, secrets)
    return isSigned(request, signature, secrets.client.secret, secrets.now)
  },

  parse,

  subscribeApplication,
}

function isSigned({ body }: NotificationRequest, header: string, secret: string, now: number): boolean {
  const parts = new Map(header.split(',').map((part) => part.trim().split('=', 2) as [string, string]))
  const at = parts.get('t')
  const signature = parts.get('v1')
  if (at === undefined || signature === undefined || !/^\d{1,12}$/.test(at)) return false
  if (Math.abs(now - Number(at) * 1000) > SIGNED_WITHIN_MS) return false
  return sameText(createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex'), signature)
}

function parse(request: NotificationRequest): Change[] {
  const event = Event.parse(parseJson(Buffer.from(request.body).toString('utf8')))
  const { owner_id: providerUserId, object_id: objectId, aspect_type: aspect } = event
  if (event.object_type === 'athlete') {
    const ended = aspect === 'delete' || String(event.updates?.authorized) === 'false'
    return ended ? [{ what: 'revoked', providerUserId }] : []
  }
  if (event.object_type !== 'activity') return []
  if (aspect === 'delete') return [{ what: 'gone', providerUserId, gone: { type: 'activity', id: objectId } }]
  if (aspect !== 'create' && aspect !== 'update') throw new Error('the event names no aspect that we know')
  const kind = 'activity'
  if (aspect === 'update' || typeof event.event_time !== 'number') {
    return [{ what: 'changed', providerUserId, kind, wanted: { object: objectId } }]
  }
  const until = Math.floor((event.event_time * 1000) / REPEATED_WITHIN_MS) * REPEATED_WITHIN_MS + APPEARS_WITHIN_MS
  const hint = { activity_id: objectId, appears_until: String(until) }
  return [{ what: 'changed', providerUserId, kind, wanted: { hint } }]
}

type SubscribeContext = Parameters<NonNullable<Notifications['subscribeApplication']>>[0]

/** An application has one: if it points elsewhere, it is taken away and made anew. */
async function subscribeApplication(context: SubscribeContext): Promise<void> {
  const { send, client, callbackUrl, verificationToken } = context
  const credentials = { client_id: client.id, client_secret: client.secret }
  const at = (path = '') => ({ host: 'api', path: `/push_subscriptions${path}` })
  const listed = await send(at(), { query: credentials })
  if (listed.status !== 200) throw refusal('list its subscription', listed.status)
  const present = Subscriptions.parse(listed.json())
  if (present.some((each) => each.callback_url === callbackUrl)) return
  for (const other of present) {
    const removed = await send(at(`/${encodeURIComponent(other.id)}`), { method: 'DELETE', query: credentials })
    if (removed.status >= 300 && removed.status !== 404) throw refusal('give up its other subscription', removed.status)
  }
  const form = { ...credentials, callback_url: callbackUrl, verify_token: verificationToken }
  const created = await send(at(), { method: 'POST', form })
  if (created.status >= 300) throw refusal('subscribe', created.status)
}

function refusal(what: string, status: number): ProviderError {
  return new ProviderError(`Strava answered ${status} when asked to ${what}`, { next: 'retry', status })
}
