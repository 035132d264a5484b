import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import { UnreadablePage, type Wanted } from '../connector.ts'
import { mapPage } from '../map-pages.ts'
import { answering, fetched, post, responseOf } from '../test-http.ts'
import { suunto } from './index.ts'
import { oauth } from './oauth.ts'

const days: Wanted = { days: { start: '2026-09-15', end: '2026-09-15' } }
const from = Date.parse('2026-09-15T00:00:00+02:00')
/** What is the 15th somewhere. */
const since = Date.parse('2026-09-14T10:00:00Z')
const LIST = `api/v3/workouts?since=${since}&limit=100&offset=0&filter-by-modification-time=true`

test('an answer without a list says nothing of what is there; an empty list says that all is gone', async () => {
  const none = answering({ [LIST]: { json: { error: null, payload: null } } })
  await assert.rejects(fetched(suunto, 'workouts', days, none.http), UnreadablePage)
  const empty = answering({ [LIST]: { json: { error: null, payload: [] } } })
  assert.deepEqual(await fetched(suunto, 'workouts', days, empty.http), [
    { listed: { type: 'activity', days: { start: '2026-09-15', end: '2026-09-15' } } },
  ])
})

test('a workout without a key is kept, and no file of it is asked for', async () => {
  const workout = { workoutId: 0, startTime: from + 3_600_000, totalTime: 60 }
  const { http } = answering({ [LIST]: { json: { error: null, payload: [workout] } } })
  assert.deepEqual((await fetched(suunto, 'workouts', days, http))[0], {
    kind: 'workouts',
    request: {},
    payload: workout,
  })
})

test('what is odd inside a workout keeps neither its key nor its day from being read', async () => {
  const workout = { workoutKey: 'k', startTime: from, timeOffsetInMinutes: 120, isManuallyAdded: true, tssList: [7] }
  const { http } = answering({ [LIST]: { json: { error: null, payload: [workout] } } })
  assert.deepEqual((await fetched(suunto, 'workouts', days, http))[0], {
    kind: 'workouts',
    request: { workout_key: 'k' },
    payload: workout,
  })
})

test("a summer's day that is listed in winter has all its workouts, also that of the first hour", async () => {
  const workout = { workoutId: 0, startTime: from + 600_000, totalTime: 60 }
  const { http } = answering({ [LIST]: { json: { error: null, payload: [workout] } } })
  const pages = await fetched(suunto, 'workouts', days, http, { timeZone: '+01:00' })
  assert.deepEqual(pages[0], { kind: 'workouts', request: {}, payload: workout })
})

test('a workout belongs to the day of the place where it was: a list of that day has it, and what it lacks is gone', async () => {
  const at = (workoutKey: string, startTime: string, timeOffsetInMinutes: number) => ({
    workoutKey,
    startTime: Date.parse(startTime),
    timeOffsetInMinutes,
    isManuallyAdded: true,
  })
  const payload = [
    at('home', '2026-09-15T08:00:00Z', 120),
    // 05:00 of the 15th in Tokyo, 22:00 of the 15th in Los Angeles, 01:00 of the 16th in Tokyo.
    at('east', '2026-09-14T20:00:00Z', 540),
    at('west', '2026-09-16T05:00:00Z', -420),
    at('late', '2026-09-15T16:00:00Z', 540),
  ]
  const { http } = answering({ [LIST]: { json: { error: null, payload } } })
  const pages = (await fetched(suunto, 'workouts', days, http)).filter((each) => 'kind' in each)
  const input = { timeZone: 'Europe/Berlin', receivedAt: 0 }
  const parts = pages.flatMap((page) => mapPage(suunto, 'workouts', page.payload, input).mapped)
  assert.deepEqual(
    parts.map(({ key, day }) => [key, day]),
    ['home', 'east', 'west'].map((id) => [{ id }, '2026-09-15']),
  )
})

test("a summer's day that is read in winter has its samples from its first minute to its last", async () => {
  const [first, last] = [from, from + 26 * 3_600_000]
  const { http } = answering({ [`api/247samples/activity?from=${first}&to=${last}`]: { json: [] } })
  assert.deepEqual(await fetched(suunto, 'activity', days, http, { timeZone: '+01:00' }), [
    { kind: 'activity', request: { from: String(first), to: String(last) }, payload: [] },
  ])
})

