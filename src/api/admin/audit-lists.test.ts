// The audit log as it is read: lists, files, and how long it is kept.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { expireAudit } from '../../outbox/retention.ts'
import type { AuditRow } from '../../store/audit.ts'
import { openTestApi, type TestApi } from '../test-api.ts'

const DAY_MS = 86_400_000

let api: TestApi
before(async () => {
  api = await openTestApi()
  await leaveEntries()
})
after(() => api.dispose())

const rows = (): Promise<AuditRow[]> => api.ctx.db.all('SELECT * FROM audit_log ORDER BY at, id')

/** Of an environment, a key, a replay, and of an event that was read by a link. */
async function leaveEntries(): Promise<void> {
  const ask = (method: string, path: string, json = {}) => api.asOperator(method, `/admin/v1${path}`, { json })
  await ask('PATCH', `/environments/${api.devId}`, { name: 'Renamed' })
  const key = await ask('POST', '/keys/rotate')
  await ask('DELETE', `/keys/${key.json.id}`)
  await ask('POST', '/replays')
  const { user_id: id } = await api.addUser()
  const made = await ask('POST', '/generate', { type: 'sleep', user_id: id, send: true })
  const { json } = await ask('POST', `/events/${made.json.event_id}/payload-url`)
  const { pathname, search } = new URL(String(json.url))
  await api.call('GET', `${pathname}${search}`)
}

test('listed by filters, in pages; taken away as lines and as a sheet', async () => {
  const list = async (query: string) => (await api.asOperator('GET', `/admin/v1/audit?${query}`)).json
  const all = (await rows()).length
  const firstPage = await list('limit=5')
  const secondPage = await list(`limit=200&cursor=${firstPage.next_cursor}`)
  assert.equal((firstPage.data as unknown[]).length, 5)
  assert.equal((secondPage.data as unknown[]).length, all - 5)
  const actions = async (query: string) => [
    ...new Set(((await list(query)).data as { action: string }[]).map(({ action }) => action)),
  ]
  assert.deepEqual(await actions('action=replay'), ['replay.started'])
  assert.deepEqual(await actions('action=nothing'), [])
  assert.deepEqual(await actions('actor=link'), ['health_data.read'])
  assert.deepEqual(await actions(`environment=${api.devId}&action=environment`), ['environment.changed'])
  assert.equal((await api.asOperator('GET', '/admin/v1/audit?environment=none')).status, 404)
  for (const time of ['yesterday', '5', '2026-02-30']) {
    for (const path of ['audit', 'events']) {
      const refused = await api.asOperator('GET', `/admin/v1/${path}?since=${time}`)
      const problem = 'since: must be an ISO 8601 time, such as 2026-01-31T08:00:00Z'
      assert.deepEqual([refused.status, refused.json.message], [400, problem])
    }
  }
  assert.equal((await api.asCustomer('GET', '/admin/v1/audit')).status, 401)

  const lines = (await api.asOperator('GET', '/admin/v1/audit/export')).text.trimEnd().split('\n')
  assert.equal(lines.length, all + 1, 'with the entry of this export')
  assert.equal((JSON.parse(lines[0]!) as { action: string }).action, 'audit.exported')
  const sheet = (await api.asOperator('GET', '/admin/v1/audit/export?format=csv&action=key')).text
    .trimEnd()
    .split('\r\n')
  assert.equal(sheet[0], 'id,at,actor,actor_id,address,action,dev_id,user_id,subject,details')
  assert.equal(sheet.length, 3)
  assert.match(sheet[2]!, /,"\{""overlap_seconds"":86400\}"$/)
})

test('old entries go, unless they are kept for ever', async () => {
  api.clock.advance(10 * DAY_MS + 1)
  await api.asOperator('GET', '/admin/v1/keys?reveal=true')
  assert.equal(await expireAudit(api.ctx), 0)
  const before = (await rows()).length
  assert.equal(await expireAudit({ ...api.ctx, auditDays: 10 }), before - 1)
  assert.equal((await rows()).at(-1)?.action, 'secrets.shown')
})
