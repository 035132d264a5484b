import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dayBounds } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import { type ConnectionHttp, UnreadablePage } from '../connector.ts'
import { type Answer, answering, fetched, responseOf } from '../test-http.ts'
import { nightsListed } from './fetch.ts'
import { garmin } from './index.ts'

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./samples/${name}.json`, import.meta.url), 'utf8'))
}

/** Berlin's days, in seconds of UTC. */
const at = (iso: string): number => Date.parse(iso) / 1000
const backfill = (name: string, from: string, to: string): string =>
  `api/wellness-api/rest/backfill/${name}?summaryStartTimeInSeconds=${at(from)}&summaryEndTimeInSeconds=${at(to)}`
const days = { start: '2026-09-10', end: '2026-09-12' }
const ASKED = backfill('dailies', '2026-09-09T22:00:00Z', '2026-09-12T22:00:00Z')
const HOUR_MS = 3_600_000
const accepted: Answer = { status: 202, json: null }
const promised = [{ promised: { types: ['daily'], days } }]

test('history is whole local days, and only promised', async () => {
  const { http, asked } = answering({ [ASKED]: accepted })
  assert.deepEqual(await fetched(garmin, 'dailies', { days }, http), promised)
  assert.deepEqual(asked, [ASKED])
})

test('what is not over yet is asked for until now, and the future not at all', async () => {
  const { http, asked } = answering({
    [backfill('respiration', '2026-09-14T22:00:00Z', '2026-09-16T10:00:00Z')]: accepted,
  })
  await fetched(garmin, 'allDayRespiration', { days: { start: '2026-09-15', end: '2026-09-20' } }, http)
  assert.deepEqual(await fetched(garmin, 'hrv', { days: { start: '2026-09-17', end: '2026-09-20' } }, http), [])
  assert.equal(asked.length, 1)
})

test('whole days for somebody whose zone nobody knows yet', async () => {
  const { http } = answering({ [backfill('dailies', '2026-09-09T10:00:00Z', '2026-09-13T14:00:00Z')]: accepted })
  assert.deepEqual(await fetched(garmin, 'dailies', { days }, http, { timeZone: null }), promised)
})

test('whole days in either season for somebody of whom an offset is known', async () => {
  // New York: -04:00 in summer, -05:00 in winter.
  const now = Date.parse('2027-02-01T12:00:00Z')
  for (const [shown, start, end] of [
    ['-05:00', '2026-07-01', '2026-07-03'],
    ['-04:00', '2026-12-01', '2026-12-03'],
    ['-04:00', '2026-07-01', '2026-07-03'],
    ['-05:00', '2026-10-31', '2026-11-02'],
  ] as const) {
    const windows: [number, number][] = []
    const http: ConnectionHttp = {
      async send(_, { query } = {}) {
        windows.push([Number(query?.summaryStartTimeInSeconds) * 1000, Number(query?.summaryEndTimeInSeconds) * 1000])
        return responseOf(accepted)
      },
      follow: () => assert.fail('nothing is followed'),
    }
    const told = await fetched(garmin, 'dailies', { days: { start, end } }, http, { timeZone: shown, now })
    assert.deepEqual(told, [{ promised: { types: ['daily'], days: { start, end } } }])
    const first = dayBounds(start, 'America/New_York').start_time
    const last = dayBounds(end, 'America/New_York').end_time
    const [[from, to]] = windows as [[number, number]]
    const [missed, beyond] = [from - Date.parse(first), Date.parse(last) - to]
    assert.ok(missed <= 0 && beyond <= 0, `${shown}: ${start} to ${end} misses ${missed} and ${beyond} ms`)
    assert.ok(missed >= -2 * HOUR_MS && beyond >= -2 * HOUR_MS, 'no more than it has to be')
  }
})

test('what begins beyond the last day is not waited for', async () => {
  const early = { start: '2026-04-01', end: '2026-04-03' }
  const more = { timeZone: '+00:00' }
  const { http, asked } = answering({
    [backfill('dailies', '2026-03-31T23:00:00Z', '2026-04-04T01:00:00Z')]: {
      status: 400,
      json: sample('errors/backfill-before-min-start-400'),
    },
    [backfill('dailies', '2026-04-04T00:00:01Z', '2026-04-04T01:00:00Z')]: accepted,
  })
  assert.deepEqual(await fetched(garmin, 'dailies', { days: early }, http, more), [])
  assert.equal(asked.length, 2)
})

test('asked for before: it is sent once, and may be on its way', async () => {
  const { http } = answering({ [ASKED]: { status: 409, json: sample('errors/backfill-duplicate-409') } })
  assert.deepEqual(await fetched(garmin, 'dailies', { days }, http), promised)
})

test('too early: asked again from where Garmin begins', async () => {
  const early = { start: '2026-04-01', end: '2026-04-10' }
  const { http } = answering({
    [backfill('dailies', '2026-03-31T22:00:00Z', '2026-04-10T22:00:00Z')]: {
      status: 400,
      json: sample('errors/backfill-before-min-start-400'),
    },
    [backfill('dailies', '2026-04-04T00:00:01Z', '2026-04-10T22:00:00Z')]: accepted,
  })
  assert.deepEqual(await fetched(garmin, 'dailies', { days: early }, http), [
    { promised: { types: ['daily'], days: { start: '2026-04-04', end: '2026-04-10' } } },
  ])
})

test('too early for all of it: there is nothing to wait for', async () => {
  const { http } = answering({
    [backfill('dailies', '2026-02-28T23:00:00Z', '2026-03-05T23:00:00Z')]: {
      status: 400,
      json: sample('errors/backfill-before-min-start-400'),
    },
  })
  assert.deepEqual(await fetched(garmin, 'dailies', { days: { start: '2026-03-01', end: '2026-03-05' } }, http), [])
})

const refusals: [name: string, answer: Answer, next: string, text: RegExp][] = [
  ['403', { status: 403, json: sample('errors/backfill-permission-403') }, 'skip', /did not allow/],
  ['412', { status: 412, json: sample('errors/training-permission-412') }, 'skip', /did not allow/],
  [
    'a kind that is off at Garmin',
    { status: 400, json: sample('errors/backfill-not-enabled-400') },
    'give_up',
    /not enabled/,
  ],
  ['a 400 without a reason', { status: 400, json: null }, 'give_up', /no reason/],
]
for (const [name, answer, next, text] of refusals) {
  test(`history refused: ${name}`, async () => {
    const { http } = answering({ [ASKED]: answer })
    await assert.rejects(fetched(garmin, 'dailies', { days }, http), (error: unknown) => {
      assert.ok(error instanceof ProviderError)
      assert.equal(error.next, next)
      assert.match(error.message, text)
      return true
    })
  })
}

test('who did not allow history is not asked for it', async () => {
  const { http, asked } = answering({})
  const granted = { grantedScopes: ['HEALTH_EXPORT'] }
  await assert.rejects(fetched(garmin, 'dailies', { days }, http, granted), { next: 'skip' })
  assert.deepEqual(asked, [])
})

test('what Garmin sends along with another kind is not asked for by itself', async () => {
  const { http, asked } = answering({})
  assert.deepEqual(await fetched(garmin, 'thirdPartyDailies', { days }, http), [])
  assert.deepEqual(await fetched(garmin, 'manuallyUpdatedActivities', { days }, http), [])
  assert.deepEqual(asked, [])
})

test('a ping is followed exactly; its token is no part of the page', async () => {
  const callbackURL = 'https://apis.garmin.com/wellness-api/rest/sleeps?uploadStartTimeInSeconds=1&token=XSID'
  const payload = sample('sleeps/pull.input')
  const { http, asked } = answering({ [callbackURL]: { json: payload } })
  const hint = { callbackURL, uploadStartTimeInSeconds: '1', uploadEndTimeInSeconds: '6' }
  assert.deepEqual(await fetched(garmin, 'sleeps', { hint }, http), [
    { kind: 'sleeps', request: { uploadStartTimeInSeconds: '1', uploadEndTimeInSeconds: '6' }, payload },
    { listed: { type: 'sleep', days: { start: '2026-05-04', end: '2026-05-04' } } },
  ])
  assert.deepEqual(asked, [callbackURL])
  const wrong = answering({ [callbackURL]: { json: { errorMessage: 'odd' } } })
  await assert.rejects(fetched(garmin, 'sleeps', { hint }, wrong.http), UnreadablePage)
})

test('no request names more days than Garmin answers, with days of 25 hours and in no known zone either', () => {
  for (const read of Object.values(garmin.reads)) {
    if (read.maxDays === undefined || read.types.includes('athlete')) continue
    assert.ok(read.maxDays * 86_400 + (3600 + 28 * 3600) <= 30 * 86_400)
  }
})

test('a file is taken once, with the workout that it belongs to', async () => {
  const callbackURL = 'https://apis.garmin.com/wellness-api/rest/activityFile?id=7&token=XSID'
  const hint = { callbackURL, activityId: '7', summaryId: '7', fileType: 'FIT' }
  const { http } = answering({ [callbackURL]: { json: 'bytes' } })
  const [page] = await fetched(garmin, 'activityFiles', { hint }, http)
  assert.ok(page !== undefined && 'payload' in page && page.payload instanceof Uint8Array)
  assert.deepEqual(page.request, { activityId: '7', fileType: 'FIT' })
  const gone = answering({ [callbackURL]: { status: 410, json: null } })
  assert.deepEqual(await fetched(garmin, 'activityFiles', { hint }, gone.http), [])
})

test('a file that is none is told apart', () => {
  const { map } = garmin.reads.activityFiles!
  const context = { request: {}, timeZone: null, receivedAt: 0, unknown: () => {} }
  assert.throws(() => map(Buffer.from('<gpx></gpx>'), context), /activityFiles: expected a GPX file/)
  assert.throws(() => map(Buffer.from('<html></html>'), context), /activityFiles: expected a FIT, TCX, GPX file/)
  assert.throws(() => map({}, context), /the bytes of a file/)
})

test('a night that does not say its day lists none while nobody knows the zone: it would end another one', () => {
  // Of the 13th in UTC, of the 14th in Tokyo.
  const night = { startTimeInSeconds: at('2026-09-13T15:00:00Z'), durationInSeconds: 28_800 }
  const daysOf = (summary: object, zone: string | null) => nightsListed([summary], zone).map(({ days }) => days.start)
  assert.deepEqual(daysOf(night, null), [])
  assert.deepEqual(daysOf({ ...night, startTimeOffsetInSeconds: 32_400 }, null), ['2026-09-14'])
  assert.deepEqual(daysOf({ ...night, calendarDate: '2026-09-14' }, null), ['2026-09-14'])
  assert.deepEqual(daysOf(night, 'Asia/Tokyo'), ['2026-09-14'])
})

test('a sign-in does not fail because the permissions cannot be read just then', async () => {
  const { http } = answering({
    'api/wellness-api/rest/user/id': { json: { userId: 'somebody' } },
    'api/wellness-api/rest/user/permissions': new ProviderError('503', { next: 'retry', status: 503 }),
  })
  const tokens = { accessToken: 't', refreshToken: 'r', expiresInSeconds: 1, scopes: null }
  const client = { id: 'c', secret: 's', extra: {} }
  const { providerUserId, scopes } = await garmin.identify({ http, tokens, client, userId: 'user' })
  assert.equal(providerUserId, 'somebody')
  assert.ok(scopes?.includes('HEALTH_EXPORT'))
})
