import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestDatabase } from '../../test/database.ts'
import type { Database } from '../store/database.ts'
import { type JobRow, jobById } from '../store/jobs.ts'
import { enqueue, type NewJob } from './enqueue.ts'
import { claim, finish, jobQueue, recover, retryAt } from './queue.ts'
import { claimInTurns } from './share.ts'
import { claimSuspect, isSuspectDue } from './suspects.ts'

const NOW = 1_000_000

async function database(t: TestContext): Promise<Database> {
  const { db, dispose } = await openTestDatabase()
  t.after(dispose)
  return db
}

function add(db: Database, ...keys: string[]): Promise<string[]> {
  const jobs = keys.map((dedupeKey, i): NewJob => {
    const about = { kind: 'read', lane: 'live', environmentId: null, userId: null } as const
    return { ...about, dedupeKey, payload: {}, at: NOW + i }
  })
  return db.transaction((tx) => enqueue(tx, jobs, NOW))
}

const options = { limit: 10, now: NOW + 100, leaseMs: 1000 }
const take = (db: Database): Promise<JobRow[]> => claim<JobRow>(db, jobQueue, ['live'], options)
const suspect = (db: Database, now = options.now): Promise<JobRow | null> => claimSuspect(db, { ...options, now })
const leaseOf = (job: JobRow) => ({ id: job.id, leaseId: job.lease_id! })

/** A process that was at whatever was due ended. */
async function crash(db: Database): Promise<void> {
  await take(db)
  await recover(db, jobQueue, Number.POSITIVE_INFINITY)
}

test('an attempt whose end nobody saw is none; at the third such end the job is taken by itself alone', async (t) => {
  const db = await database(t)
  const [id] = await add(db, 'one')
  for (let crashes = 1; crashes <= 3; crashes++) {
    assert.equal(await isSuspectDue(db, options.now), false)
    assert.equal(await suspect(db), null)
    await crash(db)
    const { attempts, crashes: counted, state } = (await jobById(db, id!))!
    assert.deepEqual([attempts, counted, state], [0, crashes, 'pending'])
  }
  assert.deepEqual(await take(db), [])
  assert.equal(await isSuspectDue(db, NOW - 1), false, 'before its time')
  assert.equal(await isSuspectDue(db, options.now), true)
  const alone = (await suspect(db))!
  assert.deepEqual([alone.id, alone.attempts, alone.state], [id, 1, 'running'])
  assert.equal(await suspect(db), null)
})

test('of many suspects the one at which the fewest processes ended is next', async (t) => {
  const db = await database(t)
  await add(db, 'a', 'b', 'c')
  for (let i = 0; i < 3; i++) await crash(db)
  const order: string[] = []
  const end = async (now: number): Promise<void> => {
    order.push((await suspect(db, now))!.dedupe_key)
    await recover(db, jobQueue, Number.POSITIVE_INFINITY)
  }
  for (let i = 0; i < 3; i++) await end(options.now)
  assert.equal(await isSuspectDue(db, options.now + 1999), false, 'a server that they do end does other work first')
  for (let i = 0; i < 3; i++) await end(options.now + 2000)
  assert.equal(await isSuspectDue(db, options.now + 2000 + 3999), false)
  await end(options.now + 2000 + 4000)
  assert.deepEqual(order, ['a', 'b', 'c', 'a', 'b', 'c', 'a'])
})

test('whatever came of it, the process that saw it lives: it is no suspect any more', async (t) => {
  const db = await database(t)
  await add(db, 'one')
  for (const attempt of ['counts', 'is none', 'succeeded'] as const) {
    for (let i = 0; i < 3; i++) await crash(db)
    const alone = (await suspect(db))!
    await db.batch([retryAt(jobQueue, leaseOf(alone), NOW, { error: null, attempt })])
    assert.equal(await isSuspectDue(db, options.now), false)
    const [job] = await take(db)
    await db.batch([retryAt(jobQueue, leaseOf(job!), NOW, { error: null, attempt: 'succeeded' })])
  }
})

test('its twin that waits has the same crashes behind it', async (t) => {
  const db = await database(t)
  await add(db, 'same')
  for (let i = 0; i < 3; i++) {
    await take(db)
    await add(db, 'same')
    await recover(db, jobQueue, Number.POSITIVE_INFINITY)
  }
  assert.deepEqual(await take(db), [])
  const alone = (await suspect(db))!
  assert.equal(alone.crashes, 3)
  await add(db, 'same')
  assert.equal(await suspect(db), null, 'while its twin runs')
  await db.batch([finish(jobQueue, leaseOf(alone), 'done', NOW)])
  assert.equal((await take(db)).length, 1)
})

test('a history that is a suspect waits like any other', async (t) => {
  const db = await database(t)
  const about = { kind: 'backfill', lane: 'backfill', environmentId: null, userId: 'somebody', payload: {} } as const
  const jobs = ['a', 'b'].map((dedupeKey): NewJob => ({ ...about, dedupeKey, at: NOW }))
  await db.transaction((tx) => enqueue(tx, jobs, NOW))
  await db.run('UPDATE jobs SET crashes = 3')
  assert.deepEqual(await claimInTurns(db, 'backfill', options), [])
  assert.ok((await suspect(db)) !== null)
  assert.equal(await suspect(db), null, "while the same person's other one runs")
})
