import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAlarm } from './alarm.ts'

test('rings at once for what is due, once for what becomes due in the same moment, and not after it was stopped', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 })
  let rung = 0
  const alarm = createAlarm({ now: () => Date.now() }, () => rung++)
  alarm.set(Date.now())
  assert.equal(rung, 1)
  for (let i = 0; i < 1000; i++) alarm.set(1_000_510)
  alarm.set(1_000_540)
  t.mock.timers.tick(550)
  assert.equal(rung, 1)
  t.mock.timers.tick(50)
  assert.equal(rung, 2)
  t.mock.timers.tick(10_000)
  assert.equal(rung, 2)
  alarm.set(Date.now() + 60_000)
  alarm.set(Date.now() + 1000)
  alarm.stop()
  t.mock.timers.tick(100_000)
  assert.equal(rung, 2)
})
