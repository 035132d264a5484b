// Webhook subscriptions of an application, and the notifications that go to them.
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { HttpFailure } from '../../platform/http.ts'
import type { SimulatorContext } from '../simulator.ts'
import { clientSecretOf } from '../clients.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import { accountId } from './documents.ts'
import { type Grant, grants } from './grants.ts'
import { currentDocuments, overridesOf } from './overrides.ts'

export interface Subscription {
  id: string
  client_id: string
  callback_url: string
  verification_token: string
  event_type: string
  data_type: string
  expiration_time: string
}

const LIFETIME_MS = 90 * 86_400_000
const DAYS_WATCHED = 2
const NOTIFICATIONS_PER_TICK = 200
const GRANTS_PER_TICK = 25
const MAX_RETRIES = 10
/** As notifications spell the collections. */
const WATCHED: Record<string, string> = {
  daily_activity: 'daily_activity',
  sleep: 'sleep',
  daily_sleep: 'daily_sleep',
  daily_readiness: 'daily_readiness',
  daily_stress: 'daily_stress',
  daily_spo2: 'daily_spo2',
  daily_cardiovascular_age: 'daily_cardiovascular_age',
  vO2_max: 'vo2_max',
  workout: 'workout',
  session: 'session',
  enhanced_tag: 'enhanced_tag',
}
const DATA_TYPES = new Set([
  ...Object.values(WATCHED),
  'tag',
  'sleep_time',
  'rest_mode_period',
  'ring_configuration',
  'daily_resilience',
  'meal',
])

const prefix = (clientId: string): string => `oura:subscription:${clientId}:`

export async function subscriptions(context: SimulatorContext, clientId: string): Promise<Subscription[]> {
  return (await context.state.list(prefix(clientId))).map((row) => JSON.parse(row.value) as Subscription)
}

export async function saveSubscription(context: SimulatorContext, subscription: Subscription): Promise<void> {
  await context.state.put(prefix(subscription.client_id) + subscription.id, JSON.stringify(subscription))
}

export async function removeSubscription(context: SimulatorContext, clientId: string, id: string): Promise<boolean> {
  return (await context.state.take(prefix(clientId) + id)) !== null
}

export function expirationFrom(now: number): string {
  return `${new Date(now + LIFETIME_MS).toISOString().slice(0, 23)}000`
}

export function newSubscription(
  clientId: string,
  wanted: Pick<Subscription, 'callback_url' | 'verification_token' | 'event_type' | 'data_type'>,
  now: number,
): Subscription {
  return { id: randomUUID(), client_id: clientId, ...wanted, expiration_time: expirationFrom(now) }
}

export function knowsDataType(dataType: string): boolean {
  return DATA_TYPES.has(dataType)
}

/** Asks the callback while the subscriber's own request is still open. */
export async function handshake(
  context: SimulatorContext,
  callbackUrl: string,
  verificationToken: string,
): Promise<boolean> {
  const challenge = randomUUID()
  try {
    const response = await context.http.send({
      url: callbackUrl,
      query: { verification_token: verificationToken, challenge },
      timeoutMs: 10_000,
    })
    return response.status === 200 && (response.json() as { challenge?: string }).challenge === challenge
  } catch {
    return false
  }
}

export interface Notice {
  event_type: 'create' | 'update' | 'delete'
  data_type: string
  object_id: string
  user_id: string
}

interface Outgoing {
  clientId: string
  notice: Notice
  attempt: number
  dueAt: number
}

export interface Notifier {
  /** Compares what everyone's data looks like now with what was announced, and announces the difference. */
  tick(): Promise<number>
  /** Sends one notification to every subscriber of that client at once. Answers how many accepted it. */
  announce(clientId: string, notice: Notice): Promise<number>
  /** What exists now counts as known: an authorization does not announce the past. */
  remember(grant: Grant): Promise<void>
}

