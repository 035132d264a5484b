// How jobs end, and how long ones go on.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { sealTokens } from '../credentials/tokens.ts'
import { ProviderError } from '../platform/errors.ts'
import { HttpFailure } from '../platform/http.ts'
import { enqueue, type NewJob } from '../queue/enqueue.ts'
import { LeaseLost } from '../queue/queue.ts'
import type { ConnectionRow } from '../store/connections.ts'
import { listEvents } from '../store/events.ts'
import { jobById, type JobRow, listJobs, openJobsOfKind } from '../store/jobs.ts'
import { startBackfill } from './backfill.ts'
import { runJob, type Work } from './jobs.ts'
import { queueSourceSubscriptions } from './subscribe.ts'
import { workers } from './workers.ts'

/** As the loop claims it. */
async function claimed(api: TestApi, user: ConnectionRow, kind: string): Promise<JobRow> {
  const { rows } = await listJobs(
    api.ctx.db,
    api.environment.id,
    { userId: user.user_id, kind },
    { cursor: null, limit: 1 },
  )
  const claim = `UPDATE jobs SET state = 'running', lease_id = 'ours', lease_until = $2, attempts = attempts + 1`
  return (await api.ctx.db.one<JobRow>(`${claim} WHERE id = $1 RETURNING *`, [rows[0]!.id, api.clock.now() + 60_000]))!
}

test('a step that succeeds forgets what failed before: many hiccups over a long history are not its end', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const connection = await api.addUser()
  await startBackfill(api.ctx, { connection, types: null, start: '2026-01-01', end: '2026-01-30' })
  let step = 0
  const flaky: Work = async () => {
    if (step++ % 2 === 0) throw new ProviderError('Oura answered 500', { next: 'retry' })
    return { again: api.clock.now() }
  }
  while (step < 40) await runJob(api.ctx, await claimed(api, connection, 'backfill'), flaky)
  const job = await claimed(api, connection, 'backfill')
  assert.deepEqual([job.state, job.attempts], ['running', 1])
})

test('what ends each process that is at it is given up, and can be run again', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const user = await api.addUser()
  const started = await startBackfill(api.ctx, {
    connection: user,
    types: null,
    start: '2026-01-01',
    end: '2026-01-30',
  })
  let begun = 0
  const work: Work = async () => {
    begun++
    return 'done'
  }
  await api.ctx.db.run('UPDATE jobs SET crashes = 12 WHERE id = $1', [started])
  await runJob(api.ctx, await claimed(api, user, 'backfill'), work)
  const job = (await jobById(api.ctx.db, started!))!
  assert.equal(begun, 0)
  assert.equal(job.state, 'failed')
  assert.match(job.last_error ?? '', /^the process ended each time at this, 12 times/)
  assert.equal((await api.asOperator('POST', `/admin/v1/jobs/${started}/resume`)).status, 200)
  await runJob(api.ctx, await claimed(api, user, 'backfill'), work)
  assert.equal(begun, 1)
})

test('of a job for somebody who is gone nothing stays', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const user = await api.addUser()
  await api.asOperator('DELETE', `/admin/v1/users/${user.user_id}`)
  for (const kind of ['read', 'backfill', 'request', 'subscribe', 'push']) {
    const about = {
      kind,
      environmentId: api.environment.id,
      userId: user.user_id,
      dedupeKey: kind,
      at: api.clock.now(),
    }
    const job: NewJob = { ...about, lane: 'live', payload: {} }
    await api.ctx.db.transaction((tx) => enqueue(tx, [job], api.clock.now()))
    await runJob(api.ctx, await claimed(api, user, kind), workers[kind])
  }
  assert.deepEqual(await api.ctx.db.all('SELECT kind FROM jobs WHERE user_id = $1', [user.user_id]), [])
})

test('who stopped a job in the middle of a step made it no failure', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const connection = await api.addUser()
  await startBackfill(api.ctx, { connection, types: null, start: '2026-01-01', end: '2026-01-30' })
  const errors: unknown[] = []
  const log = { ...api.ctx.log, error: (about: unknown) => errors.push(about) } as typeof api.ctx.log
  const job = await claimed(api, connection, 'backfill')
  await runJob({ ...api.ctx, log }, job, async () => {
    await api.asOperator('POST', `/admin/v1/jobs/${job.id}/cancel`)
    throw new LeaseLost()
  })
  assert.deepEqual(errors, [])
  const outcomes = (await api.ctx.metrics.jobs.get()).values.map(({ labels }) => labels.outcome)
  assert.deepEqual(outcomes, [])
  assert.equal((await api.asOperator('GET', `/admin/v1/jobs/${job.id}`)).json.state, 'cancelled')
})

test('a provider that is away when a grant is to be revoked or events to be announced is its failure, not ours; it is asked again', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const userId = randomUUID()
  const tokens = { accessToken: 'a', refreshToken: 'r', expiresInSeconds: 1e6, scopes: null }
  await api.addUser({ user_id: userId, ...sealTokens(api.ctx, userId, tokens) })
  await api.asOperator('DELETE', `/admin/v1/users/${userId}`)
  await queueSourceSubscriptions(api.ctx)
  const errors: unknown[] = []
  const log = { ...api.ctx.log, error: (about: unknown) => errors.push(about) } as typeof api.ctx.log
  for (const [kind, answer, said] of [
    ['revoke', () => assert.fail(new HttpFailure('timeout', 'nobody')), /^Oura did not answer \(timeout\)/],
    ['revoke', () => ({ status: 503 }), /^Oura answered 503/],
    ['subscribe_source', () => assert.fail(new HttpFailure('connect', 'nobody')), /^Oura did not answer \(connect\)/],
    ['subscribe_source', () => ({ status: 503 }), /^Oura answered 503/],
  ] as const) {
    api.respond(answer)
    const row = (await openJobsOfKind(api.ctx.db, kind)).find(({ payload }) => payload.includes('OURA'))
    const claim = `UPDATE jobs SET state = 'running', lease_id = 'ours', lease_until = $2 WHERE id = $1 RETURNING *`
    const job = (await api.ctx.db.one<JobRow>(claim, [row!.id, api.clock.now() + 60_000]))!
    await runJob({ ...api.ctx, log }, job, workers[kind])
    const after = (await jobById(api.ctx.db, job.id))!
    assert.equal(after.state, 'pending')
    assert.match(after.last_error!, said)
  }
  assert.deepEqual(errors, [])
})

