// WHOOP's notifications: what is new, different or gone, signed with the application's secret.
import { createHmac, randomUUID } from 'node:crypto'
import type { HttpRequest } from '../../platform/http.ts'
import { clientSecretOf } from '../clients.ts'
import type { Item, NotifyOrder } from '../kit/control.ts'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { type Watch, type Watched, watch } from '../kit/watch.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import { accountId, recoveriesOfDay, sleepsOfDay, workoutsOfDay } from './records.ts'

const DAYS_WATCHED = 3
const DAYS_TO_CHANGE = 14
/** What is announced, and the scope that one must have for it. */
const KINDS = {
  sleep: { ofDay: sleepsOfDay, scope: 'read:sleep' },
  recovery: { ofDay: recoveriesOfDay, scope: 'read:recovery' },
  workout: { ofDay: workoutsOfDay, scope: 'read:workout' },
}

export interface Notices extends Watch {
  notify(order: NotifyOrder): Promise<number[]>
  items(personId: string, kind: string | null): Promise<Item[]>
}

export function createNotices(kit: Kit): Notices {
  async function records(personId: string, days: number): Promise<Watched[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(personId)
    return Object.entries(KINDS).flatMap(([kind, { ofDay }]) =>
      daysFrom(plusDays(today, 1 - days), today).flatMap((day) =>
        ofDay(who, day, now, edits).map((item) => ({ kind, id: String(item.id), day, item })),
      ),
    )
  }

  async function send(grant: Grant, kind: string, id: string, gone: boolean, forged = false): Promise<number[]> {
    const url = await kit.callbackOf(grant.clientId)
    if (url === null) return []
    const type = `${kind}.${gone ? 'deleted' : 'updated'}`
    const body = JSON.stringify({ user_id: accountId(grant.personId), id, type, trace_id: randomUUID() })
    const status = await kit.notifier.send({
      personId: grant.personId,
      request: () => signed(kit.clock.now(), url, forged ? 'a guess' : clientSecretOf(grant.clientId), body),
      answered: async () => (forged ? 'stop' : undefined),
    })
    return [status]
  }

  const watched = watch(kit, {
    async items(grant) {
      const all = await records(grant.personId, DAYS_WATCHED)
      return all.filter(({ kind }) => grant.scopes.includes(KINDS[kind as keyof typeof KINDS].scope))
    },
    async announce(grant, changes) {
      for (const { kind, id, what } of changes) await send(grant, kind, id, what === 'delete')
    },
  })

  return {
    ...watched,
    async notify({ grant, what, kind, id, forged }) {
      const named = kind ?? 'sleep'
      const newest = id ?? (await records(grant.personId, DAYS_TO_CHANGE)).findLast((each) => each.kind === named)?.id
      return newest === undefined ? [] : send(grant, named, newest, what === 'delete', forged)
    },
    async items(personId, kind) {
      const all = await records(personId, DAYS_TO_CHANGE)
      return all
        .filter((each) => each.kind === (kind ?? 'workout'))
        .map(({ kind: of, id, day }) => ({ kind: of, id, day }))
    },
  }
}

function signed(now: number, url: string, secret: string, body: string): HttpRequest {
  const stamp = String(now)
  const signature = createHmac('sha256', secret).update(stamp).update(body).digest('base64')
  const headers = { 'x-whoop-signature': signature, 'x-whoop-signature-timestamp': stamp }
  return { url, headers: { 'content-type': 'application/json', ...headers }, body }
}
