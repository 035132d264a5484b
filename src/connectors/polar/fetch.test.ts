import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpRequest } from '../../platform/http.ts'
import { type Address, UnreadablePage, type Wanted } from '../connector.ts'
import { mapPage } from '../map-pages.ts'
import { type Answer, answering, fetched, responseOf } from '../test-http.ts'
import { polar } from './index.ts'
import { oauth } from './oauth.ts'

const V3 = 'api/v3'
const FLAGS = '?samples=true&zones=true&route=true'
const missing: Answer = { status: 404, json: null }
const nothing: Answer = { status: 204, json: null }
const info = { [`${V3}/users/physical-info`]: { json: { maximum_heart_rate: 190 } } }
const days = { start: '2026-09-15', end: '2026-09-15' }
const day: Wanted = { days }
const listed = (type: string) => ({ listed: { type, days } })

const run = { id: 'r', start_time: '2026-09-15T18:00:00', start_time_utc_offset: 120 }
const tokyo = { id: 't', start_time: '2026-09-15T03:00:00', start_time_utc_offset: 540 }
const other = { id: 'o', start_time: '2026-09-14T18:00:00', start_time_utc_offset: 120 }

test('exercises of a day are read one by one with all that they recorded', async () => {
  const { http } = answering({
    ...info,
    [`${V3}/exercises`]: { json: [run, other, tokyo] },
    [`${V3}/exercises/r${FLAGS}`]: { json: run },
    [`${V3}/exercises/t${FLAGS}`]: missing,
  })
  assert.deepEqual(await fetched(polar, 'exercises', day, http), [
    { kind: 'exercises', request: { exercise_id: 'r', maximum_heart_rate: '190' }, payload: run },
    listed('activity'),
    listed('body'),
  ])
})

test("what is older than Polar's list is neither asked for nor missing from it", async () => {
  assert.deepEqual(
    await fetched(polar, 'exercises', { days: { start: '2026-01-01', end: '2026-08-16' } }, answering({}).http),
    [],
  )
  const { http } = answering({ [`${V3}/exercises`]: nothing })
  const wanted = { days: { start: '2026-08-01', end: '2026-09-15' } }
  assert.deepEqual((await fetched(polar, 'exercises', wanted, http))[0], {
    listed: { type: 'activity', days: { start: '2026-08-20', end: '2026-09-15' } },
  })
})

test('an announced exercise is read alone; with beat to beat intervals, the others of its day, too', async () => {
  const alone = answering({ ...info, [`${V3}/exercises/r${FLAGS}`]: { json: run } })
  assert.deepEqual(await fetched(polar, 'exercises', { object: 'r' }, alone.http), [
    { kind: 'exercises', request: { exercise_id: 'r', maximum_heart_rate: '190' }, payload: run },
  ])
  // Also where something else of it cannot be read.
  const series = [{ 'sample-type': 0, data: 7 }]
  const beats = { ...run, samples: [...series, { 'recording-rate': 0, 'sample-type': '11', data: '800' }] }
  const both = answering({
    [`${V3}/users/physical-info`]: nothing,
    [`${V3}/exercises/r${FLAGS}`]: { json: beats },
    [`${V3}/exercises`]: { json: [run, tokyo] },
    [`${V3}/exercises/t${FLAGS}`]: { json: tokyo },
  })
  const pages = await fetched(polar, 'exercises', { object: 'r' }, both.http)
  assert.deepEqual(
    pages.map((page) => 'request' in page && page.request),
    [{ exercise_id: 'r' }, { exercise_id: 't' }, false, false],
  )
  const gone = answering({ [`${V3}/exercises/r${FLAGS}`]: missing })
  assert.deepEqual(await fetched(polar, 'exercises', { object: 'r' }, gone.http), [
    { gone: { type: 'activity', id: 'r' } },
  ])
  const odd = answering({ [`${V3}/exercises`]: { json: [{ start_time: 'x' }] } })
  await assert.rejects(fetched(polar, 'exercises', day, odd.http), UnreadablePage)
})

