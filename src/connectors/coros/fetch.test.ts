import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import { UnreadablePage, type Wanted } from '../connector.ts'
import { answering, fetched, responseOf } from '../test-http.ts'
import { coros } from './index.ts'
import { oauth } from './oauth.ts'

const days: Wanted = { days: { start: '2026-09-15', end: '2026-09-15' } }
const LIST = 'open/v2/coros/sport/list?startDate=20260914&endDate=20260916'

test('an answer without a list says nothing of what is there; an empty list says that all is gone', async () => {
  const none = answering({ [LIST]: { json: { message: 'maintenance' } } })
  await assert.rejects(fetched(coros, 'sport', days, none.http), UnreadablePage)
  const empty = answering({ [LIST]: { json: { result: '0000', message: 'OK', data: [] } } })
  assert.deepEqual(await fetched(coros, 'sport', days, empty.http), [
    { listed: { type: 'activity', days: { start: '2026-09-15', end: '2026-09-15' } } },
  ])
})

test('what a list has beyond the days is left out; near the end of history it says nothing of what is gone', async () => {
  const at = (time: string) => ({ mode: 8, subMode: 1, startTime: Date.parse(time) / 1000, fitUrl: 'https://x.test/f' })
  const around = [
    { labelId: '1', ...at('2026-09-14T21:50:00Z'), startTimezone: 8 },
    { labelId: '2', ...at('2026-09-14T22:10:00Z'), startTimezone: 8 },
    { labelId: '3', ...at('2026-09-15T22:10:00Z'), startTimezone: 8 },
    { labelId: '4', ...at('2026-09-15T22:10:00Z'), startTimezone: -28 },
  ]
  const file = { 'https://x.test/f': { status: 404, json: null } }
  const { http } = answering({ [LIST]: { json: { result: '0000', data: around } }, ...file })
  const found = (await fetched(coros, 'sport', days, http)).flatMap((each) =>
    'kind' in each ? [each.request.label_id] : [],
  )
  assert.deepEqual(found, ['2', '4'])
  const old = 'open/v2/coros/sport/list?startDate=20260618&endDate=20260629'
  const edge = answering({ [old]: { json: { result: '0000', data: [] } } })
  assert.deepEqual(await fetched(coros, 'sport', { days: { start: '2026-06-18', end: '2026-06-28' } }, edge.http), [
    { listed: { type: 'activity', days: { start: '2026-06-28', end: '2026-06-28' } } },
  ])
})

test('the file that the list does not name is asked for; a triathlon has none of its own', async () => {
  const at = { startTime: 1_789_500_000, endTime: 1_789_503_600 }
  const run = { labelId: '472134881234567168', mode: 8, subMode: 1, ...at }
  const race = { labelId: '472134881234567169', mode: 13, subMode: 1, ...at, triathlonItemList: [{ mode: 8, ...at }] }
  const none = { labelId: '472134881234567170', mode: 23, subMode: 2, ...at }
  const detail = 'open/v2/coros/sport/detail/fit'
  const { http } = answering({
    [LIST]: { json: { result: '0000', data: [run, race, none] } },
    [`${detail}?labelId=${run.labelId}&mode=8&subMode=1`]: {
      json: { result: '0000', data: { labelId: run.labelId, fitUrl: 'https://oss.coros.com/fit/1.fit' } },
    },
    [`${detail}?labelId=${none.labelId}&mode=23&subMode=2`]: { status: 400, json: { result: '1002' } },
    'https://oss.coros.com/fit/1.fit': { json: 'the file' },
  })
  const pages = (await fetched(coros, 'sport', days, http)).filter((each) => 'kind' in each)
  assert.deepEqual(
    pages.map(({ kind, request }) => [kind, request.label_id]),
    [
      ['sport', run.labelId],
      ['fit', run.labelId],
      ['sport', race.labelId],
      ['sport', none.labelId],
    ],
  )
})

test('the file that a notification names is asked for again until it is there', async () => {
  const url = 'https://oss.coros.com/fit/2.fit'
  const wanted: Wanted = { hint: { label_id: '2', url } }
  await assert.rejects(
    fetched(coros, 'sport', wanted, answering({ [url]: { status: 404, json: null } }).http),
    (error) => error instanceof ProviderError && error.next === 'retry',
  )
  assert.equal((await fetched(coros, 'sport', wanted, answering({ [url]: { json: 'the file' } }).http)).length, 1)
})

test('a refresh: trouble on their side is tried again, a void token asks the person, a good one stays', () => {
  const about = {
    grant: 'refresh',
    client: { id: 'c', secret: 's', extra: {} },
    previous: { accessToken: 'access', refreshToken: 'refresh', providerUserId: 'person' },
    scopes: [],
    redirectUri: 'https://loam.example.com/back',
  } as const
  const next = (json: unknown): string | null => {
    try {
      return oauth.readTokens!(responseOf({ json }), about).accessToken
    } catch (thrown) {
      return thrown instanceof ProviderError ? thrown.next : 'another error'
    }
  }
  assert.equal(next({ result: '0000', message: 'OK' }), 'access')
  assert.equal(next({ result: '1001', message: 'Access token is invalid or expired' }), 'reauthorize')
  assert.equal(next({ result: '2001', message: 'Service error' }), 'retry')
  // Nothing is extended by an answer that is none: a month later there would be no token to extend.
  assert.equal(next({}), 'retry')
  assert.equal(next('<html>'), 'retry')
})
