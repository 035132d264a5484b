import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestDatabase, type TestDatabase } from '../../test/database.ts'
import { rowsByKeys } from './by-keys.ts'
import { insertMany } from './database.ts'
import { isUnavailable, isUniqueViolation } from './errors.ts'
import { migrate, schemaStatus } from './migrate.ts'
import { openDatabase } from './open.ts'

let test_db: TestDatabase

before(async () => {
  test_db = await openTestDatabase()
  const bytes = test_db.db.dialect === 'postgres' ? 'BYTEA' : 'BLOB'
  await test_db.db.run(`CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT, t TEXT, b ${bytes})`)
})
after(() => test_db.dispose())

const put = 'INSERT INTO thing (id, n, t, b) VALUES ($1, $2, $3, $4)'

test('values come back as they went in', async () => {
  const { db } = test_db
  const bytes = Uint8Array.from([0, 255, 7])
  await db.run(put, ['v', Number.MAX_SAFE_INTEGER, 'ä😀\n', bytes])
  const row = await db.one<{ n: number; t: string; b: Uint8Array }>('SELECT * FROM thing WHERE id = $1', ['v'])
  assert.equal(row?.n, Number.MAX_SAFE_INTEGER)
  assert.equal(row?.t, 'ä😀\n')
  assert.deepEqual([...row!.b], [...bytes])
  await db.run(put, ['nulls', null, null, null])
  const nulls = await db.one<{ n: null; b: null }>('SELECT n, b FROM thing WHERE id = $1', ['nulls'])
  assert.deepEqual({ ...nulls }, { n: null, b: null })
})

test('U+0000 is stored as U+FFFD, and what is looked for is found', async () => {
  const { db } = test_db
  await db.run(put, ['zero\0key', 1, 'a\0b', null])
  await db.transaction((tx) => tx.run(put, ['zero\0other', 2, '\0', null]))
  const found = { n: 1, t: 'a\uFFFDb' }
  const one = await db.one<object>('SELECT n, t FROM thing WHERE id = $1', ['zero\0key'])
  assert.deepEqual({ ...one }, found)
  const byKeys = await rowsByKeys<{ n: number; t: string }>(db, { table: 'thing', columns: ['id'] }, [['zero\0key']])
  assert.deepEqual(
    byKeys.map(({ n, t }) => ({ n, t })),
    [found],
  )
})

test('a transaction is everything or nothing', async () => {
  const { db } = test_db
  let committed = false
  await assert.rejects(
    db.transaction(async (tx) => {
      tx.afterCommit(() => {
        committed = true
      })
      await tx.run(put, ['half', 1, null, null])
      throw new Error('stop')
    }),
    /stop/,
  )
  assert.equal(await db.one('SELECT id FROM thing WHERE id = $1', ['half']), null)
  assert.equal(committed, false)
  await db.transaction(async (tx) => {
    tx.afterCommit(() => {
      committed = true
    })
    await tx.batch([
      { sql: put, params: ['whole-1', 1, null, null] },
      { sql: put, params: ['whole-2', 2, null, null] },
    ])
  })
  assert.equal(committed, true)
  assert.equal((await db.all(`SELECT id FROM thing WHERE id LIKE 'whole-%'`)).length, 2)
})

test('of transactions that commit together, one failing harms no other', async () => {
  const { db } = test_db
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, (_, i) =>
      db.transaction(async (tx) => {
        await tx.run(put, [`group-${i}`, i, null, null])
        if (i % 10 === 3) throw new Error('this one')
        if (i % 10 === 7) await tx.run(put, [`group-${i}`, i, null, null])
        return i
      }),
    ),
  )
  const failed = results.flatMap((result, i) => (result.status === 'rejected' ? [i] : []))
  assert.deepEqual(failed, [3, 7, 13, 17, 23, 27, 33, 37, 43, 47])
  assert.equal((await db.all(`SELECT id FROM thing WHERE id LIKE 'group-%'`)).length, 40)
})

