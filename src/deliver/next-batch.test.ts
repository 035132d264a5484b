import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextBatch } from './next-batch.ts'

const queue = (...bytes: number[]): { bytes: number }[] => bytes.map((each) => ({ bytes: each }))

/** All groups of a queue, by size. */
function groups(
  bytes: number[],
  batch: { events: number; bytes: number },
  mostEvents = Number.POSITIVE_INFINITY,
): number[] {
  const left = queue(...bytes)
  const sizes: number[] = []
  while (left.length > 0) sizes.push(left.splice(0, nextBatch(left, batch, mostEvents)).length)
  return sizes
}

test('one event at a time, or as many as may go together', () => {
  assert.deepEqual(groups([10, 10, 10], { events: 1, bytes: 0 }), [1, 1, 1])
  assert.deepEqual(groups([10, 10, 10], { events: 2, bytes: 1000 }), [2, 1])
})

test('bytes bound a batch; an event that is larger by itself goes alone', () => {
  assert.deepEqual(groups([60, 50, 40, 500, 10], { events: 10, bytes: 100 }), [1, 2, 1, 1])
})

test('no more than the gate lets through; nothing from an empty queue', () => {
  assert.deepEqual(groups([1, 1, 1, 1], { events: 10, bytes: 100 }, 3), [3, 1])
  assert.equal(nextBatch([], { events: 10, bytes: 100 }, 5), 0)
})
