import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { HttpRequest } from '../../platform/http.ts'
import type { Address, NotificationRequest } from '../connector.ts'
import { post, responseOf } from '../test-http.ts'
import { notifications } from './notifications.ts'

const secret = 'strava_client_secret_for_samples_0001'
const secrets = {
  client: { id: 'client', secret, extra: {} },
  verificationToken: 'OUR_VERIFY_TOKEN',
  now: 1_777_908_301_000,
  send: () => assert.fail('nothing has to be asked'),
}
const key = { key: secrets.verificationToken }

function sample(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`./samples/notifications/${name}.json`, import.meta.url), 'utf8'))
}

test('the handshake answers the challenge of whoever knows our token', () => {
  const query = sample('verification-query') as Record<string, string>
  const request: NotificationRequest = { method: 'GET', headers: {}, query, body: Buffer.alloc(0) }
  const answer = notifications.handshake!(request, secrets)
  assert.equal(answer?.status, 200)
  assert.deepEqual(JSON.parse(answer!.body), sample('verification-reply'))
  const others: Record<string, string>[] = [{ 'hub.verify_token': 'another' }, { 'hub.mode': 'unsubscribe' }]
  for (const change of others) {
    const refused = notifications.handshake!({ ...request, query: { ...query, ...change } }, secrets)
    assert.equal(refused?.status, 401)
    assert.ok(!refused!.body.includes(query['hub.challenge']!))
  }
  const { 'hub.verify_token': _, ...without } = query
  assert.equal(notifications.handshake!({ ...request, query: without }, secrets)?.status, 401)
  assert.equal(notifications.handshake!(post(sample('activity-create')), secrets), null)
})

test('a signature that comes must fit; without one the key in the address decides', () => {
  const vector = sample('signature-vector') as { raw_body: string; header_value: string }
  const signed = (header: string, body = vector.raw_body) => post(body, { 'x-strava-signature': header })
  assert.equal(notifications.verify(signed(vector.header_value), secrets), true)
  const [t, v1] = vector.header_value.split(',')
  const wrong: [string, NotificationRequest, Partial<typeof secrets>][] = [
    ['another body', signed(vector.header_value, `${vector.raw_body} `), {}],
    ['another time', signed(`t=1777908302,${v1}`), {}],
    ['another secret', signed(vector.header_value), { client: { ...secrets.client, secret: 'x' } }],
    ['no time', signed(v1!), {}],
    ['no signature', signed(t!), {}],
    ['nothing', signed(''), {}],
    ['six minutes old', signed(vector.header_value), { now: secrets.now + 360_000 }],
  ]
  for (const [what, request, other] of wrong) {
    // Not even with the key: what is signed wrongly is forged.
    assert.equal(notifications.verify({ ...request, query: key }, { ...secrets, ...other }), false, what)
  }
  const unsigned = post(vector.raw_body)
  assert.equal(notifications.verify({ ...unsigned, query: key }, secrets), true)
  assert.equal(notifications.verify({ ...unsigned, query: { key: 'a guess' } }, secrets), false)
  assert.equal(notifications.verify(unsigned, secrets), false)
})

const person = '41289345'
const activity = '15102233441'

test('a new activity is read, and may take a while to appear', () => {
  const [change] = notifications.parse(post(sample('activity-create')))
  assert.ok(change?.what === 'changed' && 'hint' in change.wanted)
  assert.deepEqual([change.providerUserId, change.kind, change.wanted.hint.activity_id], [person, 'activity', activity])
  const waits = Number(change.wanted.hint.appears_until) - 1_777_908_300_000
  assert.ok(waits > 600_000 && waits <= 1_200_000)
  // A storm of the same event is one question.
  assert.deepEqual(notifications.parse(post({ ...sample('activity-create'), event_time: 1_777_908_301 })), [change])
})

