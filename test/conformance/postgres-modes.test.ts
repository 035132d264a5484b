import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { CERTIFIED, PASSWORD, postgresBinaries, startPostgres, USER } from '../services/postgres.ts'
import { all, daily, NOW } from './database-events.ts'
import { testEvent } from './events.ts'
import { type AnyRow, sqlModes } from './sql-modes.ts'

sqlModes(
  'postgres',
  {
    missing: postgresBinaries() === null ? 'PostgreSQL is not installed' : null,
    certified: { user: CERTIFIED, refused: /"retry".*28000.*pg_hba/ },
    async start(certificates) {
      const server = await startPostgres({ certificates })
      await server.query('postgres', `CREATE ROLE ${CERTIFIED} SUPERUSER LOGIN`)
      return {
        async place() {
          const database = `place_${randomBytes(6).toString('hex')}`
          await server.query('postgres', `CREATE DATABASE ${database}`)
          return { host: '127.0.0.1', port: server.port, database, user: USER, password: PASSWORD, tls: false }
        },
        query: ({ database }, sql) => server.query<AnyRow>(String(database), sql),
        readOnly: (on) =>
          server.query(
            'postgres',
            `SET TRANSACTION READ WRITE; ALTER ROLE ${USER} SET default_transaction_read_only = ${on}`,
          ),
        stop: () => server.stop(),
      }
    },
    inside: (column, ...path) => `${column} #>> '{${path.join(',')}}'`,
    text: (column) => `${column}::text`,
  },
  (place) => {
    test('tables stand in the schema that is named, which is made', async (t) => {
      const { open, rows } = await place(t, { mode: 'upsert', schema: 'Health "data"' })
      const sender = open()
      const table = '"Health ""data"""."loam_daily"'
      await all(sender, [daily(randomUUID(), 1)])
      await rows(`DROP TABLE ${table}`)
      const [result] = await sender.send([daily(randomUUID(), 1)], NOW)
      assert.equal(result!.next, 'retry')
      await all(sender, [daily(randomUUID(), 1)])
      assert.equal((await rows(`SELECT 1 FROM ${table}`)).length, 1)
    })

    test('a commit waits for the disk, also where the database says that it need not', async (t) => {
      const { open, rows } = await place(t)
      t.after(() => rows('ALTER SYSTEM RESET wal_writer_delay'))
      // Who writes what nobody waits for comes late.
      await rows("ALTER SYSTEM SET wal_writer_delay = '10s'")
      await rows('SELECT pg_reload_conf()')
      await rows(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$",
      )
      const sender = open()
      await all(sender, [testEvent(0)])
      await all(sender, [testEvent(1)])
      const [at] = await rows('SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn() AS flushed')
      assert.equal(at!.flushed, true)
    })

    test('who may make tables in a schema need not be allowed to make schemas', async (t) => {
      const { open, rows } = await place(t, { mode: 'upsert', schema: "it's" })
      const user = `narrow_${randomBytes(4).toString('hex')}`
      await rows(`CREATE ROLE ${user} LOGIN PASSWORD '${PASSWORD}'`)
      await rows(`CREATE SCHEMA "it's"`)
      const sender = open({ user })
      const [result] = await sender.send([daily(randomUUID(), 1)], NOW)
      assert.match(JSON.stringify(result), /"retry".*42501.*needs CREATE on the schema/)
      await rows(`GRANT CREATE, USAGE ON SCHEMA "it's" TO ${user}`)
      await all(sender, [daily(randomUUID(), 1)])
    })
  },
)
