import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpRequest } from '../../platform/http.ts'
import type { Address, Wanted } from '../connector.ts'
import { type Answer, answering, fetched, responseOf } from '../test-http.ts'
import { mapPage } from '../map-pages.ts'
import { whoop } from './index.ts'
import { nightsOf, readNights } from './nights.ts'
import { oauth } from './oauth.ts'
import { Sleep } from './payloads.ts'

const V2 = 'api/developer/v2'
/** 15 September in Berlin, wide enough for a night that began elsewhere. */
const start = '2026-09-13T07:00:00.000Z'
const end = '2026-09-16T13:00:00.000Z'
const list = (path: string, token = '') =>
  `${V2}${path}?start=${start}&end=${end}&limit=25${token === '' ? '' : `&nextToken=${token}`}`
const stream = (id: string) => `${V2}/activity/sleep/${id}/stream?types=hr,skin_temp,sleep_classification`
const days = { start: '2026-09-15', end: '2026-09-15' }
const asked = { start_date: days.start, end_date: days.end }
const day: Wanted = { days }
const missing: Answer = { status: 404, json: { error: 'Not Found' } }
const listed = (type: string) => ({ listed: { type, days } })

const night = {
  id: 'n',
  cycle_id: 120,
  start: '2026-09-14T21:02:00.000Z',
  end: '2026-09-15T04:47:00.000Z',
  timezone_offset: '+02:00',
  nap: false,
  score_state: 'SCORED',
  score: {},
}
const nap = { ...night, id: 'p', nap: true, start: '2026-09-15T12:00:00.000Z', end: '2026-09-15T12:30:00.000Z' }
const { score: _, ...unscored } = night
const other = { ...night, id: 'o', cycle_id: 119, start: '2026-09-13T21:00:00.000Z', end: '2026-09-14T04:00:00.000Z' }

test('nights come in pages, and those of the days that were scored with their signals', async () => {
  const { http } = answering({
    [list('/activity/sleep')]: { json: { records: [nap, night], next_token: 'two' } },
    [list('/activity/sleep', 'two')]: { json: { records: [other, { ...unscored, id: 'q' }] } },
    [stream('n')]: { json: { stream: [] } },
  })
  assert.deepEqual(await fetched(whoop, 'sleep', day, http), [
    { kind: 'sleep', request: asked, payload: { records: [nap, night], next_token: 'two' } },
    {
      kind: 'sleep_stream',
      request: { sleep_id: 'n', day: '2026-09-15', zone: 'Europe/Berlin' },
      payload: { stream: [] },
    },
    {
      kind: 'sleep',
      request: { ...asked, page: '2' },
      payload: { records: [other, { ...unscored, id: 'q' }] },
    },
    listed('sleep'),
    listed('daily'),
  ])
})

test('signals that are not open to this application are no error', async () => {
  for (const status of [400, 403, 404]) {
    const { http } = answering({
      [`${V2}/activity/sleep/n`]: { json: night },
      [list('/activity/sleep')]: { json: { records: [nap, night, other] } },
      [stream('n')]: { status, json: { error: 'deactivated_user' } },
    })
    assert.deepEqual(await fetched(whoop, 'sleep', { object: 'n' }, http), [
      { kind: 'sleep', request: { sleep_id: 'n' }, payload: night },
    ])
  }
})

test('cycles and recoveries come with the days on which their nights ended', async () => {
  const { http } = answering({
    [list('/activity/sleep')]: { json: { records: [nap, night, other] } },
    [list('/cycle')]: { json: { records: [] } },
    [list('/recovery')]: { json: { records: [] } },
  })
  const nights = '120=2026-09-15/465,119=2026-09-14/420'
  assert.deepEqual(await fetched(whoop, 'cycle', day, http), [
    { kind: 'cycle', request: { ...asked, nights }, payload: { records: [] } },
    listed('daily'),
  ])
  assert.deepEqual(await fetched(whoop, 'recovery', day, http), [
    { kind: 'recovery', request: { ...asked, nights }, payload: { records: [] } },
    listed('daily'),
    listed('body'),
  ])
})

