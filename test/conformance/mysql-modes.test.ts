import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  CERTIFIED,
  type Mariadb,
  missingMariadb,
  PASSWORD,
  startMariadb,
  UNNAMED_ADDRESS,
  USER,
} from '../services/mariadb.ts'
import { testEvent } from './events.ts'
import { alteredTables } from './sql-altered.ts'
import { all, daily, NOW } from './database-events.ts'
import { type AnyRow, sqlModes } from './sql-modes.ts'
import { rightsOfUsers } from './sql-rights.ts'

let server: Mariadb

sqlModes(
  'mysql',
  {
    missing: missingMariadb(),
    certified: { user: CERTIFIED, refused: /"retry".*refused \(1045\)/ },
    async start(certificates) {
      server = await startMariadb(certificates)
      return {
        async place() {
          const database = `place_${randomBytes(6).toString('hex')}`
          // As old servers make them: nothing of ours may depend on it.
          await server.query(null, `CREATE DATABASE ${database} CHARACTER SET latin1`)
          return { host: '127.0.0.1', port: server.port, database, user: USER, password: PASSWORD, tls: false }
        },
        query: ({ database }, sql) => server.query<AnyRow>(String(database), sql),
        readOnly: (on) => server.query(null, `SET GLOBAL tx_read_only = ${on ? 1 : 0}`),
        stop: () => server.stop(),
      }
    },
    inside: (column, ...path) => `JSON_VALUE(${column}, '$.${path.join('.')}')`,
    text: (column) => column,
  },
  (place, certificates) => {
    alteredTables(place, [
      {
        name: 'a check',
        alter: 'ALTER TABLE loam_daily ADD CONSTRAINT few CHECK (steps < 30000)',
        undo: 'ALTER TABLE loam_daily DROP CONSTRAINT few',
        told: /4025\): a rule of a table does not take this event: change or drop it/,
      },
      {
        name: 'a trigger',
        alter: `CREATE TRIGGER few BEFORE INSERT ON loam_daily FOR EACH ROW
          BEGIN IF NEW.steps > 30000 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'too many'; END IF; END`,
        undo: 'DROP TRIGGER few',
        told: /1644\): a trigger there does not take this event/,
      },
      {
        name: 'a smaller type',
        alter: 'ALTER TABLE loam_daily MODIFY steps smallint',
        undo: 'ALTER TABLE loam_daily MODIFY steps double',
        told: /1264\): a value does not fit its column: undo what was changed there/,
      },
    ])

    rightsOfUsers(place, {
      user: (name) => `CREATE USER ${name} IDENTIFIED BY '${PASSWORD}'`,
      grant: (name, rights, table) => `GRANT ${rights} ON ${table ?? '*'} TO ${name}`,
    })

    test('a table of a smaller character set takes what fits, and the rest when it is converted back', async (t) => {
      const { open, rows } = await place(t)
      const sender = open()
      await all(sender, [daily(randomUUID(), 1)])
      await rows('ALTER TABLE terra_payloads CONVERT TO CHARACTER SET utf8mb3')
      const [plain, emoji] = [daily(randomUUID(), 1), testEvent(0)]
      const results = await sender.send([emoji, plain], NOW)
      assert.match(JSON.stringify(results), /"retry".*1366\): a character does not fit.*utf8mb4.*"delivered"/)
      await rows('ALTER TABLE terra_payloads CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
      await all(sender, [emoji])
    })

    test('a certificate that names another address is not accepted', async (t) => {
      const { open } = await place(t, { tls: true, ca_certificate: certificates().ca })
      for (const [host, said] of [
        ['localhost', /"delivered"/],
        [UNNAMED_ADDRESS, /"retry".*TLS certificate of 127\.0\.0\.2:\d+ is for other names/],
      ] as const) {
        assert.match(JSON.stringify(await open({ host }).send([testEvent(0)], NOW)), said)
      }
    })

    test('a server that may lose commits is refused, unless that is wanted', async (t) => {
      const { open, rows } = await place(t)
      t.after(() => rows('SET GLOBAL innodb_flush_log_at_trx_commit = 1'))
      await rows('SET GLOBAL innodb_flush_log_at_trx_commit = 2')
      assert.match(JSON.stringify(await open().send([testEvent(0)], NOW)), /"retry".*innodb_flush_log_at_trx_commit/)
      await all(open({ require_persistence: false }), [testEvent(0)])
      await rows('SET GLOBAL innodb_flush_log_at_trx_commit = 3')
      await all(open(), [testEvent(1)])
    })

    test('one that begins to lose commits while we are connected is refused until it stops', async (t) => {
      const { open, rows } = await place(t)
      const sender = open()
      const sent = async (): Promise<string> => JSON.stringify(await sender.send([testEvent(0)], NOW))
      assert.match(await sent(), /"delivered"/)
      for (const setting of ['innodb_flush_log_at_trx_commit', 'sync_binlog']) {
        t.after(() => rows(`SET GLOBAL ${setting} = 1`))
        await rows(`SET GLOBAL ${setting} = 0`)
        assert.match(await sent(), new RegExp(`"retry".*set ${setting} to 1 there`))
        await rows(`SET GLOBAL ${setting} = 1`)
        assert.match(await sent(), /"delivered"/)
      }
    })

    test('an event that the server has no room for takes no other one with it', async (t) => {
      const { open, rows } = await place(t)
      t.after(() => rows('SET GLOBAL max_allowed_packet = 16777216'))
      await rows('SET GLOBAL max_allowed_packet = 1048576')
      const [small, large] = [testEvent(0), testEvent(0, randomUUID(), 1_500_000)]
      const results = await open().send([small, large], NOW)
      assert.match(JSON.stringify(results), /"delivered".*"retry".*raise that/)
      assert.equal((await rows('SELECT 1 FROM terra_payloads')).length, 1)
    })

    test('keys differ by case, and instants are UTC', async (t) => {
      const { open, rows } = await place(t, { mode: 'upsert' })
      await all(open(), [daily('A', 1), daily('a', 1)])
      const found = await rows(
        'SELECT user_id, CAST(start_time AS char) AS start_time FROM loam_daily ORDER BY user_id',
      )
      assert.deepEqual(
        found.map((row) => [row.user_id, row.start_time]),
        [
          ['A', '2026-03-08 22:00:00.000'],
          ['a', '2026-03-08 22:00:00.000'],
        ],
      )
    })
  },
)
