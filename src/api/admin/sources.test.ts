import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectors } from '../../connectors/index.ts'
import { notAvailable } from '../../connectors/not-available.ts'
import { applicationOf } from '../../credentials/client.ts'
import { openTestApi, rowsOf, type TestApi } from '../test-api.ts'
import type { SourceView } from './source-view.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

const put = (provider: string, json: object) => api.asOperator('PUT', `/admin/v1/sources/${provider}`, { json })
const view = async (provider: string) =>
  (await api.asOperator('GET', `/admin/v1/sources/${provider}`)).json as unknown as SourceView

test('a host of a source is replaced and brought back; the provider is called there', async () => {
  const [connector] = connectors
  const { id, hosts } = connector!
  const name = Object.keys(hosts)[0]!
  const own = { client_id: 'mine', client_secret: 'my-secret-1234', credentials: requiredOf(connector!) }
  assert.equal((await put(id, own)).status, 200)
  const changed = await put(id, { hosts: { [name]: 'https://staging.example.com/' } })
  assert.equal((changed.json as unknown as SourceView).hosts[name], 'https://staging.example.com')
  const app = await applicationOf(api.ctx, api.environment.id, connector!)
  assert.equal(app.callUrl({ host: name, path: '/x' }), 'https://staging.example.com/x')
  assert.ok(app.origins.includes('https://staging.example.com') && !app.origins.includes(hosts[name]!))
  for (const [hosts, message] of [
    [{ nowhere: 'https://example.com' }, /hosts\.nowhere/],
    [{ [name]: 'ftp://example.com' }, /hosts\..*an origin/],
    [{ [name]: 'https://example.com/path' }, /hosts\..*an origin/],
  ] as const) {
    const refused = await put(id, { hosts })
    assert.equal(refused.status, 400)
    assert.match(String(refused.json.message), message)
  }
  await put(id, { hosts: { [name]: null }, client_id: null })
  assert.equal((await view(id)).hosts[name], hosts[name])
})

for (const connector of connectors.filter(({ credentialFields = [] }) => credentialFields.length > 0)) {
  test(`further credentials of ${connector.id}: kept, secret ones sealed and shown by their end alone`, async () => {
    const given = Object.fromEntries(connector.credentialFields!.map(({ name }) => [name, `value-of-${name}`]))
    const answer = await put(connector.id, { client_id: 'mine', client_secret: 's', credentials: given })
    assert.equal(answer.status, 200)
    for (const field of (await view(connector.id)).credential_fields) {
      if (field.secret) assert.ok(field.value !== null && field.value !== given[field.name])
      else assert.equal(field.value, given[field.name])
    }
    const row = await api.ctx.db.one<object>('SELECT * FROM sources WHERE provider = $1', [connector.id])
    for (const { name, secret } of connector.credentialFields!) {
      if (secret) assert.ok(!JSON.stringify(row).includes(given[name]!), `${name} is not sealed`)
    }
    assert.deepEqual((await applicationOf(api.ctx, api.environment.id, connector)).client.extra, given)
    const unknown = await put(connector.id, { credentials: { nonsense: 'x' } })
    assert.match(String(unknown.json.message), /credentials\.nonsense/)
    const required = connector.credentialFields!.find((field) => field.required)
    if (required !== undefined) {
      const missing = await put(connector.id, { enabled: true, credentials: { [required.name]: null } })
      assert.equal(missing.status, 422)
      assert.match(String(missing.json.message), new RegExp(`credentials\\.${required.name}`))
    }
    await put(connector.id, {
      client_id: null,
      credentials: Object.fromEntries(Object.keys(given).map((k) => [k, null])),
    })
  })
}

test('an API that the source does not have is refused, one that it has is chosen', async () => {
  for (const { id, variants = {} } of connectors) {
    const refused = await put(id, { api: 'nonsense' })
    assert.match(String(refused.json.message), /^api: /)
    for (const name of Object.keys(variants)) {
      assert.equal(((await put(id, { api: name })).json as unknown as SourceView).api, name)
      assert.equal(((await put(id, { api: null })).json as unknown as SourceView).api, null)
    }
  }
})

