import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import { UnreadablePage, type Wanted } from '../connector.ts'
import { type Answer, answering, fetched, responseOf } from '../test-http.ts'
import { strava } from './index.ts'

const WIDE = 15 * 3600
const listOf = (page: number, start = '2026-09-15', end = '2026-09-16') => {
  const after = Date.parse(`${start}T00:00:00Z`) / 1000 - WIDE
  const before = Date.parse(`${end}T00:00:00Z`) / 1000 + WIDE
  return `api/athlete/activities?after=${after}&before=${before}&page=${page}&per_page=200`
}
const detail = (id: string) => `api/activities/${id}?include_all_efforts=false`
const streams = (id: string) =>
  `api/activities/${id}/streams?keys=time,distance,latlng,altitude,velocity_smooth,heartrate,cadence,watts,temp,moving,grade_smooth&key_by_type=true`
const zones = (id: string) => `api/activities/${id}/zones`

const yoga = { id: 1, manual: true, sport_type: 'Yoga', start_date: '2026-09-15T10:00:00Z', utc_offset: 7200 }
const run = {
  id: 2,
  manual: false,
  sport_type: 'Run',
  start_date: '2026-09-15T12:00:00Z',
  utc_offset: 7200,
  timezone: '(GMT+01:00) Europe/Berlin',
  device_watts: false,
  available_zones: ['heartrate', 'pace'],
}
const missing: Answer = { status: 404, json: { message: 'Record Not Found' } }
const day: Wanted = { days: { start: '2026-09-15', end: '2026-09-15' } }

test('a day is its activities one by one, with what they recorded; a short page is not the last', async () => {
  const { http } = answering({
    [listOf(1)]: { json: [yoga] },
    [listOf(2)]: { json: [run] },
    [listOf(3)]: { json: [] },
    [detail('1')]: { json: yoga },
    [detail('2')]: { json: run },
    [streams('2')]: { json: { time: { data: [] } } },
    [zones('2')]: { json: [] },
  })
  const request = {
    activity_id: '2',
    start_date: run.start_date,
    zone: 'Europe/Berlin',
    sport_type: 'Run',
    device_watts: 'false',
  }
  assert.deepEqual(await fetched(strava, 'activity', day, http), [
    { kind: 'activity', request: { activity_id: '1' }, payload: yoga },
    { kind: 'activity', request: { activity_id: '2' }, payload: run },
    { kind: 'streams', request, payload: { time: { data: [] } } },
    { kind: 'zones', request: { activity_id: '2' }, payload: [] },
    { listed: { type: 'activity', days: { start: '2026-09-15', end: '2026-09-15' } } },
  ])
})

test('an activity belongs to the day of the place where it was', async () => {
  const tokyo = { ...yoga, id: 3, start_date: '2026-09-14T16:00:00Z', utc_offset: 9 * 3600 }
  const dayBefore = { ...yoga, id: 4, start_date: '2026-09-14T16:00:00Z', utc_offset: 0 }
  const { http } = answering({
    [listOf(1)]: { json: [tokyo, dayBefore] },
    [listOf(2)]: { json: [] },
    [detail('3')]: { json: tokyo },
  })
  const [page] = await fetched(strava, 'activity', day, http)
  assert.deepEqual(page, { kind: 'activity', request: { activity_id: '3' }, payload: tokyo })
})

test('what was listed and is gone a moment later is not named', async () => {
  const { http } = answering({ [listOf(1)]: { json: [yoga] }, [listOf(2)]: { json: [] }, [detail('1')]: missing })
  assert.deepEqual(await fetched(strava, 'activity', day, http), [
    { listed: { type: 'activity', days: { start: '2026-09-15', end: '2026-09-15' } } },
  ])
})

test('an activity without streams, and one whose zones are for subscribers, is still one', async () => {
  for (const refused of [402, 403, 404]) {
    const { http } = answering({
      [detail('2')]: { json: run },
      [streams('2')]: missing,
      [zones('2')]: { status: refused, json: {} },
    })
    const pages = await fetched(strava, 'activity', { object: '2' }, http)
    assert.deepEqual(
      pages.map((page) => 'kind' in page && page.kind),
      ['activity'],
    )
  }
})

test('an id beyond 2^53 is asked for digit by digit', async () => {
  const { http } = answering({
    [listOf(1)]: { json: [{ ...yoga, id: '12345678987654321' }] },
    [listOf(2)]: { json: [] },
    [detail('12345678987654321')]: { json: { ...yoga, id: '12345678987654321' } },
  })
  assert.equal((await fetched(strava, 'activity', day, http)).length, 2)
})

test('what was announced may not be there yet; after a while it is gone', async () => {
  const now = Date.parse('2026-09-16T10:00:00Z')
  const wanted = (minutes: number): Wanted => ({
    hint: { activity_id: '9', appears_until: String(now + minutes * 60_000) },
  })
  const { http } = answering({ [detail('9')]: missing })
  await assert.rejects(
    fetched(strava, 'activity', wanted(5), http),
    (error) => error instanceof ProviderError && error.next === 'retry' && error.afterSeconds === 60,
  )
  const gone = [{ gone: { type: 'activity', id: '9' } }]
  assert.deepEqual(await fetched(strava, 'activity', wanted(0), http), gone)
  assert.deepEqual(await fetched(strava, 'activity', { object: '9' }, http), gone)
  assert.deepEqual(await fetched(strava, 'activity', wanted(300), http), gone, 'a clock that is hours ahead')
})

test('a list that never ends is given up; one without ids, and an answer that is no list, cannot be read', async () => {
  let calls = 0
  const endless = {
    send: () => Promise.resolve(responseOf({ json: [{ ...yoga, id: ++calls, start_date: '2020-01-01T00:00:00Z' }] })),
    follow: (url: string) => assert.fail(`nobody should follow ${url}`),
  }
  await assert.rejects(fetched(strava, 'activity', day, endless), /did not end/)
  assert.equal(calls, 200)
  for (const json of [[{ name: 'x' }], 'x', { data: [] }]) {
    await assert.rejects(fetched(strava, 'activity', day, answering({ [listOf(1)]: { json } }).http), UnreadablePage)
  }
})

test('the profile has no days', async () => {
  const { http } = answering({ 'api/athlete': { json: { id: 7 } } })
  assert.deepEqual(await fetched(strava, 'athlete', day, http), [{ kind: 'athlete', request: {}, payload: { id: 7 } }])
})