test('windows leave out what is too old and what is to come', async () => {
  const range = (from: string, to: string) => `from=${from}&to=${to}`
  const flags = '&steps=true&activity_zones=true&inactivity_stamps=true'
  const { http, asked } = answering({
    [`${V3}/users/activities?${range('2026-09-10', '2026-09-16')}${flags}`]: { json: [] },
    [`${V3}/users/activities?${range('2025-09-17', '2025-09-20')}${flags}`]: nothing,
    [`${V3}/users/continuous-heart-rate?${range('2026-08-20', '2026-09-01')}`]: { json: { heart_rates: [] } },
    [`${V3}/users/cardio-load/date?${range('2026-09-15', '2026-09-15')}`]: { json: [] },
    [`${V3}/users/sleepwise/circadian-bedtime/date?${range('2026-09-15', '2026-09-15')}`]: { json: [] },
    [`${V3}/users/biosensing/spo2?${range('2026-09-15', '2026-09-15')}`]: missing,
  })
  const window = (start: string, end: string): Wanted => ({ days: { start, end } })
  assert.deepEqual(await fetched(polar, 'activities', window('2026-09-10', '2026-09-20'), http), [
    { kind: 'activities', request: { from: '2026-09-10', to: '2026-09-16' }, payload: [] },
  ])
  assert.deepEqual(await fetched(polar, 'activities', window('2025-09-01', '2025-09-20'), http), [])
  await fetched(polar, 'continuous_heart_rate', window('2026-08-01', '2026-09-01'), http)
  assert.deepEqual(await fetched(polar, 'continuous_heart_rate', window('2026-07-01', '2026-07-05'), http), [])
  await fetched(polar, 'cardio_load', day, http)
  await fetched(polar, 'sleepwise_circadian_bedtime', day, http)
  assert.deepEqual(await fetched(polar, 'biosensing_spo2', day, http), [])
  assert.equal(asked.length, 6)
})

test('few nights are read one by one, many as the list; only sleeps are listed', async () => {
  const few = answering({
    [`${V3}/users/sleep/2026-09-14`]: missing,
    [`${V3}/users/sleep/2026-09-15`]: { json: { date: '2026-09-15' } },
    [`${V3}/users/nightly-recharge/2026-09-15`]: { json: { date: '2026-09-15' } },
  })
  const two = { start: '2026-09-14', end: '2026-09-15' }
  assert.deepEqual(await fetched(polar, 'sleep', { days: two }, few.http), [
    { kind: 'sleep', request: { user_id: 'person', date: '2026-09-15' }, payload: { date: '2026-09-15' } },
    { listed: { type: 'sleep', days: two } },
  ])
  assert.deepEqual(await fetched(polar, 'nightly_recharge', day, few.http), [
    { kind: 'nightly_recharge', request: { user_id: 'person', date: '2026-09-15' }, payload: { date: '2026-09-15' } },
  ])
  const many = answering({ [`${V3}/users/sleep`]: { json: { nights: [] } } })
  const month = await fetched(polar, 'sleep', { days: { start: '2026-08-01', end: '2026-09-15' } }, many.http)
  assert.deepEqual(month, [
    { kind: 'sleep', request: { user_id: 'person' }, payload: { nights: [] } },
    { listed: { type: 'sleep', days: { start: '2026-08-20', end: '2026-09-15' } } },
  ])
})

const client = { id: 'client', secret: 'secret', extra: {} }
const tokens = {
  accessToken: 't',
  refreshToken: null,
  expiresInSeconds: null,
  scopes: null,
  providerUserId: '61334455',
}
const whose = { tokens, client, userId: 'our-id-of-it' }
const register = `POST ${V3}/users`
const account = `${V3}/users/61334455`

test('nobody is connected who is not registered', async () => {
  const identified = (answers: Parameters<typeof answering>[0]) =>
    polar.identify({ http: answering(answers).http, ...whose })
  const known = { providerUserId: '61334455' }
  assert.deepEqual(await identified({ [register]: { json: {} } }), known)
  assert.deepEqual(await identified({ [register]: nothing }), known)
  const again = { [register]: { status: 409, json: {} } }
  assert.deepEqual(await identified({ ...again, [account]: { json: {} } }), known)
  for (const answer of [nothing, missing]) {
    await assert.rejects(identified({ ...again, [account]: answer }), /did not register/)
  }
  await assert.rejects(
    identified({ [register]: { status: 403, json: { errorType: 'user_consent_missing' } } }),
    (error) => error instanceof ProviderError && error.next === 'skip' && /consents/.test(error.message),
  )
  const unnamed = { ...whose, tokens: { ...tokens, providerUserId: null } }
  await assert.rejects(polar.identify({ http: answering({}).http, ...unnamed }), /whose account/)
})

