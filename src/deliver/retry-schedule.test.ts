import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RETRY_DELAYS_SECONDS } from '../model/delivery-settings.ts'
import { retryDelayMs } from './retry-schedule.ts'

test('the usual schedule lasts about a day, whatever the jitter, and ends', () => {
  for (const random of [0, 1]) {
    let total = 0
    for (let attempt = 1; attempt <= RETRY_DELAYS_SECONDS.length; attempt++) {
      total += retryDelayMs(RETRY_DELAYS_SECONDS, attempt, random)!
    }
    assert.ok(total > 19 * 3600 * 1000 && total < 31 * 3600 * 1000)
  }
  assert.equal(retryDelayMs(RETRY_DELAYS_SECONDS, RETRY_DELAYS_SECONDS.length + 1, 0.5), null)
})

test('jitter stays within a fifth either way', () => {
  assert.equal(retryDelayMs([5, 30], 1, 0), 4000)
  assert.equal(retryDelayMs([5, 30], 1, 1), 6000)
  assert.equal(retryDelayMs([5, 30], 2, 0.5), 30_000)
  assert.equal(retryDelayMs([], 1, 0.5), null, 'an empty schedule is one attempt')
})
