// Events about records and people, for databases that look into them.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import type { OutgoingEvent, Sender } from '../../src/destinations/destination.ts'
import type { DataType } from '../../src/model/data-type.ts'
import { complete } from '../../src/model/records.ts'
import { testEvent } from './events.ts'

export const NOW = { signingSecrets: [], timeoutMs: 10_000 }
export const T0 = Date.parse('2026-03-10T12:00:00Z')

export const span = { start_time: '2026-03-09T00:00:00.000000+02:00', end_time: '2026-03-10T00:00:00.000000+02:00' }

export async function all(sender: Sender, events: readonly OutgoingEvent[]): Promise<void> {
  const results = await sender.send(events, NOW)
  assert.deepEqual(
    results.map((result) => (result.next === 'delivered' ? 'delivered' : result.message)),
    events.map(() => 'delivered'),
  )
}

export function daily(userId: string, at: number, more: { steps?: number } = {}): OutgoingEvent {
  return record('daily', userId, at, { metadata: { ...span }, distance_data: { steps: more.steps ?? null } })
}

export function record(type: DataType, userId: string, at: number, partial: object): OutgoingEvent {
  return event(type, userId, at, { data: [complete(type, partial)] })
}

/** Of somebody made up, who has no connection. */
export function madeUp(userId: string): OutgoingEvent {
  return { ...daily(userId, 1, { steps: 100 }), userId: null, referenceId: null, provider: null }
}

/** Of a type of record, and yet without one that a row could be told by. */
export function withoutRecords(userId: string): OutgoingEvent[] {
  return [
    event('daily', userId, 1, { data: [] }),
    event('daily', userId, 2, { data: [complete('daily', { metadata: span }), { metadata: { start_time: null } }] }),
  ]
}

export function deleted(userId: string, at: number, more: object): OutgoingEvent {
  return event('record_deleted', userId, at, { summary_id: null, day: null, ...more })
}

export function event(type: string, userId: string, at: number, more: object): OutgoingEvent {
  const user = {
    user_id: userId,
    provider: 'OURA',
    last_webhook_update: null,
    created_at: '2026-01-01T00:00:00.000000+00:00',
    scopes: 'daily',
    reference_id: 'für Zoë',
    active: type !== 'deauth',
  }
  return {
    ...testEvent(0, userId),
    type,
    orderingAt: T0 + at,
    createdAt: T0 + at,
    body: Buffer.from(JSON.stringify({ type, user, ...more, version: '2022-03-16' })),
  }
}

/** Sends one person's day in any order, some of it again, all together or one by one; `found` has to be the newest. */
export async function newestStays(
  sender: Sender,
  options: {
    runs: number
    /** Asked after each run: `steps` and `orderingAt` of all rows there are for the person. */
    found(userId: string): Promise<{ steps: number; orderingAt: number }[]>
  },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(5), { maxLength: 4 }),
      fc.boolean(),
      async (order, again, together) => {
        const userId = randomUUID()
        const events = order.map((at) => daily(userId, at, { steps: at * 100 }))
        const sent = [...events, ...again.map((i) => events[i % events.length]!)]
        if (together) await all(sender, sent)
        else for (const event of sent) await all(sender, [event])
        const newest = Math.max(...order)
        assert.deepEqual(await options.found(userId), [{ steps: newest * 100, orderingAt: T0 + newest }])
      },
    ),
    { numRuns: options.runs },
  )
}