test('a token answer names the account; the token is good until somebody ends it', () => {
  const about = {
    grant: 'code',
    client,
    previous: null,
    scopes: [],
    redirectUri: 'https://loam.example.com/back',
  } as const
  const json = { access_token: 'a', token_type: 'bearer', expires_in: 315_359_999, x_user_id: 3_000_000_000 }
  const read = oauth.readTokens!(responseOf({ json }), about)
  assert.deepEqual([read.providerUserId, read.refreshToken, read.expiresInSeconds], ['3000000000', null, null])
  const refusals: [string, string][] = [
    ['invalid_grant', 'reauthorize'],
    ['invalid_client', 'retry'],
  ]
  for (const [error, next] of refusals) {
    assert.throws(
      () => oauth.readTokens!(responseOf({ status: 400, json: { error } }), about),
      (thrown) => thrown instanceof ProviderError && thrown.next === next,
    )
  }
})

test('access ends with the registration', async () => {
  const calls: [Address, Omit<HttpRequest, 'url'> | undefined][] = []
  const end = (status: number) =>
    oauth.revoke!({
      tokens: { accessToken: 'access', refreshToken: null },
      client,
      providerUserId: '61334455',
      now: 0,
      send(at, request) {
        calls.push([at, request])
        return Promise.resolve(responseOf({ status, json: null }))
      },
    })
  for (const status of [204, 401, 403]) await end(status)
  assert.deepEqual(calls[0]![0], { host: 'api', path: '/v3/users/61334455' })
  assert.equal(calls[0]![1]?.method, 'DELETE')
  await assert.rejects(end(500), /500/)
})

test('consents that were taken back are a token that was', () => {
  const of = (status: number, json: unknown) => polar.statusOf!(responseOf({ status, json }))
  assert.equal(of(403, { errorType: 'user_consent_missing' }), 401)
  assert.equal(of(403, null), 401, 'the one reason that is documented; many errors have no body')
  assert.equal(of(403, { errorType: 'blocked' }), 403)
  assert.equal(of(200, { text: 'consent' }), 200)
})

test('a 429 says when the window that is full ends', () => {
  const wait = (headers: Record<string, string>) =>
    polar.limits.waitSeconds!(responseOf({ status: 429, json: null }, headers), 0)
  const windows = { 'ratelimit-limit': '520,5100', 'ratelimit-reset': '412,70012' }
  assert.equal(wait({ ...windows, 'ratelimit-usage': '521,130' }), 412)
  assert.equal(wait({ ...windows, 'ratelimit-usage': '12,5101' }), 70_012)
  assert.equal(wait({}), null)
})

test('the offset is that of the newest exercise or night', () => {
  assert.equal(polar.timeZone!('exercises', [run, tokyo]), '+02:00')
  assert.equal(
    polar.timeZone!('exercises', { 'start-time': '2026-09-15T03:00:00', 'start-time-utc-offset': -210 }),
    '-03:30',
  )
  const night = (end: string) => ({ sleep_end_time: end })
  const nights = [night('2026-09-14T06:00:00+02:00'), night('2026-09-15T06:00:00+03:00')]
  assert.equal(polar.timeZone!('sleep', { nights }), '+03:00')
  assert.equal(polar.timeZone!('activities', [run]), null)
  for (const odd of [null, 'x', [null], [night('soon')], [{ ...run, start_time: 'soon' }]]) {
    assert.equal(polar.timeZone!('sleep', odd) ?? polar.timeZone!('exercises', odd), null)
  }
})

test('a page that is no physical information is refused, one that says nothing gives nothing', () => {
  const input = { timeZone: null, receivedAt: 0 }
  for (const page of [{}, [{}], { error: 'x' }, run]) {
    assert.throws(() => mapPage(polar, 'physical_info', page, input), /expected a weight/)
  }
  assert.deepEqual(mapPage(polar, 'physical_info', { weight: null, height: null }, input).mapped, [])
})

test('a date alone makes no page of any kind', () => {
  const input = { timeZone: null, receivedAt: 0 }
  for (const kind of ['cardio_load', 'continuous_heart_rate', 'nightly_recharge', 'activity_samples']) {
    assert.throws(() => mapPage(polar, kind, { date: '2026-05-04', sleep_score: 80 }, input), UnreadablePage, kind)
  }
})
