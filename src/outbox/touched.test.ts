import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestDatabase } from '../../test/database.ts'
import type { Statement } from '../store/database.ts'
import { touch } from './touched.ts'

const people = (...ids: string[]): { user_id: string }[] => ids.map((user_id) => ({ user_id }))

test('a person is touched once a second, and again when that was not committed or the clock was set back', async (t) => {
  const { db, dispose } = await openTestDatabase()
  t.after(dispose)
  const touched = async (ids: string[], now: number, keep = true): Promise<unknown[]> => {
    let statements: Statement[] = []
    const done = db.transaction(async (tx) => {
      statements = touch(db, tx, people(...ids), now)
      if (!keep) throw new Error('taken back')
    })
    await (keep ? done : assert.rejects(done, /taken back/))
    return statements.map(({ params }) => params![0])
  }
  assert.deepEqual(await touched(['a', 'b', 'a'], 5000, false), ['a', 'b'])
  assert.deepEqual(await touched(['a', 'b', 'a'], 5000), ['a', 'b'])
  assert.deepEqual(await touched(['a', 'c'], 5999), ['c'])
  assert.deepEqual(await touched(['a', 'c'], 6000), ['a'])
  assert.deepEqual(await touched(['a', 'b', 'c'], 4000), ['a', 'b', 'c'])
})
