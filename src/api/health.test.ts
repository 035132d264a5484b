import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { takeCalls } from '../credentials/budgets.ts'
import { newId } from '../model/ids.ts'
import { insertJob, type NewJobRow } from '../store/jobs.ts'
import { openTestApi, type TestApi } from './test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('alive and ready', async () => {
  assert.deepEqual((await api.call('GET', '/healthz')).json, { status: 'ok' })
  assert.deepEqual((await api.call('GET', '/readyz')).json, { status: 'ok' })
})

test('metrics in the format of Prometheus, with the backlog of now', async () => {
  await api.asOperator('POST', '/admin/v1/generate', { json: { type: 'sleep', send: true } })
  const answer = await api.call('GET', '/metrics')
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
  assert.match(
    answer.text,
    /^loam_delivery_backlog\{destination="webhook",destination_id="[0-9a-f-]{36}",lane="live"\} 1$/m,
  )
  api.clock.advance(90_000)
  const later = await api.call('GET', '/metrics')
  const age = /^loam_delivery_oldest_seconds\{destination="webhook",[^}]*lane="live"\} ([\d.]+)$/m.exec(later.text)?.[1]
  assert.ok(Number(age) >= 90 && Number(age) < 100, age)
})

test('metrics tell which of several destinations something waits for', async () => {
  const settings = { type: 'webhook', url: 'https://example.com/down' }
  const { id } = (await api.asOperator('POST', '/admin/v1/destinations', { json: settings })).json
  await api.asOperator('POST', '/admin/v1/generate', { json: { type: 'body', send: true } })
  const { text } = await api.call('GET', '/metrics')
  const [, n] = new RegExp(`^loam_delivery_backlog\\{[^}]*destination_id="${id}"[^}]*\\} (\\d+)$`, 'm').exec(text) ?? []
  assert.equal(n, '1')
  assert.equal(text.match(/^loam_delivery_backlog\{/gm)?.length, 2)
})

test('metrics of what waits to be done, and of what providers still allow', async () => {
  const { ctx, clock } = api
  const budget = { name: 'application:OURA::someone:calls:0', limit: { requests: 100, perSeconds: 300 } }
  for (let i = 0; i < 25; i++) await takeCalls(ctx, budget, 1, 'live')
  await ctx.db.batch([
    insertJob(waiting('metrics:1', clock.now() - 5000)),
    insertJob(waiting('metrics:2', clock.now() + 5000)),
  ])
  const { text } = await api.call('GET', '/metrics')
  const left = Number(
    /^loam_provider_budget_left_ratio\{provider="OURA",budget="calls",window="300"\} ([\d.]+)$/m.exec(text)?.[1],
  )
  // Servers that share a budget take some calls in advance.
  assert.ok(left <= 0.75 && left > 0.6, String(left))
  assert.match(text, /^loam_jobs_due\{kind="poll",lane="live"\} 1$/m)
  const late = Number(/^loam_jobs_late_seconds\{lane="live"\} ([\d.]+)$/m.exec(text)?.[1])
  assert.ok(late >= 5, String(late))
  clock.advance(700_000)
  assert.match((await api.call('GET', '/metrics')).text, /^loam_provider_budget_left_ratio\{[^}]*\} 1$/m)
})

test('metrics without the database: what is counted, and nothing that was looked up before', async () => {
  const away = await openTestApi()
  try {
    assert.match((await away.call('GET', '/metrics')).text, /^loam_database_up 1$/m)
    await away.asOperator('POST', '/admin/v1/generate', { json: { type: 'sleep', send: true } })
    assert.match((await away.call('GET', '/metrics')).text, /^loam_delivery_backlog\{/m)
    const gone = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    away.ctx.db.all = () => Promise.reject(gone)
    const { status, text } = await away.call('GET', '/metrics')
    assert.equal(status, 200)
    assert.match(text, /^loam_database_up 0$/m)
    assert.match(text, /^loam_events_total\{type="sleep"\} 1$/m)
    assert.doesNotMatch(text, /^loam_delivery_backlog\{/m)
  } finally {
    await away.dispose()
  }
})

test('not ready while nothing can be committed, though all can be read', async () => {
  const full = await openTestApi()
  try {
    full.ctx.db.batch = () => Promise.reject(Object.assign(new Error('database or disk is full'), { errcode: 13 }))
    const answer = await full.call('GET', '/readyz')
    assert.deepEqual([answer.status, answer.json.code], [503, 'not_ready'])
    assert.match(String(answer.json.message), /takes no commits/)
  } finally {
    await full.dispose()
  }
})

test('not ready while migrations are to be done', async () => {
  const [newest] = await api.ctx.db.all<{ version: number }>('SELECT max(version) AS version FROM schema_migrations')
  await api.ctx.db.run('DELETE FROM schema_migrations WHERE version = $1', [newest!.version])
  const answer = await api.call('GET', '/readyz')
  assert.equal(answer.status, 503)
  assert.equal(answer.json.code, 'not_ready')
})

function waiting(key: string, nextAt: number): NewJobRow {
  return {
    id: newId(),
    lane: 'live',
    kind: 'poll',
    environment_id: null,
    user_id: null,
    dedupe_key: key,
    payload: '{}',
    progress: null,
    state: 'pending',
    attempts: 0,
    next_at: nextAt,
    lease_id: null,
    lease_until: null,
    last_error: null,
    created_at: nextAt,
    finished_at: null,
    trace: null,
  }
}
