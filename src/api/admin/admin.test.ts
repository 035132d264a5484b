import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { authCancelledEvent } from '../../model/events.ts'
import { appendEvents } from '../../outbox/append.ts'
import { insertAttempt } from '../../store/deliveries.ts'
import { signingSecretOf } from '../environments.ts'
import { openTestApi, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

type Rows = Record<string, unknown>[]
const rowsOf = (answer: { json: Record<string, unknown> }): Rows => answer.json.data as Rows

async function addEvent(): Promise<string> {
  const body = authCancelledEvent({
    reason: 'access_denied',
    provider: 'OURA',
    userId: 'u',
    referenceId: null,
    widgetSessionId: null,
    flowId: 'f',
    createdAt: '2026-03-10T12:00:00.000000+00:00',
  })
  const [id] = await api.ctx.db.transaction((tx) =>
    appendEvents(api.ctx, tx, [{ environmentId: api.environment.id, connection: null, body, lane: 'live' }]),
  )
  return id!
}

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

test('unknown members are refused: a misspelled one must not pass silently; so are empty ones', async () => {
  const answer = await api.asOperator('PUT', '/admin/v1/sources/OURA', { json: { enable: true } })
  assert.equal(answer.status, 400)
  assert.equal(answer.json.message, 'enable: is not known here; check its spelling')
  const settings = { host: 'redis.example.com', stream: '' }
  const empty = await api.asOperator('POST', '/admin/v1/destinations', { json: { type: 'redis', settings } })
  assert.equal(empty.json.message, 'stream: must not be empty')
})

test('unknown parameters are refused, with those that are known; what every list may be asked for is not', async () => {
  const status = async (query: string) => (await api.asOperator('GET', `/admin/v1/${query}`)).status
  const answer = await api.asOperator('GET', '/admin/v1/deliveries?stat=failed&limit=5')
  assert.equal(answer.status, 400)
  const known = 'known are limit, cursor, state, destination_id, user_id, type'
  assert.equal(answer.json.message, `stat: is not known here; did you mean state? ${known}`)
  const fields = [{ field: 'stat', problem: `is not known here; did you mean state? ${known}` }]
  assert.deepEqual(answer.json.fields, fields)
  const none = await api.asOperator('GET', '/admin/v1/sources?enabled=true')
  assert.equal(none.json.message, 'enabled: is not known here; no parameters are')
  assert.equal(await status('deliveries?toString=1&__proto__=1'), 400)
  assert.equal(await status(`destinations?limit=5&cursor=&dev_id=${api.devId}`), 200)
  assert.equal(await status('events?state=failed'), 200)
  const headers = { 'dev-id': api.devId, 'x-api-key': api.apiKey }
  assert.equal((await api.call('GET', '/v2/subscriptions?_=1', { headers })).status, 200)
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

test('users: list with filters and pages, detail, change, backfill, deauth', async () => {
  const users = []
  for (let i = 0; i < 5; i++) {
    api.clock.advance(1000)
    users.push(await api.addUser({ reference_id: `ref-${i}`, state: i === 0 ? 'degraded' : 'connected' }))
  }
  const seen: unknown[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const answer = await api.asOperator('GET', `/admin/v1/users?limit=2&cursor=${cursor}`)
    seen.push(...rowsOf(answer).map((row) => row.user_id))
    cursor = answer.json.next_cursor as string | null
  }
  assert.deepEqual(seen, users.map((user) => user.user_id).toReversed())
  const filtered = await api.asOperator('GET', '/admin/v1/users?state=degraded')
  assert.deepEqual(
    rowsOf(filtered).map((row) => row.reference_id),
    ['ref-0'],
  )
  const path = `/admin/v1/users/${users[1]!.user_id}`
  assert.deepEqual((await api.asOperator('GET', path)).json.records, [])
  const changed = await api.asOperator('PATCH', path, { json: { reference_id: null, active: false } })
  assert.deepEqual([changed.json.reference_id, changed.json.active], [null, false])
  await api.asOperator('PATCH', path, { json: { active: true } })
  const backfill = await api.asOperator('POST', `${path}/backfill`, { json: { days: 10, types: ['sleep'] } })
  assert.equal(backfill.status, 202)
  assert.deepEqual([backfill.json.start_date, backfill.json.end_date], ['2026-03-01', '2026-03-10'])
  const job = await api.asOperator('GET', `/admin/v1/jobs/${backfill.json.job_id}`)
  assert.deepEqual([job.json.kind, job.json.state, job.json.progress], ['backfill', 'pending', { done: 0, total: 10 }])
  const jobs = await api.asOperator('GET', `/admin/v1/jobs?user_id=${users[1]!.user_id}`)
  assert.equal(rowsOf(jobs).length, 1)
  assert.equal((await api.asOperator('POST', `/admin/v1/jobs/${backfill.json.job_id}/cancel`)).json.state, 'cancelled')
  assert.equal((await api.asOperator('GET', '/admin/v1/jobs/none')).status, 404)
  for (const [days, problem] of [
    [{ start_date: '1000-12-01' }, /^start_date: must not be before 1970-01-01$/],
    [{ start_date: '2026-03-20', end_date: '2026-04-01' }, /^start_date: is in the future$/],
    [{ start_date: '2026-03-02', end_date: '2026-03-01' }, /^start_date: is after end_date$/],
  ] as const) {
    const none = await api.asOperator('POST', `${path}/backfill`, { json: days })
    assert.equal(none.status, 400)
    assert.match(String(none.json.message), problem)
  }
  const ahead = await api.asOperator('POST', `${path}/backfill`, {
    json: { start_date: '2026-03-08', end_date: '2026-12-31' },
  })
  assert.equal(ahead.json.end_date, '2026-03-10')
  const wrong = await api.asOperator('POST', `${path}/backfill`, { json: { start_date: '2026-02-30' } })
  assert.match(String(wrong.json.message), /^start_date: must be a day that exists/)
  const records = await api.asOperator('GET', `${path}/records?type=sleep&start_date=2026-03-01&end_date=2026-03-10`)
  assert.deepEqual(records.json.data, [])
  assert.equal((await api.asOperator('DELETE', path)).status, 204)
  assert.equal((await api.asOperator('GET', path)).status, 404)
})

test('events and deliveries: listed, shown with body and attempts, sent again', async () => {
  const id = await addEvent()
  const list = await api.asOperator('GET', '/admin/v1/events?type=auth_cancelled')
  assert.equal(rowsOf(list)[0]!.id, id)
  const event = await api.asOperator('GET', `/admin/v1/events/${id}`)
  assert.equal((event.json.body as { reason: string }).reason, 'access_denied')
  const [delivery] = event.json.deliveries as Rows
  assert.equal(delivery!.destination_name, 'Inspector')
  await api.ctx.db.run(`UPDATE deliveries SET lease_id = 'lease-1' WHERE id = $1`, [String(delivery!.id)])
  await api.ctx.db.batch([
    insertAttempt(
      {
        id: 'a1',
        delivery_id: String(delivery!.id),
        number: 1,
        started_at: api.clock.now(),
        duration_ms: 12,
        outcome: 'retry',
        status: 500,
        error: 'the receiver answered 500',
        response: 'oops',
      },
      'lease-1',
    ),
  ])
  const shown = await api.asOperator('GET', `/admin/v1/deliveries/${delivery!.id}`)
  assert.deepEqual(
    (shown.json.attempt_log as Rows).map((attempt) => [attempt.number, attempt.status, attempt.response]),
    [[1, 500, 'oops']],
  )
  const resent = await api.asOperator('POST', `/admin/v1/deliveries/${delivery!.id}/resend`)
  assert.equal(resent.status, 202)
  const all = await api.asOperator('POST', `/admin/v1/events/${id}/resend`)
  assert.equal(all.status, 202)
  assert.equal((all.json.delivery_ids as string[]).length, 1)
  const deliveries = await api.asOperator('GET', '/admin/v1/deliveries?type=auth_cancelled&state=pending')
  assert.equal(rowsOf(deliveries).length, 3)
  const none = await api.asOperator('POST', `/admin/v1/events/${id}/resend`, { json: { destination_id: 'none' } })
  assert.equal(none.json.code, 'destination_not_found')
  assert.equal((await api.asOperator('GET', '/admin/v1/events/none')).status, 404)
  assert.equal((await api.asOperator('GET', '/admin/v1/deliveries/none')).status, 404)
  assert.equal((await api.asOperator('POST', '/admin/v1/deliveries/none/resend')).status, 404)
  const request = await api.asOperator('GET', `/admin/v1/events/${id}/request`)
  assert.equal(JSON.parse(Buffer.from(String(request.json.body_base64), 'base64').toString()).reason, 'access_denied')
  assert.match((request.json.headers as Record<string, string>)['terra-signature']!, /^t=\d+,v1=[0-9a-f]{64}$/)
})

test('lists refuse a cursor or a limit that is none', async () => {
  assert.equal((await api.asOperator('GET', '/admin/v1/events?cursor=nonsense')).json.code, 'invalid_cursor')
  for (const limit of ['0', '201', 'many']) {
    const answer = await api.asOperator('GET', `/admin/v1/events?limit=${limit}`)
    assert.match(String(answer.json.message), /^limit: must be/, limit)
  }
  assert.match(
    String((await api.asOperator('GET', '/admin/v1/events?since=today')).json.message),
    /^since: must be an ISO/,
  )
})

test('generate: every data type, shown or sent, for a user or a made-up one', async () => {
  for (const type of ['activity', 'athlete', 'body', 'daily', 'menstruation', 'nutrition', 'sleep']) {
    const answer = await api.asOperator('POST', '/admin/v1/generate', {
      json: { type, provider: 'oura', reference_id: 'demo' },
    })
    assert.equal(answer.status, 200, answer.text)
    const event = answer.json.event as {
      type: string
      user: { reference_id: string }
      data?: unknown[]
      athlete?: unknown
    }
    assert.deepEqual([event.type, event.user.reference_id], [type, 'demo'])
    assert.ok(type === 'athlete' ? event.athlete : event.data?.length === 1)
    assert.equal(answer.json.event_id, null)
  }
  const user = await api.addUser({ reference_id: 'real' })
  const sent = await api.asOperator('POST', '/admin/v1/generate', {
    json: { type: 'sleep', user_id: user.user_id, send: true },
  })
  assert.equal((sent.json.delivery_ids as string[]).length, 1)
  const event = await api.asOperator('GET', `/admin/v1/events/${sent.json.event_id}`)
  assert.deepEqual(event.json.body, sent.json.event)
  const same = { json: { type: 'sleep', user_id: user.user_id, person: 'ada', day: '2026-03-01' } }
  const [one, two] = [
    await api.asOperator('POST', '/admin/v1/generate', same),
    await api.asOperator('POST', '/admin/v1/generate', same),
  ]
  assert.deepEqual((one.json.event as { data: unknown }).data, (two.json.event as { data: unknown }).data)
  assert.equal(
    (await api.asOperator('POST', '/admin/v1/generate', { json: { type: 'sleep', user_id: 'none' } })).status,
    404,
  )
  assert.equal((await api.asOperator('POST', '/admin/v1/generate', { json: { type: 'steps' } })).status, 400)
})

test('the installation tells what it is', async () => {
  const answer = await api.asOperator('GET', '/admin/v1/instance')
  assert.equal(answer.json.sandbox, true)
  assert.ok((answer.json.providers as string[]).includes('OURA'))
})