test('what is left for later comes with the commit, after everything else, or not at all', async () => {
  const { db } = test_db
  await db.transaction(async (tx) => {
    tx.later([{ sql: 'UPDATE thing SET n = 2 WHERE id = $1', params: ['later'] }])
    await tx.run(put, ['later', 1, null, null])
  })
  assert.equal((await db.one<{ n: number }>('SELECT n FROM thing WHERE id = $1', ['later']))!.n, 2)
  let undone = 0
  await assert.rejects(
    db.transaction(async (tx) => {
      tx.later([{ sql: put, params: ['never', 1, null, null] }])
      tx.afterRollback(() => undone++)
      throw new Error('stop')
    }),
  )
  assert.equal(await db.one('SELECT id FROM thing WHERE id = $1', ['never']), null)
  assert.equal(undone, 1)
})

test('of changes that share a trip and a commit, one failing harms no other, and each is told its own', async () => {
  const { db } = test_db
  const told: string[] = []
  const results = await Promise.allSettled(
    Array.from({ length: 60 }, (_, i) => {
      const id = `unit-${i % 10 === 7 ? i - 1 : i}`
      const statements = [
        { sql: put, params: [id, i, null, null], many: insertMany(put) },
        { sql: 'UPDATE thing SET n = n + 1000 WHERE id = $1', params: [id] },
      ]
      if (i % 2 === 1) return db.batch(statements)
      return db.transaction(async (tx) => {
        tx.later(statements)
        tx.afterCommit(() => told.push(id))
      })
    }),
  )
  const failed = results.flatMap((result, i) => (result.status === 'rejected' ? [i] : []))
  // Two want the same key each time: whoever came later is refused.
  assert.deepEqual(
    failed.map((i) => i - (i % 2)),
    [6, 16, 26, 36, 46, 56],
  )
  const deferred = (i: number): boolean => i % 2 === 0
  assert.equal(told.length, 30 - failed.filter(deferred).length)
  for (const [i, result] of results.entries()) {
    if (!deferred(i) && result.status === 'fulfilled') assert.deepEqual(result.value, [1, 1])
  }
  const rows = await db.all<{ id: string; n: number }>(`SELECT id, n FROM thing WHERE id LIKE 'unit-%'`)
  assert.equal(rows.length, 54)
  for (const { id, n } of rows) assert.ok([1000, 1001].includes(n - Number(id.slice(5))), `${id} is ${n}`)
})

test('the same change for many at once is one statement where that is quicker', async () => {
  const { db } = test_db
  const many = insertMany(put)
  assert.deepEqual(
    many(Array.from({ length: 45 }, (_, i) => [`many-${i}`, i, null, null])).map(({ params }) => params!.length / 4),
    [32, 8, 4, 1],
  )
  await Promise.all(
    Array.from({ length: 45 }, (_, i) =>
      db.transaction(async (tx) => tx.later([{ sql: put, params: [`many-${i}`, i, 'ä', null], many }])),
    ),
  )
  const rows = await db.all<{ n: number; t: string }>(`SELECT n, t FROM thing WHERE id LIKE 'many-%' ORDER BY n`)
  assert.deepEqual(
    rows.map(({ n, t }) => `${n}${t}`),
    Array.from({ length: 45 }, (_, i) => `${i}ä`),
  )
})

test('the first work of a group may fail before it asked anything', async () => {
  const { db } = test_db
  const [bad, good] = await Promise.allSettled([
    db.transaction(() => Promise.reject(new Error('at once'))),
    db.run(put, ['after-bad', 1, null, null]),
  ])
  assert.equal(bad.status, 'rejected')
  assert.equal(good.status, 'fulfilled')
  assert.notEqual(await db.one('SELECT id FROM thing WHERE id = $1', ['after-bad']), null)
})

test('whoever comes just as a group of commits ends is not forgotten', { timeout: 10_000 }, async () => {
  const { db } = test_db
  for (let ticks = 0; ticks < 10; ticks++) {
    await db.transaction((tx) => tx.one('SELECT 1 AS one'))
    for (let tick = 0; tick < ticks; tick++) await null
    assert.ok(await db.transaction((tx) => tx.one('SELECT 1 AS one')))
  }
})

