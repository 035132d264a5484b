// Subscriptions of a person to collections, and the notifications that come of them.
import { createHmac } from 'node:crypto'
import type { Context as HonoContext, Hono } from 'hono'
import { clientSecretOf } from '../clients.ts'
import type { Item, NotifyOrder } from '../kit/control.ts'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { type Watched, watch } from '../kit/watch.ts'
import { legacyUserId } from '../fitbit/ids.ts'
import { workoutsOf } from '../fitbit/workouts.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import { sleepOfDays } from './data.ts'
import { activityLog, daySummary, foodLog, weightLogs } from './documents.ts'

const COLLECTIONS = new Set(['activities', 'body', 'foods', 'sleep', 'userRevokedAccess'])
const DAYS_WATCHED = 2
const DAYS_TO_CHANGE = 14

interface Subscription {
  collectionType: string
  ownerId: string
  ownerType: 'user'
  subscriberId: string
  subscriptionId: string
}

const keyOf = (grant: Grant, collection: string): string =>
  `subscription:${grant.clientId}:${grant.personId}:${collection}`

export function mountSubscriptions(app: Hono, kit: Kit): void {
  const user = '/1/user/-'

  app.get(`${user}/apiSubscriptions.json`, async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'subscriptions' })
    if (grant instanceof Response) return grant
    const rows = await kit.state.list(`subscription:${grant.clientId}:${grant.personId}:`)
    return c.json({ apiSubscriptions: rows.map((row) => JSON.parse(row.value) as Subscription) })
  })

  app.post(`${user}/:collection/apiSubscriptions/:id{.+\\.json}`, async (c) => {
    const found = await collectionOf(c)
    if (found instanceof Response) return found
    const { grant, collection } = found
    const id = c.req.param('id').replace('.json', '')
    if (id.length > 50) return kit.refuse('bad_request', 'the id is longer than 50 characters')
    const subscription: Subscription = {
      collectionType: collection,
      ownerId: legacyUserId(grant.personId),
      ownerType: 'user',
      subscriberId: '1',
      subscriptionId: id,
    }
    const present = await kit.state.get(keyOf(grant, collection))
    if (present === null) {
      await kit.state.put(keyOf(grant, collection), JSON.stringify(subscription))
      return c.json(subscription, 201)
    }
    const own = JSON.parse(present) as Subscription
    return c.json(own, own.subscriptionId === id ? 200 : 409)
  })

  app.delete(`${user}/:collection/apiSubscriptions/:id{.+\\.json}`, async (c) => {
    const found = await collectionOf(c)
    if (found instanceof Response) return found
    const row = await kit.state.take(keyOf(found.grant, found.collection))
    return row === null ? kit.refuse('missing', 'no such subscription') : c.body(null, 204)
  })

  async function collectionOf(c: HonoContext) {
    const grant = await kit.admit(c.req.raw, { kind: 'subscriptions' })
    if (grant instanceof Response) return grant
    const collection = c.req.param('collection')!
    return COLLECTIONS.has(collection) ? { grant, collection } : kit.refuse('missing', 'no such collection')
  }
}

export function createNotices(kit: Kit) {
  async function watched(grant: Grant, days: number): Promise<Watched[]> {
    const who = person(grant.personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(grant.personId)
    return daysFrom(plusDays(today, 1 - days), today).flatMap((day): Watched[] => [
      { kind: 'activities', id: day, day, item: daySummary(who, day, now) },
      ...workoutsOf(who, day, now).map((logged): Watched => {
        const own = edits.filter(({ kind, id }) => kind === 'activity' && id === logged.id)
        return { kind: 'activity', id: logged.id, day, item: [activityLog(who, logged), own] }
      }),
      ...sleepOfDays(who, [day], now, edits).map((log): Watched => ({
        kind: 'sleep',
        id: String(log.logId),
        day,
        item: log,
      })),
      { kind: 'body', id: day, day, item: weightLogs(who, day, now) },
      { kind: 'foods', id: day, day, item: foodLog(who, day, now) },
    ])
  }

  /** Of all days and collections in one request, as a sync brings them. */
  async function announce(grant: Grant, told: readonly { collection: string; day: string }[], forged = false) {
    const url = await kit.callbackOf(grant.clientId)
    if (url === null) return []
    const seen = new Set<string>()
    const notices: object[] = []
    for (const { collection, day } of told) {
      const row = await kit.state.get(keyOf(grant, collection))
      if (seen.has(`${collection} ${day}`) || row === null) continue
      seen.add(`${collection} ${day}`)
      const { subscriptionId } = JSON.parse(row) as Subscription
      const ownerId = legacyUserId(grant.personId)
      notices.push({ collectionType: collection, date: day, ownerId, ownerType: 'user', subscriptionId })
    }
    if (notices.length === 0) return []
    const body = JSON.stringify(notices)
    const secret = forged ? 'a guess' : clientSecretOf(grant.clientId)
    const signature = createHmac('sha1', `${secret}&`).update(body).digest('base64')
    const status = await kit.notifier.send({
      personId: grant.personId,
      request: () => ({ url, headers: { 'content-type': 'application/json', 'x-fitbit-signature': signature }, body }),
      ...(forged ? { answered: async () => 'stop' as const } : {}),
    })
    return [status]
  }

  const collectionOfKind = (kind: string): string => (kind === 'activity' ? 'activities' : kind)

  return {
    ...watch(kit, {
      items: (grant) => watched(grant, DAYS_WATCHED),
      async announce(grant, changes) {
        const today = dayOfInstant(kit.clock.now(), person(grant.personId).timeZone)
        await announce(
          grant,
          changes.map(({ kind, day }) => ({ collection: collectionOfKind(kind), day: day ?? today })),
        )
      },
    }),
    async items(personId: string, kind: string | null): Promise<Item[]> {
      const all = await watched({ clientId: '', personId, scopes: [] }, DAYS_TO_CHANGE)
      const wanted = kind === null ? ['activity', 'sleep'] : [kind]
      return all.filter((each) => wanted.includes(each.kind)).map(({ id, day, kind: of }) => ({ kind: of, id, day }))
    },
    async notify({ grant, kind, query, forged }: NotifyOrder): Promise<number[]> {
      const today = dayOfInstant(kit.clock.now(), person(grant.personId).timeZone)
      return announce(grant, [{ collection: collectionOfKind(kind ?? 'sleep'), day: query.day ?? today }], forged)
    },
    async revoked(grant: Grant): Promise<void> {
      const today = dayOfInstant(kit.clock.now(), person(grant.personId).timeZone)
      await announce(grant, [{ collection: 'userRevokedAccess', day: today }])
    },
  }
}
