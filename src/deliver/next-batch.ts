// Which deliveries go together.
import type { Batch } from '../destinations/destination.ts'
import type { Held } from './held.ts'

/** What the next call of `send` takes from the front of a queue: one delivery at least, unless there is none. */
export function nextBatch(queue: readonly Pick<Held, 'bytes'>[], batch: Batch, mostEvents: number): number {
  let bytes = 0
  let count = 0
  for (const { bytes: size } of queue) {
    bytes += size
    if (count > 0 && (count >= Math.min(batch.events, mostEvents) || bytes > batch.bytes)) break
    count++
  }
  return count
}
