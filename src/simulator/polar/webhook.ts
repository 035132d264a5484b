// The one webhook of an application: made with a PING, its secret told once; and what is sent there.
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Context as HonoContext, Hono } from 'hono'
import type { HttpRequest } from '../../platform/http.ts'
import type { Item, NotifyOrder } from '../kit/control.ts'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { clientOf } from '../kit/oauth.ts'
import { type Watch, type Watched, watch } from '../kit/watch.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import { activityOfDay, heartRateOfDay, physicalInfo, rechargeOfDay, sleepOfDay } from './days.ts'
import { sessionsOfDay } from './exercises.ts'
import { accountId, memberOf } from './members.ts'
import { problem } from './rules.ts'

interface Hook {
  id: string
  url: string
  events: string[]
  active: boolean
  secret: string
}

const EVENTS: Record<string, string> = {
  exercises: 'EXERCISE',
  sleep: 'SLEEP',
  activities: 'ACTIVITY_SUMMARY',
  continuous_heart_rate: 'CONTINUOUS_HEART_RATE',
  physical_info: 'PHYSICAL_INFORMATION',
}
const PATHS: Record<string, string> = {
  exercises: '/v3/exercises/',
  sleep: '/v3/users/sleep/',
  activities: '/v3/users/activities/',
  continuous_heart_rate: '/v3/users/continuous-heart-rate/',
  physical_info: '/v3/users/physical-info',
}
const DAYS_WATCHED = 2
const DAYS_TO_CHANGE = 25

export function mountWebhooks(app: Hono, kit: Kit): void {
  type Work = (c: HonoContext, clientId: string, hook: Hook | null) => Promise<Response>
  const at = (method: string, path: string, work: Work): void => {
    app.on(method, `/v3/webhooks${path}`, async (c) => {
      const clientId = clientOf(kit, {}, c.req.header('authorization'))
      if (clientId === null) return problem(401, 'unauthorized', 'Client credentials are not valid')
      return work(c, clientId, await hookOf(kit, clientId))
    })
  }

  at('GET', '', async (c, _, hook) => c.json({ data: hook === null ? [] : [shown(hook)] }))

  at('POST', '', async (c, clientId, before) => {
    const wanted = await wantedOf(c)
    if (wanted === null) return kit.refuse('bad_request', '')
    if (before !== null) return problem(409, 'webhook_exists', 'Webhook already exists')
    if (!(await answersPing(kit, wanted.url))) return problem(400, 'ping_failed', 'The URL did not answer with 200')
    const hook: Hook = { id: randomBytes(4).toString('hex'), active: true, secret: randomUUID(), ...wanted }
    await keep(kit, clientId, hook)
    const { id, events, url, secret } = hook
    return c.json({ data: { id, events, url, signature_secret_key: secret } }, 201)
  })

  at('POST', '/activate', async (c, clientId, hook) => {
    if (hook === null) return c.body(null, 204)
    await keep(kit, clientId, { ...hook, active: true })
    return c.json({ data: [shown({ ...hook, active: true })] })
  })

  at('PATCH', '/:id', async (c, clientId, hook) => {
    if (hook === null || hook.id !== c.req.param('id')) return kit.refuse('missing', '')
    const wanted = await wantedOf(c)
    if (wanted === null) return kit.refuse('bad_request', '')
    if (!(await answersPing(kit, wanted.url))) return problem(400, 'ping_failed', 'The URL did not answer with 200')
    await keep(kit, clientId, { ...hook, ...wanted })
    return c.json({ data: shown({ ...hook, ...wanted }) })
  })

  at('DELETE', '/:id', async (c, clientId, hook) => {
    if (hook === null || hook.id !== c.req.param('id')) return kit.refuse('missing', '')
    await kit.state.delete(`hook:${clientId}`)
    return c.body(null, 204)
  })
}

function shown({ id, url, events, active }: Hook) {
  return { id, events, url, active }
}

async function wantedOf(c: HonoContext): Promise<{ url: string; events: string[] } | null> {
  const body = (await c.req.json().catch(() => null)) as { url?: unknown; events?: unknown } | null
  const { url, events } = body ?? {}
  return typeof url === 'string' && URL.canParse(url) && Array.isArray(events)
    ? { url, events: events.map(String) }
    : null
}

