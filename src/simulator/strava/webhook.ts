// The one subscription of an application, made with a handshake, and the events that go there.
import { createHmac, randomBytes } from 'node:crypto'
import type { Context as HonoContext, Hono } from 'hono'
import type { HttpRequest } from '../../platform/http.ts'
import { clientSecretOf } from '../clients.ts'
import type { Item, NotifyOrder } from '../kit/control.ts'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { type Watch, watch } from '../kit/watch.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import { athleteId, type Ride, ridesOfDay } from './activities.ts'
import { sees } from './data.ts'
import { fault } from './rules.ts'

interface Subscription {
  id: number
  callback_url: string
}

interface StravaEvent {
  object_type: 'activity' | 'athlete'
  object_id: number
  aspect_type: string
  updates: Record<string, string>
}

const PATHS = ['/api/v3/push_subscriptions', '/push_subscriptions']
const DAYS_WATCHED = 3
const DAYS_TO_CHANGE = 30

export interface Events extends Watch {
  notify(order: NotifyOrder): Promise<number[]>
  /** The athlete no longer allows the application. */
  deauthorized(grant: Grant): Promise<void>
  items(personId: string): Promise<Item[]>
}

export function mountSubscriptions(app: Hono, kit: Kit): void {
  for (const path of PATHS) {
    app.get(path, async (c) => {
      const { client_id: clientId, client_secret: secret } = c.req.query()
      if (!proves(clientId, secret)) return unknownApplication()
      const present = await subscriptionOf(kit, clientId!)
      return c.json(present === null ? [] : [{ ...present, resource_state: 2, application_id: 120_044 }])
    })

    app.post(path, async (c) => {
      const form = Object.fromEntries(new URLSearchParams(await c.req.text()))
      const { client_id: clientId, client_secret: secret, callback_url: url = '', verify_token: token = '' } = form
      if (!proves(clientId, secret)) return unknownApplication()
      if ((await subscriptionOf(kit, clientId!)) !== null) return refused('', 'already exists')
      if (!URL.canParse(url) || url.length > 255) return refused('callback url', 'invalid')
      if (!(await answersChallenge(kit, url, token))) {
        return refused('callback url', 'GET to callback URL does not return 200')
      }
      const id = 100_000 + (randomBytes(3).readUIntBE(0, 3) % 900_000)
      await kit.state.put(`subscription:${clientId}`, JSON.stringify({ id, callback_url: url } satisfies Subscription))
      return c.json({ id }, 201)
    })

    app.delete(`${path}/:id`, async (c: HonoContext) => {
      const { client_id: clientId, client_secret: secret } = c.req.query()
      if (!proves(clientId, secret)) return unknownApplication()
      const present = await subscriptionOf(kit, clientId!)
      if (String(present?.id) !== c.req.param('id')) return kit.refuse('missing', '')
      await kit.state.delete(`subscription:${clientId}`)
      return c.body(null, 204)
    })
  }
}

export function createEvents(kit: Kit): Events {
  async function rides(personId: string, days: number): Promise<Ride[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(personId)
    return daysFrom(plusDays(today, 1 - days), today).flatMap((day) => ridesOfDay(who, day, now, edits))
  }

  async function send(grant: Grant, event: StravaEvent, how: { forged?: boolean; signed?: boolean } = {}) {
    const subscription = await subscriptionOf(kit, grant.clientId)
    if (subscription === null) return []
    const body = {
      ...event,
      event_time: Math.floor(kit.clock.now() / 1000),
      owner_id: athleteId(grant.personId),
      subscription_id: subscription.id,
    }
    const status = await kit.notifier.send({
      personId: grant.personId,
      request: () => requestOf(kit.clock.now(), grant.clientId, subscription, JSON.stringify(body), how),
      answered: async () => (how.forged ? 'stop' : undefined),
    })
    return [status]
  }

  const watched = watch(kit, {
    async items(grant) {
      const own = (await rides(grant.personId, DAYS_WATCHED)).filter((ride) => sees(grant, ride))
      return own.map((ride) => ({ kind: 'activity', id: String(ride.id), day: ride.day, item: [ride.id, ride.title] }))
    },
    async announce(grant, changes) {
      for (const { id, what } of changes) {
        const updates: Record<string, string> = what === 'update' ? { title: 'edited' } : {}
        await send(grant, { object_type: 'activity', object_id: Number(id), aspect_type: what, updates })
      }
    },
  })

  return {
    ...watched,
    async notify({ grant, what, id, forged, query }) {
      const newest = id ?? (await rides(grant.personId, DAYS_TO_CHANGE)).at(-1)?.id
      if (newest === undefined) return []
      const updates: Record<string, string> = what === 'update' ? { title: 'edited' } : {}
      const event: StravaEvent = { object_type: 'activity', object_id: Number(newest), aspect_type: what, updates }
      return send(grant, event, { forged, signed: query.signed === '1' })
    },
    async deauthorized(grant) {
      const id = athleteId(grant.personId)
      await send(grant, {
        object_type: 'athlete',
        object_id: id,
        aspect_type: 'update',
        updates: { authorized: 'false' },
      })
    },
    async items(personId) {
      const all = await rides(personId, DAYS_TO_CHANGE)
      return all.map((ride) => ({ kind: 'activity', id: String(ride.id), day: ride.day }))
    },
  }
}

/** Who does not know the address has no key in it. A signature is sent on order: the documents know none. */
function requestOf(
  now: number,
  clientId: string,
  { callback_url: url }: Subscription,
  body: string,
  { forged = false, signed = false }: { forged?: boolean; signed?: boolean },
): HttpRequest {
  const at = Math.floor(now / 1000)
  const secret = forged ? 'a guess' : clientSecretOf(clientId)
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
  return {
    url: forged ? url.split('?')[0]! : url,
    headers: {
      'content-type': 'application/json',
      ...(signed ? { 'x-strava-signature': `t=${at},v1=${signature}` } : {}),
    },
    body,
  }
}

async function subscriptionOf(kit: Kit, clientId: string): Promise<Subscription | null> {
  const stored = await kit.state.get(`subscription:${clientId}`)
  return stored === null ? null : (JSON.parse(stored) as Subscription)
}

/** While the subscriber's own request is still open. */
async function answersChallenge(kit: Kit, url: string, token: string): Promise<boolean> {
  const challenge = randomBytes(16).toString('hex')
  const query = { 'hub.mode': 'subscribe', 'hub.challenge': challenge, 'hub.verify_token': token }
  try {
    const response = await kit.http.send({ url, query, timeoutMs: 2000 })
    const answer = response.json() as Record<string, unknown>
    return response.status === 200 && answer['hub.challenge'] === challenge
  } catch {
    return false
  }
}

function proves(clientId: string | undefined, secret: string | undefined): boolean {
  return clientId !== undefined && secret === clientSecretOf(clientId)
}

function unknownApplication(): Response {
  return fault(401, 'Authorization Error', 'Application', '', 'invalid')
}

function refused(field: string, code: string): Response {
  return fault(400, 'Bad Request', 'PushSubscription', field, code)
}