test('who may not read sleeps still reads cycles, by the usual night', async () => {
  const { http } = answering({
    [list('/activity/sleep')]: new ProviderError('403', { next: 'skip', status: 403 }),
    [list('/cycle')]: { json: { records: [] } },
  })
  const [page] = await fetched(whoop, 'cycle', day, http)
  assert.deepEqual(page, { kind: 'cycle', request: { ...asked, nights: '' }, payload: { records: [] } })
  const busy = answering({ [list('/activity/sleep')]: new ProviderError('429', { next: 'retry', status: 429 }) })
  await assert.rejects(fetched(whoop, 'cycle', day, busy.http), /429/)
})

test('a recovery is found by its sleep, and what a removed one had said is taken back', async () => {
  const known = { [`${V2}/activity/sleep/n`]: { json: night } }
  const nightPage = { kind: 'sleep', request: { sleep_id: 'n' }, payload: night }
  const there = answering({
    ...known,
    [list('/activity/sleep')]: { json: { records: [night] } },
    [`${V2}/cycle/120/recovery`]: { json: { cycle_id: 120 } },
  })
  assert.deepEqual(await fetched(whoop, 'recovery', { object: 'n' }, there.http), [
    nightPage,
    { kind: 'recovery', request: { sleep_id: 'n', nights: '120=2026-09-15/465' }, payload: { cycle_id: 120 } },
  ])
  const removed = answering({
    ...known,
    [`${V2}/cycle/120/recovery`]: missing,
    [list('/activity/sleep')]: { json: { records: [night] } },
    [list('/recovery')]: { json: { records: [] } },
  })
  assert.deepEqual(await fetched(whoop, 'recovery', { object: 'n' }, removed.http), [
    nightPage,
    { kind: 'recovery', request: { sleep_id: 'n' }, payload: { records: [] } },
    { kind: 'recovery', request: { ...asked, nights: '120=2026-09-15/465' }, payload: { records: [] } },
    listed('daily'),
    listed('body'),
  ])
  const without = answering({ [`${V2}/activity/sleep/n`]: missing })
  assert.deepEqual(await fetched(whoop, 'recovery', { object: 'n' }, without.http), [])
})

test("of two nights of one day the longer one is the day's, whichever is announced last", async () => {
  const score = { sleep_performance_percentage: 41 }
  const short = { ...night, id: 's', cycle_id: 121, start: '2026-09-15T16:00:00.000Z', end: '2026-09-15T19:00:00.000Z' }
  const recovery = { cycle_id: 121, sleep_id: 's', created_at: short.end, score: { recovery_score: 17 } }
  const { http } = answering({
    [`${V2}/activity/sleep/s`]: { json: { ...short, score } },
    [`${V2}/cycle/121/recovery`]: { json: recovery },
    [list('/activity/sleep')]: {
      json: { records: [short, { ...night, score: { sleep_performance_percentage: 88 } }] },
    },
    [stream('s')]: missing,
  })
  for (const kind of ['sleep', 'recovery']) {
    const given = (await fetched(whoop, kind, { object: 's' }, http)).flatMap((page) =>
      'payload' in page
        ? mapPage(whoop, page.kind, page.payload, { request: page.request, timeZone: 'Europe/Berlin', receivedAt: 0 })
            .mapped
        : [],
    )
    assert.ok(given.length > 0)
    assert.ok(
      given.every((each) => each.type === 'sleep'),
      kind,
    )
  }
})

test('a sleep or a workout that is not there any more is gone', async () => {
  const { http } = answering({ [`${V2}/activity/sleep/n`]: missing, [`${V2}/activity/workout/w`]: missing })
  assert.deepEqual(await fetched(whoop, 'sleep', { object: 'n' }, http), [{ gone: { type: 'sleep', id: 'n' } }])
  assert.deepEqual(await fetched(whoop, 'workout', { object: 'w' }, http), [{ gone: { type: 'activity', id: 'w' } }])
})

test('workouts are listed; a list that never ends is given up', async () => {
  const { http } = answering({ [list('/activity/workout')]: { json: { records: [] } } })
  assert.deepEqual(await fetched(whoop, 'workout', day, http), [
    { kind: 'workout', request: asked, payload: { records: [] } },
    listed('activity'),
  ])
  let calls = 0
  const endless = {
    send: () => Promise.resolve(responseOf({ json: { records: [], next_token: `t${++calls}` } })),
    follow: (url: string) => assert.fail(`nobody should follow ${url}`),
  }
  await assert.rejects(fetched(whoop, 'workout', day, endless), /did not end/)
  assert.equal(calls, 400)
})

