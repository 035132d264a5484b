import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

type Providers = {
  provider: string
  name: string
  icon: string
  setup: string
  enabled: boolean
  types: Record<string, boolean>
}[]

test('the catalogue needs no credentials and has both names of the second list', async () => {
  const answer = await api.call('GET', '/v2/integrations')
  assert.ok((answer.json.providers as string[]).includes('OURA'))
  assert.deepEqual(answer.json.sdk_providers, [])
  assert.deepEqual(answer.json.sdk_resource, [])
})

test('detailed: types as the connector reads them, an icon of ours', async () => {
  const answer = await api.call('GET', '/v2/integrations/detailed?sdk=true')
  const oura = (answer.json.providers as Providers).find((entry) => entry.provider === 'OURA')
  assert.equal(oura?.name, 'Oura')
  assert.equal(oura?.icon, 'http://localhost:4000/static/providers/oura.svg')
  assert.deepEqual(Object.keys(oura?.types ?? {}).sort(), [
    'activity',
    'body',
    'daily',
    'menstruation',
    'nutrition',
    'sleep',
  ])
  assert.equal(oura?.types.sleep, true)
  assert.equal(oura?.types.nutrition, false)
})

test('detailed with a dev-id: what that environment has on; a key is not needed and not looked at', async () => {
  const on = await api.call('GET', '/v2/integrations/detailed', {
    headers: { 'dev-id': api.devId, 'x-api-key': 'any' },
  })
  assert.ok((on.json.providers as Providers).some((entry) => entry.provider === 'OURA' && entry.setup === 'NONE'))
  await api.asOperator('PUT', '/admin/v1/sources/OURA', { json: { client_id: 'mine', client_secret: 'secret' } })
  const own = await api.call('GET', '/v2/integrations/detailed', { headers: { 'dev-id': api.devId } })
  assert.equal((own.json.providers as Providers).find((entry) => entry.provider === 'OURA')?.setup, 'API_KEYS_MANAGED')
  await api.asOperator('PUT', '/admin/v1/sources/OURA', { json: { enabled: false } })
  const off = await api.call('GET', '/v2/integrations/detailed', { headers: { 'dev-id': api.devId } })
  assert.ok(!(off.json.providers as Providers).some((entry) => entry.provider === 'OURA'))
  const unknown = await api.call('GET', '/v2/integrations/detailed', { headers: { 'dev-id': 'nobody' } })
  assert.equal(unknown.status, 404)
})
