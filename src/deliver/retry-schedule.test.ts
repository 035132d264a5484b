import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_ATTEMPTS, retryDelayMs } from './retry-schedule.ts'

test('the schedule lasts more than a day and ends', () => {
  let total = 0
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) total += retryDelayMs(attempt, 0.5)!
  assert.ok(total > 24 * 3600 * 1000)
  assert.equal(retryDelayMs(MAX_ATTEMPTS, 0.5), null)
})

test('jitter stays within a fifth either way', () => {
  assert.equal(retryDelayMs(1, 0), 4000)
  assert.equal(retryDelayMs(1, 1), 6000)
  assert.equal(retryDelayMs(2, 0.5), 30_000)
})
