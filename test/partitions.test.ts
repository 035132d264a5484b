// Tables by time on PostgreSQL: an old database becomes one, old days go at once, and what is still wanted of them stays.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openWorld, stateOf, until, type World } from '../src/deliver/test-world.ts'
import { createEnvironment } from '../src/api/environments.ts'
import { newId } from '../src/model/ids.ts'
import { tendPartitions } from '../src/outbox/partitions.ts'
import { expire } from '../src/outbox/retention.ts'
import type { Database } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'
import { openDatabase } from '../src/store/open.ts'
import { idAt, makePartitions, partitionsOf, timeOfId, unanalyzed } from '../src/store/partitions.ts'
import { forgetRemembered } from '../src/store/remembered.ts'
import { createTestDatabaseUrl } from './database.ts'

const skip = process.env.LOAM_TEST_DATABASE_URL ? false : 'PostgreSQL alone has partitions: LOAM_TEST_DATABASE_URL'
const DAY_MS = 86_400_000

async function count(db: Database, table: string): Promise<number> {
  const row = await db.one<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)
  return row!.n
}

/** An id as it was made then. */
function idFrom(ms: number): string {
  return idAt(ms).slice(0, 13) + newId().slice(13)
}

async function put(
  db: Database,
  environmentId: string,
  destinationId: string,
  ms: number,
  state: string,
): Promise<string> {
  const id = idFrom(ms)
  await db.batch([
    {
      sql: `INSERT INTO events (id, environment_id, type, trace_id, reference, byte_length, record_count, created_at, body)
            VALUES ($1, $2, 'sleep', $1, $1, 16, 1, $3, $4)`,
      params: [id, environmentId, ms, Buffer.from('\0{"type":"sleep"}')],
    },
    {
      sql: `INSERT INTO deliveries (id, event_id, environment_id, destination_id, lane, state, attempts, next_at, created_at)
            VALUES ($1, $2, $3, $4, 'live', $5, 1, $6, $6)`,
      params: [idFrom(ms), id, environmentId, destinationId, state, ms],
    },
    {
      sql: `INSERT INTO attempts (id, delivery_id, number, started_at, duration_ms, outcome)
            SELECT $1, id, 1, $3, 5, 'retry' FROM deliveries WHERE event_id = $2`,
      params: [idFrom(ms), id, ms],
    },
  ])
  return id
}

test('a database of before is carried over as it stands', { skip }, async (t) => {
  const { url, remove } = await createTestDatabaseUrl()
  const db = await openDatabase(url)
  t.after(async () => {
    await db.close()
    await remove()
  })
  await migrate(db, 99)
  const now = Date.now()
  await db.run(
    `INSERT INTO environments (id, dev_id, name, kind, signing_secret_sealed, created_at) VALUES ('e', 'e', 'e', 'testing', '', 0)`,
  )
  await db.run(
    `INSERT INTO destinations (id, environment_id, type, name, settings, secrets_sealed, state, created_at, updated_at)
     VALUES ('d', 'e', 'webhook', 'd', '{}', '', 'active', 0, 0)`,
  )
  const days = [40, 3, 0, -9]
  const ids: string[] = []
  for (const day of days) ids.push(await put(db, 'e', 'd', now - day * DAY_MS, 'delivered'))

  assert.deepEqual((await migrate(db)).pending, [])
  for (const table of ['events', 'deliveries', 'attempts']) assert.equal(await count(db, table), days.length, table)
  const [before] = await partitionsOf(db, 'events')
  assert.deepEqual([before!.name, before!.fromId], ['events_before', null])
  assert.equal(await count(db, 'events_before'), 3)
  assert.ok(timeOfId(before!.toId) > now && timeOfId(before!.toId) < now + 26 * 3_600_000)

  // Late in the day one less: what was there before reaches into tomorrow.
  assert.ok((await makePartitions(db, now)) >= 2)
  assert.equal(await makePartitions(db, now), 0)
  const late = await put(db, 'e', 'd', timeOfId(before!.toId) + 1, 'delivered')
  const plan = await db.all<{ 'QUERY PLAN': string }>(`EXPLAIN SELECT * FROM events WHERE id = '${late}'`)
  assert.match(
    plan.map((row) => row['QUERY PLAN']).join('\n'),
    /^Index Scan using events_\d+_pkey on events_\d+ events/,
  )

  // Whoever deletes a destination leaves no attempt behind, as before.
  await db.run(`DELETE FROM destinations`)
  assert.deepEqual([await count(db, 'deliveries'), await count(db, 'attempts')], [0, 0])
})