test('a taken key is recognised', async () => {
  const { db } = test_db
  await db.run(put, ['once', 1, null, null])
  const error = await db.run(put, ['once', 1, null, null]).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  assert.ok(isUniqueViolation(error))
  assert.ok(!isUniqueViolation(new Error('other')))
})

test('reads and changes are counted, returned rows arrive', async () => {
  const { db } = test_db
  assert.equal(await db.run('UPDATE thing SET n = 5 WHERE id = $1', ['none']), 0)
  const rows = await db.all<{ id: string }>(`INSERT INTO thing (id) VALUES ('returned') RETURNING id`)
  assert.equal(rows[0]?.id, 'returned')
})

test('several servers may migrate at once, and a second time changes nothing', async () => {
  const { db } = test_db
  await Promise.all([migrate(db), migrate(db), migrate(db)])
  const status = await schemaStatus(db)
  assert.deepEqual(status.pending, [])
  assert.equal(status.current, status.newest)
})

test('a database of a newer version is refused', async () => {
  const { db } = test_db
  await db.run(`INSERT INTO schema_migrations VALUES (9999, '9999_future', 'x', 0)`)
  await assert.rejects(migrate(db), /9999_future.*install the newer one/)
  assert.deepEqual((await schemaStatus(db)).unknown, ['9999_future'])
  await db.run('DELETE FROM schema_migrations WHERE version = 9999')
})

test(
  'a second process on one SQLite file is refused with a reason',
  { skip: process.env.LOAM_TEST_DATABASE_URL ? 'PostgreSQL' : false },
  async () => {
    await assert.rejects(openDatabase(test_db.url), /another Loam is using/)
  },
)

test(
  'a connection that breaks between two questions of a transaction ends that transaction alone',
  { skip: process.env.LOAM_TEST_DATABASE_URL ? false : 'SQLite' },
  async () => {
    const { db } = test_db
    const broken = db.transaction(async (tx) => {
      const row = await tx.one<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await db.all('SELECT pg_terminate_backend($1)', [row!.pid])
      // Nothing is asked while it breaks: nobody but the connection itself can be told.
      await new Promise((resolve) => setTimeout(resolve, 100))
      await tx.run(put, ['broken', 1, null, null])
    })
    await assert.rejects(broken, (error) => isUnavailable(error))
    assert.equal(await db.one('SELECT id FROM thing WHERE id = $1', ['broken']), null)
  },
)

test(
  'a transaction in which nothing is asked for long is ended by the server, which counts as away',
  { skip: process.env.LOAM_TEST_DATABASE_URL ? false : 'SQLite' },
  async () => {
    const { db } = test_db
    const names = ['idle_in_transaction_session_timeout', 'tcp_user_timeout', 'statement_timeout', 'jit']
    const set = await db.all(
      `SELECT current_setting(name) AS value FROM json_array_elements_text($1::json) name ORDER BY name`,
      [JSON.stringify(names)],
    )
    // The host's own sockets have no TCP.
    const tcp = (await db.one('SELECT inet_client_addr() AS at')) as { at: string | null }
    assert.deepEqual(
      set.map((row) => (row as { value: string }).value),
      ['30s', 'off', '1min', tcp.at === null ? '0' : '30000'],
    )
    const idle = db.transaction(async (tx) => {
      await tx.run(put, ['idle', 1, null, null])
      await tx.all(`SELECT set_config('idle_in_transaction_session_timeout', '50ms', true)`)
      await new Promise((resolve) => setTimeout(resolve, 300))
      await tx.run(put, ['late', 1, null, null])
    })
    await assert.rejects(idle, (error) => isUnavailable(error))
    assert.deepEqual(await db.all('SELECT id FROM thing WHERE id = $1 OR id = $2', ['idle', 'late']), [])
  },
)
