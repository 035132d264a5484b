// What Google is asked, word for word: filters, ranges and pages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpRequest } from '../../platform/http.ts'
import type { ConnectionHttp, FetchContext, Wanted } from '../connector.ts'
import { mapPage } from '../map-pages.ts'
import { answering, fetched as fetchedOf, responseOf } from '../test-http.ts'
import { googleHealth } from './index.ts'

const google = googleHealth({ id: 'GOOGLE', name: 'Google', tagline: '' })

interface Sent {
  path: string
  query: HttpRequest['query']
  json: unknown
}

/** A number is a status. */
type Answer = (sent: Sent, n: number) => unknown

async function fetchAll(kind: string, wanted: Wanted, answer: Answer, more: Partial<FetchContext> = {}) {
  const sent: Sent[] = []
  const http: ConnectionHttp = {
    async send({ path }, { query, json } = {}) {
      const call = { path, query, json }
      const said = answer(call, sent.push(call))
      return responseOf(typeof said === 'number' ? { status: said, json: {} } : { json: said })
    },
    follow: (url) => assert.fail(`nobody should follow ${url}`),
  }
  const now = Date.parse('2026-11-20T12:00:00Z')
  return { fetched: await fetchedOf(google, kind, wanted, http, { now, ...more }), sent }
}

const days = (start: string, end: string): Wanted => ({ days: { start, end } })

test('points are asked for by civil time, half open, and a night by its end', async () => {
  const filterOf = async (kind: string) => (await fetchAll(kind, days('2026-09-14', '2026-09-15'), () => ({}))).sent[0]!
  assert.deepEqual(
    (await filterOf('weight')).query?.filter,
    'weight.sample_time.civil_time >= "2026-09-14" AND weight.sample_time.civil_time < "2026-09-16"',
  )
  assert.match(String((await filterOf('sleep')).query?.filter), /^sleep\.interval\.civil_end_time >= "2026-09-14" AND/)
  assert.match(String((await filterOf('daily-vo2-max')).query?.filter), /^daily_vo2_max\.date >= "2026-09-14"/)
  const steps = await filterOf('steps')
  assert.equal(steps.path, '/v4/users/me/dataTypes/steps/dataPoints:reconcile')
  assert.deepEqual(
    [steps.query?.pageSize, steps.query?.dataSourceFamily],
    ['10000', 'users/me/dataSourceFamilies/all-sources'],
  )
  assert.equal((await filterOf('sleep')).query?.pageSize, '25')
})

test('pages are followed with the same question, and each is a page of its own', async () => {
  const { sent, fetched } = await fetchAll('weight', days('2026-09-14', '2026-09-15'), (_sent, n) =>
    n < 3 ? { dataPoints: [], nextPageToken: `t${n}` } : {},
  )
  assert.deepEqual(
    sent.map(({ query }) => query?.pageToken ?? null),
    [null, 't1', 't2'],
  )
  assert.equal(new Set(sent.map(({ query }) => query?.filter)).size, 1)
  assert.deepEqual(
    fetched.map((each) => ('payload' in each ? (each.request.page ?? '1') : 'listed')),
    ['1', '2', '3', 'listed'],
  )
})

test('a workout that two apps tell is on one page, also where its days are more than a page', async () => {
  const point = (id: string, day: string, platform: string) => ({
    name: `users/1/dataTypes/exercise/dataPoints/${id}`,
    dataSource: { platform },
    exercise: { interval: { startTime: `${day}T08:00:00Z`, endTime: `${day}T09:00:00Z` }, exerciseType: 'RUNNING' },
  })
  const all = ['2026-09-15', '2026-09-14'].flatMap((day) => [
    point(`own-${day}`, day, 'FITBIT'),
    point(`twin-${day}`, day, 'HEALTH_CONNECT'),
  ])
  const { fetched } = await fetchAll('exercise', days('2026-09-14', '2026-09-15'), ({ query }) => {
    const [from, to] = [...String(query?.filter).matchAll(/"(.+?)"/g)].map(([, day]) => day!)
    const found = all.filter(({ exercise: { interval } }) => interval.startTime >= from! && interval.startTime < to!)
    const at = Number(query?.pageToken ?? 0)
    const dataPoints = found.slice(at, at + 3)
    return at + 3 < found.length ? { dataPoints, nextPageToken: String(at + 3) } : { dataPoints }
  })
  const context = { timeZone: null, receivedAt: 0 }
  const keys = fetched.flatMap((each) =>
    'payload' in each ? mapPage(google, 'exercise', each.payload, context).mapped.map(({ key }) => key) : [],
  )
  assert.deepEqual(keys, [{ id: 'own-2026-09-14' }, { id: 'own-2026-09-15' }])
})

test('a list that never ends is given up', async () => {
  await assert.rejects(
    fetchAll('weight', days('2026-09-15', '2026-09-15'), () => ({ nextPageToken: 'again' })),
    (error: unknown) => error instanceof ProviderError && error.next === 'give_up',
  )
})

