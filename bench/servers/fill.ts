// Events that are there before a benchmark begins, of 200 bytes each.
import { newId } from '../../src/model/ids.ts'
import { deliveryRow } from '../../src/outbox/append.ts'
import type { ConnectionRow } from '../../src/store/connections.ts'
import type { Context } from '../../src/store/context.ts'
import type { Statement } from '../../src/store/database.ts'
import { insertDelivery } from '../../src/store/deliveries.ts'
import { listDestinations } from '../../src/store/destinations.ts'
import { insertEvent } from '../../src/store/events.ts'
import { smallPayloads } from '../lib/events.ts'

const AT_ONCE = 1000

export async function fill(
  ctx: Context,
  environmentId: string,
  connections: readonly ConnectionRow[],
  { events, state }: { events: number; state: 'delivered' | 'pending' },
): Promise<void> {
  const small = smallPayloads(100)
  const bodies = Array.from({ length: 100 }, (_, i) => new TextEncoder().encode(small.text(i)))
  const [destination] = await listDestinations(ctx.db, environmentId)
  const now = Date.now()
  let made = 0
  const one = (): Statement[] => {
    const connection = connections[made % connections.length]!
    const body = bodies[made % bodies.length]!
    made++
    const id = newId()
    const summary = {
      trace: null,
      id,
      environment_id: environmentId,
      user_id: connection.user_id,
      reference_id: connection.reference_id,
      provider: connection.provider,
      type: 'daily',
      trace_id: id,
      reference: newId(),
      ordering_at: now,
      byte_length: body.byteLength,
      record_count: 1,
      created_at: now,
    }
    const row = deliveryRow({ eventId: id, destination: destination!, lane: 'live', after: null, now })
    const stored = state === 'pending' ? row : { ...row, state, attempts: 1, last_status: 200, finished_at: now }
    return [insertEvent(summary, { toPack: [body] }), insertDelivery(stored)]
  }
  while (made < events) {
    const count = Math.min(AT_ONCE, events - made)
    await ctx.db.transaction(async (tx) => tx.later(Array.from({ length: count }, one).flat()))
  }
}
