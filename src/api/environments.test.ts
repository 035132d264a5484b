import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectorById } from '../connectors/index.ts'
import { environmentSecrets } from '../deliver/signing-secrets.ts'
import { listDestinations } from '../store/destinations.ts'
import { listSources } from '../store/sources.ts'
import { rotateSigningSecret } from './admin/keys.ts'
import { authenticate } from './authenticate.ts'
import { followOwnAddress } from './inspector-destination.ts'
import { createEnvironment, ensureFirstEnvironment, signingSecretOf } from './environments.ts'
import { openTestApi, type TestApi } from './test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('the first environment has all official sources on and an inspector as destination', async () => {
  const sources = await listSources(api.ctx.db, api.environment.id)
  assert.ok(sources.length > 0)
  for (const { provider, enabled } of sources) {
    assert.equal(enabled === 1, connectorById(provider)?.unofficial !== true, provider)
  }
  const [inspector, ...others] = await listDestinations(api.ctx.db, api.environment.id)
  assert.equal(others.length, 0)
  assert.match(JSON.parse(inspector!.settings).url, /^http:\/\/localhost:4000\/inspect\/[\w-]{12}$/)
})

test('what the first start made is kept; fixed values of a later start win', async () => {
  const kept = await ensureFirstEnvironment(api.ctx)
  assert.equal(kept.created, false)
  assert.equal(kept.environment.dev_id, api.devId)
  const fixed = { devId: 'new-dev', apiKey: 'new-key-0123456789', signingSecret: 'b'.repeat(48) }
  const { environment } = await ensureFirstEnvironment(api.ctx, fixed)
  assert.equal(environment.id, api.environment.id)
  assert.equal(await signingSecretOf(api.ctx, environment), fixed.signingSecret)
  assert.equal((await authenticate(api.ctx, fixed.devId, fixed.apiKey))?.environment.id, environment.id)
  const { data } = (await api.asOperator('GET', '/admin/v1/audit?actor=loam')).json as { data: { details: unknown }[] }
  const told = data.map(({ details }) => details)
  for (const setting of ['LOAM_API_KEY', 'LOAM_SIGNING_SECRET']) {
    assert.ok(JSON.stringify(told).includes(`{"setting":"${setting}"}`), `${setting} is not in the audit log`)
  }
  assert.equal(await authenticate(api.ctx, fixed.devId, api.apiKey), null)
  await ensureFirstEnvironment(api.ctx, { devId: api.devId, apiKey: api.apiKey, signingSecret: api.signingSecret })
  assert.equal((await authenticate(api.ctx, api.devId, api.apiKey))?.environment.id, environment.id)
  assert.equal(await authenticate(api.ctx, api.devId, fixed.apiKey), null)
})

test('a signing secret that a start replaces signs for another day, as one that is rotated', async () => {
  const signing = () => environmentSecrets(api.ctx, api.environment.id)
  const { signing_secret: rotated } = await rotateSigningSecret(api.ctx, api.environment, { overlap_seconds: 0 })
  await ensureFirstEnvironment(api.ctx, { signingSecret: 'c'.repeat(48) })
  assert.deepEqual(await signing(), ['c'.repeat(48), rotated])
  await ensureFirstEnvironment(api.ctx, { signingSecret: 'c'.repeat(48) })
  api.clock.advance(86_400_000 - 1)
  assert.equal((await signing()).length, 2)
  api.clock.advance(1)
  assert.deepEqual(await signing(), ['c'.repeat(48)])
})

test('started under another address, our own inspector goes along; with a server that only delivers it does not', async () => {
  const urls = async () =>
    (await listDestinations(api.ctx.db, api.environment.id)).map((row) => new URL(JSON.parse(row.settings).url).origin)
  const start = (publicUrl: string, leads: boolean) => followOwnAddress(api.ctx, { publicUrl, leads })
  assert.equal(await start('http://localhost:4000', true), 'http://localhost:4000')
  assert.equal(await start('http://localhost:5000', true), 'http://localhost:5000')
  assert.deepEqual(await urls(), ['http://localhost:5000'])
  assert.equal(await start('http://localhost:6000', false), 'http://localhost:5000')
  assert.deepEqual(await urls(), ['http://localhost:5000'])
  await start('http://localhost:4000', true)
  assert.deepEqual(await urls(), ['http://localhost:4000'])
})

test('environments share nothing: a key of one does not open the other', async () => {
  const { environment, apiKey } = await createEnvironment(api.ctx, { name: 'Acme Éclair', kind: 'staging' })
  assert.match(environment.dev_id, /^acme-clair-staging-[0-9a-f]{10}$/)
  assert.equal((await authenticate(api.ctx, environment.dev_id, apiKey))?.environment.id, environment.id)
  assert.equal(await authenticate(api.ctx, api.devId, apiKey), null)
  assert.equal(await authenticate(api.ctx, environment.dev_id, api.apiKey), null)
  await assert.rejects(
    createEnvironment(api.ctx, { name: 'x', kind: 'testing', devId: environment.dev_id }),
    /belongs to another/,
  )
})

test('nothing readable is stored', async () => {
  for (const table of ['environments', 'api_keys', 'sources', 'destinations', 'instance_settings']) {
    const rows = JSON.stringify(await api.ctx.db.all(`SELECT * FROM ${table}`))
    for (const secret of [api.apiKey, api.signingSecret, api.adminToken]) assert.ok(!rows.includes(secret), table)
  }
})
