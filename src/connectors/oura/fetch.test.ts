import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import { type ConnectionHttp, type FetchContext, type Fetched, UnreadablePage, type Wanted } from '../connector.ts'
import { type Answer, answering as answeringAt, fetched as fetchedBy } from '../test-http.ts'
import { oura } from './index.ts'

/** Named as they stand in Oura's documents, below the collection. */
function answering(answers: Record<string, Answer | ProviderError>): ReturnType<typeof answeringAt> {
  const whole = Object.entries(answers).map(([path, answer]) => [`api/v2/usercollection/${path}`, answer] as const)
  return answeringAt(Object.fromEntries(whole))
}

const fetched = (
  kind: string,
  wanted: Wanted,
  http: ConnectionHttp,
  more?: Partial<FetchContext>,
): Promise<Fetched[]> => fetchedBy(oura, kind, wanted, http, more)

const list = (...data: unknown[]) => ({ data, next_token: null })
const day = (start: string, end = start): Wanted => ({ days: { start, end } })
const notAllowed = new ProviderError('Oura answered 403: not allowed', { next: 'skip', status: 403 })

test('days are asked for with one more at the end, and every page of the answer goes on as it came', async () => {
  const { http, asked } = answering({
    'daily_sleep?start_date=2026-09-14&end_date=2026-09-16': { json: { data: [{ a: 1 }], next_token: 'two' } },
    'daily_sleep?start_date=2026-09-14&end_date=2026-09-16&next_token=two': { json: list({ b: 2 }) },
  })
  const request = { start_date: '2026-09-14', end_date: '2026-09-16' }
  assert.deepEqual(await fetched('daily_sleep', day('2026-09-14', '2026-09-15'), http), [
    { kind: 'daily_sleep', request, payload: { data: [{ a: 1 }], next_token: 'two' } },
    { kind: 'daily_sleep', request: { ...request, page: '2' }, payload: list({ b: 2 }) },
  ])
  assert.equal(asked.length, 2)
})

test('a day of activity has the day before it asked for, unless the zone knows when the clock changes', async () => {
  const { http } = answering({
    'daily_activity?start_date=2026-10-24&end_date=2026-10-26': { json: list({ before: 1 }) },
    'daily_activity?start_date=2026-10-25&end_date=2026-10-26': { json: list({ alone: 1 }) },
  })
  const request = { start_date: '2026-10-25', end_date: '2026-10-26' }
  const read = (timeZone: string | null) => fetched('daily_activity', day('2026-10-25'), http, { timeZone })
  for (const zone of ['+01:00', null]) {
    assert.deepEqual(await read(zone), [{ kind: 'daily_activity', request, payload: list({ before: 1 }) }])
  }
  assert.deepEqual(await read('Europe/Berlin'), [{ kind: 'daily_activity', request, payload: list({ alone: 1 }) }])
})

test('where a list of days of activity goes on with another page, that names the last day of the page before', async () => {
  const at = (day: string, offset: string) => ({ day, timestamp: `${day}T04:00:00.000${offset}` })
  const first = { data: [at('2026-10-23', '+02:00'), at('2026-10-24', '+02:00')], next_token: 'two' }
  const second = list(at('2026-10-25', '+01:00'))
  const { http } = answering({
    'daily_activity?start_date=2026-10-23&end_date=2026-10-26': { json: first },
    'daily_activity?start_date=2026-10-23&end_date=2026-10-26&next_token=two': { json: second },
  })
  const request = { start_date: '2026-10-24', end_date: '2026-10-26' }
  const wanted = day('2026-10-24', '2026-10-25')
  assert.deepEqual(await fetched('daily_activity', wanted, http, { timeZone: '+01:00' }), [
    { kind: 'daily_activity', request, payload: first },
    { kind: 'daily_activity', request: { ...request, page: '2', before: '2026-10-24 +02:00' }, payload: second },
  ])
})

test('a day of activity that is announced is read with the day before it, if the person had another offset until then', async () => {
  const document = { id: 'd', day: '2026-10-25', timestamp: '2026-10-25T04:00:00.000+01:00' }
  const { http, asked } = answering({
    'daily_activity/d': { json: document },
    'daily_activity?start_date=2026-10-24&end_date=2026-10-26': { json: list(document) },
  })
  const request = { start_date: '2026-10-25', end_date: '2026-10-26' }
  assert.deepEqual(await fetched('daily_activity', { object: 'd' }, http, { timeZone: '+02:00' }), [
    { kind: 'daily_activity', request, payload: list(document) },
  ])
  assert.equal(asked.length, 2)
  for (const timeZone of ['+01:00', 'Europe/Berlin', null]) {
    assert.deepEqual(await fetched('daily_activity', { object: 'd' }, http, { timeZone }), [
      { kind: 'daily_activity', request: { document_id: 'd' }, payload: document },
    ])
  }
  assert.equal(asked.length, 5)
})

