import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestDatabase } from '../../test/database.ts'
import { announceServer, retireServer } from '../store/deliver-servers.ts'
import { everything, shareOf } from './servers.ts'
import { Silence } from './silence.ts'

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

test('servers see each other, in one order, until they are silent for too long or say goodbye', async (t) => {
  const { db, dispose } = await openTestDatabase()
  t.after(dispose)
  const alive = async (id: string, now: number): Promise<string[]> => (await announceServer(db, id, now)).alive
  assert.deepEqual(await alive('b', 1000), ['b'])
  assert.deepEqual(await alive('a', 2000), ['a', 'b'])
  assert.deepEqual(await alive('b', 6000), ['a', 'b'])
  assert.deepEqual(await alive('b', 17_001), ['b'], 'a was silent')
  await announceServer(db, 'a', 17_002)
  await retireServer(db, 'a')
  assert.deepEqual(await alive('b', 17_003), ['b'])
})

test('a server is dead once nothing new was heard of it in as many looks as half a minute has', () => {
  const silence = new Silence()
  const looks = (times: number, words: Record<string, number>): string[] => {
    let dead: string[] = []
    for (let i = 0; i < times; i++) dead = silence.look(new Map(Object.entries(words)))
    return dead
  }
  assert.deepEqual(looks(6, { a: 1, b: 1 }), [])
  assert.deepEqual(looks(1, { a: 1, b: 2 }), ['a'])
  // However long nobody could look: it is the looks that count.
  assert.deepEqual(looks(6, { a: 2, b: 3 }), [])
  // Whoever went away and came back begins anew.
  assert.deepEqual(looks(1, { b: 4 }), [])
  assert.deepEqual(looks(6, { a: 2, b: 5 }), [])
  assert.deepEqual(looks(1, { a: 2, b: 5 }), ['a', 'b'])
})
