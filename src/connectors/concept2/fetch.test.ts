import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Wanted } from '../connector.ts'
import { type Answer, answering, fetched, responseOf } from '../test-http.ts'
import { concept2 } from './index.ts'
import { oauth } from './oauth.ts'

const ME = 'log/api/users/me'
const list = (page: number) => `${ME}/results?from=2026-09-15&to=2026-09-16&number=250&page=${page}`
const day: Wanted = { days: { start: '2026-09-15', end: '2026-09-15' } }
const page = (data: unknown[], next = false) => ({
  data,
  meta: { pagination: { links: next ? { next: 'https://log.concept2.com/api/users/me/results?page=2' } : {} } },
})
const missing: Answer = { status: 404, json: { message: 'x', status_code: 404 } }
const typed = { id: 1, date: '2026-09-15 10:00:00', time: 600, stroke_data: false }
const rowed = {
  id: 2,
  date: '2026-09-15 12:00:00',
  date_utc: '2026-09-15 10:00:00',
  timezone: 'Europe/Berlin',
  type: 'rower',
  time: 5400,
  rest_time: 600,
  stroke_data: true,
  workout: {
    intervals: [
      { time: 2400, distance: 900, rest_time: 600 },
      { time: 3000, distance: null },
    ],
  },
}
const ofRowed = {
  result_id: '2',
  start: '2026-09-15T09:50:00.000000+00:00',
  zone: 'Europe/Berlin',
  type: 'rower',
  times: '2400,3000',
  distances: '900,',
  rests: '600,',
}
const listed = { listed: { type: 'activity', days: { start: '2026-09-15', end: '2026-09-15' } } }

test('a day is its results in pages, and the strokes of those that have them', async () => {
  const { http } = answering({
    [list(1)]: { json: page([typed], true) },
    [list(2)]: { json: page([rowed]) },
    [`${ME}/results/2/strokes`]: { json: { data: [] } },
  })
  const request = { from: '2026-09-15', to: '2026-09-16' }
  assert.deepEqual(await fetched(concept2, 'results', day, http), [
    { kind: 'results', request, payload: page([typed], true) },
    { kind: 'results', request: { ...request, page: '2' }, payload: page([rowed]) },
    { kind: 'strokes', request: ofRowed, payload: { data: [] } },
    listed,
  ])
})

test('an odd interval keeps its place, and takes no strokes with it', async () => {
  const [first, second] = rowed.workout.intervals
  for (const [odd, times, distances] of [
    [{ ...first, time: '4:00.0' }, ',3000', '900,'],
    [7, ',3000', ','],
  ] as const) {
    const { http } = answering({
      [`${ME}/results/2`]: { json: { data: { ...rowed, workout: { intervals: [odd, second] } } } },
      [`${ME}/results/2/strokes`]: { json: { data: [] } },
    })
    const [, strokes] = await fetched(concept2, 'results', { object: '2' }, http)
    const rests = odd === 7 ? ',' : '600,'
    const request = { ...ofRowed, times, distances, rests }
    assert.deepEqual(strokes, { kind: 'strokes', request, payload: { data: [] } })
  }
})

test('a result is read by its id; one that is not there any more is gone', async () => {
  const { http } = answering({
    [`${ME}/results/2`]: { json: { data: rowed } },
    [`${ME}/results/2/strokes`]: missing,
    [`${ME}/results/3`]: missing,
  })
  assert.deepEqual(await fetched(concept2, 'results', { object: '2' }, http), [
    { kind: 'results', request: { result_id: '2' }, payload: { data: rowed } },
  ])
  assert.deepEqual(await fetched(concept2, 'results', { object: '3' }, http), [{ gone: { type: 'activity', id: '3' } }])
})

test('strokes of a workout on nobody knows which clock keep its wall clock', async () => {
  const { http } = answering({
    [`${ME}/results/1`]: { json: { data: { ...typed, stroke_data: true } } },
    [`${ME}/results/1/strokes`]: { json: { data: [] } },
  })
  const [, strokes] = await fetched(concept2, 'results', { object: '1' }, http, { timeZone: null })
  assert.ok(strokes !== undefined && 'request' in strokes)
  assert.deepEqual(strokes.request, { result_id: '1', start: '2026-09-15T09:59:00.000000' })
})

test('a list that never ends is given up', async () => {
  let calls = 0
  const http = {
    send: () => Promise.resolve(responseOf({ json: { ...page([], true), calls: ++calls } })),
    follow: (url: string) => assert.fail(`nobody should follow ${url}`),
  }
  await assert.rejects(fetched(concept2, 'results', day, http), /did not end/)
  assert.equal(calls, 200)
})

test('the account is known by its id; the profile has no days', async () => {
  const tokens = { accessToken: 't', refreshToken: null, expiresInSeconds: null, scopes: null }
  const whose = { tokens, client: { id: 'client', secret: 'secret', extra: {} }, userId: 'user' }
  const { http } = answering({ [ME]: { json: { data: { id: 1204412 } } } })
  assert.deepEqual(await concept2.identify({ http, ...whose }), { providerUserId: '1204412' })
  assert.deepEqual(await fetched(concept2, 'users_me', day, http), [
    { kind: 'users_me', request: {}, payload: { data: { id: 1204412 } } },
  ])
  for (const json of [{}, { data: {} }, { data: { id: '' } }, null]) {
    await assert.rejects(
      concept2.identify({ http: answering({ [ME]: { json } }).http, ...whose }),
      /whose account|JSON/,
    )
  }
})

test('the zone is that of the newest result that names one', () => {
  const at = (date: string, timezone: string | null) => ({ date, timezone })
  const zone = concept2.timeZone!
  const data = [at('2026-05-07 00:00:00', null), at('2026-05-01 09:00:00', 'Asia/Tokyo')]
  assert.equal(zone('results', { data: [...data, at('2026-05-06 07:40:00', 'Europe/Helsinki')] }), 'Europe/Helsinki')
  assert.equal(zone('results', { data: at('2026-05-06 07:40:00', 'Mars/Olympus') }), null)
  assert.equal(zone('users_me', { data: at('2026-05-06 07:40:00', 'Asia/Tokyo') }), null)
})

test('the scopes that were asked for are asked for with every token', () => {
  const about = {
    grant: 'refresh',
    client: { id: 'client', secret: 'secret', extra: {} },
    previous: null,
    scopes: ['user:read', 'results:read'],
    redirectUri: 'https://loam.example.com/back',
  } as const
  assert.deepEqual(oauth.tokenForm!({ grant_type: 'refresh_token' }, about), {
    grant_type: 'refresh_token',
    scope: 'user:read,results:read',
  })
})