test('a document is read by its id, in the path that has the capital O', async () => {
  const { http } = answering({ 'vO2_max/a%2Fb': { json: { id: 'a/b' } } })
  assert.deepEqual(await fetched('vO2_max', { object: 'a/b' }, http), [
    { kind: 'vO2_max', request: { document_id: 'a/b' }, payload: { id: 'a/b' } },
  ])
})

test('a document that is not there any more is gone, if it was a record', async () => {
  const missing = { status: 404, json: { detail: 'Not Found' } }
  const { http } = answering({
    'workout/w': missing,
    'session/s': missing,
    'sleep/n': missing,
    'daily_sleep/d': missing,
  })
  assert.deepEqual(await fetched('workout', { object: 'w' }, http), [{ gone: { type: 'activity', id: 'w' } }])
  assert.deepEqual(await fetched('session', { object: 's' }, http), [{ gone: { type: 'activity', id: 's' } }])
  assert.deepEqual(await fetched('sleep', { object: 'n' }, http), [{ gone: { type: 'sleep', id: 'n' } }])
  assert.deepEqual(await fetched('daily_sleep', { object: 'd' }, http), [])
})

test('a night that is announced has its whole day read and listed', async () => {
  const { http } = answering({
    'sleep/n': { json: { id: 'n', day: '2026-09-15' } },
    'sleep?start_date=2026-09-15&end_date=2026-09-16': { json: list({ id: 'n' }, { id: 'nap' }) },
  })
  assert.deepEqual(await fetched('sleep', { object: 'n' }, http), [
    {
      kind: 'sleep',
      request: { start_date: '2026-09-15', end_date: '2026-09-16' },
      payload: list({ id: 'n' }, { id: 'nap' }),
    },
    { listed: { type: 'sleep', days: { start: '2026-09-15', end: '2026-09-15' } } },
    { listed: { type: 'daily', days: { start: '2026-09-15', end: '2026-09-15' } } },
  ])
})

test('a day whose last tag was removed has none; what was noted in rest mode may be of a period that began earlier', async () => {
  const days = { start: '2026-09-15', end: '2026-09-15' }
  const told = async (kind: string) => {
    const { http } = answering({ [`${kind}?start_date=2026-09-15&end_date=2026-09-16`]: { json: list() } })
    return (await fetched(kind, { days }, http)).slice(1)
  }
  for (const kind of ['tag', 'enhanced_tag']) assert.deepEqual(await told(kind), [{ listed: { type: 'daily', days } }])
  assert.deepEqual(await told('rest_mode_period'), [])
})

test('what the days do not have any more is gone, also where nobody announced it; an answer without a list says nothing', async () => {
  const days = { start: '2026-09-15', end: '2026-09-15' }
  for (const kind of ['workout', 'session']) {
    const path = `${kind}?start_date=2026-09-15&end_date=2026-09-16`
    const { http } = answering({ [path]: { json: list() } })
    assert.deepEqual((await fetched(kind, { days }, http)).slice(1), [{ listed: { type: 'activity', days } }])
  }
  for (const kind of ['workout', 'session', 'sleep']) {
    const { http } = answering({ [`${kind}?start_date=2026-09-15&end_date=2026-09-16`]: { json: { detail: 'later' } } })
    await assert.rejects(fetched(kind, { days }, http), UnreadablePage)
  }
})

test('days of sleep are listed only after their last page', async () => {
  const { http } = answering({
    'sleep?start_date=2026-09-15&end_date=2026-09-16': { json: { data: [], next_token: 'two' } },
    'sleep?start_date=2026-09-15&end_date=2026-09-16&next_token=two': notAllowed,
  })
  const seen: Fetched[] = []
  await assert.rejects(async () => {
    const context = {
      http,
      wanted: day('2026-09-15'),
      providerUserId: 'p',
      timeZone: null,
      grantedScopes: null,
      now: 0,
    }
    for await (const each of oura.reads.sleep!.fetch!(context)) seen.push(each)
  }, /403/)
  assert.ok(seen.every((each) => !('listed' in each)))
})

