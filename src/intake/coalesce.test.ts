import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LONGEST_MS, readingOf, soonest } from './coalesce.ts'

const NOW = 1_000_000_000
const whole = (at: number, quietAt: number) => ({ at, delay: { until: quietAt, longestMs: LONGEST_MS } })

test('one announcement is read in half a second; another server’s copy waits for quiet', () => {
  assert.deepEqual(readingOf('once', NOW), whole(NOW + 500, NOW + 2500))
})

test('a storm is read when it is quiet, and few of its copies write', () => {
  readingOf('storm', NOW)
  const second = readingOf('storm', NOW + 1)
  assert.deepEqual(second, whole(NOW + 2501, NOW + 2501))
  const copies = Array.from({ length: 10_000 }, (_, i) => readingOf('storm', NOW + 2 + i))
  assert.ok(copies.every(({ at }, i) => at === NOW + 2 + i + 2500))
  const moving = copies.filter(({ delay }) => delay !== undefined)
  assert.ok(moving.length >= 39 && moving.length <= 40, `${moving.length} copies put the reading off`)
})

test('quiet, then the same again: a new announcement; also when the clock was set back', () => {
  readingOf('again', NOW)
  readingOf('again', NOW + 2499)
  assert.equal(readingOf('again', NOW + 4999).at, NOW + 5499)
  assert.equal(readingOf('again', NOW - 3_600_000).at, NOW - 3_600_000 + 500)
})

test('what another request received a moment earlier belongs to the same storm', () => {
  readingOf('order', NOW + 10)
  assert.equal(readingOf('order', NOW).at, NOW + 2500)
})

test('other things are read by themselves', () => {
  readingOf('one', NOW)
  assert.equal(readingOf('two', NOW + 1).at, NOW + 501)
})

test('a push is looked at at once, the same push once more when it is quiet', () => {
  assert.deepEqual(
    [0, 1, 2999, 3000].map((ms) => soonest('push', NOW + ms) - NOW),
    [0, 3000, 3000, 3000],
  )
  assert.equal(soonest('push', NOW + 3001) - NOW, 6000)
})
