import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryRow } from '../store/deliveries.ts'
import type { EventRow } from '../store/events.ts'
import { inBatches } from './in-batches.ts'

const deliveries = (...ids: string[]): DeliveryRow[] => ids.map((id) => ({ id, event_id: id }) as DeliveryRow)
const events = (sizes: Record<string, number>): Map<string, EventRow> =>
  new Map(Object.entries(sizes).map(([id, byte_length]) => [id, { id, byte_length } as EventRow]))

function batchesOf(sizes: Record<string, number>, batch: { events: number; bytes: number }): string[] {
  return inBatches(deliveries(...Object.keys(sizes)), events(sizes), batch).map((group) =>
    group.map(({ delivery }) => delivery.id).join(''),
  )
}

test('a batch ends at its number of events or at its bytes; what is larger goes alone', () => {
  assert.deepEqual(batchesOf({ a: 1, b: 1, c: 1 }, { events: 1, bytes: 0 }), ['a', 'b', 'c'])
  assert.deepEqual(batchesOf({ a: 1, b: 1, c: 1 }, { events: 2, bytes: 10 }), ['ab', 'c'])
  assert.deepEqual(batchesOf({ a: 4, b: 4, c: 4, d: 50, e: 1 }, { events: 9, bytes: 10 }), ['ab', 'c', 'd', 'e'])
})

test('a delivery whose event is gone is in a batch like the others', () => {
  const [group] = inBatches(deliveries('gone', 'a'), events({ a: 3 }), { events: 5, bytes: 5 })
  assert.deepEqual(
    group!.map(({ event }) => event?.id ?? null),
    [null, 'a'],
  )
})
