import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RateLimit } from '../connectors/connector.ts'
import { takeFrom } from './window.ts'

const LIMIT: RateLimit = { requests: 100, perSeconds: 900 }

/** Plays a caller who always wants more; answers when each call was made. */
function greedy(limit: RateLimit, untilMs: number, how: { cost?: number; keep?: number } = {}): number[] {
  const used = new Map<number, number>()
  const calls: number[] = []
  for (let now = 12_345; now < untilMs;) {
    const { cost = 1, keep = 0 } = how
    const verdict = takeFrom({ used, refusedUntil: 0 }, limit, { now, cost, most: cost, keep })
    if ('waitMs' in verdict) {
      assert.ok(verdict.waitMs > 0)
      now += verdict.waitMs
      continue
    }
    used.set(verdict.take.slot, (used.get(verdict.take.slot) ?? 0) + verdict.take.count)
    for (let i = 0; i < verdict.take.count; i++) calls.push(now)
    now += 1
  }
  return calls
}

function busiest(calls: readonly number[], lengthMs: number): number {
  return Math.max(...calls.map((at, i) => calls.slice(i).filter((each) => each < at + lengthMs).length))
}

test('no window of its length holds more than a limit allows, and little of it is left unused', () => {
  const calls = greedy(LIMIT, 4 * 900_000)
  assert.equal(busiest(calls, 900_000), 100)
  assert.ok(calls.length >= 3.8 * 100, `${calls.length} of 400`)
  const short = greedy({ requests: 3, perSeconds: 1 }, 60_000)
  assert.equal(busiest(short, 1000), 3)
})

test('history leaves a part for what is new; a dear call takes what it costs', () => {
  assert.equal(busiest(greedy(LIMIT, 900_000, { keep: 20 }), 900_000), 80)
  assert.equal(busiest(greedy(LIMIT, 900_000, { cost: 30 }), 900_000), 90)
})

test('what costs more than there ever is passes when nothing else was called', () => {
  const none = { used: new Map<number, number>(), refusedUntil: 0 }
  const verdict = takeFrom(none, LIMIT, { now: 0, cost: 500, most: 500, keep: 0 })
  assert.ok('take' in verdict && verdict.take.count === 500)
  const after = takeFrom({ used: new Map([[0, 500]]), refusedUntil: 0 }, LIMIT, { now: 1, cost: 1, most: 1, keep: 0 })
  assert.ok('waitMs' in after && after.waitMs > 900_000)
})

test('a refusal holds until it ends', () => {
  const refused = { used: new Map<number, number>(), refusedUntil: 5000 }
  assert.deepEqual(takeFrom(refused, LIMIT, { now: 1000, cost: 1, most: 1, keep: 0 }), { waitMs: 4000 })
  assert.ok('take' in takeFrom(refused, LIMIT, { now: 5000, cost: 1, most: 1, keep: 0 }))
})

test('calls in advance are what is left at most', () => {
  const verdict = takeFrom({ used: new Map([[0, 95]]), refusedUntil: 0 }, LIMIT, { now: 0, cost: 1, most: 20, keep: 0 })
  assert.ok('take' in verdict && verdict.take.count === 5)
})