export function createNotifier(context: SimulatorContext): Notifier {
  const again: Outgoing[] = []
  let offset = 0

  async function announce(clientId: string, notice: Notice, attempt = 0): Promise<number> {
    let accepted = 0
    for (const subscription of await subscriptions(context, clientId)) {
      if (subscription.data_type !== notice.data_type || subscription.event_type !== notice.event_type) continue
      const status = await post(subscription, notice)
      if (status >= 200 && status < 300) accepted++
      else if (status === 410) await removeSubscription(context, clientId, subscription.id)
      else if (attempt < MAX_RETRIES) {
        again.push({ clientId, notice, attempt: attempt + 1, dueAt: context.clock.now() + 2 ** attempt * 4000 })
      }
    }
    return accepted
  }

  async function post(subscription: Subscription, notice: Notice): Promise<number> {
    const timestamp = String(Math.floor(context.clock.now() / 1000))
    const body = JSON.stringify({
      ...notice,
      event_time: new Date(context.clock.now()).toISOString().replace('Z', '000+00:00'),
    })
    const signature = createHmac('sha256', clientSecretOf(subscription.client_id))
      .update(timestamp)
      .update(body)
      .digest('hex')
    try {
      const response = await context.http.send({
        method: 'POST',
        url: subscription.callback_url,
        headers: {
          'content-type': 'application/json',
          'x-oura-timestamp': timestamp,
          'x-oura-signature': signature.toUpperCase(),
        },
        body,
        timeoutMs: 10_000,
      })
      return response.status
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error
      return 0
    }
  }

  async function snapshot(grant: Grant): Promise<Record<string, string>> {
    const who = person(grant.personId)
    const now = context.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const overrides = await overridesOf(context, who.id)
    const seen: Record<string, string> = {}
    for (const collection of Object.keys(WATCHED)) {
      for (const day of daysFrom(plusDays(today, 1 - DAYS_WATCHED), today)) {
        for (const document of currentDocuments(who, collection, day, now, overrides)) {
          seen[`${collection} ${document.id}`] = createHash('sha256')
            .update(JSON.stringify(document))
            .digest('base64url')
            .slice(0, 12)
        }
      }
    }
    return seen
  }

  async function remember(grant: Grant): Promise<void> {
    await context.state.put(`oura:seen:${grant.clientId}:${grant.personId}`, JSON.stringify(await snapshot(grant)))
  }

  async function compare(grant: Grant): Promise<number> {
    const key = `oura:seen:${grant.clientId}:${grant.personId}`
    const stored = await context.state.get(key)
    const before = stored === null ? {} : (JSON.parse(stored) as Record<string, string>)
    const after = await snapshot(grant)
    const userId = accountId(grant.personId)
    let sent = 0
    for (const [name, digest] of Object.entries(after)) {
      if (before[name] === digest || sent >= NOTIFICATIONS_PER_TICK) continue
      const [collection, id] = name.split(' ') as [string, string]
      const eventType = name in before ? 'update' : 'create'
      await announce(grant.clientId, {
        event_type: eventType,
        data_type: WATCHED[collection]!,
        object_id: id,
        user_id: userId,
      })
      sent++
    }
    await context.state.put(key, JSON.stringify(after))
    return sent
  }

  return {
    announce: (clientId, notice) => announce(clientId, notice),
    remember,
    async tick() {
      let sent = 0
      const now = context.clock.now()
      const waiting = again.splice(0)
      again.push(...waiting.filter((each) => each.dueAt > now))
      for (const due of waiting.filter((each) => each.dueAt <= now)) {
        sent += await announce(due.clientId, due.notice, due.attempt)
      }
      const all = await grants(context)
      // Many people take turns, so that one tick stays short.
      const turn =
        all.length <= GRANTS_PER_TICK
          ? all
          : Array.from({ length: GRANTS_PER_TICK }, (_, i) => all[(offset + i) % all.length]!)
      offset += GRANTS_PER_TICK
      for (const grant of turn) sent += await compare(grant)
      return sent
    },
  }
}
