// EIGHT against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eight } from '../src/connectors/eight/index.ts'
import type { PasswordLogin } from '../src/connectors/connector.ts'
import { daysBetween } from '../src/model/local-day.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { secondsIn } from '../src/simulator/people/night.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud, pagesOf } from './provider/cloud.ts'

const login = eight.auth as PasswordLogin
const MONTH = { start: '2026-10-20', end: '2026-11-18' }

let cloud: Cloud
before(async () => {
  cloud = await openCloud(eight)
})
after(() => cloud.close())

const list = (record: unknown, path: string) => (at(record, path) ?? []) as Record<string, unknown>[]
const answers = (name: string, password = 'sandbox') => ({ email: `${name}@example.com`, password })
const signIn = (name: string, password?: string) =>
  login.signIn({ client: cloud.secrets.client, send: cloud.send, answers: answers(name, password) })
const failed = (next: string, message: RegExp) => (error: unknown) =>
  error instanceof ProviderError && error.next === next && message.test(error.message)

test('off until somebody switches it on, and says why', () => {
  assert.equal(eight.unofficial, true)
  assert.match(eight.notice!, /no public API/)
})

test('signing in by password, again instead of refreshing, and no more once it was changed', async () => {
  const first = await signIn('ada')
  assert.equal(first.expiresInSeconds, 72_000)
  const renew = () => login.renew({ client: cloud.secrets.client, send: cloud.send, refreshToken: first.refreshToken! })
  const second = await renew()
  assert.notEqual(second.accessToken, first.accessToken)
  assert.deepEqual([second.providerUserId, second.refreshToken], [first.providerUserId, first.refreshToken])
  await assert.rejects(signIn('ada', 'wrong'), failed('reauthorize', /email and password/))
  await cloud.control('revoke', { person: 'ada' })
  await assert.rejects(renew(), failed('reauthorize', /email and password/))
  assert.equal((await signIn('ada', 'the new one')).providerUserId, first.providerUserId)
  const stranger = { ...cloud.secrets.client, secret: 'another' }
  await assert.rejects(
    login.signIn({ client: stranger, send: cloud.send, answers: answers('ada', 'the new one') }),
    failed('retry', /client id and secret/),
  )
})

test('many logins in a row are throttled, which passes', async () => {
  for (let i = 0; i < 20; i++) await signIn('eager')
  await assert.rejects(signIn('eager'), failed('retry', /429/))
  cloud.clock.advance(61_000)
  await signIn('eager')
})

test('a month of nights and naps, with the scores of the other form; nights away are no days', async () => {
  const { http, identity } = await cloud.signIn('noor')
  assert.equal(identity.timeZone, 'Asia/Tokyo')
  const more = { providerUserId: identity.providerUserId, timeZone: 'Asia/Tokyo' }
  const fetched = await cloud.fetch(http, 'trends', { days: MONTH }, more)
  assert.deepEqual(
    pagesOf(fetched).map(({ request }) => request.form),
    ['scores', 'sessions'],
  )
  const records = cloud.records(fetched, 'Asia/Tokyo')
  const sleeps = records.filter(({ type }) => type === 'sleep').map(({ record }) => record)
  const dailies = records.filter(({ type }) => type === 'daily').map(({ record }) => record)
  assert.ok(dailies.length < 30 && dailies.length > 20)
  assert.ok(sleeps.some((record) => at(record, 'metadata.is_nap') === true))
  const nights = sleeps.filter((record) => at(record, 'metadata.is_nap') === false)
  assert.equal(nights.length, dailies.length)
  const instant = (text: unknown) => Date.parse(String(text))
  for (const record of nights) {
    const day = daysBetween(MONTH.start, MONTH.end).find(
      (each) => simulateDay(person('noor'), each).night.endAt === instant(at(record, 'metadata.end_time')),
    )!
    const { night } = simulateDay(person('noor'), day)
    assert.equal(instant(at(record, 'metadata.start_time')), night.startAt)
    assert.equal(at(record, 'sleep_durations_data.asleep.duration_deep_sleep_state_seconds'), secondsIn(night, 'deep'))
    const stages = list(record, 'sleep_durations_data.hypnogram_samples').map((each) => ({
      ...each,
      at: instant(each.timestamp),
    }))
    assert.ok(stages.every((stage) => stage.at >= night.startAt && stage.at < night.endAt))
    const score = at(record, 'scores.sleep')
    assert.ok(typeof score === 'number' && score > 30)
    assert.equal(at(record, 'heart_rate_data.summary.avg_hrv_rmssd'), night.averageHrv)
    assert.equal(
      list(record, 'heart_rate_data.detailed.hrv_samples_rmssd')[0]?.hrv_rmssd,
      night.hrvRmssdMs.find((value) => value !== null),
    )
    const daily = dailies.find((each) => String(at(each, 'metadata.start_time')).startsWith(day))
    assert.equal(at(daily, 'scores.sleep'), score)
    assert.equal(at(daily, 'heart_rate_data.summary.resting_hr_bpm'), night.lowestBpm)
  }
})

test('a night that goes on is no record, and nothing is said to be gone then', async () => {
  const { night } = simulateDay(person('sam'), '2026-11-21')
  cloud.clock.advance(4 * 3_600_000)
  const { http, identity } = await cloud.signIn('sam')
  const days = { start: '2026-11-20', end: '2026-11-21' }
  const more = { providerUserId: identity.providerUserId, timeZone: person('sam').timeZone }
  const ask = async (time: number) => {
    cloud.clock.advance(time - cloud.clock.now())
    return cloud.fetch((await cloud.signIn('sam')).http, 'trends', { days }, more)
  }
  assert.equal((await cloud.fetch(http, 'trends', { days }, more)).filter((each) => 'listed' in each).length, 3)
  const during = await ask(night.startAt + 3 * 3_600_000)
  assert.ok(list(pagesOf(during)[1]!.payload, 'days').some(({ processing }) => processing === true))
  assert.deepEqual(
    during.filter((each) => 'listed' in each),
    [],
  )
  const endsWith = (fetched: typeof during) =>
    cloud.records(fetched).filter(({ record }) => Date.parse(String(at(record, 'metadata.end_time'))) === night.endAt)
  assert.deepEqual(endsWith(during), [])
  const [unscored] = endsWith(await ask(night.endAt + 30 * 60_000))
  assert.equal(at(unscored!.record, 'scores.sleep'), null, 'the text None is nothing')
  const [scored] = endsWith(await ask(night.endAt + 3 * 3_600_000))
  assert.equal(typeof at(scored!.record, 'scores.sleep'), 'number')
})

test('the back end may fail once, not twice', async () => {
  const { http } = await cloud.signIn('noor')
  const ask = () => cloud.fetch(http, 'trends', { days: MONTH })
  await cloud.control('fail', { status: '504', path: '/trends' })
  assert.equal(pagesOf(await ask()).length, 2)
  await cloud.control('fail', { status: '504', times: '2', path: '/trends' })
  await assert.rejects(ask(), (error) => error instanceof ProviderError && error.status === 504)
})
