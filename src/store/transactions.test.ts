// Transactions that are in each other's way.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { isForeignKeyViolation } from './errors.ts'
import { remembered } from './remembered.ts'

let opened: TestDatabase

before(async () => {
  opened = await openTestDatabase()
  await opened.db.run('CREATE TABLE thing (id TEXT PRIMARY KEY)')
})
after(() => opened.dispose())

test('a lock keeps two transactions apart', async () => {
  const { db } = opened
  let inside = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 6 }, () =>
      db.transaction(async (tx) => {
        await tx.lock('same')
        inside++
        most = Math.max(most, inside)
        await tx.all('SELECT 1 AS one')
        inside--
      }),
    ),
  )
  assert.equal(most, 1)
})

test('a lock that another holds, asked for after the first change, is waited for', async () => {
  const { db } = opened
  const order: string[] = []
  let asked = (): void => {}
  const isAsked = new Promise<void>((resolve) => (asked = resolve))
  const holder = db.transaction(async (tx) => {
    await tx.lock('late')
    await isAsked
    order.push('holder')
  })
  const late = db.transaction(async (tx) => {
    await tx.run(`INSERT INTO thing VALUES ('late')`)
    setTimeout(asked, 50)
    await tx.lock('late')
    order.push('late')
  })
  await Promise.all([holder, late])
  assert.deepEqual(order, ['holder', 'late'])
  assert.equal(await db.run(`DELETE FROM thing WHERE id = 'late'`), 1)
})

test('where somebody deletes what a row refers to, the transaction is run again and finds it gone', async () => {
  const { db } = opened
  await db.run('CREATE TABLE parents (id TEXT PRIMARY KEY)')
  await db.run('CREATE TABLE children (id TEXT PRIMARY KEY, parent TEXT NOT NULL REFERENCES parents (id))')
  await db.run(`INSERT INTO parents VALUES ('p')`)
  const parents = remembered((sql) => sql.all<{ id: string }>('SELECT id FROM parents'))
  await parents(db, db)
  // Another server's: nobody forgets what is remembered here.
  await db.run('DELETE FROM parents')
  const tries: number[] = []
  await db.transaction(async (tx) => {
    const known = await parents(db, tx)
    tries.push(known.length)
    tx.later(known.map(({ id }) => ({ sql: `INSERT INTO children VALUES ('c', $1)`, params: [id] })))
  })
  assert.deepEqual(tries, [1, 0])
  const unknown = db.transaction((tx) => tx.run(`INSERT INTO children VALUES ('c', 'nobody')`))
  await assert.rejects(unknown, isForeignKeyViolation)
})
