import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import pg from 'pg'
import { CERTIFIED, PASSWORD, postgresBinaries, startPostgres, USER } from '../services/postgres.ts'
import { all, daily, NOW } from './database-events.ts'
import { testEvent } from './events.ts'
import { alteredTables } from './sql-altered.ts'
import { type AnyRow, sqlModes } from './sql-modes.ts'
import { rightsOfUsers } from './sql-rights.ts'

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
    alteredTables(place, [
      {
        name: 'a check',
        alter: 'ALTER TABLE loam_daily ADD CONSTRAINT few CHECK (steps < 30000)',
        undo: 'ALTER TABLE loam_daily DROP CONSTRAINT few',
        told: /23514\): the constraint few of loam_daily does not take this event: change or drop it/,
      },
      {
        name: 'a foreign key',
        alter: `CREATE TABLE allowed (steps double precision PRIMARY KEY); INSERT INTO allowed VALUES (100);
          ALTER TABLE loam_daily ADD CONSTRAINT known FOREIGN KEY (steps) REFERENCES allowed DEFERRABLE INITIALLY DEFERRED`,
        undo: 'ALTER TABLE loam_daily DROP CONSTRAINT known',
        told: /23503\): the constraint known of loam_daily/,
      },
      {
        name: 'a column without nulls',
        alter: `ALTER TABLE loam_daily ADD COLUMN few text GENERATED ALWAYS AS (CASE WHEN steps > 30000 THEN NULL ELSE '' END) STORED;
          ALTER TABLE loam_daily ALTER few SET NOT NULL`,
        undo: 'ALTER TABLE loam_daily DROP few',
        told: /23502\): column few of loam_daily takes no null: give it a default, or drop it/,
      },
      {
        name: 'a trigger',
        alter: `CREATE FUNCTION few() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN IF NEW.steps > 30000 THEN RAISE EXCEPTION 'too many: %', NEW.steps; END IF; RETURN NEW; END $$;
          CREATE TRIGGER few BEFORE INSERT ON loam_daily FOR EACH ROW EXECUTE FUNCTION few()`,
        undo: 'DROP TRIGGER few ON loam_daily',
        told: /P0001\): a trigger there does not take this event/,
      },
      {
        name: 'a smaller type',
        alter: 'ALTER TABLE loam_daily ALTER steps TYPE smallint',
        undo: 'ALTER TABLE loam_daily ALTER steps TYPE double precision',
        told: /22003\): a value does not fit its column: undo what was changed there/,
      },
    ])

    test('a table without its primary key says what it lacks', async (t) => {
      const { open, rows } = await place(t, { mode: 'upsert' })
      const [sender, event] = [open(), daily(randomUUID(), 2)]
      await all(sender, [daily(randomUUID(), 1)])
      await rows('ALTER TABLE loam_daily DROP CONSTRAINT loam_daily_pkey')
      assert.match(JSON.stringify(await sender.send([event], NOW)), /"retry".*42P10\): a table lacks its primary key/)
      await rows('ALTER TABLE loam_daily ADD PRIMARY KEY (user_id, record_key)')
      await all(sender, [event])
    })

    test('a table that somebody locked is told so, and waiting for it piles up no connections', async (t) => {
      const { open, rows, settings } = await place(t, { mode: 'upsert' })
      const sender = open()
      const four = (timeoutMs: number) =>
        Promise.all([1, 2, 3, 4].map((at) => sender.send([daily(randomUUID(), at)], { ...NOW, timeoutMs })))
      await four(NOW.timeoutMs)
      const holder = new pg.Client({ ...settings, ssl: false } as pg.ClientConfig)
      await holder.connect()
      t.after(() => holder.end())
      await holder.query('BEGIN; LOCK TABLE loam_daily')
      for (let round = 0; round < 3; round++) {
        for (const result of (await four(3000)).flat()) {
          assert.equal(result.next, 'retry')
          assert.match(JSON.stringify(result), /57014\): a statement took too long: look for locks/)
        }
      }
      const [ours] = await rows(
        `SELECT count(*) AS count FROM pg_stat_activity WHERE application_name = 'loam' AND datname = current_database()`,
      )
      assert.ok(Number(ours!.count) <= 4, `${String(ours!.count)} connections`)
      await holder.query('COMMIT')
      await all(sender, [daily(randomUUID(), 3)])
    })

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

    rightsOfUsers(place, {
      user: (name) => `CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}'`,
      grant: (name, rights, table) => `GRANT ${rights} ON ${table ?? 'ALL TABLES IN SCHEMA public'} TO ${name}`,
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
