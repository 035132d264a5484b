// Sending again: the same event, with the same ids and bytes, as a new delivery.
import { ApiError } from '../platform/errors.ts'
import { wakeDeliveries } from '../queue/wake.ts'
import type { Context } from '../store/context.ts'
import { deliveryById, insertDelivery } from '../store/deliveries.ts'
import { destinationById, listDestinations } from '../store/destinations.ts'
import { eventById } from '../store/events.ts'
import { deliveryRow } from './append.ts'

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
      destinationId === null
        ? all.filter(
            (row) => row.event_types === null || (JSON.parse(row.event_types) as string[]).includes(event.type),
          )
        : all.filter((row) => row.id === destinationId)
    if (destinationId !== null && targets.length === 0) {
      throw new ApiError('destination_not_found', 404, 'destination not found')
    }
    const rows = targets.map((destination) =>
      deliveryRow({ eventId, destination, lane: 'live', after: null, now: ctx.clock.now() }),
    )
    if (rows.length > 0) await tx.batch(rows.map(insertDelivery))
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
    const row = deliveryRow({
      eventId: delivery.event_id,
      destination,
      lane: 'live',
      after: null,
      now: ctx.clock.now(),
    })
    await tx.batch([insertDelivery(row)])
    tx.afterCommit(() => wakeDeliveries(ctx.db, [destination.id]))
    return row.id
  })
}
