// Oura's notifications: what they say, how they are signed, and when there is one.
import { createHmac } from 'node:crypto'
import type { HttpRequest } from '../../platform/http.ts'
import { clientSecretOf } from '../clients.ts'
import type { Item, NotifyOrder } from '../kit/control.ts'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { type Watched, watch } from '../kit/watch.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import { accountId } from './documents.ts'
import { currentDocuments } from './edits.ts'
import { removeSubscription, type Subscription, subscriptions } from './subscriptions.ts'

const DAYS_WATCHED = 2
const DAYS_TO_CHANGE = 14
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

export function knowsDataType(dataType: string): boolean {
  return DATA_TYPES.has(dataType)
}

interface Notice {
  event_type: string
  data_type: string
  object_id: string
  user_id: string
}

export interface Notices {
  remember(grant: Grant): Promise<void>
  look(): Promise<number>
  notify(order: NotifyOrder): Promise<number[]>
  items(personId: string, kinds: readonly string[]): Promise<Item[]>
}

export function createNotices(kit: Kit): Notices {
  async function documents(personId: string, kinds: readonly string[], days: number): Promise<Watched[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(personId)
    return kinds.flatMap((kind) =>
      daysFrom(plusDays(today, 1 - days), today).flatMap((day) =>
        currentDocuments(who, kind, day, now, edits).map((item) => ({ kind, id: item.id, day, item })),
      ),
    )
  }

  async function announce(grant: Grant, notice: Notice, forged = false): Promise<number[]> {
    const statuses: number[] = []
    for (const subscription of await subscriptions(kit, grant.clientId)) {
      if (subscription.data_type !== notice.data_type || subscription.event_type !== notice.event_type) continue
      const status = await kit.notifier.send({
        personId: grant.personId,
        request: () => signed(kit.clock.now(), subscription, notice, forged),
        answered: async (code) => {
          if (code === 410) await removeSubscription(kit, grant.clientId, subscription.id)
          return code === 410 || forged ? 'stop' : undefined
        },
      })
      statuses.push(status)
    }
    return statuses
  }

  const notices = watch(kit, {
    items: (grant) => documents(grant.personId, Object.keys(WATCHED), DAYS_WATCHED),
    async announce(grant, changes) {
      for (const { kind, id, what } of changes) {
        const userId = accountId(grant.personId)
        await announce(grant, { event_type: what, data_type: WATCHED[kind]!, object_id: id, user_id: userId })
      }
    },
  })

  return {
    ...notices,
    items: (personId, kinds) => documents(personId, kinds, DAYS_TO_CHANGE),
    async notify({ grant, what, kind, id, forged, query }) {
      // Oura's own names win: `data_type`, `event_type`, `object_id`.
      const named = kind ?? 'workout'
      const objectId = query.object_id ?? id ?? (await documents(grant.personId, [named], DAYS_TO_CHANGE)).at(-1)?.id
      if (objectId === undefined) return []
      const notice: Notice = {
        event_type: query.event_type ?? what,
        data_type: query.data_type ?? WATCHED[named] ?? named,
        object_id: objectId,
        user_id: accountId(grant.personId),
      }
      return announce(grant, notice, forged)
    },
  }
}

function signed(now: number, to: Subscription, notice: Notice, forged: boolean): HttpRequest {
  const timestamp = String(Math.floor(now / 1000))
  const body = JSON.stringify({ ...notice, event_time: new Date(now).toISOString().replace('Z', '000+00:00') })
  const secret = forged ? 'a guess' : clientSecretOf(to.client_id)
  const signature = createHmac('sha256', secret).update(timestamp).update(body).digest('hex')
  return {
    url: to.callback_url,
    headers: {
      'content-type': 'application/json',
      'x-oura-timestamp': timestamp,
      'x-oura-signature': signature.toUpperCase(),
    },
    body,
  }
}