test('an error that comes with a 200 counts as its code', () => {
  const status = (json: unknown): number => suunto.statusOf!(responseOf({ json }))
  assert.equal(status({ error: { code: '404', description: 'Workout not found' }, payload: null }), 404)
  assert.equal(status({ error: { code: 'E1' }, payload: null }), 502)
  assert.equal(status({ error: null, payload: [] }), 200)
  assert.equal(status([]), 200)
})

test('the file of an announced workout is asked for again while it may still come', async () => {
  const ended = Date.parse('2026-09-16T09:30:00Z')
  const missing = answering({ 'api/v3/workouts/k/fit': { status: 404, json: null } }).http
  const hint = (endedAt?: number): Wanted => ({
    hint: { workout_key: 'k', ...(endedAt !== undefined && { ended_at: String(endedAt) }) },
  })
  await assert.rejects(
    fetched(suunto, 'fit', hint(ended), missing),
    (error) => error instanceof ProviderError && error.next === 'retry',
  )
  assert.deepEqual(await fetched(suunto, 'fit', hint(ended - 2 * 3_600_000), missing), [])
  assert.deepEqual(await fetched(suunto, 'fit', hint(), missing), [])
  const there = answering({ 'api/v3/workouts/k/fit': { json: 'the file' } }).http
  const [page] = await fetched(suunto, 'fit', hint(ended), there)
  assert.ok(page !== undefined && 'kind' in page && page.kind === 'fit' && page.request.workout_key === 'k')
})

test('an announced workout: its totals at once, its file by itself; none of what was typed in', () => {
  const workout = { workoutKey: 'k', startTime: 1000, totalTime: 2.5 }
  const told = (more: object) =>
    suunto.notifications!.parse(post({ type: 'WORKOUT_CREATED', username: 'u', workout: { ...workout, ...more } }))
  const detail = { what: 'changed', providerUserId: 'u', kind: 'workouts', wanted: { object: 'k' } }
  const file = {
    what: 'changed',
    providerUserId: 'u',
    kind: 'fit',
    wanted: { hint: { workout_key: 'k', ended_at: '3500' } },
  }
  assert.deepEqual(told({}), [detail, file])
  assert.deepEqual(told({ isManuallyAdded: true }), [detail])
})

test('a used up quota is a limit, which says until when', () => {
  const refused = (status: number, message: string) => responseOf({ status, json: { statusCode: status, message } })
  const quota = refused(403, 'Out of call volume quota. Quota will be replenished in 02:11:09.')
  const { waitSeconds } = suunto.limits
  assert.equal(suunto.statusOf!(quota), 429)
  assert.equal(waitSeconds!(quota, 0), 7869)
  assert.equal(
    waitSeconds!(refused(403, 'Out of call volume quota. Quota will be replenished in 1.00:00:01.'), 0),
    86_401,
  )
  assert.equal(waitSeconds!(refused(429, 'Rate limit is exceeded. Try again in 41 seconds.'), 0), 41)
  assert.equal(suunto.statusOf!(refused(403, 'Forbidden')), 403)
})

test('a page of recovery is none of activity, and the other way round', () => {
  const input = { timeZone: null, receivedAt: 0 }
  const page = (entryData: object) => [{ timestamp: '2026-05-04T08:00:00.000+03:00', entryData }]
  assert.throws(() => mapPage(suunto, 'activity', page({ Balance: 0.5 }), input), /\[0\]\.entryData: expected HR/)
  assert.throws(() => mapPage(suunto, 'recovery', page({ HR: 60 }), input), /\[0\]\.entryData: expected Balance/)
  assert.equal(mapPage(suunto, 'activity', page({ HR: null }), input).mapped.length, 1)
})

test('a refused refresh token asks the person; a secret of ours that is not taken asks nobody', () => {
  const about = {
    grant: 'refresh',
    client: { id: '', secret: '', extra: {} },
    previous: null,
    scopes: [],
    redirectUri: '',
  }
  for (const [status, json, next] of [
    [400, { error: 'invalid_grant', error_description: 'Invalid refresh token' }, 'reauthorize'],
    [401, { error: 'unauthorized', error_description: 'Bad credentials' }, 'retry'],
  ] as const) {
    assert.throws(
      () => oauth.readTokens!(responseOf({ status, json }), about as never),
      (error) => error instanceof ProviderError && error.next === next,
    )
  }
})
