// One webhook for the application. Its secret is told once, when it is made; what is lost is made anew.
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { addDays, isLocalDay } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import { parseJson } from '../../platform/json.ts'
import { sameText } from '../../platform/seal.ts'
import type { Change, Client, NotificationRequest, Notifications } from '../connector.ts'
import { Notification } from './payloads.ts'

/** What is announced, and the page kind that it means. */
const KINDS = new Map([
  ['EXERCISE', 'exercises'],
  ['SLEEP', 'sleep'],
  ['CONTINUOUS_HEART_RATE', 'continuous_heart_rate'],
  ['ACTIVITY_SUMMARY', 'activities'],
  ['SLEEP_WISE_CIRCADIAN_BEDTIME', 'sleepwise_circadian_bedtime'],
  ['SLEEP_WISE_ALERTNESS', 'sleepwise_alertness'],
  ['PHYSICAL_INFORMATION', 'physical_info'],
])
const PING = 'PING'
const SIGNATURE = 'polar-webhook-signature'
/** The names under which the webhook's secret, and whose it is, are kept with the application's credentials. */
const WEBHOOK_SECRET = 'webhook_secret'
const WEBHOOK_CLIENT = 'webhook_client'

const Created = z.object({ data: z.object({ signature_secret_key: z.string().min(1) }) })
const Listed = z.object({
  data: z.array(
    z.object({ id: z.string(), url: z.string(), events: z.array(z.string()).nullish(), active: z.boolean().nullish() }),
  ),
})

export const notifications: Notifications = {
  /** Polar looks whether the address answers before it tells the secret: nothing can be checked then, and nothing is said. */
  handshake(request) {
    return isPing(request) ? { status: 200, body: '' } : null
  },

  verify({ headers, body }, { client }) {
    const secret = secretOf(client)
    const signature = headers[SIGNATURE]
    if (secret === null || signature === undefined) return false
    return sameText(createHmac('sha256', secret).update(body).digest('hex'), signature)
  },

  parse,
  subscribeApplication,
}

function isPing({ headers, body }: NotificationRequest): boolean {
  if (headers['polar-webhook-event'] === PING) return true
  if (headers[SIGNATURE] !== undefined) return false
  try {
    return (parseJson(Buffer.from(body).toString('utf8')) as { event?: unknown } | null)?.event === PING
  } catch {
    return false
  }
}

function parse(request: NotificationRequest): Change[] {
  const body = Notification.parse(parseJson(Buffer.from(request.body).toString('utf8')))
  const { event, user_id: providerUserId } = body
  const kind = KINDS.get(event)
  if (kind === undefined) return []
  if (!providerUserId) throw new Error('the notification does not name the person')
  if (event === 'EXERCISE') {
    if (!body.entity_id) throw new Error('the notification does not name the exercise')
    return [{ what: 'changed', providerUserId, kind, wanted: { object: body.entity_id } }]
  }
  const start = body.date ?? body.from ?? body.timestamp?.slice(0, 10)
  const end = body.date ?? body.to ?? start
  if (start === undefined || end === undefined || !isLocalDay(start)) {
    throw new Error('the notification names neither a day nor a time')
  }
  // A forecast may reach into days to come; a few weeks are all that Polar answers.
  const last = end < start ? start : end
  const farthest = addDays(start, 27)
  return [
    { what: 'changed', providerUserId, kind, wanted: { days: { start, end: last < farthest ? last : farthest } } },
  ]
}

type SubscribeContext = Parameters<NonNullable<Notifications['subscribeApplication']>>[0]

/** Answers the secret when it is a new one. */
async function subscribeApplication({
  send,
  client,
  callbackUrl,
}: SubscribeContext): Promise<Record<string, string> | void> {
  const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64')
  const headers = { authorization: `Basic ${basic}`, accept: 'application/json' }
  const at = (path = '') => ({ host: 'api', path: `/v3/webhooks${path}` })
  const events = [...KINDS.keys()]

  const listed = await send(at(), { headers })
  if (listed.status !== 200 && listed.status !== 204) throw refusal('list its webhook', listed.status)
  const present = listed.status === 204 ? [] : Listed.parse(listed.json()).data
  for (const hook of present) {
    const path = `/${encodeURIComponent(hook.id)}`
    if (secretOf(client) === null) {
      const removed = await send(at(path), { method: 'DELETE', headers })
      if (removed.status >= 300 && removed.status !== 404) throw refusal('give up its webhook', removed.status)
      continue
    }
    const complete = events.every((event) => hook.events?.includes(event))
    if (hook.url !== callbackUrl || !complete) {
      const json = { events, url: callbackUrl }
      const changed = await send(at(path), { method: 'PATCH', headers, json })
      if (changed.status >= 300) throw refusal('change its webhook', changed.status)
    }
    if (hook.active === false) {
      const activated = await send(at('/activate'), { method: 'POST', headers })
      if (activated.status >= 300) throw refusal('activate its webhook', activated.status)
    }
    return
  }
  const created = await send(at(), { method: 'POST', headers, json: { events, url: callbackUrl } })
  if (created.status >= 300) throw refusal('make a webhook', created.status)
  const { signature_secret_key: secret } = Created.parse(created.json()).data
  return { [WEBHOOK_SECRET]: secret, [WEBHOOK_CLIENT]: client.id }
}

/** Null while there is none, and when it is of another application that stood here before. */
function secretOf({ id, extra }: Client): string | null {
  return extra[WEBHOOK_CLIENT] === id ? (extra[WEBHOOK_SECRET] ?? null) : null
}

function refusal(what: string, status: number): ProviderError {
  return new ProviderError(`Polar answered ${status} when asked to ${what}`, { next: 'retry', status })
}
