import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestDatabase } from '../../test/database.ts'
import type { Database } from '../store/database.ts'
import { jobById, type JobRow } from '../store/jobs.ts'
import { openDatabase } from '../store/open.ts'
import { enqueue, type NewJob } from './enqueue.ts'
import { claim, extend, finish, jobQueue, nextDueAt, recover, recoverFrom, retryAt } from './queue.ts'
import { onJobs } from './wake.ts'

const NOW = 1_000_000

async function database(t: TestContext): Promise<{ db: Database; url: string }> {
  const { db, url, dispose } = await openTestDatabase()
  t.after(dispose)
  return { db, url }
}

function order(dedupeKey: string, change: Partial<NewJob> = {}): NewJob {
  return { kind: 'read', lane: 'live', environmentId: null, userId: null, dedupeKey, payload: {}, at: NOW, ...change }
}

function add(db: Database, ...jobs: NewJob[]): Promise<string[]> {
  return db.transaction((tx) => enqueue(tx, jobs, NOW))
}

function take(db: Database, limit = 10, now = NOW): Promise<JobRow[]> {
  return claim<JobRow>(db, jobQueue, ['live'], { limit, now, leaseMs: 1000 })
}

const leaseOf = (job: JobRow) => ({ id: job.id, leaseId: job.lease_id! })

async function states(db: Database): Promise<string[]> {
  return (await db.all<{ state: string }>('SELECT state FROM jobs ORDER BY state')).map((row) => row.state)
}

test('many claimers, on connections of their own where there are several: no row is taken twice, none is left', async (t) => {
  const { db, url } = await database(t)
  const other = db.dialect === 'postgres' ? await openDatabase(url) : db
  if (other !== db) t.after(() => other.close())
  const ids = await add(db, ...Array.from({ length: 200 }, (_, i) => order(`job ${i}`)))
  const taken: string[] = []
  await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      for (;;) {
        const rows = await take(i % 2 === 0 ? db : other, 7)
        if (rows.length === 0) return
        taken.push(...rows.map((row) => row.id))
      }
    }),
  )
  // A claimer that passed over locked rows may have gone home before the others were done.
  for (let rows = await take(db); rows.length > 0; rows = await take(db)) taken.push(...rows.map((row) => row.id))
  assert.equal(taken.length, 200)
  assert.deepEqual([...taken].sort(), [...ids].sort())
})

test('oldest due first, nothing before its time, each lane by itself', async (t) => {
  const { db } = await database(t)
  const [late, early, future] = await add(
    db,
    order('late', { at: NOW - 1 }),
    order('early', { at: NOW - 5 }),
    order('future', { at: NOW + 1 }),
    order('other lane', { lane: 'backfill', at: NOW - 9 }),
  )
  assert.deepEqual(
    (await take(db, 1)).map((job) => [job.id, job.attempts]),
    [[early, 1]],
  )
  assert.deepEqual(
    (await take(db)).map((job) => job.id),
    [late],
  )
  assert.equal(await nextDueAt(db, jobQueue, ['live']), NOW + 1)
  assert.deepEqual(
    (await take(db, 10, NOW + 1)).map((job) => job.id),
    [future],
  )
  assert.equal(await nextDueAt(db, jobQueue, ['live']), null)
})

test('twins that wait are one; a running one has one twin, which waits until it has ended', async (t) => {
  const { db } = await database(t)
  await add(db, order('same'), order('same'))
  await add(db, order('same'))
  const [first, ...more] = await take(db)
  assert.equal(more.length, 0)
  await add(db, order('same'))
  await add(db, order('same'))
  assert.deepEqual(await states(db), ['pending', 'running'])
  assert.deepEqual(await take(db), [], 'the twin of a running job was claimed')
  await db.batch([finish(jobQueue, leaseOf(first!), 'done', NOW)])
  const [second] = await take(db)
  assert.ok(second !== undefined && second.id !== first!.id)
})

test('a lost lease changes nothing any more', async (t) => {
  const { db } = await database(t)
  await add(db, order('one'))
  const [slow] = await take(db)
  assert.equal(await recover(db, jobQueue, NOW + 1001), 1)
  const [quick] = await take(db, 10, NOW + 1001)
  assert.equal(quick!.id, slow!.id)
  assert.deepEqual([quick!.attempts, quick!.crashes], [1, 1], 'nobody saw the end of the first')
  assert.deepEqual(await db.batch([finish(jobQueue, leaseOf(slow!), 'failed', NOW)]), [0])
  assert.deepEqual(await db.batch([retryAt(jobQueue, leaseOf(slow!), NOW, { error: 'late' })]), [0])
  assert.equal(await extend(db, jobQueue, leaseOf(slow!), NOW + 9000), false)
  assert.deepEqual(await db.batch([finish(jobQueue, leaseOf(quick!), 'done', NOW)]), [1])
  const row = await jobById(db, quick!.id)
  assert.deepEqual([row!.state, row!.lease_id, row!.last_error], ['done', null, null])
})

