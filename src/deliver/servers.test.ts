import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everything, shareOf } from './servers.ts'

test('the parts of all servers are the whole', () => {
  for (const count of [1, 2, 3, 7]) {
    const ids = Array.from({ length: count }, (_, i) => `server ${i}`)
    for (const limit of [1, 2, 5, 16, 1000]) {
      const parts = ids.map((id) => shareOf(ids, id).of(limit))
      assert.equal(
        parts.reduce((sum, part) => sum + part, 0),
        limit,
      )
      assert.ok(Math.max(...parts) - Math.min(...parts) <= 1)
    }
  }
  assert.equal(everything.of(16), 16)
  assert.equal(shareOf(['a'], 'new').of(16), 8)
})
