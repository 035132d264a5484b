import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { signingSecretOf } from '../environments.ts'
import { openTestApi, type Rows, rowsOf, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('destinations: created with the secret shown once, changed, paused, resumed, removed', async () => {
  const created = await api.asOperator('POST', '/admin/v1/destinations', {
    json: { type: 'webhook', url: 'https://example.com/hook', event_types: ['sleep', 'auth'], providers: ['oura'] },
  })
  assert.equal(created.status, 201)
  const keys = await api.asOperator('GET', '/admin/v1/keys?reveal=1')
  assert.equal(created.json.signing_secret, (keys.json.signing_secrets as Rows)[0]!.signing_secret)
  assert.deepEqual(created.json.secrets, { signing_secret: false, client_key: false })
  assert.deepEqual(created.json.providers, ['OURA'])
  assert.equal(created.json.target, 'https://example.com/hook')
  const path = `/admin/v1/destinations/${created.json.id}`
  const own = await api.asOperator('PATCH', path, {
    json: { name: 'Mine', signing_secret: 'my-own-secret-0123456789', event_types: null },
  })
  assert.deepEqual([own.json.name, own.json.event_types], ['Mine', null])
  assert.deepEqual(own.json.secrets, { signing_secret: true, client_key: false })
  assert.ok(!(await api.asOperator('GET', path)).text.includes('my-own-secret'))
  const paced = await api.asOperator('PATCH', path, { json: { delivery: { rate_per_minute: 30, concurrency: 2 } } })
  const slowed = await api.asOperator('PATCH', path, { json: { delivery: { concurrency: 1 }, user_ids: ['u'] } })
  const delivery = (answer: { json: Record<string, unknown> }) => answer.json.delivery as Record<string, unknown>
  assert.deepEqual([delivery(paced).rate_per_minute, delivery(paced).concurrency], [30, 2])
  assert.deepEqual([delivery(slowed).rate_per_minute, delivery(slowed).concurrency], [30, 1], 'the rest stays')
  assert.deepEqual([slowed.json.user_ids, slowed.json.reference_ids], [['u'], null])
  const both = await api.asOperator('PATCH', path, { json: { delivery: { rate_per_second: 1 } } })
  assert.match(String(both.json.message), /^delivery\.rate_per_minute: cannot be set together/)
  const moved = await api.asOperator('PATCH', path, { json: { url: 'https://example.com/other' } })
  assert.deepEqual(moved.json.secrets, { signing_secret: true, client_key: false })
  assert.equal((await api.asOperator('POST', `${path}/pause`)).json.state, 'paused')
  assert.equal((await api.asOperator('POST', `${path}/resume`)).json.state, 'active')
  assert.equal((await api.asOperator('DELETE', path)).status, 204)
  assert.equal((await api.asOperator('GET', path)).status, 404)
  assert.equal((await api.asOperator('DELETE', path)).status, 404)
})

test('destinations: a new signing secret overlaps with the one before, and ends it when told so', async () => {
  const created = await api.asOperator('POST', '/admin/v1/destinations', { json: { url: 'https://example.com/s' } })
  const path = `/admin/v1/destinations/${created.json.id}`
  const signedWith = async () => {
    await api.asOperator('POST', `${path}/test`)
    const { headers, body } = api.sent.at(-1)!
    const [, seconds] = /^t=(\d+),/.exec(headers!['terra-signature']!)!
    const signatures = headers!['terra-signature']!.split(',').slice(1)
    return (secret: string) =>
      signatures.indexOf(
        `v1=${createHmac('sha256', secret)
          .update(`${seconds}.`)
          .update(body as Uint8Array)
          .digest('hex')}`,
      )
  }
  const first = await api.asOperator('POST', `${path}/signing-secret/rotate`, { json: { overlap_seconds: 3600 } })
  assert.equal(first.status, 201)
  const one = String(first.json.signing_secret)
  const both = await signedWith()
  const shared = await signingSecretOf(api.ctx, api.environment)
  assert.deepEqual([both(one), both(shared)], [0, 1], 'the environment’s signed before')
  assert.equal((await api.asOperator('GET', path)).json.previous_secrets_until, first.json.previous_until)
  const second = await api.asOperator('POST', `${path}/signing-secret/rotate`, { json: { overlap_seconds: 60 } })
  const two = String(second.json.signing_secret)
  const three = await signedWith()
  assert.deepEqual([three(two), three(one), three(shared)], [0, 1, 2])
  api.clock.advance(61_000)
  const alone = await signedWith()
  assert.deepEqual([alone(two), alone(one), alone(shared)], [0, -1, -1])
  assert.equal((await api.asOperator('GET', path)).json.previous_secrets_until, null)
  await api.asOperator('POST', `${path}/signing-secret/rotate`, { json: { overlap_seconds: 3600 } })
  await api.asOperator('PATCH', path, { json: { signing_secret: 'set-by-hand-0123456789' } })
  const byHand = await signedWith()
  assert.deepEqual([byHand('set-by-hand-0123456789'), byHand(two)], [0, -1], 'set by hand: no overlap')
  await api.asOperator('DELETE', path)
})

test('destinations: wrong settings are named; so are unknown types, event types and sources', async () => {
  const post = (json: object) => api.asOperator('POST', '/admin/v1/destinations', { json })
  const messageOf = async (json: object) => {
    const answer = await post(json)
    assert.equal(answer.status, 400)
    return String(answer.json.message)
  }
  assert.equal(await messageOf({ url: 'ftp://example.com' }), 'url: must be an http or https URL')
  assert.match(await messageOf({}), /^url: /)
  const long = `https://example.com/${'x'.repeat(2048)}`
  assert.equal(await messageOf({ url: long }), 'url: must be at most 2048 characters long')
  assert.equal(
    await messageOf({ url: 'https://e.com', delivery: { timeout_seconds: 0 } }),
    'delivery.timeout_seconds: must be at least 1',
  )
  assert.match(
    await messageOf({ url: 'https://e.com', delivery: { rate_per_second: 5, rate_per_minute: 5 } }),
    /^delivery\.rate_per_minute: cannot be set together with rate_per_second/,
  )
  assert.match(await messageOf({ url: 'https://e.com', delivery: { speed: 3 } }), /^delivery\.speed: is not known here/)
  assert.match(await messageOf({ url: 'https://e.com', settings: { retries: 3 } }), /^retries: is not known here/)
  assert.match(await messageOf({ type: 'pigeon', url: 'https://e.com' }), /there is no pigeon; there are .*webhook/)
  assert.match(await messageOf({ url: 'https://e.com', event_types: ['slep'] }), /^event_types: there is no slep/)
  assert.match(await messageOf({ url: 'https://e.com', event_types: [] }), /^event_types: must not be empty; null lets/)
  assert.match(await messageOf({ url: 'https://e.com', providers: ['NOPE'] }), /^providers: there is no NOPE/)
  const types = await api.asOperator('GET', '/admin/v1/destination-types')
  const webhook = rowsOf(types).find((row) => row.id === 'webhook')!
  const properties = (webhook.settings as { properties: Record<string, { secret?: boolean }> }).properties
  assert.equal(properties.signing_secret?.secret, true)
})

test('destinations: a test says what came back, good or bad', async () => {
  const created = await api.asOperator('POST', '/admin/v1/destinations', { json: { url: 'https://example.com/t' } })
  const path = `/admin/v1/destinations/${created.json.id}/test`
  const good = await api.asOperator('POST', path)
  assert.deepEqual([good.status, good.json.outcome, good.json.status], [200, 'delivered', 200])
  assert.equal(api.sent.at(-1)?.url, 'https://example.com/t')
  api.respond(() => ({ status: 500 }))
  const bad = await api.asOperator('POST', path)
  assert.deepEqual([bad.status, bad.json.outcome, bad.json.status], [200, 'retry', 500])
  api.respond(() => ({ status: 200, json: {} }))
  await api.asOperator('DELETE', `/admin/v1/destinations/${created.json.id}`)
})
