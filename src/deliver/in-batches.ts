// Which deliveries go together.
import type { Batch } from '../destinations/destination.ts'
import type { DeliveryRow } from '../store/deliveries.ts'
import type { EventRow } from '../store/events.ts'

/** A delivery with its event; null when that was deleted. */
export interface Due {
  delivery: DeliveryRow
  event: EventRow | null
}

/** What one call of `send` takes, in the order in which it was claimed. */
export function inBatches(
  claimed: readonly DeliveryRow[],
  events: ReadonlyMap<string, EventRow>,
  batch: Batch,
): Due[][] {
  const groups: Due[][] = []
  let bytes = 0
  for (const delivery of claimed) {
    const event = events.get(delivery.event_id) ?? null
    const size = event?.byte_length ?? 0
    const last = groups.at(-1)
    if (last !== undefined && last.length < batch.events && bytes + size <= batch.bytes) {
      last.push({ delivery, event })
      bytes += size
    } else {
      groups.push([{ delivery, event }])
      bytes = size
    }
  }
  return groups
}
