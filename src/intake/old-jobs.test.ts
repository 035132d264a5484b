import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { newId } from '../model/ids.ts'
import type { Sql, Value } from '../store/database.ts'
import { insertJob, type JobState, listJobs } from '../store/jobs.ts'
import { deleteOldJobs } from './old-jobs.ts'

const HOUR_MS = 3600_000
let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

/** `hoursAgo`: when it ended; null: it has not. */
function job(kind: string, state: JobState, hoursAgo: number | null, userId: string | null = null) {
  const at = api.clock.now() - (hoursAgo ?? 0) * HOUR_MS
  const id = newId()
  const about = { id, lane: 'live' as const, kind, environment_id: api.environment.id, user_id: userId, dedupe_key: id }
  const rest = { payload: '{}', progress: null, attempts: 1, lease_id: null, lease_until: null, last_error: null }
  const times = { next_at: at, created_at: at, finished_at: hoursAgo === null ? null : at, trace: null }
  return insertJob({ ...about, ...rest, ...times, state })
}

const everyJob = async (): Promise<string[]> =>
  (await listJobs(api.ctx.db, api.environment.id, {}, { cursor: null, limit: 5000 })).rows
    .map(({ kind, state }) => `${kind} ${state}`)
    .sort()

test('what a notification brought is shown for an hour, what was asked for and what failed for a week', async () => {
  await api.ctx.db.run('DELETE FROM jobs')
  await api.ctx.db.batch([
    ...Array.from({ length: 2100 }, () => job('read', 'done', 2)),
    job('read', 'done', 0.5),
    job('read', 'failed', 2),
    job('read', 'failed', 8 * 24),
    job('read', 'pending', null),
    job('subscribe', 'done', 2),
    job('request', 'done', 2),
    job('request', 'done', 25),
    job('backfill', 'done', 25),
    job('backfill', 'cancelled', 8 * 24),
    job('renormalize', 'running', null),
  ])
  await deleteOldJobs(api.ctx)
  assert.deepEqual(await everyJob(), [
    'backfill done',
    'read done',
    'read failed',
    'read pending',
    'renormalize running',
    'request done',
  ])
})

test('SQLite finds jobs of the environment, of a person, and old ones, by an index each', async (t) => {
  const { db } = api.ctx
  if (db.dialect !== 'sqlite') return t.skip('what PostgreSQL does depends on how many rows there are')
  const plans: string[] = []
  const explain = async (sql: string, params?: readonly Value[]): Promise<object[]> => {
    const rows = await db.all<object>(`EXPLAIN QUERY PLAN ${sql}`, params)
    plans.push(rows.map((row) => JSON.stringify(row)).join('\n'))
    return []
  }
  const explained = {
    dialect: db.dialect,
    all: explain,
    run: async (...asked: Parameters<typeof explain>) => (await explain(...asked)).length,
  } as unknown as Sql
  const firstPage = { cursor: null, limit: 50 }
  await listJobs(explained, 'e', {}, firstPage)
  await listJobs(explained, 'e', { userId: 'u' }, firstPage)
  await deleteOldJobs({ ...api.ctx, db: explained as typeof db })
  const [ofEnvironment, ofUser, ...ofOld] = plans
  assert.match(ofEnvironment!, /INDEX jobs_listing/)
  assert.doesNotMatch(ofEnvironment!, /TEMP B-TREE/)
  assert.match(ofUser!, /INDEX jobs_user \(user_id=\?/)
  assert.ok(ofOld.length > 0)
  for (const plan of ofOld) assert.match(plan, /INDEX jobs_finished \(kind=\? AND finished_at<\?\)/)
})