async function hookOf(kit: Kit, clientId: string): Promise<Hook | null> {
  const stored = await kit.state.get(`hook:${clientId}`)
  return stored === null ? null : (JSON.parse(stored) as Hook)
}

function keep(kit: Kit, clientId: string, hook: Hook): Promise<void> {
  return kit.state.put(`hook:${clientId}`, JSON.stringify(hook))
}

/** While the subscriber's own request is still open, and before it knows the secret. */
async function answersPing(kit: Kit, url: string): Promise<boolean> {
  const json = { timestamp: new Date(kit.clock.now()).toISOString(), event: 'PING' }
  try {
    const headers = { 'polar-webhook-event': 'PING' }
    return (await kit.http.send({ method: 'POST', url, headers, json, timeoutMs: 10_000 })).status === 200
  } catch {
    return false
  }
}

export interface Notices extends Watch {
  notify(order: NotifyOrder): Promise<number[]>
  items(personId: string): Promise<Item[]>
}

export function createNotices(kit: Kit): Notices {
  async function watched(grant: Grant, days: number): Promise<Watched[]> {
    const who = person(grant.personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(who.id)
    const registeredAt = (await memberOf(kit, grant.clientId, who.id))?.registeredAt ?? now
    const info = { kind: 'physical_info', id: 'physical_info', day: today, item: physicalInfo(who, now) }
    return [
      ...daysFrom(plusDays(today, 1 - days), today).flatMap((day): Watched[] => [
        ...sessionsOfDay(who, day, now, registeredAt, edits).map((item) => ({
          kind: 'exercises',
          id: item.id,
          day,
          item,
        })),
        ...ofDate('sleep', day, [sleepOfDay(who, day, now, ''), rechargeOfDay(who, day, now, '')]),
        ...ofDate('activities', day, [activityOfDay(who, day, now)]),
        ...ofDate('continuous_heart_rate', day, [heartRateOfDay(who, day, now, '')]),
      ]),
      info,
    ]
  }

  async function send(grant: Grant, kind: string, id: string, forged = false): Promise<number[]> {
    const hook = await hookOf(kit, grant.clientId)
    const event = EVENTS[kind]
    if (hook === null || event === undefined || !hook.active || !hook.events.includes(event)) return []
    const timestamp = new Date(kit.clock.now()).toISOString().replace(/\.\d+/, '')
    const named = kind === 'exercises' ? { entity_id: id } : kind === 'physical_info' ? {} : { date: id }
    const url = `${kit.baseUrl}${PATHS[kind]}${kind === 'physical_info' ? '' : id}`
    const body = JSON.stringify({ event, user_id: accountId(grant.personId), ...named, timestamp, url })
    const status = await kit.notifier.send({
      personId: grant.personId,
      request: () => signed(hook, forged ? 'a guess' : hook.secret, event, body),
      answered: async () => (forged ? 'stop' : undefined),
    })
    return [status]
  }

  const look = watch(kit, {
    items: (grant) => watched(grant, DAYS_WATCHED),
    async announce(grant, changes) {
      // That something was deleted is never told.
      for (const { kind, id, what } of changes) if (what !== 'delete') await send(grant, kind, id)
    },
  })

  return {
    ...look,
    async notify({ grant, kind, id, forged }) {
      const named = kind ?? 'sleep'
      const days = named === 'exercises' ? DAYS_TO_CHANGE : DAYS_WATCHED
      const newest = id ?? (await watched(grant, days)).findLast((each) => each.kind === named)?.id
      return newest === undefined ? [] : send(grant, named, newest, forged)
    },
    async items(personId) {
      const [grant] = await kit.grants.ofPerson(personId)
      if (grant === undefined) return []
      const all = await watched(grant, DAYS_TO_CHANGE)
      return all.filter(({ kind }) => kind === 'exercises').map(({ kind, id, day }) => ({ kind, id, day }))
    },
  }
}

function ofDate(kind: string, day: string, item: readonly (object | null)[]): Watched[] {
  return item[0] === null ? [] : [{ kind, id: day, day, item }]
}

function signed(hook: Hook, secret: string, event: string, body: string): HttpRequest {
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return {
    url: hook.url,
    headers: { 'content-type': 'application/json', 'polar-webhook-event': event, 'polar-webhook-signature': signature },
    body,
  }
}
