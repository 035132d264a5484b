import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { runDataRequest } from '../../intake/data-request.ts'
import { complete } from '../../model/records.ts'
import { packSync } from '../../store/compress.ts'
import type { ConnectionRow } from '../../store/connections.ts'
import { listEvents } from '../../store/events.ts'
import { listJobs } from '../../store/jobs.ts'
import { putCoverage } from '../../store/coverage.ts'
import { putRecord } from '../../store/records.ts'
import { openTestApi, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
beforeEach(() => api.respond(() => ({ status: 200, json: { data: [], next_token: null } })))
after(() => api.dispose())

const TYPES = ['activity', 'body', 'daily', 'menstruation', 'nutrition', 'sleep']
const firstPage = { cursor: null, limit: 50 }

async function jobsOf(user: ConnectionRow) {
  return (await listJobs(api.ctx.db, api.environment.id, { userId: user.user_id, kind: 'request' }, firstPage)).rows
}

function readNow(): { at: number; whole: boolean; now: number } {
  return { at: api.clock.now(), whole: true, now: api.clock.now() }
}

async function storeDaily(user: ConnectionRow, day: string): Promise<void> {
  const record = complete('daily', {
    metadata: { start_time: `${day}T00:00:00.000000+01:00`, end_time: `${day}T23:59:59.000000+01:00`, upload_type: 1 },
    distance_data: { steps: 1234 },
    heart_rate_data: { detailed: { hr_samples: [{ timestamp: `${day}T08:00:00.000000+01:00`, bpm: 60 }] } },
  } as never)
  await api.ctx.db.batch([
    putRecord({
      user_id: user.user_id,
      type: 'daily',
      key: `day:${day}`,
      summary_id: null,
      day,
      main: 0,
      start_at: Date.parse(`${day}T00:00:00+01:00`),
      start_day: day,
      version: 1,
      digest: day,
      updated_at: 1,
      body: packSync(JSON.stringify(record)),
    }),
  ])
}

test('to_webhook is the default: an acknowledgement that carries the reference of what follows', async () => {
  const user = await api.addUser({ reference_id: 'me' })
  for (const type of TYPES) {
    // As Terra's own example asks after every sign-in: unix seconds, thirty days, nothing else.
    const start = Math.floor(api.clock.now() / 1000) - 30 * 86_400
    const answer = await api.asCustomer('GET', `/v2/${type}?user_id=${user.user_id}&start_date=${start}`)
    assert.equal(answer.status, 200, answer.text)
    const reference = answer.headers.get('terra-reference')
    const { user: shown, ...rest } = answer.json
    assert.deepEqual(rest, { status: 'success', type, reference, trace_id: reference })
    assert.equal((shown as { reference_id: string }).reference_id, 'me')
  }
  assert.equal((await jobsOf(user)).length, 6)
})

test('to_webhook=false answers the stored records of covered days, without samples unless asked', async () => {
  const user = await api.addUser()
  await storeDaily(user, '2026-03-01')
  await storeDaily(user, '2026-03-02')
  await api.ctx.db.batch(putCoverage(user.user_id, 'daily', ['2026-03-01', '2026-03-02'], readNow()))
  const path = `/v2/daily?user_id=${user.user_id}&start_date=2026-03-01&end_date=2026-03-02&to_webhook=False`
  const answer = await api.asCustomer('GET', path)
  assert.equal(answer.status, 200, answer.text)
  const { type, status, version, data } = answer.json as {
    type: string
    status: string
    version: string
    data: { metadata: { start_time: string }; heart_rate_data: { detailed: { hr_samples: unknown[] } } }[]
  }
  assert.deepEqual({ type, status, version }, { type: 'daily', status: 'success', version: '2022-03-16' })
  assert.deepEqual(
    data.map((record) => record.metadata.start_time.slice(0, 10)),
    ['2026-03-01', '2026-03-02'],
  )
  assert.deepEqual(data[0]!.heart_rate_data.detailed.hr_samples, [])
  const full = (await api.asCustomer('GET', `${path}&with_samples=True`)).json as { data: typeof data }
  assert.equal(full.data[0]!.heart_rate_data.detailed.hr_samples.length, 1)
  const exact = await api.asCustomer(
    'GET',
    `/v2/daily?user_id=${user.user_id}&start_date=2026-03-02T00:00:00%2B01:00&end_date=2026-03-02T00:00:01%2B01:00&to_webhook=0`,
  )
  assert.equal((exact.json.data as unknown[]).length, 1)
})

test('no data is an empty list, also for a type that the source never gives', async () => {
  const user = await api.addUser()
  for (const type of ['sleep', 'nutrition']) {
    const answer = await api.asCustomer(
      'GET',
      `/v2/${type}?user_id=${user.user_id}&start_date=2026-03-01&end_date=2026-03-02&to_webhook=false`,
    )
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(answer.json.data, [])
  }
})

test('more than 31 days are a large request, whatever to_webhook says', async () => {
  const user = await api.addUser()
  const path = `/v2/sleep?user_id=${user.user_id}&start_date=2026-01-01&end_date=2026-03-01&to_webhook=false`
  const answer = await api.asCustomer('GET', path)
  assert.equal(answer.json.type, 'sleep')
  assert.match(String(answer.json.message), /^Large request submitted/)
  const reference = String(answer.json.reference)
  const events = await listEvents(api.ctx.db, api.environment.id, { reference }, firstPage)
  assert.deepEqual(
    events.rows.map((row) => row.type),
    ['large_request_processing'],
  )
  const month = `/v2/sleep?user_id=${user.user_id}&start_date=2026-01-01&end_date=2026-01-31`
  assert.equal((await api.asCustomer('GET', month)).json.message, undefined)
})

test('events of a request follow with_samples, and its reference', async () => {
  const user = await api.addUser()
  await storeDaily(user, '2026-03-01')
  await api.ctx.db.batch(putCoverage(user.user_id, 'daily', ['2026-03-01'], readNow()))
  const path = `/v2/daily?user_id=${user.user_id}&start_date=2026-03-01&end_date=2026-03-01`
  for (const [query, samples] of [
    ['', 0],
    ['&with_samples=true', 1],
  ] as const) {
    const { json } = await api.asCustomer('GET', `${path}${query}`)
    const job = (await jobsOf(user)).find((row) => row.payload.includes(String(json.reference)))
    await api.ctx.db.run(`UPDATE jobs SET state = 'running', lease_id = 'ours' WHERE id = $1`, [job!.id])
    await runDataRequest(api.ctx, { ...job!, lease_id: 'ours' })
    const events = await listEvents(api.ctx.db, api.environment.id, { reference: String(json.reference) }, firstPage)
    const event = await api.asOperator('GET', `/admin/v1/events/${events.rows[0]!.id}`)
    const [record] = (event.json.body as { data: { heart_rate_data: { detailed: { hr_samples: unknown[] } } }[] }).data
    assert.equal(record!.heart_rate_data.detailed.hr_samples.length, samples)
  }
})

test('athlete: acknowledged as `webhook`, `no_data` when there is none', async () => {
  const user = await api.addUser()
  const ack = await api.asCustomer('GET', `/v2/athlete?user_id=${user.user_id}`)
  assert.equal(ack.json.type, 'webhook')
  assert.equal(ack.json.message, 'Data will be sent to webhook')
  assert.equal(ack.json.reference, ack.headers.get('terra-reference'))
  const now = api.clock.now()
  const days = [-1, 0, 1].map((offset) => new Date(now + offset * 86_400_000).toISOString().slice(0, 10))
  await api.ctx.db.batch(putCoverage(user.user_id, 'athlete', days, readNow()))
  const none = await api.asCustomer('GET', `/v2/athlete?user_id=${user.user_id}&to_webhook=false`)
  assert.equal(none.json.type, 'no_data')
})

test('an unknown user is 404, a user of another environment too', async () => {
  const path = '/v2/activity?start_date=2026-03-01&user_id='
  const unknown = await api.asCustomer('GET', `${path}nobody`)
  assert.equal(unknown.status, 404)
  const other = await api.asOperator('POST', '/admin/v1/environments', { json: { name: 'Other' } })
  const headers = { 'dev-id': String(other.json.dev_id), 'x-api-key': String(other.json.api_key) }
  const user = await api.addUser()
  assert.equal((await api.call('GET', `${path}${user.user_id}`, { headers })).status, 404)
})

test('wrong parameters are 400', async () => {
  const user = await api.addUser()
  const path = `/v2/activity?user_id=${user.user_id}`
  assert.equal((await api.asCustomer('GET', path)).json.message, 'start_date: is required: text')
  const date = await api.asCustomer('GET', `${path}&start_date=tomorrow`)
  assert.equal(date.json.code, 'invalid_date')
  const flag = await api.asCustomer('GET', `${path}&start_date=2026-03-01&to_webhook=maybe`)
  assert.match(String(flag.json.message), /^to_webhook: must be/)
})

test('the provider limits us: 429 with the wait and the body that older clients know', async () => {
  const user = await api.addUser()
  api.respond(() => ({ status: 429, headers: { 'retry-after': '120' } }))
  const path = `/v2/sleep?user_id=${user.user_id}&start_date=2026-03-01&end_date=2026-03-02&to_webhook=false`
  const answer = await api.asCustomer('GET', path)
  assert.equal(answer.status, 429)
  assert.equal(answer.headers.get('retry-after'), '120')
  assert.equal(answer.json.type, 'rate_limit')
  assert.equal(answer.json.message, 'Rate limit exceeded')
  assert.equal((answer.json.user as { user_id: string }).user_id, user.user_id)
  const queued = await api.asCustomer('GET', `${path}&retry_if_rate_limited=true`)
  assert.equal(queued.status, 200)
  assert.equal(queued.json.type, 'sleep')
  assert.equal((await jobsOf(user)).length, 1)
})

test('a provider that names a wait of years is asked again after a day', async () => {
  const user = await api.addUser()
  const path = `/v2/sleep?user_id=${user.user_id}&start_date=2026-03-01&end_date=2026-03-02&to_webhook=false`
  for (const [status, ours] of [
    [503, 502],
    [429, 429],
  ]) {
    api.respond(() => ({ status: status!, headers: { 'retry-after': '1000000000' } }))
    const answer = await api.asCustomer('GET', path)
    assert.equal(answer.status, ours)
    assert.equal(answer.headers.get('retry-after'), '86400')
  }
  const tokens = { access_token: 'b', refresh_token: 's', token_type: 'bearer', expires_in: 86_400 }
  const page = { data: [], next_token: null }
  api.respond(({ method }) => ({ status: 200, json: method === 'POST' ? tokens : page }))
  api.clock.advance(86_401_000)
  assert.equal((await api.asCustomer('GET', path)).status, 200)
})

test('the provider rejects the token: 400 with a reason, never 401', async () => {
  const user = await api.addUser()
  api.respond((request) =>
    request.method === 'POST' ? { status: 400, json: { error: 'invalid_grant' } } : { status: 401 },
  )
  const path = `/v2/sleep?user_id=${user.user_id}&start_date=2026-03-01&end_date=2026-03-02&to_webhook=false`
  const answer = await api.asCustomer('GET', path)
  assert.equal(answer.status, 400, answer.text)
  assert.equal(answer.json.code, 'connection_degraded')
  assert.equal(answer.json.reason, 'connection_error')
  assert.match(String(answer.json.detail), /^connection degraded: the provider rejected the access token/)
})

test('the provider is away: 502 that says when to try again', async () => {
  const user = await api.addUser()
  api.respond(() => ({ status: 503 }))
  const path = `/v2/sleep?user_id=${user.user_id}&start_date=2026-03-01&end_date=2026-03-02&to_webhook=false`
  const answer = await api.asCustomer('GET', path)
  assert.equal(answer.status, 502, answer.text)
  assert.ok(Number(answer.headers.get('retry-after')) >= 1)
})

for (const [name, answer] of [
  ['text that is no JSON', { status: 200 }],
  ['JSON that is no page', { status: 200, json: { error: 'maintenance' } }],
  ['a redirect', { status: 302, headers: { location: 'https://status.example.com' } }],
] as const) {
  test(`the provider answers ${name}: 502, and the days count as unread`, async () => {
    const user = await api.addUser()
    const path = `/v2/sleep?user_id=${user.user_id}&start_date=2026-03-01&end_date=2026-03-02&to_webhook=false`
    api.respond(() => answer)
    const failed = await api.asCustomer('GET', path)
    assert.equal(failed.status, 502, failed.text)
    assert.equal(failed.json.code, 'provider_unavailable')
    api.respond(() => ({ status: 200, json: { data: [], next_token: null } }))
    const before = api.sent.length
    assert.equal((await api.asCustomer('GET', path)).status, 200)
    assert.ok(api.sent.length > before)
  })
}

test('a user who was switched off is not read', async () => {
  const user = await api.addUser({ active: 0 })
  const answer = await api.asCustomer('GET', `/v2/sleep?user_id=${user.user_id}&start_date=2026-03-01`)
  assert.equal(answer.status, 400)
  assert.equal(answer.json.code, 'user_inactive')
  const history = await api.asOperator('POST', `/admin/v1/users/${user.user_id}/backfill`, { json: { days: 3 } })
  assert.equal(history.status, 400)
  assert.equal(history.json.code, 'user_inactive')
})

test('a user who is removed while the provider is asked: 404, not an empty answer', async () => {
  const user = await api.addUser()
  let removed: Promise<unknown> | undefined
  api.respond(() => {
    removed ??= api.asCustomer('DELETE', `/v2/auth/deauthenticateUser?user_id=${user.user_id}`)
    return { status: 200, json: { data: [], next_token: null } }
  })
  const path = `/v2/sleep?user_id=${user.user_id}&start_date=2026-03-01&end_date=2026-03-02&to_webhook=false`
  const answer = await api.asCustomer('GET', path)
  await removed
  assert.equal(answer.status, 404, answer.text)
})
