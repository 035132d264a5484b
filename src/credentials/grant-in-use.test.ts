// A grant is ended by a job, which may come late: the provider was away. By then it may be somebody's again.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { runJob } from '../intake/jobs.ts'
import { workers } from '../intake/workers.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { JobRow } from '../store/jobs.ts'
import { sealTokens } from './tokens.ts'

const ACCOUNT = 'one-account'
let api: TestApi
let other: { id: string; devId: string }

before(async () => {
  api = await openTestApi({ sandbox: false })
  const made = await api.asOperator('POST', '/admin/v1/environments', { json: { name: 'other', kind: 'testing' } })
  assert.equal(made.status, 201)
  const devId = String(made.json.dev_id)
  const row = await api.ctx.db.one<{ id: string }>('SELECT id FROM environments WHERE dev_id = $1', [devId])
  other = { id: row!.id, devId }
  await useApplication(api.devId, 'ours')
})
after(() => api.dispose())
beforeEach(async () => {
  await api.ctx.db.run('DELETE FROM connections')
  await api.ctx.db.run('DELETE FROM jobs')
})

async function useApplication(devId: string, clientId: string): Promise<void> {
  const json = { enabled: true, client_id: clientId, client_secret: 'secret' }
  const put = await api.asOperator('PUT', '/admin/v1/sources/WITHINGS', { headers: { 'dev-id': devId }, json })
  assert.equal(put.status, 200)
}

function connected(environmentId = api.environment.id): Promise<ConnectionRow> {
  const id = randomUUID()
  const tokens = { accessToken: 'a', refreshToken: 'r', expiresInSeconds: 1e6, scopes: null }
  const whose = { user_id: id, environment_id: environmentId, provider: 'WITHINGS', provider_user_id: ACCOUNT }
  return api.addUser({ ...whose, ...sealTokens(api.ctx, id, tokens) })
}

/** How the job that ends the grant ended, and what was asked of the provider for it. */
async function revocation(): Promise<{ state: string; asked: number }> {
  api.respond(() => ({ status: 200, json: { status: 0, body: { nonce: 'n', profiles: [] } } }))
  const job = await api.ctx.db.one<JobRow>(
    `UPDATE jobs SET state = 'running', lease_id = 'ours', lease_until = $1 WHERE kind = 'revoke' RETURNING *`,
    [api.clock.now() + 60_000],
  )
  api.sent.length = 0
  await runJob(api.ctx, job!, workers.revoke)
  const after = await api.ctx.db.one<{ state: string }>('SELECT state FROM jobs WHERE id = $1', [job!.id])
  return { state: after!.state, asked: api.sent.length }
}

async function disconnect({ user_id: userId }: ConnectionRow): Promise<void> {
  assert.equal((await api.asOperator('DELETE', `/admin/v1/users/${userId}`)).status, 204)
}

test('nobody else: it is ended', async () => {
  await disconnect(await connected())
  const { state, asked } = await revocation()
  assert.equal(state, 'done')
  assert.ok(asked >= 2, 'a nonce, and the end')
})

test('a connection that was refused lately is ended, too, and has a grant that others do not end', async () => {
  const degraded = `UPDATE connections SET state = 'degraded' WHERE user_id = $1`
  const gone = await connected()
  await api.ctx.db.run(degraded, [gone.user_id])
  await disconnect(gone)
  assert.ok((await revocation()).asked >= 2)
  await api.ctx.db.run('DELETE FROM jobs')
  await useApplication(other.devId, 'ours')
  await api.ctx.db.run(degraded, [(await connected(other.id)).user_id])
  await disconnect(await connected())
  assert.deepEqual(await revocation(), { state: 'done', asked: 0 })
})

test('who connected the account again in the meantime keeps the grant', async () => {
  await disconnect(await connected())
  await connected()
  assert.deepEqual(await revocation(), { state: 'done', asked: 0 })
})

test('so does who is connected with the same application in another environment, and not with another application', async () => {
  await connected(other.id)
  for (const [clientId, keeps] of [
    ['ours', true],
    ['theirs', false],
  ] as const) {
    await useApplication(other.devId, clientId)
    await disconnect(await connected())
    const { state, asked } = await revocation()
    assert.deepEqual([state, asked === 0], ['done', keeps], clientId)
    await api.ctx.db.run('DELETE FROM jobs')
  }
})

test('a connection that the person ended needs nothing', async () => {
  await disconnect(await connected())
  const again = await connected()
  await api.ctx.db.run(`UPDATE connections SET state = 'revoked' WHERE user_id = $1`, [again.user_id])
  assert.ok((await revocation()).asked > 0)
})