test('edits are read again, deletions are gone, another app of the athlete is not ours to end', () => {
  const changed = [{ what: 'changed', providerUserId: person, kind: 'activity', wanted: { object: activity } }]
  for (const name of ['activity-update-title', 'activity-update-type', 'activity-update-private']) {
    assert.deepEqual(notifications.parse(post(sample(name))), changed)
  }
  assert.deepEqual(notifications.parse(post({ ...sample('activity-update-title'), updates: {} })), changed)
  assert.deepEqual(notifications.parse(post(sample('activity-delete'))), [
    { what: 'gone', providerUserId: person, gone: { type: 'activity', id: activity } },
  ])
  const ended = [{ what: 'revoked', providerUserId: person }]
  assert.deepEqual(notifications.parse(post(sample('athlete-deauthorized'))), ended)
  assert.deepEqual(notifications.parse(post({ ...sample('athlete-deauthorized'), aspect_type: 'delete' })), ended)
  assert.deepEqual(notifications.parse(post({ ...sample('athlete-deauthorized'), updates: {} })), [])
  assert.deepEqual(notifications.parse(post({ ...sample('activity-create'), object_type: 'club' })), [])
})

test('ids beyond 2^53 keep every digit', () => {
  const body = `{"object_type":"activity","object_id":12345678987654321,"aspect_type":"delete","owner_id":98765432123456789}`
  assert.deepEqual(notifications.parse(post(body)), [
    { what: 'gone', providerUserId: '98765432123456789', gone: { type: 'activity', id: '12345678987654321' } },
  ])
})

test('what cannot be read throws', () => {
  for (const body of ['', 'text', '[]', '{}', JSON.stringify({ ...sample('activity-create'), aspect_type: 'sold' })]) {
    assert.throws(() => notifications.parse(post(body)))
  }
})

const callbackUrl = 'https://loam.example.com/v2/hooks/strava/dev?key=OUR_VERIFY_TOKEN'

async function subscribing(present: unknown[], statuses: Record<string, number> = {}) {
  const calls: { method: string; at: Address; request: Omit<HttpRequest, 'url'> }[] = []
  await notifications.subscribeApplication!({
    client: secrets.client,
    callbackUrl,
    verificationToken: secrets.verificationToken,
    now: 0,
    send(at, request = {}) {
      const { method = 'GET' } = request
      calls.push({ method, at, request })
      const usual = { GET: 200, POST: 201, DELETE: 204 } as Record<string, number>
      return Promise.resolve(responseOf({ status: statuses[method] ?? usual[method]!, json: present }))
    },
  })
  return calls
}

test('the one subscription of the application is made, kept, or moved here', async () => {
  const made = await subscribing([])
  assert.deepEqual(
    made.map(({ method, at }) => `${method} ${at.host}${at.path}`),
    ['GET api/push_subscriptions', 'POST api/push_subscriptions'],
  )
  assert.deepEqual(made[1]!.request.form, {
    client_id: 'client',
    client_secret: secret,
    callback_url: callbackUrl,
    verify_token: secrets.verificationToken,
  })
  assert.equal((await subscribing([{ id: 289114, callback_url: callbackUrl }])).length, 1)
  const moved = await subscribing([{ id: 289114, callback_url: 'https://elsewhere.example.com' }])
  assert.deepEqual(
    moved.map(({ method, at }) => `${method} ${at.path}`),
    ['GET /push_subscriptions', 'DELETE /push_subscriptions/289114', 'POST /push_subscriptions'],
  )
})

test('a refused subscription says so, without the secret', async () => {
  const elsewhere = [{ id: 1, callback_url: 'https://elsewhere.example.com' }]
  for (const [statuses, what] of [
    [{ GET: 401 }, /list/],
    [{ POST: 400 }, /subscribe/],
    [{ DELETE: 500 }, /give up/],
  ] as const) {
    await assert.rejects(subscribing(elsewhere, statuses), (error) => {
      assert.ok(error instanceof Error && what.test(error.message) && !error.message.includes(secret))
      return true
    })
  }
})
