import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closedBreaker, FAILURES_TO_OPEN, follow, noteFailure, noteSuccess, phaseOf } from './breaker.ts'

const failure = (startedAt: number, now = startedAt + 100, askedMs = 0) => ({
  startedAt,
  now,
  askedMs,
  refused: false,
  random: 0.5,
})

test('it opens after so many failures in a row, and a success in between starts the count again', () => {
  const breaker = closedBreaker()
  for (let i = 1; i < FAILURES_TO_OPEN; i++) assert.equal(noteFailure(breaker, failure(i)), false)
  assert.equal(noteSuccess(breaker), false)
  for (let i = 1; i < FAILURES_TO_OPEN; i++) assert.equal(noteFailure(breaker, failure(i)), false)
  assert.equal(phaseOf(breaker, 500), 'closed')
  assert.equal(noteFailure(breaker, failure(900, 1000)), true)
  assert.deepEqual(
    [phaseOf(breaker, 1000), phaseOf(breaker, 5999), phaseOf(breaker, 6000)],
    ['open', 'open', 'half open'],
  )
})

function opened(now: number, askedMs = 0) {
  const breaker = closedBreaker()
  for (let i = 0; i < FAILURES_TO_OPEN; i++) noteFailure(breaker, failure(now - 100, now, askedMs))
  return breaker
}

test('calls that were under way when it opened open it no further', () => {
  const breaker = opened(1000)
  assert.equal(noteFailure(breaker, failure(1000, 4000)), false)
  assert.equal(breaker.openUntil, 6000)
})

test('each failed probe doubles the wait, up to a minute', () => {
  const breaker = opened(0)
  const waits: number[] = []
  for (let i = 0; i < 6; i++) {
    const at = breaker.openUntil!
    assert.equal(noteFailure(breaker, failure(at, at)), true)
    waits.push(breaker.openUntil! - at)
  }
  assert.deepEqual(waits, [10_000, 20_000, 40_000, 60_000, 60_000, 60_000])
  assert.equal(noteSuccess(breaker), true)
  assert.equal(phaseOf(breaker, 0), 'closed')
  const again = opened(0)
  assert.equal(again.openUntil, 5000, 'it begins at the start again')
})

test('one that answers and refuses is tried again soon: it may refuse only some events', () => {
  const breaker = closedBreaker()
  const refusal = (at: number) => ({ ...failure(at, at), refused: true })
  for (let i = 0; i < FAILURES_TO_OPEN; i++) noteFailure(breaker, refusal(1000))
  for (let i = 0; i < 4; i++) {
    const at = breaker.openUntil!
    noteFailure(breaker, refusal(at))
    assert.equal(breaker.openUntil! - at, 5000)
  }
})

test('a receiver that asks for time gets it, within bounds', () => {
  assert.equal(opened(0, 120_000).openUntil, 120_000)
  assert.equal(opened(0, 1_000_000_000).openUntil, 600_000)
})

test('what other servers write is followed', () => {
  const breaker = closedBreaker()
  assert.equal(follow(breaker, 5000, 0), false)
  assert.equal(phaseOf(breaker, 100), 'open')
  assert.equal(noteFailure(breaker, failure(-50, 100)), false, 'what was under way here tells nothing new')
  assert.equal(follow(breaker, 9000, 100), false)
  assert.equal(phaseOf(breaker, 6000), 'open', 'someone else probes')
  assert.equal(follow(breaker, null, 200), true)
  assert.equal(phaseOf(breaker, 6000), 'closed')
})
