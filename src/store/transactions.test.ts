// Transactions that are in each other's way.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { isForeignKeyViolation, isUnavailable } from './errors.ts'
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

test('SQLite: who gets no turn in half a minute hears that the database is busy; who kept it, that it took too long', async (t) => {
  const { db } = opened
  if (db.dialect !== 'sqlite') return t.skip('its transactions have turns of their own')
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let end = (): void => {}
  const isOver = new Promise<void>((resolve) => (end = resolve))
  let holder: Promise<unknown> = Promise.resolve()
  await new Promise<void>((has) => {
    holder = db.transaction(async (tx) => {
      await tx.run('DELETE FROM thing')
      has()
      await isOver
    })
  })
  const waiting = db.transaction((tx) => tx.run('DELETE FROM thing'))
  await new Promise((resolve) => setImmediate(resolve))
  const answers = Promise.allSettled([holder, waiting])
  t.mock.timers.tick(30_000)
  const [kept, waited] = (await answers) as PromiseRejectedResult[]
  assert.match(String(kept!.reason), /took longer than 30 s/)
  assert.equal(isUnavailable(kept!.reason), false)
  assert.match(String(waited!.reason), /waited longer than 30 s/)
  assert.equal(isUnavailable(waited!.reason), true)
  end()
})
