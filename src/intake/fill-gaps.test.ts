// Which days count as read, and for how long.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { sealTokens } from '../credentials/tokens.ts'
import { putCoverage } from '../store/coverage.ts'

const HOUR_MS = 3_600_000
const EMPTY = { status: 200, json: { data: [], next_token: null } }
/** As Oura documents it, but for the score, which never is a text. */
const unreadable = { status: 200, json: { data: [{ id: 'a', day: '2026-02-01', score: {} }], next_token: null } }

interface Asked {
  api: TestApi
  /** How often the provider is asked for the days of this type by one REST request. */
  calls(type: string): Promise<number>
}

async function open(t: TestContext, scopes: string | null = null): Promise<Asked & { userId: string }> {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const userId = randomUUID()
  const tokens = sealTokens(api.ctx, userId, {
    accessToken: 'a',
    refreshToken: 'r',
    expiresInSeconds: 1e6,
    scopes: null,
  })
  await api.addUser({ user_id: userId, scopes, ...tokens })
  return {
    api,
    userId,
    async calls(type) {
      const before = api.sent.length
      const query = `user_id=${userId}&start_date=2026-02-01&end_date=2026-02-03&to_webhook=false`
      const { status, text } = await api.asCustomer('GET', `/v2/${type}?${query}`)
      assert.equal(status, 200, text)
      return api.sent.length - before
    },
  }
}

test('days that came whole are not asked for again', async (t) => {
  const { api, calls } = await open(t)
  api.respond(() => EMPTY)
  assert.ok((await calls('sleep')) > 0)
  api.clock.advance(48 * HOUR_MS)
  assert.equal(await calls('sleep'), 0)
})

for (const [what, place, answer] of [
  ['a page that could not be mapped', '/daily_sleep', unreadable],
  ['a kind that is not found', '/daily_sleep', { status: 404 }],
  ['what is refused altogether', '/v2/', { status: 403 }],
] as const) {
  test(`${what} leaves its days unread: they are asked for again a day later, not before`, async (t) => {
    const { api, calls } = await open(t)
    api.respond(({ url }) => (url.includes(place) ? answer : EMPTY))
    const all = await calls('sleep')
    assert.ok(all > 0)
    api.clock.advance(HOUR_MS)
    assert.equal(await calls('sleep'), 0)
    api.clock.advance(24 * HOUR_MS)
    api.respond(() => EMPTY)
    assert.equal(await calls('sleep'), all)
    api.clock.advance(48 * HOUR_MS)
    assert.equal(await calls('sleep'), 0)
  })
}

test('a single kind that is refused leaves nothing unread: it would be refused tomorrow, too', async (t) => {
  const { api, calls } = await open(t)
  api.respond(({ url }) => (url.includes('/daily_spo2') ? { status: 403 } : EMPTY))
  await calls('sleep')
  api.clock.advance(48 * HOUR_MS)
  assert.equal(await calls('sleep'), 0)
})

test('a page that could not be mapped holds up no other type of record', async (t) => {
  const { api, userId, calls } = await open(t)
  api.respond(({ url }) => (url.includes('/workout') ? unreadable : EMPTY))
  assert.ok((await calls('sleep')) > 0)
  await calls('activity')
  const rows = await api.ctx.db.all('SELECT DISTINCT type, whole FROM coverage WHERE user_id = $1 ORDER BY type', [
    userId,
  ])
  assert.deepEqual(rows, [
    { type: 'activity', whole: 0 },
    { type: 'sleep', whole: 1 },
  ])
})

test('what the person did not allow is not asked for, and its days count as read', async (t) => {
  const { api, calls } = await open(t, 'daily,personal')
  api.respond(() => EMPTY)
  await calls('activity')
  api.clock.advance(48 * HOUR_MS)
  assert.equal(await calls('activity'), 0)
})

test('a day that was read by a clock that was ahead is asked for, and counts from then on', async (t) => {
  const { api, userId, calls } = await open(t)
  api.respond(() => EMPTY)
  const ahead = api.clock.now() + 30 * 24 * HOUR_MS
  const days = ['2026-02-01', '2026-02-02', '2026-02-03']
  await api.ctx.db.batch(putCoverage(userId, 'sleep', days, { at: ahead, whole: true, now: ahead }))
  assert.ok((await calls('sleep')) > 0)
  assert.equal(await calls('sleep'), 0)
})

test('days before somebody connected are not asked for again where all that changes is sent (GARMIN)', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const { user_id: userId } = await api.addUser({ provider: 'GARMIN', scopes: null })
  const day = '2026-03-09'
  const read = { at: api.clock.now(), whole: true, now: api.clock.now() }
  await api.ctx.db.batch(putCoverage(userId, 'daily', [day], read))
  api.clock.advance(HOUR_MS)
  const query = `user_id=${userId}&start_date=${day}&end_date=${day}&to_webhook=false`
  assert.deepEqual((await api.asCustomer('GET', `/v2/daily?${query}`)).json.data, [])
  assert.equal(api.sent.length, 0)
})
