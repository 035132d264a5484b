import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retry, type SendResult } from '../destinations/destination.ts'
import { DeliverySettings } from '../model/delivery-settings.ts'
import { FAILURES_TO_OPEN } from './breaker.ts'
import { Gate } from './gate.ts'
import { everything } from './servers.ts'

const went: SendResult = { next: 'delivered', status: null, response: null }

function opened(): { gate: Gate; call(count: number, result: SendResult): void; pass(ms: number): void } {
  let now = 0
  const gate = new Gate(() => now)
  gate.learn(DeliverySettings.parse({}), everything)
  return {
    gate,
    call(count, result) {
      gate.began('fresh', count)
      const startedAt = now++
      gate.ended('fresh', Array<SendResult>(count).fill(result), startedAt)
    },
    pass: (ms) => void (now += ms),
  }
}

test('a batch that takes too long comes back in halves, and grows again when they go', () => {
  const { gate, call } = opened()
  assert.equal(gate.mostTogether, Number.POSITIVE_INFINITY)
  call(200, retry('it took too long', true))
  assert.equal(gate.mostTogether, 100)
  // It had begun before: it says nothing new.
  call(200, retry('it took too long', true))
  assert.equal(gate.mostTogether, 100)
  call(100, retry('it took too long', true))
  assert.equal(gate.mostTogether, 50)
  call(7, went)
  assert.equal(gate.mostTogether, 50)
  call(50, went)
  assert.equal(gate.mostTogether, 100)
})

test('never less than one; a failure that has nothing to do with size changes nothing', () => {
  const { gate, call } = opened()
  call(3, retry('refused'))
  assert.equal(gate.mostTogether, Number.POSITIVE_INFINITY)
  call(1, retry('it took too long', true))
  assert.equal(gate.mostTogether, 1)
})

test('who was away is tried with one', () => {
  const { gate, call, pass } = opened()
  for (let i = 0; i < FAILURES_TO_OPEN; i++) call(200, retry('no connection'))
  assert.equal(gate.phase, 'open')
  pass(gate.opensAt()!)
  assert.equal(gate.phase, 'half open')
  assert.equal(gate.mostTogether, 1)
  call(1, went)
  assert.equal(gate.mostTogether, Number.POSITIVE_INFINITY)
})

test('who refuses single events is asked for the next one as soon each time; who is away, ever more rarely', () => {
  const refusal: SendResult = { next: 'retry', message: 'a check', status: null, response: null, refused: true }
  for (const [result, longest] of [
    [refusal, 6000],
    [retry('no connection'), 72_000],
  ] as const) {
    const { gate, call, pass } = opened()
    for (let i = 0; i < FAILURES_TO_OPEN; i++) call(1, result)
    let last = 0
    for (let tries = 0; tries < 6; tries++) {
      const at = gate.opensAt()!
      pass(at - last)
      last = at
      call(1, result)
    }
    const wait = gate.opensAt()! - last
    assert.ok(wait <= longest && wait > longest / 2, String(wait))
  }
})
