import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { bringForward, sharedClock } from './shared-clock.ts'

let opened: TestDatabase
before(async () => {
  opened = await openTestDatabase()
})
after(() => opened.dispose())

test('it follows the database, ahead and back, and says when it was set back', async () => {
  let now = 1_000_000
  const told: number[] = []
  const clock = await sharedClock({ now: async () => now }, async (byMs) => void told.push(byMs))
  const isAbout = (expected: number): void => {
    assert.ok(Math.abs(clock.now() - expected) < 500, `${clock.now()} is not about ${expected}`)
    assert.ok(Number.isInteger(clock.now()))
  }
  isAbout(1_000_000)
  now = 9_000_000
  isAbout(1_000_000)
  await clock.look()
  isAbout(9_000_000)
  assert.deepEqual(told, [])
  now = 2_000_000
  await clock.look()
  isAbout(2_000_000)
  assert.equal(told.length, 1)
  assert.ok(Math.abs(told[0]! - 7_000_000) < 500)
})

test('what was due at a time that is not coming yet is due as much earlier, what is due stays', async () => {
  const { db } = opened
  const put = `INSERT INTO jobs (id, kind, lane, state, attempts, next_at, payload, created_at, dedupe_key)
    VALUES ($1, 'read', 'live', $2, 0, $3, '{}', 0, $1)`
  await db.run(put, ['due', 'pending', 500])
  await db.run(put, ['later', 'pending', 9000])
  await db.run(put, ['running', 'running', 9000])
  await bringForward(db, 7000, 1000)
  const rows = await db.all<{ id: string; next_at: number }>('SELECT id, next_at FROM jobs ORDER BY id')
  assert.deepEqual(
    rows.map(({ id, next_at }) => [id, Number(next_at)]),
    [
      ['due', 500],
      ['later', 2000],
      ['running', 9000],
    ],
  )
})
