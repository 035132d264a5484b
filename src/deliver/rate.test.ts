import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeliverySettings } from '../model/delivery-settings.ts'
import type { Bucket } from '../store/destination-rates.ts'
import { rateOf, takeFrom } from './rate.ts'

const rate = (given: object) => rateOf(DeliverySettings.parse(given))!

test('per second or per minute; none is none', () => {
  assert.equal(rateOf(DeliverySettings.parse({})), null)
  assert.equal(rate({ rate_per_minute: 30 }).perSecond, 0.5)
  assert.equal(takeFrom(rate({ rate_per_minute: 30 }), { tokens: 0.25, filled_at: 0 }, 1, 0).waitMs, 1500)
})

for (const [perSecond, stepMs] of [
  [0.5, 50],
  [7, 13],
  [100, 10],
  [2000, 1],
] as const) {
  test(`${perSecond}/s, asked each ${stepMs} ms: never more in any window, and no less in the long run`, () => {
    const limit = rate({ rate_per_second: perSecond })
    let bucket: Bucket | null = null
    const sentAt: number[] = []
    const lasts = 20_000
    for (let now = 0; now < lasts; now += stepMs) {
      const result = takeFrom(limit, bucket, 1000, now)
      bucket = result.bucket
      for (let i = 0; i < result.taken; i++) sentAt.push(now)
    }
    for (const windowMs of [1000, 5000]) {
      let first = 0
      for (let last = 0; last < sentAt.length; last++) {
        while (sentAt[last]! - sentAt[first]! >= windowMs) first++
        const most = (perSecond * windowMs) / 1000 + limit.burst
        assert.ok(last - first + 1 <= Math.ceil(most), `${last - first + 1} in ${windowMs} ms`)
      }
    }
    assert.ok(sentAt.length >= (perSecond * lasts) / 1000 - limit.burst - 1, `only ${sentAt.length}`)
  })
}

test('a pause gives no burst beyond a moment’s worth', () => {
  const limit = rate({ rate_per_second: 100 })
  const start = takeFrom(limit, null, 0, 0).bucket
  assert.equal(takeFrom(limit, start, 1000, 3_600_000).taken, 5)
})

test('servers whose clocks differ fill no second twice, and one that was far ahead stops nobody', () => {
  const limit = rate({ rate_per_second: 1 })
  const ahead = takeFrom(limit, null, 1, 30_000).bucket
  assert.equal(takeFrom(limit, ahead, 5, 5000).taken, 0)
  const farAhead = takeFrom(limit, null, 1, 3_600_000).bucket
  const back = takeFrom(limit, farAhead, 1, 0).bucket
  assert.equal(takeFrom(limit, back, 1, 1000).taken, 1)
})
