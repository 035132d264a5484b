import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestDatabase } from '../../test/database.ts'
import type { Sql } from './database.ts'
import { forgetRemembered, remembered } from './remembered.ts'

test('read once, and again after a write, at its commit', async (t) => {
  const { db, dispose } = await openTestDatabase()
  t.after(dispose)
  await db.run('CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT)')
  await db.run(`INSERT INTO thing VALUES ('a', 1)`)
  let reads = 0
  const thing = remembered(async (sql: Sql, id: string) => {
    reads++
    return (await sql.one<{ n: number }>('SELECT n FROM thing WHERE id = $1', [id]))?.n ?? null
  })
  assert.deepEqual([await thing(db, db, 'a'), await thing(db, db, 'a'), reads], [1, 1, 1])
  await db.transaction(async (tx) => {
    await tx.run(`UPDATE thing SET n = 2 WHERE id = 'a'`)
    forgetRemembered(tx)
  })
  assert.deepEqual([await thing(db, db, 'a'), await thing(db, db, 'none'), reads], [2, null, 3])
})

test(
  'a transaction does not wait for a read that waits for what the transaction holds',
  { timeout: 20_000 },
  async (t) => {
    const { db, dispose } = await openTestDatabase()
    t.after(dispose)
    await db.run('CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT)')
    const thing = remembered((sql: Sql, id: string) => sql.one('SELECT n FROM thing WHERE id = $1', [id]))
    let open!: () => void
    const outside = new Promise<void>((resolve) => (open = resolve))
    // As many as there are connections; on SQLite the first has the writer and the others wait for it.
    const count = db.dialect === 'postgres' ? 10 : 2
    let holding = 0
    const all = Array.from({ length: count }, (_, i) =>
      db.transaction(async (tx) => {
        const held = tx.run('INSERT INTO thing VALUES ($1, 1)', [`held ${i}`])
        if (db.dialect === 'sqlite' && i === 1) {
          open()
          await Promise.all([held, thing(db, tx, 'same')])
          return
        }
        await held
        if (++holding === count) open()
        await outside
        await thing(db, tx, 'same')
      }),
    )
    await outside
    const waiting = thing(db, db, 'same')
    await Promise.all([...all, waiting])
  },
)

test('while it is read anew, a transaction has what was known and needs no connection for it', async (t) => {
  const { db, dispose } = await openTestDatabase()
  t.after(dispose)
  let at = 0
  t.mock.method(performance, 'now', () => at)
  let answer!: (n: number) => void
  const asked: Sql[] = []
  const thing = remembered((sql: Sql) => {
    asked.push(sql)
    return new Promise<number>((resolve) => (answer = resolve))
  })
  const first = thing(db, db)
  answer(1)
  assert.equal(await first, 1)
  at = 1500
  const seen = await db.transaction((tx) => Promise.all([thing(db, tx), thing(db, tx)]))
  assert.deepEqual(
    [seen, asked],
    [
      [1, 1],
      [db, db],
    ],
  )
  answer(2)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(await db.transaction((tx) => thing(db, tx)), 2)
  assert.equal(asked.length, 2)
  // Too old to be used: it reads by itself.
  at = 9000
  const late = db.transaction((tx) => thing(db, tx))
  await new Promise((resolve) => setImmediate(resolve))
  answer(3)
  assert.equal(await late, 3)
  assert.notEqual(asked.at(-1), db)
})
