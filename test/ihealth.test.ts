// IHEALTH against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ihealth } from '../src/connectors/ihealth/index.ts'
import type { OAuth2 } from '../src/connectors/connector.ts'
import { daysBetween } from '../src/model/local-day.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { simulateDay, weightOn } from '../src/simulator/people/day.ts'
import { person } from '../src/simulator/people/person.ts'
import { pressures } from '../src/simulator/people/pressure.ts'
import { at, type Cloud, openCloud, pagesOf } from './provider/cloud.ts'

const SEASON = { start: '2026-08-20', end: '2026-11-10' }

let cloud: Cloud
before(async () => {
  cloud = await openCloud(ihealth)
})
after(() => cloud.close())

const list = (record: unknown, path: string) => (at(record, path) ?? []) as Record<string, unknown>[]
const days = daysBetween(SEASON.start, SEASON.end)
const ada = person('ada')

async function recordsOf(kind: string, who = 'ada') {
  const { http, identity } = await cloud.signIn(who)
  const fetched = await cloud.fetch(http, kind, { days: SEASON }, identity)
  return { http, identity, fetched, records: cloud.records(fetched).map(({ record }) => record) }
}

test('a season of blood pressure over two pages: each at its instant, on both sides of the clock change', async () => {
  const { fetched, records } = await recordsOf('bp')
  const lived = days.flatMap((day) => pressures(ada, day))
  const read = records.flatMap((body) => list(body, 'blood_pressure_data.blood_pressure_samples'))
  assert.ok(list(pagesOf(fetched)[0]!.payload, 'BPDataList').length >= lived.length && lived.length > 30)
  assert.deepEqual(
    read.map(({ timestamp }) => Date.parse(String(timestamp))),
    lived.map((each) => each.at),
  )
  assert.deepEqual(
    read.map(({ systolic_bp: systolic }) => systolic),
    lived.map(({ systolic }) => Math.round(systolic)),
  )
  const beats = records.flatMap((body) => list(body, 'heart_data.heart_rate_data.detailed.hr_samples'))
  assert.ok(beats.length < read.length && beats.every(({ bpm }) => bpm === ada.restingBpm + 12), '0 is missing')
})

test('days, nights and workouts are what was lived', async () => {
  const dailies = (await recordsOf('activity')).records
  assert.deepEqual(
    dailies.map((record) => String(at(record, 'metadata.start_time')).slice(0, 10)),
    days,
  )
  for (const [i, record] of dailies.entries()) {
    const lived = simulateDay(ada, days[i]!)
    assert.equal(
      at(record, 'distance_data.steps'),
      lived.steps.reduce((sum, each) => sum + each, 0),
    )
    const [start, end] = ['start_time', 'end_time'].map((name) => Date.parse(String(at(record, `metadata.${name}`))))
    assert.equal((end! - start!) / 60_000, lived.length)
  }
  const nights = (await recordsOf('sleep')).records
  for (const day of days) {
    const { night } = simulateDay(ada, day)
    const found = nights.find((record) => Date.parse(String(at(record, 'metadata.end_time'))) === night.endAt)
    // One offset stands for both ends: the night in which the clock changes begins an hour off.
    const off = day === '2026-10-25' ? 3_600_000 : 0
    assert.equal(Date.parse(String(at(found, 'metadata.start_time'))) - off, night.startAt)
  }
  const workouts = (await recordsOf('sport')).records
  const lived = days.flatMap((day) => simulateDay(ada, day).workouts)
  for (const { startAt, kcal, manual } of lived) {
    const found = workouts.find((record) => Date.parse(String(at(record, 'metadata.start_time'))) === startAt)
    assert.equal(at(found, 'calories_data.total_burned_calories'), kcal)
    assert.equal(at(found, 'metadata.upload_type'), manual ? 2 : 1)
  }
})

test('units are those that the answer says, whatever the locale', async () => {
  const { http, identity } = await cloud.signIn('ada')
  const path = (file: string) => ({ host: 'api', path: `/openapiv2/user/${identity.providerUserId}/${file}.json/` })
  const range = {
    start_time: Date.parse('2026-11-01T00:00:00Z') / 1000,
    end_time: Date.parse('2026-11-10T00:00:00Z') / 1000,
  }
  const ask = async (file: string, locale: string) =>
    cloud.records([
      {
        kind: file,
        request: {},
        payload: (await http.send(path(file), { query: { sv: file, locale, ...range } })).json(),
      },
    ])
  for (const locale of ['default', 'en_US', 'en_GB']) {
    const weights = (await ask('weight', locale)).map(({ record }) => record)
    assert.ok(weights.length > 2)
    for (const record of weights) {
      const day = String(at(record, 'metadata.start_time')).slice(0, 10)
      const [measured] = list(record, 'measurements_data.measurements')
      assert.ok(Math.abs(Number(measured!.weight_kg) - weightOn(ada, day)) < 0.01, locale)
    }
  }
  const glucose = async (locale: string) =>
    (await ask('glucose', locale)).flatMap(({ record }) => list(record, 'glucose_data.blood_glucose_samples'))
  const [metric, british] = [await glucose('default'), await glucose('en_GB')]
  for (const [i, { blood_glucose_mg_per_dL: value }] of metric.entries()) {
    assert.ok(Math.abs(Number(value) - Number(british[i]!.blood_glucose_mg_per_dL)) <= 1)
  }
  const [pressure] = await ask('bp', 'zh_CN')
  assert.ok(Number(list(pressure!.record, 'blood_pressure_data.blood_pressure_samples')[0]!.systolic_bp) > 90)
})

