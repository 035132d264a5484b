import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestDatabase } from '../../test/database.ts'
import type { Database } from '../store/database.ts'
import { insertEnvironment } from '../store/environments.ts'
import type { JobRow } from '../store/jobs.ts'
import { enqueue, type NewJob } from './enqueue.ts'
import { finish, jobQueue, retryAt } from './queue.ts'
import { claimInTurns } from './share.ts'

const NOW = 1_000_000

async function database(t: TestContext): Promise<Database> {
  const { db, dispose } = await openTestDatabase()
  t.after(dispose)
  for (const id of ['many', 'one', 'other']) {
    const row = { id, dev_id: id, name: id, kind: 'testing', signing_secret_sealed: '', settings: '{}', created_at: 0 }
    await insertEnvironment(db, row as Parameters<typeof insertEnvironment>[1])
  }
  return db
}

const take = (db: Database, limit: number, now = NOW): Promise<JobRow[]> =>
  claimInTurns(db, 'backfill', { limit, now, leaseMs: 1000 })

function add(db: Database, environmentId: string, users: readonly string[], at = NOW): Promise<string[]> {
  const jobs = users.map((userId, i): NewJob => ({
    kind: 'backfill',
    lane: 'backfill',
    environmentId,
    userId,
    dedupeKey: `${environmentId}:${userId}:${i}:${at}`,
    payload: {},
    at,
  }))
  return db.transaction((tx) => enqueue(tx, jobs, at))
}

const people = (n: number, name: string): string[] => Array.from({ length: n }, (_, i) => `${name}${i}`)

test('a single backfill is not kept waiting by the thousand of another environment', async (t) => {
  const db = await database(t)
  await add(db, 'many', people(1000, 'm'), NOW - 10)
  await add(db, 'one', ['late'])
  const first = await take(db, 6)
  assert.equal(first.length, 6)
  assert.equal(first.filter((job) => job.environment_id === 'one').length, 1)
  // Under way are five of the one and one of the other: whoever has fewer is next.
  await add(db, 'one', people(10, 'o'))
  const second = await take(db, 4)
  assert.deepEqual(
    second.map((job) => job.environment_id),
    ['one', 'one', 'one', 'one'],
  )
})

test('one user of an environment has one step under way, however much they ordered', async (t) => {
  const db = await database(t)
  await add(
    db,
    'many',
    Array.from({ length: 50 }, () => 'greedy'),
    NOW - 5,
  )
  await add(db, 'many', ['modest'])
  const jobs = await take(db, 6)
  assert.deepEqual(jobs.map((job) => job.user_id).sort(), ['greedy', 'modest'])
  assert.deepEqual(await take(db, 6), [])
  const greedy = jobs.find((job) => job.user_id === 'greedy')!
  await db.batch([finish(jobQueue, { id: greedy.id, leaseId: greedy.lease_id! }, 'done', NOW)])
  assert.deepEqual(
    (await take(db, 6)).map((job) => job.user_id),
    ['greedy'],
  )
})

test('steps go to the end of the queue: everybody moves on', async (t) => {
  const db = await database(t)
  await add(db, 'many', people(20, 'm'))
  const steps = new Map<string, number>()
  for (let now = NOW; now < NOW + 40; now++) {
    for (const job of await take(db, 2, now)) {
      steps.set(job.user_id!, (steps.get(job.user_id!) ?? 0) + 1)
      const again = retryAt(jobQueue, { id: job.id, leaseId: job.lease_id! }, now + 1, {
        error: null,
        attempt: 'is none',
      })
      await db.batch([again])
    }
  }
  assert.equal(steps.size, 20)
  assert.ok(Math.max(...steps.values()) - Math.min(...steps.values()) <= 1)
})

test('nothing before its time, and nothing of another lane', async (t) => {
  const db = await database(t)
  await add(db, 'one', ['future'], NOW + 1)
  assert.deepEqual(await take(db, 6), [])
  assert.equal((await take(db, 6, NOW + 1)).length, 1)
})