test('a large request reads step by step: it can be stopped, and goes on where it was', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const user = await api.addUser()
  const asked: string[] = []
  api.respond(({ query = {} }) => {
    asked.push(String(query.start_date ?? query.start_datetime))
    return { status: 200, json: { data: [], next_token: null } }
  })
  const path = `/v2/sleep?user_id=${user.user_id}&start_date=2025-01-01&end_date=2025-03-10`
  assert.equal((await api.asCustomer('GET', path)).status, 200)
  const turn = async (): Promise<number> => {
    const before = asked.length
    await runJob(api.ctx, await claimed(api, user, 'request'), workers.request)
    return asked.length - before
  }
  const first = await turn()
  assert.ok(first > 0)
  const job = (await listJobs(api.ctx.db, api.environment.id, { kind: 'request' }, { cursor: null, limit: 1 })).rows[0]!
  assert.equal(job.state, 'pending')
  assert.deepEqual(JSON.parse(job.progress!), { done: 15, total: 69, unit: 'days' })
  let turns = 1
  for (; (await turn()) > 0; turns++) assert.ok(turns < 10)
  // 69 days, fifteen at a time.
  assert.equal(turns, 5)
  const told = async (): Promise<string[]> => {
    const { rows } = await listEvents(
      api.ctx.db,
      api.environment.id,
      { userId: user.user_id },
      { cursor: null, limit: 50 },
    )
    return rows.map(({ type }) => type)
  }
  assert.deepEqual(await told(), ['large_request_sending', 'large_request_processing'])
})

test('nothing is read for whom the customer switched off; switched on again, the history goes on', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  api.respond(() => ({ status: 200, json: { data: [], next_token: null } }))
  const connection = await api.addUser()
  await startBackfill(api.ctx, { connection, types: null, start: '2026-01-01', end: '2026-01-05' })
  const path = `/v2/users/${connection.user_id}`
  await api.asCustomer('PATCH', path, { json: { active: false } })
  const job = await claimed(api, connection, 'backfill')
  await runJob(api.ctx, job, workers.backfill)
  assert.deepEqual(api.sent, [])
  const view = async (): Promise<Record<string, unknown>> =>
    (await api.asOperator('GET', `/admin/v1/jobs/${job.id}`)).json
  const stopped = await view()
  assert.equal(stopped.state, 'failed')
  assert.match(String(stopped.last_error), /switched off/)
  await api.asCustomer('PATCH', path, { json: { active: true } })
  await api.asOperator('POST', `/admin/v1/jobs/${job.id}/resume`)
  await runJob(api.ctx, await claimed(api, connection, 'backfill'), workers.backfill)
  assert.deepEqual((await view()).progress, { done: 5, total: 5 })
})

test('what cannot be read is not asked for again and again by a large request', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const user = await api.addUser()
  let asked = 0
  api.respond(() => {
    asked++
    return { status: 200, json: { data: [{ id: 'x', day: 7, bedtime_start: {} }], next_token: null } }
  })
  const path = `/v2/sleep?user_id=${user.user_id}&start_date=2025-01-01&end_date=2025-03-10`
  assert.equal((await api.asCustomer('GET', path)).status, 200)
  let turns = 0
  for (let state = 'pending'; state === 'pending'; turns++) {
    assert.ok(turns < 20, `after ${turns} turns and ${asked} questions it is not over`)
    const job = await claimed(api, user, 'request')
    await runJob(api.ctx, job, workers.request)
    state = (await api.ctx.db.one<{ state: string }>('SELECT state FROM jobs WHERE id = $1', [job.id]))!.state
  }
  assert.ok(asked >= 5)
})

test('a request is answered once, by whoever holds it; never after it was stopped', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  api.respond(() => ({ status: 200, json: { data: [], next_token: null } }))
  const user = await api.addUser()
  const answers = async (): Promise<number> => {
    const { rows } = await listEvents(
      api.ctx.db,
      api.environment.id,
      { userId: user.user_id },
      { cursor: null, limit: 50 },
    )
    return rows.length
  }
  const path = `/v2/sleep?user_id=${user.user_id}&start_date=2025-01-01&end_date=2025-01-03`
  await api.asCustomer('GET', path)
  const held = await claimed(api, user, 'request')
  // Given to another server, because this one seemed dead.
  const taken = { ...held, lease_id: 'theirs' }
  await api.ctx.db.run(`UPDATE jobs SET lease_id = 'theirs' WHERE id = $1`, [held.id])
  for (const job of [taken, held, taken]) await runJob(api.ctx, job, workers.request)
  assert.equal(await answers(), 1)
  api.clock.advance(1000)
  await api.asCustomer('GET', path)
  const stopped = await claimed(api, user, 'request')
  await api.asOperator('POST', `/admin/v1/jobs/${stopped.id}/cancel`)
  await runJob(api.ctx, stopped, workers.request)
  assert.equal(await answers(), 1)
})