test('scopes are asked for by another name; what was not granted is skipped', async () => {
  const { http, identity, tokens } = await cloud.signIn('noor', 'OpenApiBP OpenApiUserInfo')
  assert.deepEqual(tokens.scopes, ['OpenApiBP', 'OpenApiUserInfo'])
  const [athlete] = cloud.records(await cloud.fetch(http, 'userinfo', { days: SEASON }, identity))
  assert.deepEqual(
    [athlete!.record.provider_user_id, athlete!.record.first_name, athlete!.record.date_of_birth],
    [identity.providerUserId, 'Noor', '1974-03-14'],
  )
  await assert.rejects(
    cloud.fetch(http, 'weight', { days: SEASON }, identity),
    (error) => error instanceof ProviderError && error.next === 'skip',
  )
  await assert.rejects(cloud.fetch(http, 'bp', { days: SEASON }, { providerUserId: 'somebody' }), /403/)
})

test('a refresh gives a new pair by GET', async () => {
  const auth = ihealth.auth as OAuth2
  const { tokens, identity } = await cloud.signIn('sam')
  const { client } = cloud.secrets
  const previous = {
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken!,
    providerUserId: identity.providerUserId,
  }
  const about = {
    grant: 'refresh',
    client,
    previous,
    scopes: auth.scopes,
    redirectUri: 'http://127.0.0.1:1/callback',
  } as const
  const form = {
    grant_type: 'refresh_token',
    refresh_token: previous.refreshToken,
    client_id: client.id,
    client_secret: client.secret,
  }
  const refresh = async () =>
    auth.readTokens!(await cloud.send(auth.token, { query: auth.tokenForm!(form, about) }), about)
  const next = await refresh()
  assert.notEqual(next.refreshToken, tokens.refreshToken)
  assert.equal(next.providerUserId, identity.providerUserId)
  await assert.rejects(refresh(), (error) => error instanceof ProviderError && error.next === 'reauthorize')
})

test('told of what is new and of what is gone, deaf to who does not know the key', async () => {
  const { http, identity } = await cloud.signIn('bodyful')
  await cloud.control('callback', { client_id: cloud.secrets.client.id, url: cloud.callbackUrl })
  cloud.notified.length = 0
  cloud.clock.advance(86_400_000)
  await cloud.control('tick')
  const told = () =>
    cloud.notified
      .splice(0)
      .flatMap((request) => ihealth.notifications!.parse(request))
      .filter((change) => change.providerUserId === identity.providerUserId)
  const kinds = new Set(told().map((change) => change.what === 'changed' && change.kind))
  for (const kind of ['activity', 'sleep', 'glucose', 'spo2']) assert.ok(kinds.has(kind), kind)

  const read = async (kind: string) => {
    const fetched = await cloud.fetch(http, kind, { days: { start: '2026-11-12', end: '2026-11-20' } }, identity)
    return list(pagesOf(fetched)[0]!.payload, 'BGDataList').map(({ DataID }) => String(DataID))
  }
  const [id] = (await read('glucose')).toReversed()
  await cloud.control('delete', { person: 'bodyful', kind: 'glucose', id: id! })
  assert.deepEqual(await cloud.control('notify', { person: 'bodyful', kind: 'glucose', id: id!, what: 'delete' }), {
    accepted: 1,
  })
  const [change] = told()
  assert.ok(change?.what === 'changed' && change.kind === 'glucose')
  assert.ok(!(await read('glucose')).includes(id!))
  assert.deepEqual(await cloud.control('forge', { person: 'bodyful' }), { statuses: { 401: 1 } })
})

test('the limit of the hour is an error with HTTP 200', async () => {
  const { http, identity } = await cloud.signIn('sam')
  await cloud.control('rate-limit', { requests: '1', seconds: '3600' })
  await cloud.fetch(http, 'userinfo', { days: SEASON }, identity)
  await assert.rejects(
    cloud.fetch(http, 'userinfo', { days: SEASON }, identity),
    (error) => error instanceof ProviderError && error.next === 'retry' && error.status === 429,
  )
  await cloud.control('heal')
})
