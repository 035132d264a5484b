// Strict order, where a destination asks for it: each delivery of a user comes after the one before. They stand in a chain:
// one may be sent, the others wait for it, so whoever claims needs to know nothing of the order.
import { isStrict } from '../model/delivery-settings.ts'
import { wakeDeliveries } from '../queue/wake.ts'
import type { Context } from '../store/context.ts'
import type { Database, Transaction } from '../store/database.ts'
import { type DeliveryRow, lastInOrder, type Place, releaseIfReady } from '../store/deliveries.ts'
import { type DestinationRow, rememberedDestinations } from '../store/destinations.ts'

type Tail = { id: string; no: number }

/** What one transaction has added to chains: it may not be in the database yet. */
const tails = new WeakMap<Transaction, Map<string, Tail>>()

/** Whether any destination of this environment wants its events in order. */
export async function asksForOrder(db: Database, environmentId: string): Promise<boolean> {
  return (await rememberedDestinations(db, db, environmentId)).some(({ delivery }) => isStrict(delivery))
}

/** Where the next delivery of this user stands; null where nobody asked for an order. */
export async function placeFor(
  tx: Transaction,
  destination: Pick<DestinationRow, 'id' | 'delivery'>,
  userId: string | null,
): Promise<Place | null> {
  if (userId === null || !isStrict(destination.delivery)) return null
  const own = tails.get(tx)?.get(nameOf(destination.id, userId))
  if (own !== undefined) return { key: userId, no: own.no + 1, after: own.id }
  // Until the commit nobody else adds to this chain.
  await tx.lock(`order:${nameOf(destination.id, userId)}`)
  const last = await lastInOrder(tx, destination.id, userId)
  if (last === null) return { key: userId, no: 1, after: null }
  const ended = last.state === 'delivered' || last.state === 'failed'
  return { key: userId, no: last.order_no + 1, after: ended ? null : last.id }
}

/** To be called with each row that got a place. */
export function tookPlace(ctx: Context, tx: Transaction, row: DeliveryRow): void {
  if (row.order_key === null || row.order_no === null) return
  const own = tails.get(tx) ?? new Map<string, Tail>()
  tails.set(tx, own.set(nameOf(row.destination_id, row.order_key), { id: row.id, no: row.order_no }))
  if (row.state !== 'waiting') return
  // The one before may have ended while we wrote: whoever ended it did not see this one. The sweep would find it later.
  tx.afterCommit(() => {
    ctx.db
      .batch([releaseIfReady(row.id, ctx.clock.now())])
      .then(([changed]) => {
        if (changed === 1) wakeDeliveries(ctx.db, [row.destination_id])
      })
      .catch((error) => ctx.log.warn({ err: error, deliveryId: row.id }, 'a delivery in order waits for the sweep'))
  })
}

function nameOf(destinationId: string, userId: string): string {
  return `${destinationId}:${userId}`
}
