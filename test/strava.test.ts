// STRAVA against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { strava } from '../src/connectors/strava/index.ts'
import type { OAuth2 } from '../src/connectors/connector.ts'
import { UploadType } from '../src/model/enumerations.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { daysFrom } from '../src/simulator/people/days.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud, pagesOf } from './provider/cloud.ts'
import { openGateway } from './provider/gateway.ts'

let cloud: Cloud
before(async () => {
  cloud = await openCloud(strava)
  // A month is more than a quarter of an hour allows: the loop waits, these tests do not.
  await cloud.control('rate-limit', { requests: '100000' })
  await cloud.control('token-lifetime', { seconds: String(30 * 86_400) })
})
after(() => cloud.close())

const MONTH = { start: '2026-10-20', end: '2026-11-18' }
const instant = (text: unknown): number => parseTimestamp(String(text)).epochMs!

test('a month is every workout of it, across the change of the clock, with what was recorded', async () => {
  const { http, identity } = await cloud.signIn('ada')
  assert.match(identity.providerUserId, /^\d+$/)
  const fetched = await cloud.fetch(http, 'activity', { days: MONTH })
  assert.deepEqual(fetched.at(-1), { listed: { type: 'activity', days: MONTH } })
  const records = cloud.records(fetched).map(({ record }) => record)
  const lived = daysFrom(MONTH.start, MONTH.end).flatMap((day) => simulateDay(person('ada'), day).workouts)
  assert.ok(lived.length > 10)
  assert.deepEqual(
    records.map((record) => instant(at(record, 'metadata.start_time'))).sort(),
    lived.map(({ startAt }) => startAt).sort(),
  )
  for (const record of records) {
    const startAt = instant(at(record, 'metadata.start_time'))
    const workout = lived.find((each) => each.startAt === startAt)!
    assert.equal(instant(at(record, 'metadata.end_time')), workout.endAt)
    assert.equal(at(record, 'calories_data.total_burned_calories'), Math.round(workout.kcal))
    assert.equal(at(record, 'distance_data.summary.distance_meters'), workout.meters ?? 0)
    const offset = String(at(record, 'metadata.start_time')).slice(-6)
    assert.equal(offset, startAt < Date.parse('2026-10-25T01:00:00Z') ? '+02:00' : '+01:00')
    const samples = at(record, 'heart_rate_data.detailed.hr_samples') as { timestamp: string; bpm: number }[]
    if (workout.manual) {
      assert.equal(at(record, 'metadata.upload_type'), UploadType.Manual)
      assert.deepEqual(samples, [])
      continue
    }
    assert.equal(samples.length, Math.floor((workout.endAt - workout.startAt) / 10_000) + 1)
    assert.ok(samples.every(({ timestamp }) => instant(timestamp) >= startAt && instant(timestamp) <= workout.endAt))
    const zones = at(record, 'heart_rate_data.summary.hr_zone_data') as { duration_seconds: number }[]
    const seconds = zones.reduce((sum, zone) => sum + zone.duration_seconds, 0)
    assert.equal(seconds, samples.length * 10)
    const laps = at(record, 'lap_data.laps') as { distance_meters: number }[]
    const meters = laps.reduce((sum, lap) => sum + lap.distance_meters, 0)
    assert.ok(Math.abs(meters - (workout.meters ?? 0)) <= 0.1 * laps.length)
    if (workout.sport === 'running') {
      assert.ok(Number(at(record, 'movement_data.avg_cadence_rpm')) > 140, 'both feet are counted')
    }
  }
})

test('the pages of the list go on to the empty one, private gaps or not', async () => {
  const { http } = await cloud.signIn('rider', 'read,activity:read')
  const listed = await http.send(
    { host: 'api', path: '/athlete/activities' },
    { query: { after: Date.parse('2026-06-01T00:00:00Z') / 1000, per_page: 5 } },
  )
  assert.ok((listed.json() as unknown[]).length <= 5)
  const records = cloud.records(
    await cloud.fetch(http, 'activity', { days: { start: '2026-06-01', end: '2026-11-18' } }),
  )
  const seen = daysFrom('2026-06-01', '2026-11-18').flatMap((day) => simulateDay(person('rider'), day).workouts)
  assert.ok(seen.some(({ manual }) => manual))
  assert.equal(records.length, seen.filter(({ manual }) => !manual).length)
})

test('both hosts answer, the newer one without a path of its own', async () => {
  const { tokens } = await cloud.signIn('ada')
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  for (const path of ['/athlete', '/api/v3/athlete']) {
    assert.equal((await cloud.send({ host: 'api', path }, { headers })).status, 200)
  }
})

