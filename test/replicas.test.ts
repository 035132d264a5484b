// Reads of records from a streaming replica: right after a write, while it lags, while it is away, and when it is none.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createMetrics } from '../src/platform/metrics.ts'
import { silentLog } from '../src/platform/log.ts'
import type { Database } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'
import { openDatabase } from '../src/store/open.ts'
import { readRecords } from '../src/store/record-reads.ts'
import { Replicas } from '../src/store/replicas.ts'
import { type Postgres, PASSWORD, postgresBinaries, startPostgres, USER } from './services/postgres.ts'
import { type PostgresReplica, startReplica } from './services/postgres-replica.ts'

const missing = postgresBinaries() === null
if (missing && process.env.CI === 'true') throw new Error('PostgreSQL is not installed, and CI needs it')
const skip = missing ? 'PostgreSQL is not installed' : false
const LAG_MS = 10_000
const metrics = createMetrics()
let primary: Postgres
let replica: PostgresReplica
let db: Database
let replicas: Replicas

before(async () => {
  if (missing) return
  primary = await startPostgres({ settings: ['fsync=off'] })
  await primary.query('postgres', 'CREATE DATABASE loam')
  db = await openDatabase(`postgres://${USER}:${PASSWORD}@127.0.0.1:${primary.port}/loam`)
  await migrate(db)
  await db.run(
    `INSERT INTO environments (id, dev_id, name, kind, signing_secret_sealed, created_at) VALUES ('e', 'e', 'e', 'testing', '', 0)`,
  )
  replica = await startReplica(primary)
  replicas = new Replicas(db, { urls: [replica.url('loam')], mostLagMs: LAG_MS, log: silentLog })
})
after(async () => {
  if (missing) return
  await replicas.close()
  await db.close()
  await replica.stop()
  await primary.stop()
})

let people = 0
/** Someone about whom something was written so many milliseconds ago. */
async function person(agoMs: number): Promise<string> {
  const id = `user-${++people}`
  await db.run(
    `INSERT INTO connections (user_id, environment_id, provider, provider_user_id, active, state, last_webhook_update, created_at)
     VALUES ($1, 'e', 'OURA', $1, 1, 'connected', $2, 0)`,
    [id, (await db.now()) - agoMs],
  )
  await db.run(
    `INSERT INTO records (user_id, type, key, main, start_at, start_day, version, digest, updated_at, body)
     VALUES ($1, 'sleep', 'a', 0, 0, '2026-01-01', 1, '', 0, '')`,
    [id],
  )
  return id
}

/** Where the read went, and how many records it saw. */
async function read(userId: string, by = replicas): Promise<[string, number]> {
  const ctx = { db, metrics, replicas: by }
  return readRecords(ctx, userId, async (sql) => {
    const rows = await sql.all<{ port: number }>('SELECT inet_server_port() AS port FROM records WHERE user_id = $1', [
      userId,
    ])
    const where = await sql.one<{ port: number }>('SELECT inet_server_port() AS port')
    return [where!.port === primary.port ? 'primary' : 'replica', rows.length]
  })
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(what)
}

test('old records are read from the replica, fresh ones from the primary', { skip }, async () => {
  const old = await person(60_000)
  const fresh = await person(0)
  await until(async () => (await read(old))[0] === 'replica', 'the replica is never read')
  await until(async () => (await read(old))[1] === 1, 'the replica does not follow')
  assert.deepEqual(await read(fresh), ['primary', 1])
})

test('what a replica that stands still does not have is read from the primary', { skip }, async () => {
  const old = await person(60_000)
  await until(async () => (await read(old))[0] === 'replica', 'the replica is never read')
  await replica.query('postgres', 'SELECT pg_wal_replay_pause()')
  await until(async () => {
    const [row] = (await replica.query('postgres', 'SELECT pg_get_wal_replay_pause_state() AS state')) as {
      state: string
    }[]
    return row!.state === 'paused'
  }, 'the replay is not paused')
  const strict = new Replicas(db, { urls: [replica.url('loam')], mostLagMs: 1500, log: silentLog })
  try {
    await until(async () => strict.states()[0]!.lagMs !== null, 'the replica is not seen')
    await db.run(`UPDATE connections SET last_webhook_update = 1 WHERE user_id = $1`, [old])
    // The log moves on, the replica does not: what was written since is not there.
    await until(async () => {
      await db.run(`UPDATE environments SET name = name || '.'`)
      return (strict.states()[0]!.lagMs ?? 0) > 1500
    }, 'the lag is not noticed')
    assert.equal((await read(old, strict))[0], 'primary')
    assert.equal((await read(old))[0], 'replica')
    // Looked at for longer than a few minutes: it is behind, and not as far as it may be.
    for (let i = 0; i < 150; i++) await replicas.check()
    assert.equal((await read(old))[0], 'replica')
  } finally {
    await replica.query('postgres', 'SELECT pg_wal_replay_resume()')
    await strict.close()
  }
})

test('a replica that is killed costs no read, and is used again when it is back', { skip }, async () => {
  const old = await person(60_000)
  await until(async () => (await read(old))[0] === 'replica', 'the replica is never read')
  await replica.kill()
  for (let i = 0; i < 5; i++) assert.deepEqual(await read(old), ['primary', 1])
  assert.deepEqual(
    replicas.states().map(({ lagMs }) => lagMs),
    [null],
  )
  await replica.restart()
  await until(async () => (await read(old))[0] === 'replica', 'the replica is not used again')
})

test('a server that is no replica is never read', { skip }, async () => {
  const old = await person(60_000)
  const wrong = new Replicas(db, {
    urls: [`postgres://${USER}:${PASSWORD}@127.0.0.1:${primary.port}/postgres`],
    mostLagMs: LAG_MS,
    log: silentLog,
  })
  await wrong.check()
  assert.deepEqual(wrong.states(), [{ name: '1', lagMs: null }])
  assert.deepEqual(await read(old, wrong), ['primary', 1])
  await wrong.close()
})