test('recover gives back what expired, and nothing that is still held', async (t) => {
  const { db } = await database(t)
  await add(db, order('dead'), order('alive'))
  const jobs = await take(db)
  const alive = jobs.find((job) => job.dedupe_key === 'alive')!
  assert.equal(await extend(db, jobQueue, leaseOf(alive), NOW + 60_000), true)
  assert.equal(await recover(db, jobQueue, NOW + 999), 0)
  assert.equal(await recover(db, jobQueue, NOW + 1001), 1)
  assert.deepEqual(
    (await take(db, 10, NOW + 1001)).map((job) => job.dedupe_key),
    ['dead'],
  )
  // The only process on a file knows that nobody else holds anything.
  assert.equal(await recover(db, jobQueue, Number.POSITIVE_INFINITY), 2)
  assert.deepEqual(await states(db), ['pending', 'pending'])
})

test('what a dead server held is given back before its time, and nothing of the others', async (t) => {
  const { db } = await database(t)
  await add(db, order('one'), order('two'), order('three'))
  const options = { limit: 1, now: NOW, leaseMs: 1000 }
  for (const leaseId of ['dead:0', 'dead:1', 'deadly:0']) {
    await claim(db, jobQueue, ['live'], { ...options, leaseId })
  }
  assert.deepEqual(await recoverFrom(db, jobQueue, 'dead'), { rows: 2, all: true })
  assert.deepEqual((await states(db)).sort(), ['pending', 'pending', 'running'])
  assert.deepEqual(await recoverFrom(db, jobQueue, 'dead'), { rows: 0, all: true })
})

test('recovering a row whose twin waits leaves the twin alone', async (t) => {
  const { db } = await database(t)
  await add(db, order('same'))
  const [dead] = await take(db)
  const [twin] = await add(db, order('same'))
  await recover(db, jobQueue, NOW + 1001)
  assert.equal(await jobById(db, dead!.id), null)
  assert.deepEqual(
    (await take(db)).map((job) => job.id),
    [twin],
  )
})

test('a retry is due at its time; only counted attempts count', async (t) => {
  const { db } = await database(t)
  await add(db, order('one'))
  const [first] = await take(db)
  await db.batch([retryAt(jobQueue, leaseOf(first!), NOW + 50, { error: 'busy', attempt: 'is none' })])
  assert.deepEqual(await take(db, 10, NOW + 49), [])
  const [second] = await take(db, 10, NOW + 50)
  assert.deepEqual([second!.attempts, second!.last_error], [1, 'busy'])
  await db.batch([retryAt(jobQueue, leaseOf(second!), NOW + 60, { error: 'broken' })])
  const [third] = await take(db, 10, NOW + 60)
  assert.equal(third!.attempts, 2)
})

test('one that waits is put off by its copies, never nearer, and for so long at most', async (t) => {
  const { db } = await database(t)
  const until = (ms: number) => order('same', { at: NOW + 10, delay: { until: NOW + ms, longestMs: 1000 } })
  const [first] = await add(db, until(100))
  const due = async () => (await jobById(db, first!))!.next_at - NOW
  assert.equal(await due(), 10)
  for (const [asked, expected] of [
    [100, 100],
    [50, 100],
    [900, 900],
    [1500, 1000],
    [2000, 1000],
  ] as const) {
    await add(db, until(asked))
    assert.equal(await due(), expected)
  }
  // It waits for something else by now.
  await db.run('UPDATE jobs SET next_at = $1', [NOW + 5000])
  await add(db, until(900))
  assert.equal(await due(), 5000)
  assert.deepEqual(await states(db), ['pending'])
})

test('what comes while it runs is work of its own', async (t) => {
  const { db } = await database(t)
  const copy = order('same', { delay: { until: NOW + 100, longestMs: 1000 } })
  const [first] = await add(db, copy)
  const [running] = await take(db)
  const [second] = await add(db, copy)
  assert.deepEqual(await take(db), [])
  await db.batch([finish(jobQueue, leaseOf(running!), 'done', NOW)])
  const [next] = await take(db)
  assert.deepEqual([running!.id, next!.id], [first, second])
})

test('many who put off the same jobs in any order do not wait for each other', async (t) => {
  const { db, url } = await database(t)
  const other = db.dialect === 'postgres' ? await openDatabase(url) : db
  if (other !== db) t.after(() => other.close())
  const copies = (ms: number) =>
    Array.from({ length: 20 }, (_, i) => order(`job ${i}`, { delay: { until: NOW + ms, longestMs: 100_000 } }))
  await Promise.all(
    Array.from({ length: 60 }, (_, i) => add(i % 2 === 0 ? db : other, ...(i % 3 ? copies(i) : copies(i).reverse()))),
  )
  const rows = await db.all<{ next_at: number }>('SELECT next_at FROM jobs')
  assert.deepEqual([rows.length, ...new Set(rows.map((row) => row.next_at))], [20, NOW + 59])
})

test('the loop is woken by a commit, not by a rollback', async (t) => {
  const { db } = await database(t)
  let woken = 0
  t.after(onJobs(() => woken++))
  await assert.rejects(
    db.transaction(async (tx) => {
      await enqueue(tx, [order('never')], NOW)
      throw new Error('rolled back')
    }),
  )
  assert.equal(woken, 0)
  assert.deepEqual(await states(db), [])
  await add(db, order('one'))
  assert.equal(woken, 1)
})