test('roll-ups name civil dates, and the day after the last', async () => {
  const { sent, fetched } = await fetchAll('steps_dailyRollUp', days('2026-10-31', '2026-10-31'), () => ({}))
  assert.equal(sent[0]!.path, '/v4/users/me/dataTypes/steps/dataPoints:dailyRollUp')
  assert.deepEqual(sent[0]!.json, {
    range: { start: { date: { year: 2026, month: 10, day: 31 } }, end: { date: { year: 2026, month: 11, day: 1 } } },
    windowSizeDays: 1,
    dataSourceFamily: 'users/me/dataSourceFamilies/all-sources',
  })
  assert.deepEqual(fetched.at(-1), { listed: { type: 'daily', days: { start: '2026-10-31', end: '2026-10-31' } } })
})

test('windows of absolute time cover the local day, also one of 25 hours, and stop at now', async () => {
  const rangeOf = async (day: string, more?: Partial<FetchContext>) =>
    ((await fetchAll('total-calories_rollUp', days(day, day), () => ({}), more)).sent[0]!.json as { range: object })
      .range
  assert.deepEqual(await rangeOf('2026-10-25'), {
    startTime: '2026-10-24T22:00:00.000Z',
    endTime: '2026-10-25T23:00:00.000Z',
  })
  assert.deepEqual(await rangeOf('2026-11-20'), {
    startTime: '2026-11-19T23:00:00.000Z',
    endTime: '2026-11-20T12:00:00.000Z',
  })
  assert.deepEqual(
    await rangeOf('2026-09-15', { timeZone: '+01:00' }),
    { startTime: '2026-09-14T22:00:00.000Z', endTime: '2026-09-16T00:00:00.000Z' },
    'in either season',
  )
  // Google answers fourteen days of it at most.
  assert.ok((google.reads['total-calories_rollUp']!.maxDays ?? 30) < 14)
})

test('of what has a beginning only, pages without the days are left out', async () => {
  const ecg = (startTime: string) => ({ electrocardiogram: { interval: { startTime } } })
  const { fetched } = await fetchAll('electrocardiogram', days('2026-09-15', '2026-09-15'), (_sent, n) =>
    n === 1
      ? { dataPoints: [ecg('2026-11-01T08:00:00Z')], nextPageToken: 'older' }
      : { dataPoints: [ecg('2026-09-15T08:00:00Z')] },
  )
  assert.equal(fetched.filter((each) => 'payload' in each).length, 1)
})

test('of what has a beginning only, the days are whole wherever their first and last hour may have been', async () => {
  const first = { electrocardiogram: { interval: { startTime: '2026-09-14T22:10:00Z', startUtcOffset: '7200s' } } }
  // At home, the offset of winter, none at all; and a journey.
  for (const timeZone of ['Europe/Berlin', '+01:00', null, 'America/Los_Angeles']) {
    const answer = () => ({ dataPoints: [first] })
    const { sent, fetched } = await fetchAll('electrocardiogram', days('2026-09-15', '2026-09-15'), answer, {
      timeZone,
    })
    assert.equal(sent[0]!.query?.filter, 'electrocardiogram.interval.start_time >= "2026-09-14T10:00:00.000Z"')
    assert.equal(fetched.filter((each) => 'payload' in each).length, 1)
  }
})

test('the track of a workout is asked for where there is one and places may be known', async () => {
  const point = (id: string, hasGps?: boolean) => ({
    name: `users/1/dataTypes/exercise/dataPoints/${id}`,
    exercise: { exerciseMetadata: { hasGps } },
  })
  const answer: Answer = ({ path }) =>
    path.endsWith(':exportExerciseTcx') ? 400 : { dataPoints: [point('1', true), point('2', false), point('3')] }
  const { sent } = await fetchAll('exercise', days('2026-09-15', '2026-09-15'), answer)
  assert.deepEqual(
    sent.slice(1).map(({ path }) => path),
    ['/v4/users/me/dataTypes/exercise/dataPoints/1:exportExerciseTcx'],
  )
  assert.equal(
    (await fetchAll('exercise', days('2026-09-15', '2026-09-15'), answer, { grantedScopes: [] })).sent.length,
    1,
  )
})

test('one workout by its id; a 404 says that it is gone', async () => {
  const one = await fetchAll('exercise', { object: '58930117402' }, () => ({ name: 'x' }))
  assert.deepEqual(one.fetched, [{ kind: 'exercise', request: { id: '58930117402' }, payload: { name: 'x' } }])
  const gone = await fetchAll('exercise', { object: '1' }, () => 404)
  assert.deepEqual(gone.fetched, [{ gone: { type: 'activity', id: '1' } }])
})

test('a sign-in does not fail because the settings cannot be read just then', async () => {
  const { http } = answering({
    'api/v4/users/me/identity': { json: { healthUserId: '123456789012345678' } },
    'api/v4/users/me/settings': new ProviderError('503', { next: 'retry', status: 503 }),
  })
  const tokens = { accessToken: 't', refreshToken: 'r', expiresInSeconds: 1, scopes: null }
  const client = { id: 'c', secret: 's', extra: {} }
  const { providerUserId, timeZone } = await google.identify({ http, tokens, client, userId: 'user' })
  assert.deepEqual([providerUserId, timeZone], ['123456789012345678', null])
})
