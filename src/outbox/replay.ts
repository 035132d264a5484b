// Sending again: the same event, with the same ids and bytes, as a new delivery.
import { ApiError } from '../platform/errors.ts'
import { wakeDeliveries } from '../queue/wake.ts'
import { audit } from '../store/audit.ts'
import type { Context } from '../store/context.ts'
import type { Transaction } from '../store/database.ts'
import { deliveryById, type DeliveryRow, insertDelivery } from '../store/deliveries.ts'
import { destinationById, type DestinationRow, listDestinations } from '../store/destinations.ts'
import { eventById, type EventRow } from '../store/events.ts'
import { deliveryRow } from './append.ts'
import { passes } from './filters.ts'
import { placeFor, tookPlace } from './order.ts'

/** To one destination, whatever its filters say, or to every one of the environment whose filters want it. */
export async function resendEvent(
  ctx: Context,
  environmentId: string,
  eventId: string,
  destinationId: string | null,
): Promise<string[]> {
  return ctx.db.transaction(async (tx) => {
    const event = await eventById(tx, environmentId, eventId)
    if (event === null) throw new ApiError('event_not_found', 404, 'event not found')
    const all = await listDestinations(tx, environmentId)
    const targets =
      destinationId === null ? all.filter((row) => passes(row, event)) : all.filter((row) => row.id === destinationId)
    if (destinationId !== null && targets.length === 0) {
      throw new ApiError('destination_not_found', 404, 'destination not found')
    }
    const rows: DeliveryRow[] = []
    for (const destination of targets) rows.push(await rowFor(ctx, tx, event, destination))
    if (rows.length > 0) await tx.batch(rows.map(insertDelivery))
    audit(ctx, tx, {
      action: 'event.sent_again',
      environmentId,
      userId: event.user_id,
      subject: eventId,
      details: { destinations: targets.map(({ id }) => id) },
    })
    tx.afterCommit(() =>
      wakeDeliveries(
        ctx.db,
        targets.map((row) => row.id),
      ),
    )
    return rows.map((row) => row.id)
  })
}

/** A new delivery of the same event to the same destination; answers its id. */
export async function resendDelivery(ctx: Context, environmentId: string, deliveryId: string): Promise<string> {
  return ctx.db.transaction(async (tx) => {
    const delivery = await deliveryById(tx, environmentId, deliveryId)
    if (delivery === null) throw new ApiError('delivery_not_found', 404, 'delivery not found')
    const destination = await destinationById(tx, delivery.destination_id)
    if (destination === null) throw new ApiError('destination_not_found', 404, 'the destination was removed')
    const event = await eventById(tx, environmentId, delivery.event_id)
    if (event === null) throw new ApiError('event_not_found', 404, 'the event was deleted')
    const row = await rowFor(ctx, tx, event, destination, delivery.part)
    await tx.batch([insertDelivery(row)])
    audit(ctx, tx, {
      action: 'delivery.sent_again',
      environmentId,
      userId: event.user_id,
      subject: deliveryId,
      details: { event: event.id, destination: destination.id },
    })
    tx.afterCommit(() => wakeDeliveries(ctx.db, [destination.id]))
    return row.id
  })
}

/** A new delivery; in strict order it comes after all that the user has there already. */
async function rowFor(
  ctx: Context,
  tx: Transaction,
  event: Pick<EventRow, 'id' | 'user_id'>,
  destination: DestinationRow,
  part: string | null = null,
): Promise<DeliveryRow> {
  const place = await placeFor(tx, destination, event.user_id)
  const after = place?.after ?? null
  const row = deliveryRow({ eventId: event.id, destination, lane: 'live', after, place, part, now: ctx.clock.now() })
  tookPlace(ctx, tx, row)
  return row
}