/** A world with partitions of some days two weeks ago, and of now. */
async function openOldWorld(t: TestContext): Promise<{ world: World; environmentId: string; destinationId: string }> {
  const world = await openWorld(t)
  const now = world.ctx.clock.now()
  for (const day of [18, 0]) await makePartitions(world.ctx.db, now - day * DAY_MS)
  const receiver = await world.receiver()
  const destinationId = await world.destination(receiver.url)
  const environment = await world.ctx.db.one<{ id: string }>('SELECT id FROM environments LIMIT 1')
  return { world, environmentId: environment!.id, destinationId }
}

test('old days are dropped at once; what is still to be delivered moves and is delivered', { skip }, async (t) => {
  const { world, environmentId, destinationId } = await openOldWorld(t)
  const { db, clock } = world.ctx
  const old = clock.now() - 17 * DAY_MS
  for (let i = 0; i < 20; i++) await put(db, environmentId, destinationId, old + i, 'delivered')
  const open = await put(db, environmentId, destinationId, old + 100, 'pending')
  const young = await put(db, environmentId, destinationId, clock.now() - 5 * DAY_MS, 'delivered')
  const other = await createEnvironment(world.ctx, { name: 'keeps', kind: 'testing' })
  await db.run(`UPDATE environments SET settings = '{"events_retention_days":null}' WHERE id = $1`, [
    other.environment.id,
  ])
  const kept = await put(db, other.environment.id, destinationId, old + 200, 'delivered')
  const names = async (): Promise<string[]> => (await partitionsOf(db, 'events')).map(({ name }) => name)
  const before = await names()

  const dropped = await tendPartitions(world.ctx)
  assert.equal(dropped.length, 8, dropped.join(', '))
  assert.deepEqual(
    (await db.all<{ id: string }>('SELECT id FROM events ORDER BY id')).map(({ id }) => id),
    [open, kept, young],
  )
  assert.equal(await count(db, 'events_default'), 3)
  assert.equal(await count(db, 'deliveries'), 3)
  assert.equal((await names()).length, before.length - 4)

  await world.start()
  await until(async () => (await stateOf(world, open)).startsWith('delivered'), 'what was moved is not delivered')
  // It has ended now: row by row, as nothing of its day is left.
  assert.equal((await expire(world.ctx)).events, 1)
  assert.deepEqual(await tendPartitions(world.ctx), [])
})

test('a day of which much is wanted stays, and goes row by row', { skip }, async (t) => {
  const { world, environmentId, destinationId } = await openOldWorld(t)
  const { db, clock } = world.ctx
  const old = clock.now() - 17 * DAY_MS
  await put(db, environmentId, destinationId, old, 'delivered')
  const day = (await partitionsOf(db, 'events')).find(({ toId }) => timeOfId(toId) > old)!
  await db.run(
    `INSERT INTO events (id, environment_id, type, trace_id, reference, byte_length, record_count, created_at, body)
     SELECT $1 || lpad(i::text, 12, '0'), $2, 'sleep', '', '', 1, 1, $3::bigint, '\\x00' FROM generate_series(1, 1001) i`,
    [idFrom(old).slice(0, 24), environmentId, old],
  )
  await db.run(
    `INSERT INTO deliveries (id, event_id, environment_id, destination_id, lane, state, next_at, created_at)
     SELECT id, id, environment_id, $1, 'live', 'pending', $2, $2::bigint FROM events WHERE trace_id = ''`,
    [destinationId, old],
  )
  const dropped = await tendPartitions(world.ctx)
  assert.ok(!dropped.includes(day.name))
  assert.equal(await count(db, 'events'), 1002)
  assert.equal((await expire(world.ctx)).events, 1)
  await db.run(`UPDATE environments SET settings = '{"events_drop_undelivered":true}'`)
  forgetRemembered()
  assert.ok((await tendPartitions(world.ctx)).includes(day.name))
  assert.deepEqual([await count(db, 'events'), await count(db, 'deliveries')], [0, 0])
  const told = await world.ctx.metrics.registry.getSingleMetricAsString('loam_expired_total')
  assert.match(told, /\{kind="undelivered",how="partition"\} 1001$/m, 'what was lost is told')
})