test('the longest night of a cycle says its day; odd texts say nothing', () => {
  const short = { ...night, start: '2026-09-15T20:00:00.000Z', end: '2026-09-15T21:00:00.000Z' }
  const sleeps = [short, night, nap, { ...night, cycle_id: null }, { ...night, cycle_id: 121, end: null }]
  const text = nightsOf(
    sleeps.map((sleep) => Sleep.parse(sleep)),
    null,
  )
  assert.equal(text, '120=2026-09-15/465')
  assert.deepEqual([...readNights(text)], [['120', { day: '2026-09-15', minutes: 465 }]])
  assert.equal(readNights('120=2026-02-30/9,x,=2026-01-01/1,').size, 0)
})

const tokens = { accessToken: 't', refreshToken: null, expiresInSeconds: null, scopes: null }
const whose = { tokens, client: { id: 'client', secret: 'secret', extra: {} }, userId: 'user' }
const refused: Answer = { status: 403, json: { error: 'Forbidden' } }

test('the account is known by whatever was granted', async () => {
  const profile = `${V2}/user/profile/basic`
  const { http } = answering({ [profile]: { json: { user_id: 20418837 } } })
  assert.deepEqual(await whoop.identify({ http, ...whose }), { providerUserId: '20418837' })
  const some = answering({
    [profile]: refused,
    [`${V2}/cycle?limit=1`]: { json: { records: [] } },
    [`${V2}/recovery?limit=1`]: refused,
    [`${V2}/activity/sleep?limit=1`]: { json: { records: [{ user_id: '9007199254740993' }] } },
  })
  assert.deepEqual(await whoop.identify({ http: some.http, ...whose }), { providerUserId: '9007199254740993' })
  const none = ['cycle', 'recovery', 'activity/sleep', 'activity/workout'].map((path) => [
    `${V2}/${path}?limit=1`,
    refused,
  ])
  await assert.rejects(
    whoop.identify({ http: answering({ [profile]: refused, ...Object.fromEntries(none) }).http, ...whose }),
    /allow the profile/,
  )
})

test('a refresh asks for offline; access ends with the token of the person', async () => {
  const about = { client: whose.client, previous: null, scopes: [], redirectUri: 'https://loam.example.com/back' }
  assert.equal(oauth.tokenForm!({ grant_type: 'refresh_token' }, { grant: 'refresh', ...about }).scope, 'offline')
  assert.equal(oauth.tokenForm!({ code: 'c' }, { grant: 'code', ...about }).scope, undefined)
  const calls: [Address, Omit<HttpRequest, 'url'> | undefined][] = []
  const end = (status: number) =>
    oauth.revoke!({
      tokens: { accessToken: 'access', refreshToken: null },
      client: whose.client,
      providerUserId: '1',
      now: 0,
      send(at, request) {
        calls.push([at, request])
        return Promise.resolve(responseOf({ status, json: null }))
      },
    })
  await end(204)
  await end(401)
  assert.deepEqual(calls[0], [
    { host: 'api', path: '/developer/v2/user/access' },
    { method: 'DELETE', headers: { authorization: 'Bearer access' } },
  ])
  await assert.rejects(end(500), /500/)
})

test('a 429 says how many seconds are left', () => {
  const wait = (headers: Record<string, string>) =>
    whoop.limits.waitSeconds!(responseOf({ status: 429, json: null }, headers), 0)
  assert.equal(wait({ 'x-ratelimit-reset': '17' }), 17)
  assert.equal(wait({ 'x-ratelimit-reset': '0' }), 1)
  assert.equal(wait({}), null)
  assert.equal(wait({ 'x-ratelimit-reset': 'soon' }), null)
})

test('the offset is that of the newest cycle or sleep', () => {
  const at = (from: string, timezone_offset: string) => ({ ...night, start: from, timezone_offset })
  const both = [at('2026-09-14T21:02:00.000Z', '+02:00'), at('2026-09-15T21:02:00.000Z', 'Z')]
  assert.equal(whoop.timeZone!('sleep', { records: both }), '+00:00')
  assert.equal(whoop.timeZone!('cycle', both[0]), '+02:00')
  assert.equal(whoop.timeZone!('workout', both[0]), null)
  assert.equal(whoop.timeZone!('sleep', { records: [null, at('soon', '+02:00')] }), null)
})