test('who unticks the activities has no connection, and who unticked them later is skipped', async () => {
  await assert.rejects(cloud.signIn('noor', 'read,profile:read_all'), /tick the box/)
  const { http } = await cloud.signIn('noor')
  await cloud.control('scopes', { person: 'noor', grant: 'read' })
  await assert.rejects(
    cloud.fetch(http, 'activity', { days: MONTH }),
    (error) => error instanceof ProviderError && error.next === 'skip',
  )
})

test('what stayed ticked is taken from the redirect where the token answer does not say it', async () => {
  const gateway = await openGateway()
  try {
    const environment = await gateway.environment()
    const refused = await environment.connect(strava, 'older-rider', { grant: 'read,profile:read_all' })
    assert.deepEqual([refused.reason, await environment.connection(refused.userId)], ['no_scopes', null])
    const { userId } = await environment.connect(strava, 'older-rider', { grant: 'read,activity:read' })
    assert.equal((await environment.connection(userId))?.scopes, 'read,activity:read')
  } finally {
    await gateway.stop()
  }
})

test('subscribed once, told of new, edited and deleted activities, and of the end', async () => {
  const subscribe = () =>
    strava.notifications!.subscribeApplication!({
      send: cloud.send,
      client: cloud.secrets.client,
      callbackUrl: cloud.callbackUrl,
      verificationToken: cloud.secrets.verificationToken,
      now: cloud.clock.now(),
    })
  await subscribe()
  await subscribe()
  const { http, identity } = await cloud.signIn('sporty')
  cloud.notified.length = 0
  cloud.clock.advance(7 * 86_400_000)
  await cloud.control('tick')
  const told = () =>
    cloud.notified
      .splice(0)
      .flatMap((request) => strava.notifications!.parse(request))
      .filter((change) => change.providerUserId === identity.providerUserId)
  const [created] = told()
  assert.ok(created?.what === 'changed' && 'hint' in created.wanted, 'a week has a workout')
  const fetched = await cloud.fetch(http, 'activity', created.wanted)
  const id = created.wanted.hint.activity_id!
  assert.deepEqual(pagesOf(fetched)[0]!.request, { activity_id: id })

  await cloud.control('rewrite', { person: 'sporty', kind: 'activity', id })
  await cloud.control('tick')
  assert.deepEqual(
    told().map((change) => change.what === 'changed' && change.wanted),
    [{ object: id }],
  )
  const [edited] = cloud.records(await cloud.fetch(http, 'activity', { object: id }))
  assert.match(String(at(edited!.record, 'metadata.name')), /\(edited 1\)$/)

  await cloud.control('delete', { person: 'sporty', kind: 'activity', id })
  await cloud.control('tick')
  assert.deepEqual(
    told().map((change) => change.what === 'gone' && change.gone),
    [{ type: 'activity', id }],
  )
  assert.deepEqual(await cloud.fetch(http, 'activity', { object: id }), [{ gone: { type: 'activity', id } }])

  assert.deepEqual(await cloud.control('notify', { person: 'sporty', signed: '1' }), { accepted: 1 })
  assert.deepEqual(await cloud.control('forge', { person: 'sporty' }), { statuses: { 401: 1 } })
  assert.deepEqual(await cloud.control('forge', { person: 'sporty', signed: '1' }), { statuses: { 401: 1 } })
  cloud.notified.length = 0
  await cloud.control('revoke', { person: 'sporty' })
  assert.deepEqual(
    told().map(({ what }) => what),
    ['revoked'],
  )
})

test('access is ended in both ways, and the end is told', async () => {
  const { revoke } = strava.auth as OAuth2
  for (const now of ['2026-11-20T12:00:00Z', '2027-06-02T12:00:00Z']) {
    const { tokens, http, identity } = await cloud.signIn('sam')
    const { client } = cloud.secrets
    await revoke!({ tokens, client, providerUserId: identity.providerUserId, now: Date.parse(now), send: cloud.send })
    await assert.rejects(http.send({ host: 'api', path: '/athlete' }), /401/)
  }
})

test('a full window says when it ends', async () => {
  const { http, tokens } = await cloud.signIn('ada')
  const answer = await http.send({ host: 'api', path: '/athlete' })
  assert.match(answer.headers['x-readratelimit-usage']!, /^\d+,\d+$/)
  await cloud.control('rate-limit', { requests: '1', seconds: '900' })
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  const ask = () => cloud.send({ host: 'api', path: '/athlete' }, { headers })
  assert.equal((await ask()).status, 200)
  const refused = await ask()
  assert.equal(refused.status, 429)
  const wait = strava.limits.waitSeconds!(refused, cloud.clock.now())!
  assert.ok(wait > 0 && wait <= 900)
  await cloud.control('heal')
})