test('a night without a day cannot be read', async () => {
  const { http } = answering({ 'sleep/n': { json: { id: 'n' } } })
  await assert.rejects(fetched('sleep', { object: 'n' }, http), UnreadablePage)
})

test('one tag is announced, the tags of its day are read', async () => {
  const { http } = answering({
    'enhanced_tag/t': { json: { id: 't', start_day: '2026-09-15' } },
    'enhanced_tag?start_date=2026-09-15&end_date=2026-09-16': { json: list({ id: 't' }, { id: 'u' }) },
    'tag/t': { status: 404, json: {} },
  })
  const [page] = await fetched('enhanced_tag', { object: 't' }, http)
  assert.deepEqual(page, {
    kind: 'enhanced_tag',
    request: { start_date: '2026-09-15', end_date: '2026-09-16' },
    payload: list({ id: 't' }, { id: 'u' }),
  })
  assert.deepEqual(await fetched('tag', { object: 't' }, http), [])
})

const run = { id: 'w', start_datetime: '2026-09-15T17:42:10+02:00', end_datetime: '2026-09-15T18:26:15+02:00' }
const span = 'start_datetime=2026-09-15T17:42:10+02:00&end_datetime=2026-09-15T18:26:15+02:00'

test('every workout comes with the heart rate of its time', async () => {
  const { http } = answering({
    'workout/w': { json: run },
    [`heartrate?${span}`]: { json: { data: [1], next_token: 'two' } },
    [`heartrate?${span}&next_token=two`]: { json: list(2) },
  })
  const request = { start_datetime: run.start_datetime, end_datetime: run.end_datetime, workout_id: 'w' }
  assert.deepEqual(await fetched('workout', { object: 'w' }, http), [
    { kind: 'workout', request: { document_id: 'w' }, payload: run },
    { kind: 'heartrate', request, payload: { data: [1], next_token: 'two' } },
    { kind: 'heartrate', request: { ...request, page: '2' }, payload: list(2) },
  ])
})

test('a workout without heart rate is still a workout', async () => {
  const backwards = { ...run, id: 'x', start_datetime: run.end_datetime, end_datetime: run.start_datetime }
  const endless = { ...run, id: 'y', end_datetime: '2026-11-15T18:26:15+02:00' }
  const days = 'workout?start_date=2026-09-15&end_date=2026-09-16'
  const kinds = async (http: ConnectionHttp, scopes: string[] | null) =>
    (await fetched('workout', day('2026-09-15'), http, { grantedScopes: scopes })).flatMap((each) =>
      'kind' in each ? [each.kind] : [],
    )
  const refused = answering({ [days]: { json: list(run) }, [`heartrate?${span}`]: notAllowed })
  assert.deepEqual(await kinds(refused.http, null), ['workout'])
  assert.deepEqual(await kinds(answering({ [days]: { json: list(run) } }).http, ['workout']), ['workout'])
  assert.deepEqual(await kinds(answering({ [days]: { json: list(backwards, endless, {}) } }).http, null), ['workout'])
})

test('a heart rate that should be tried again is not passed over', async () => {
  const busy = new ProviderError('Oura answered 429', { next: 'retry', afterSeconds: 60, status: 429 })
  const { http } = answering({ 'workout/w': { json: run }, [`heartrate?${span}`]: busy })
  await assert.rejects(fetched('workout', { object: 'w' }, http), busy)
})

test('heart rate is read from the first instant of the first local day to the end of the last, or to now', async () => {
  const { http, asked } = answering({
    'heartrate?start_datetime=2026-03-28T23:00:00.000Z&end_datetime=2026-03-29T22:00:00.000Z': { json: list() },
    'heartrate?start_datetime=2026-09-15T22:00:00.000Z&end_datetime=2026-09-16T10:00:00.000Z': { json: list() },
    'daily_activity?start_date=2026-09-14&end_date=2026-09-16': notAllowed,
    'heartrate?start_datetime=2026-09-14T10:00:00.000Z&end_datetime=2026-09-16T10:00:00.000Z': { json: list() },
  })
  const [page] = await fetched('heartrate', day('2026-03-29'), http)
  assert.deepEqual(page, {
    kind: 'heartrate',
    request: { start_date: '2026-03-29', end_date: '2026-03-29' },
    payload: list(),
  })
  await fetched('heartrate', day('2026-09-16'), http)
  await fetched('heartrate', day('2026-09-15'), http, { timeZone: null })
  assert.deepEqual(await fetched('heartrate', day('2026-09-17'), http), [], 'tomorrow has none')
  assert.equal(asked.length, 4)
})

