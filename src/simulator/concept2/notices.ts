// To the one address in the developer portal: the whole result, and nothing that proves who sent it.
import type { Item, NotifyOrder } from '../kit/control.ts'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { type Watch, watch } from '../kit/watch.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import { type Session, sessionsOfDay } from './results.ts'

const DAYS_WATCHED = 3
const DAYS_TO_CHANGE = 60
const WORDS = { create: 'result-added', update: 'result-updated', delete: 'result-deleted' }

export interface Notices extends Watch {
  notify(order: NotifyOrder): Promise<number[]>
  items(personId: string): Promise<Item[]>
}

export function createNotices(kit: Kit): Notices {
  async function sessions(personId: string, days: number): Promise<Session[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(personId)
    return daysFrom(plusDays(today, 1 - days), today).flatMap((day) => sessionsOfDay(who, day, now, edits))
  }

  async function send(grant: Grant, what: keyof typeof WORDS, id: string, forged = false): Promise<number[]> {
    const url = await kit.callbackOf(grant.clientId)
    if (url === null) return []
    const all = await sessions(grant.personId, DAYS_TO_CHANGE)
    const result = all.find((session) => String(session.result.id) === id)?.result
    if (what !== 'delete' && result === undefined) return []
    const named = what === 'delete' ? { result_id: Number(id) } : { result }
    const status = await kit.notifier.send({
      personId: grant.personId,
      request: () => ({
        // Who guesses the address does not know its key.
        url: forged ? url.split('?')[0]! : url,
        json: { data: { type: WORDS[what], ...named } },
      }),
      answered: async () => (forged ? 'stop' : undefined),
    })
    return [status]
  }

  const watched = watch(kit, {
    items: async (grant) =>
      (await sessions(grant.personId, DAYS_WATCHED)).map(({ result, day }) => ({
        kind: 'results',
        id: String(result.id),
        day,
        item: result,
      })),
    async announce(grant, changes) {
      for (const { id, what } of changes) await send(grant, what, id)
    },
  })

  return {
    ...watched,
    async notify({ grant, what, id, forged }) {
      const newest = id ?? (await sessions(grant.personId, DAYS_TO_CHANGE)).at(-1)?.result.id
      return newest === undefined ? [] : send(grant, what, String(newest), forged)
    },
    async items(personId) {
      const all = await sessions(personId, DAYS_TO_CHANGE)
      return all.map(({ result, day }) => ({ kind: 'results', id: String(result.id), day }))
    },
  }
}