test(
  'the planner knows the tables as wholes: from their first rows on, again when they have doubled, and daily',
  { skip },
  async (t) => {
    const { world, environmentId, destinationId } = await openOldWorld(t)
    const { db, clock, log } = world.ctx
    const { now } = clock
    const add = (rows: number): Promise<void> =>
      db.transaction(async (tx) => {
        const from = idFrom(now()).slice(0, 24)
        const made = Number((await tx.one<{ n: number }>('SELECT count(*) AS n FROM events'))!.n)
        await tx.run(
          `INSERT INTO events (id, environment_id, type, trace_id, reference, byte_length, record_count, created_at, body)
         SELECT $1 || lpad(i::text, 12, '0'), $2, 'sleep', '', '', 1, 1, $3::bigint, '\\x00'
         FROM generate_series($4::int, $5::int) i`,
          [from, environmentId, now(), made + 1, made + rows],
        )
        await tx.run(
          `INSERT INTO deliveries (id, event_id, environment_id, destination_id, lane, state, next_at, created_at)
         SELECT id, id, environment_id, $1, 'live', 'delivered', created_at, created_at FROM events
         WHERE id NOT IN (SELECT event_id FROM deliveries)`,
          [destinationId],
        )
        // Else PostgreSQL tells within some seconds how many there are.
        await tx.run('SELECT pg_stat_force_next_flush()')
      })
    const known = async (table: string): Promise<number> =>
      (await db.one<{ n: number }>('SELECT reltuples::bigint AS n FROM pg_class WHERE oid = $1::regclass', [table]))!.n
    const columns = async (table: string): Promise<number> =>
      (await db.one<{ n: number }>('SELECT count(*) AS n FROM pg_stats WHERE tablename = $1 AND inherited', [table]))!.n
    const joined = async (): Promise<number> => {
      const sql = 'EXPLAIN SELECT 1 FROM events e JOIN deliveries d ON d.event_id = e.id'
      const [plan] = await db.all<{ 'QUERY PLAN': string }>(sql)
      return Number(/rows=(\d+)/.exec(plan!['QUERY PLAN'])![1])
    }

    await tendPartitions(world.ctx)
    assert.deepEqual([await known('events'), await columns('events')], [-1, 0], 'there is nothing to know yet')
    await add(2000)
    for (const { name } of await partitionsOf(db, 'deliveries')) await db.run(`ANALYZE ${name}`)
    for (const { name } of await partitionsOf(db, 'events')) await db.run(`ANALYZE ${name}`)
    assert.ok((await joined()) > 5 * 2000, 'without, a join is thought to give many times what it gives')

    // Somebody who rebuilds an index of one of them is not waited for long.
    const warned: string[] = []
    const begunAt = performance.now()
    await db.transaction(async (tx) => {
      await tx.run('LOCK TABLE events IN SHARE UPDATE EXCLUSIVE MODE')
      const warn = (fields: object): void => void warned.push((fields as { table: string }).table)
      await tendPartitions({ ...world.ctx, log: { ...log, warn } })
    })
    assert.deepEqual(warned, ['events'])
    assert.ok(performance.now() - begunAt < 10_000)
    assert.deepEqual([await known('events'), await known('deliveries')], [-1, 2000])

    await tendPartitions(world.ctx)
    assert.equal(await known('events'), 2000)
    assert.ok((await columns('events')) > 5 && (await columns('deliveries')) > 5)
    const rows = await joined()
    assert.ok(rows > 1500 && rows < 2500, `${rows} of 2000`)

    await add(1000)
    await tendPartitions(world.ctx)
    assert.equal(await known('events'), 2000, 'not for every change')
    await add(1000)
    await tendPartitions(world.ctx)
    assert.deepEqual([await known('events'), await known('deliveries')], [4000, 4000])
    assert.deepEqual(await unanalyzed(db), [])
    assert.deepEqual((await unanalyzed(db, 0)).sort(), ['deliveries', 'events'], 'when that was long enough ago')
  },
)