test('sources that are only known: listed for operators, offered to nobody', async () => {
  const list = (await api.asOperator('GET', '/admin/v1/sources')).json as unknown as { data: SourceView[] }
  const known = list.data.filter(({ state }) => state === 'not_available').map(({ provider }) => provider)
  assert.deepEqual(known.sort(), notAvailable.map(({ id }) => id).sort())
  assert.ok(known.includes('PELOTON') && !known.includes('OURA'))
  assert.equal((await view('peloton')).state, 'not_available')
  assert.equal((await put('PELOTON', { enabled: true })).status, 404)
  const public_ = (await api.call('GET', '/v2/integrations')).json as { providers: string[] }
  const detailed = (await api.call('GET', '/v2/integrations/detailed')).json as { providers: { provider: string }[] }
  const offered = [...public_.providers, ...detailed.providers.map(({ provider }) => provider)]
  assert.deepEqual(
    offered.filter((provider) => known.includes(provider)),
    [],
  )
})

test('what is unofficial is off until somebody switches it on; an unsigned source shows its key', async () => {
  const list = (await api.asOperator('GET', '/admin/v1/sources')).json as unknown as { data: SourceView[] }
  for (const connector of connectors) {
    const shown = list.data.find(({ provider }) => provider === connector.id)!
    assert.equal(shown.enabled, connector.unofficial !== true, connector.id)
    assert.equal(shown.notice, connector.notice ?? null)
    const app = await applicationOf(api.ctx, api.environment.id, connector)
    const unsigned = connector.notifications?.unsigned === true
    assert.equal(shown.hook_url?.includes(`?key=${app.verificationToken}`) ?? false, unsigned, connector.id)
  }
})

function requiredOf({ credentialFields = [] }: (typeof connectors)[number]): Record<string, string> {
  return Object.fromEntries(credentialFields.map(({ name }) => [name, 'x'.repeat(20)]))
}

test('sources: what to register at the provider, credentials write-only', async () => {
  const list = await api.asOperator('GET', '/admin/v1/sources')
  const oura = rowsOf(list).find((row) => row.provider === 'OURA')!
  assert.equal(oura.state, 'sandbox')
  assert.equal(oura.callback_url, 'http://localhost:4000/v2/auth/oura/oauth2')
  assert.equal(oura.hook_url, 'http://localhost:4000/v2/hooks/oura/testing-dev')
  const put = await api.asOperator('PUT', '/admin/v1/sources/oura', {
    json: { enabled: true, client_id: 'my-client', client_secret: 'a-long-secret-9876', scopes: ['daily', 'personal'] },
  })
  assert.equal(put.status, 200)
  assert.equal(put.json.state, 'ready')
  assert.equal(put.json.client_secret, '****9876')
  assert.deepEqual(put.json.scopes, ['daily', 'personal'])
  const kept = await api.asOperator('PUT', '/admin/v1/sources/OURA', { json: { enabled: false } })
  assert.deepEqual([kept.json.enabled, kept.json.client_id], [false, 'my-client'])
  const half = await api.asOperator('PUT', '/admin/v1/sources/OURA', { json: { enabled: true, client_secret: null } })
  assert.equal(half.status, 422)
  const back = await api.asOperator('PUT', '/admin/v1/sources/OURA', {
    json: { enabled: true, client_id: null, scopes: null },
  })
  assert.equal(back.json.state, 'sandbox')
  assert.equal((await api.asOperator('GET', '/admin/v1/sources/OURA')).json.enabled, true)
  assert.equal((await api.asOperator('PUT', '/admin/v1/sources/NOPE', { json: {} })).status, 404)
})

test('without the sandbox a source is not switched on before it has credentials', async () => {
  const plain = await openTestApi({ sandbox: false })
  try {
    const answer = await plain.asOperator('PUT', '/admin/v1/sources/OURA', { json: { enabled: true } })
    assert.equal(answer.status, 422)
    assert.equal(answer.json.code, 'credentials_incomplete')
    assert.equal((await plain.asOperator('GET', '/admin/v1/sources/OURA')).json.state, 'needs_credentials')
    assert.deepEqual(rowsOf(await plain.asOperator('GET', '/admin/v1/destinations')), [])
  } finally {
    await plain.dispose()
  }
})
