import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../test-api.ts'
import { forgetCredentials } from '../authenticate.ts'
import { clientAddress } from './client-address.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

const ask = () => api.asCustomer('GET', '/v2/subscriptions')

async function limit(perMinute: number | null): Promise<void> {
  const json = { settings: { api_requests_per_minute: perMinute } }
  assert.equal((await api.asOperator('PATCH', `/admin/v1/environments/${api.devId}`, { json })).status, 200)
}

test('a key is told what it may do, and is let through as long as it keeps to it', async () => {
  const first = await ask()
  assert.equal(first.status, 200)
  assert.equal(first.headers.get('ratelimit-policy'), '"key";q=20000;w=10')
  assert.equal(first.headers.get('ratelimit'), '"key";r=19999;t=1')
  const wrong = await api.asCustomer('GET', '/v2/userInfo?user_id=none')
  assert.ok(wrong.status >= 400 && wrong.headers.has('ratelimit'), 'with errors too')
  assert.ok(!(await api.call('GET', '/v2/integrations')).headers.has('ratelimit'))
})

test('too many are answered 429, with when to come back; then it goes on', async () => {
  await limit(30)
  api.clock.advance(3600_000)
  for (let i = 0; i < 5; i++) assert.equal((await ask()).status, 200, `request ${i}`)
  const refused = await ask()
  assert.deepEqual([refused.status, refused.json.code, refused.json.status], [429, 'too_many_requests', 'error'])
  assert.equal(refused.headers.get('retry-after'), '2')
  assert.equal(refused.headers.get('x-ratelimit-reset'), String(Math.ceil(api.clock.now() / 1000) + 2))
  assert.equal(refused.headers.get('ratelimit'), '"key";r=0;t=10')
  api.clock.advance(2000)
  assert.equal((await ask()).status, 200)
  assert.equal((await ask()).status, 429)
  // Another key has a bucket of its own.
  const { json } = await api.asOperator('POST', '/admin/v1/keys/rotate', { json: {} })
  const headers = { 'x-api-key': String(json.api_key) }
  assert.equal((await api.asCustomer('GET', '/v2/subscriptions', { headers })).status, 200)
})

test('without a limit nothing is counted', async () => {
  await limit(null)
  forgetCredentials(api.ctx)
  for (let i = 0; i < 20; i++) assert.equal((await ask()).status, 200)
  assert.ok(!(await ask()).headers.has('ratelimit'))
})

test('an address is believed from as many proxies as there are', () => {
  const from = (trustedProxies: number, forwarded: string | null) =>
    clientAddress(
      { trustedProxies },
      new Headers(forwarded === null ? {} : { 'x-forwarded-for': forwarded }),
      '::ffff:10.0.0.1',
    )
  assert.equal(from(0, '198.51.100.1'), '10.0.0.1')
  assert.equal(from(1, 'made up, 198.51.100.1'), '198.51.100.1')
  assert.equal(from(2, 'made up, 198.51.100.1, 10.0.0.2'), '198.51.100.1')
  assert.equal(from(2, '198.51.100.1'), '198.51.100.1')
  assert.equal(from(1, null), '10.0.0.1')
  assert.equal(from(1, 'x'.repeat(100)), '10.0.0.1')
})
