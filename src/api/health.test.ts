import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
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
  assert.match(answer.text, /^loam_delivery_backlog\{destination="webhook",lane="live"\} 1$/m)
})

test('not ready while migrations are to be done', async () => {
  const [newest] = await api.ctx.db.all<{ version: number }>('SELECT max(version) AS version FROM schema_migrations')
  await api.ctx.db.run('DELETE FROM schema_migrations WHERE version = $1', [newest!.version])
  const answer = await api.call('GET', '/readyz')
  assert.equal(answer.status, 503)
  assert.equal(answer.json.code, 'not_ready')
})
