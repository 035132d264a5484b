// A PostgreSQL whose owner set it up for something else, and poolers before it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Database } from '../src/store/database.ts'
import { openDatabase } from '../src/store/open.ts'
import { missingPgBouncer, startPgBouncer } from './services/pgbouncer.ts'
import { PASSWORD, type Postgres, postgresBinaries, startPostgres, USER } from './services/postgres.ts'

const missing = postgresBinaries() === null ? 'PostgreSQL is not installed' : missingPgBouncer()
if (missing !== null && process.env.CI === 'true') throw new Error(`${missing}, and CI needs it`)
const skip = missing ?? false
const ODD = ['fsync=off', 'default_transaction_isolation=serializable', 'synchronous_commit=off']

let postgres: Postgres

before(async () => {
  if (missing !== null) return
  postgres = await startPostgres({ settings: ODD })
  await postgres.query('postgres', 'CREATE DATABASE loam')
  await postgres.query('postgres', `CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'`)
})
after(async () => {
  if (missing === null) await postgres.stop()
})

function urlOf(database: string): string {
  return `postgres://${USER}:${PASSWORD}@127.0.0.1:${postgres.port}/${database}`
}

async function using(url: string, work: (db: Database) => Promise<void>): Promise<void> {
  const db = await openDatabase(url)
  await work(db).finally(() => db.close())
}

test(
  'commits wait for the disk, and transactions for each other, whatever the server has as its defaults',
  { skip },
  () =>
    using(urlOf('loam'), async (db) => {
      await db.run('CREATE TABLE counters (id TEXT PRIMARY KEY, n BIGINT)')
      await db.run(`INSERT INTO counters VALUES ('a', 0)`)
      const count = (): Promise<void> =>
        db.transaction(async (tx) => {
          await tx.all('SELECT n FROM counters')
          await tx.run(`UPDATE counters SET n = n + 1 WHERE id = 'a'`)
        })
      await Promise.all(Array.from({ length: 20 }, count))
      const found = await db.one<object>(
        `SELECT n, current_setting('synchronous_commit') AS synced FROM counters WHERE id = 'a'`,
      )
      assert.deepEqual({ ...found }, { n: 20, synced: 'on' })
    }),
)

test('behind a pooler in session mode all is as without one', { skip }, async () => {
  const pooler = await startPgBouncer(postgres, 'session')
  try {
    await using(pooler.url('loam'), async (db) => {
      const heard = new Promise<void>((resolve) => {
        db.listen('odd', resolve)
      })
      const answers = Array.from({ length: 20 }, (_, n) => db.one<{ n: number }>('SELECT $1::bigint AS n', [n]))
      assert.deepEqual(
        (await Promise.all(answers)).map((row) => row!.n),
        Array.from({ length: 20 }, (_, n) => n),
      )
      const again = setInterval(() => db.notify('odd'), 50)
      await heard.finally(() => clearInterval(again))
    })
  } finally {
    await pooler.stop()
  }
})

test(
  'a pooler in transaction mode is refused, and so is a database that cannot hold every character',
  { skip },
  async () => {
    const pooler = await startPgBouncer(postgres, 'transaction')
    try {
      for (let i = 0; i < 5; i++) await assert.rejects(openDatabase(pooler.url('loam')), /pooler in transaction mode/)
    } finally {
      await pooler.stop()
    }
    await assert.rejects(openDatabase(urlOf('latin')), /the database latin is encoded in LATIN1/)
  },
)
