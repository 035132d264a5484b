// History: asked for by range, sent by notification when its turn comes.
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { dayOfInstant, daysFrom } from '../people/days.ts'
import { person } from '../people/person.ts'
import { summariesOfDay } from './kinds.ts'
import type { Notices } from './notices.ts'
import { fault } from './rules.ts'

const DAY_SECONDS = 86_400
/** Two years; newer applications see a month before the person connected. */
const DEPTH_DAYS = 730
const LONGEST_DAYS = 90
/** Of production; evaluation has 100. */
const DAYS_PER_MINUTE = 10_000
const ORDERS_PER_TURN = 50
/** Nothing comes at once. */
const DELAY_MS = 1000
/** Summaries of one post. */
const BATCH = 400

interface Order {
  clientId: string
  personId: string
  kind: string
  start: number
  end: number
  dueAt: number
}

export interface History {
  ask(grant: Grant, kind: string, start: number, end: number): Promise<Response>
  /** Sends what is due. Answers how many posts that were. */
  send(): Promise<number>
  /** A new registration may ask again for what an earlier one had asked for. */
  forget(grant: Grant): Promise<void>
}

export function createHistory(kit: Kit, notices: Notices): History {
  const asked = (grant: { clientId: string; personId: string }): string => `asked:${grant.clientId}:${grant.personId}:`

  async function isOverBudget(clientId: string, days: number): Promise<boolean> {
    const minute = Math.floor(kit.clock.now() / 60_000)
    const key = `history:${clientId}:${minute}`
    const used = Number((await kit.state.get(key)) ?? 0) + days
    const limit = Number((await kit.state.get('history-limit')) ?? DAYS_PER_MINUTE)
    if (used > limit) return true
    await kit.state.put(key, String(used), kit.clock.now() + 120_000)
    return false
  }

  return {
    async ask(grant, kind, start, end) {
      if (!grant.scopes.includes('HISTORICAL_DATA_EXPORT')) {
        return fault(403, 'User has not granted the HISTORICAL_DATA_EXPORT permission')
      }
      if (!(start < end)) return fault(400, 'summaryEndTimeInSeconds must be after summaryStartTimeInSeconds')
      const days = Math.ceil((end - start) / DAY_SECONDS)
      if (days > LONGEST_DAYS) return fault(400, `time range may not exceed ${LONGEST_DAYS} days`)
      const depth = Number((await kit.state.get('history-depth')) ?? DEPTH_DAYS)
      const earliest = kit.clock.now() - depth * DAY_SECONDS * 1000
      if (start * 1000 < earliest) {
        return fault(400, `Start date before min start time of ${new Date(earliest).toISOString()}`)
      }
      const key = `${asked(grant)}${kind}:${start}:${end}`
      if ((await kit.state.get(key)) !== null) return fault(409, 'duplicate backfill processed at this time')
      if (await isOverBudget(grant.clientId, days)) return fault(429, 'API rate limit exceeded')
      await kit.state.put(key, '1')
      const order: Order = { ...grant, kind, start, end, dueAt: kit.clock.now() + DELAY_MS }
      await kit.state.put(`order:${grant.clientId}:${grant.personId}:${kind}:${start}`, JSON.stringify(order))
      return new Response(null, { status: 202 })
    },

    async send() {
      const rows = await kit.state.list('order:')
      let sent = 0
      for (const { key, value } of rows.slice(0, ORDERS_PER_TURN)) {
        const order = JSON.parse(value) as Order
        if (order.dueAt > kit.clock.now() || (await kit.state.take(key)) === null) continue
        const grant = (await kit.grants.ofPerson(order.personId)).find(({ clientId }) => clientId === order.clientId)
        if (grant === undefined) continue
        const who = person(order.personId)
        const edits = await kit.edits.of(who.id)
        const first = dayOfInstant(order.start * 1000, who.timeZone)
        const last = dayOfInstant(order.end * 1000 + DAY_SECONDS * 1000, who.timeZone)
        const summaries = daysFrom(first, last)
          .flatMap((day) => summariesOfDay(who, order.kind, day, kit.clock.now(), edits))
          .filter(({ startAt }) => startAt >= order.start * 1000 && startAt < order.end * 1000)
        for (let i = 0; i < summaries.length; i += BATCH) {
          await notices.send(grant, summaries.slice(i, i + BATCH))
          sent++
        }
      }
      return sent
    },

    async forget(grant) {
      for (const prefix of [asked(grant), `order:${grant.clientId}:${grant.personId}:`]) {
        for (const { key } of await kit.state.list(prefix)) await kit.state.delete(key)
      }
    },
  }
}
