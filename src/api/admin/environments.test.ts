import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type Rows, rowsOf, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('environments: list, create, rename, settings; an unknown dev-id is 404', async () => {
  const created = await api.asOperator('POST', '/admin/v1/environments', { json: { name: 'Acme', kind: 'staging' } })
  assert.equal(created.status, 201)
  const { dev_id, api_key, signing_secret } = created.json
  assert.match(String(dev_id), /^acme-staging-/)
  assert.match(String(signing_secret), /^[0-9a-f]{48}$/)
  const headers = { 'dev-id': String(dev_id), 'x-api-key': String(api_key) }
  assert.equal((await api.call('GET', '/v2/subscriptions', { headers })).status, 200)
  const renamed = await api.asOperator('PATCH', `/admin/v1/environments/${dev_id}`, {
    json: { name: 'Acme 2', settings: { auth_error_style: 'auth' } },
  })
  assert.equal(renamed.json.name, 'Acme 2')
  assert.equal((renamed.json.settings as { auth_error_style: string }).auth_error_style, 'auth')
  const list = await api.asOperator('GET', '/admin/v1/environments')
  assert.deepEqual(
    rowsOf(list).map((row) => row.dev_id),
    [api.devId, dev_id],
  )
  assert.equal((await api.asOperator('GET', `/admin/v1/environments/${dev_id}`)).json.name, 'Acme 2')
  assert.equal((await api.asOperator('GET', '/admin/v1/environments/nobody')).status, 404)
  const nobody = await api.asOperator('GET', '/admin/v1/sources', { headers: { 'dev-id': 'nobody' } })
  assert.equal(nobody.json.code, 'environment_not_found')
})

test('keys: masked unless revealed, two valid during the overlap, revoked at once', async () => {
  const masked = await api.asOperator('GET', '/admin/v1/keys')
  assert.ok(!masked.text.includes(api.apiKey) && !masked.text.includes(api.signingSecret))
  const revealed = await api.asOperator('GET', '/admin/v1/keys?reveal=true')
  assert.equal((revealed.json.api_keys as Rows)[0]!.api_key, api.apiKey)
  assert.equal((revealed.json.signing_secrets as Rows)[0]!.signing_secret, api.signingSecret)
  const works = async (key: string) =>
    (await api.call('GET', '/v2/subscriptions', { headers: { 'dev-id': api.devId, 'x-api-key': key } })).status === 200
  assert.ok(await works(api.apiKey))
  const rotated = await api.asOperator('POST', '/admin/v1/keys/rotate', { json: { overlap_seconds: 60 } })
  assert.equal(rotated.status, 201)
  const next = String(rotated.json.api_key)
  assert.ok((await works(api.apiKey)) && (await works(next)))
  api.clock.advance(61_000)
  assert.ok(!(await works(api.apiKey)) && (await works(next)))
  const last = await api.asOperator('DELETE', `/admin/v1/keys/${rotated.json.id}`)
  assert.equal(last.status, 409)
  const again = await api.asOperator('POST', '/admin/v1/keys/rotate', { json: {} })
  assert.equal((await api.asOperator('DELETE', `/admin/v1/keys/${rotated.json.id}`)).status, 204)
  assert.ok(!(await works(next)))
  assert.ok(await works(String(again.json.api_key)))
  assert.equal((await api.asOperator('DELETE', `/admin/v1/keys/${rotated.json.id}`)).status, 404)
})

test('the signing secret rotates with an overlap', async () => {
  const rotated = await api.asOperator('POST', '/admin/v1/signing-secret/rotate', { json: { overlap_seconds: 60 } })
  assert.equal(rotated.status, 201)
  const both = await api.asOperator('GET', '/admin/v1/keys?reveal=1')
  assert.deepEqual(
    (both.json.signing_secrets as Rows).map((row) => row.signing_secret),
    [rotated.json.signing_secret, api.signingSecret],
  )
  api.clock.advance(61_000)
  const one = await api.asOperator('GET', '/admin/v1/keys?reveal=1')
  assert.equal((one.json.signing_secrets as Rows).length, 1)
})