test('where no name of a zone is known, heart rate is read by the offset that each day had', async () => {
  const activity = (day: string, offset: string) => ({ day, timestamp: `${day}T04:00:00.000${offset}` })
  const autumn = [activity('2025-10-25', '+02:00'), activity('2025-10-26', '+01:00')]
  const { http, asked } = answering({
    'heartrate?start_datetime=2025-10-24T22:00:00.000Z&end_datetime=2025-10-26T23:00:00.000Z': { json: list() },
    'daily_activity?start_date=2025-07-30&end_date=2025-08-01': { json: list(activity('2025-07-30', '+09:00')) },
    'heartrate?start_datetime=2025-07-30T15:00:00.000Z&end_datetime=2025-07-31T15:00:00.000Z': { json: list() },
  })
  const timeZone = '+01:00'
  const earlier = [{ kind: 'daily_activity', request: {}, payload: list(...autumn) }]
  const days = { start_date: '2025-10-25', end_date: '2025-10-26' }
  assert.deepEqual(await fetched('heartrate', day('2025-10-25', '2025-10-26'), http, { timeZone, earlier }), [
    { kind: 'heartrate', request: { ...days, offsets: '2025-10-25 +02:00,2025-10-26 +01:00' }, payload: list() },
  ])
  assert.equal(asked.length, 1)
  await fetched('heartrate', day('2025-07-31'), http, { timeZone, earlier })
  assert.equal(asked.length, 3)
})

test('the longest range of heart rate stays below thirty days where the clock goes back', async () => {
  const { maxDays } = oura.reads.heartrate!
  assert.ok(maxDays !== undefined && maxDays * 24 + 1 <= 30 * 24)
})

test('the list of rings has no days, and the profile neither', async () => {
  const { http } = answering({
    ring_configuration: { json: list({ id: 'r' }) },
    personal_info: { json: { id: 'person' } },
  })
  const rings = { kind: 'ring_configuration', request: {}, payload: list({ id: 'r' }) }
  assert.deepEqual(await fetched('ring_configuration', day('2020-01-01', '2026-09-15'), http), [rings])
  assert.deepEqual(await fetched('ring_configuration', { object: 'r' }, http), [rings])
  assert.deepEqual(await fetched('personal_info', day('2026-09-15'), http), [
    { kind: 'personal_info', request: {}, payload: { id: 'person' } },
  ])
})

test('a list that never ends is given up', async () => {
  let calls = 0
  const http: ConnectionHttp = {
    send() {
      calls++
      const json = () => ({ data: [], next_token: 'again' })
      return Promise.resolve({
        status: 200,
        headers: {},
        body: new Uint8Array(),
        truncated: false,
        text: () => '',
        json,
      })
    },
    follow: (url) => assert.fail(`nobody should follow ${url}`),
  }
  await assert.rejects(fetched('tag', day('2026-09-15'), http), /did not end/)
  assert.equal(calls, 1000)
})

test('the account is known by its id, whatever was granted', async () => {
  const tokens = { accessToken: 't', refreshToken: null, expiresInSeconds: null, scopes: null }
  const whose = { tokens, client: { id: 'client', secret: 'secret', extra: {} }, userId: 'user' }
  const known = answering({ personal_info: { json: { id: 'bdd640fb' } } })
  assert.deepEqual(await oura.identify({ http: known.http, ...whose }), { providerUserId: 'bdd640fb' })
  for (const json of [{}, { id: '' }, { id: 7 }, 'bdd640fb', [null]]) {
    const unknown = answering({ personal_info: { json } })
    await assert.rejects(oura.identify({ http: unknown.http, ...whose }), /whose account/)
  }
})

test('the zone is the offset of the newest day or night, never that of a score', () => {
  const zone = oura.timeZone!
  const night = (end: string) => ({ bedtime_end: end })
  assert.equal(
    zone('sleep', { data: [night('2026-03-29T07:30:00+02:00'), night('2026-03-28T07:00:00+01:00')] }),
    '+02:00',
  )
  assert.equal(zone('sleep', [night('2026-09-15T06:00:00-07:00')]), '-07:00')
  assert.equal(zone('daily_activity', { timestamp: '2026-09-15T04:00:00.000+05:30' }), '+05:30')
  assert.equal(zone('daily_sleep', { data: [{ timestamp: '2026-09-15T00:00:00.000+00:00' }] }), null)
  for (const odd of [null, 'text', { data: 'x' }, { data: [null, 3, night('soon'), night('2026-09-15T06:00:00')] }]) {
    assert.equal(zone('sleep', odd), null)
  }
})
