// WHOOP against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { OAuth2 } from '../src/connectors/connector.ts'
import { whoop } from '../src/connectors/whoop/index.ts'
import { SleepLevel } from '../src/model/enumerations.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { daysFrom } from '../src/simulator/people/days.ts'
import { mainNight, napOf, secondsIn } from '../src/simulator/people/night.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud } from './provider/cloud.ts'

let cloud: Cloud
before(async () => {
  cloud = await openCloud(whoop)
  await cloud.control('callback', { client_id: cloud.secrets.client.id, url: cloud.callbackUrl })
  // A month is more than a minute allows: the loop waits, these tests do not.
  await cloud.control('rate-limit', { requests: '100000' })
  await cloud.control('token-lifetime', { seconds: String(30 * 86_400) })
})
after(() => cloud.close())

const days = { start: '2026-10-20', end: '2026-11-18' }
const AWAKE_OR_ASLEEP = new Set<number>([SleepLevel.Awake, SleepLevel.Sleeping])
const levelOf = ({ level }: { level: number }): number => level

test('a month: every day once, with the cycle and the recovery of the night that ended on it', async () => {
  for (const [who, zone] of [
    ['ada', 'Europe/Berlin'],
    ['sam', 'America/New_York'],
    ['noor', 'Asia/Tokyo'],
  ] as const) {
    const { http } = await cloud.signIn(who)
    const pages = []
    for (const kind of ['cycle', 'recovery', 'sleep']) {
      pages.push(...(await cloud.fetch(http, kind, { days }, { timeZone: zone })))
    }
    const records = cloud.records(pages, zone)
    const dailies = new Map<string, unknown>()
    for (const { type, record } of records) {
      if (type !== 'daily') continue
      const day = String(at(record, 'metadata.start_time')).slice(0, 10)
      assert.ok(!dailies.has(day), `${who} has ${day} twice`)
      dailies.set(day, record)
    }
    for (const day of daysFrom(days.start, days.end)) {
      const daily = dailies.get(day)
      const night = mainNight(person(who), day)
      assert.equal(at(daily, 'heart_rate_data.summary.resting_hr_bpm'), night.lowestBpm, `${who} ${day}`)
      assert.equal(at(daily, 'oxygen_data.avg_saturation_percentage'), night.spo2)
      assert.ok(Number(at(daily, 'calories_data.total_burned_calories')) > 800)
      assert.ok(Number(at(daily, 'strain_data.strain_level')) > 0)
      assert.equal(typeof at(daily, 'scores.sleep'), 'number')
      assert.equal(typeof at(daily, 'scores.recovery'), 'number')
    }
  }
})

test('a night is its stages, its signals and its recovery; a nap is a nap', async () => {
  const { http } = await cloud.signIn('ada')
  const pages = [...(await cloud.fetch(http, 'sleep', { days })), ...(await cloud.fetch(http, 'recovery', { days }))]
  const sleeps = cloud.records(pages).filter(({ type }) => type === 'sleep')
  let naps = 0
  for (const day of daysFrom(days.start, days.end)) {
    const own = sleeps.filter(({ record }) => String(at(record, 'metadata.end_time')).startsWith(day))
    const night = mainNight(person('ada'), day)
    const main = own.find(({ record }) => at(record, 'metadata.is_nap') === false)!.record
    const asleep = at(main, 'sleep_durations_data.asleep') as Record<string, number>
    assert.equal(asleep.duration_deep_sleep_state_seconds, secondsIn(night, 'deep'))
    assert.equal(asleep.duration_REM_sleep_state_seconds, secondsIn(night, 'rem'))
    assert.equal(asleep.duration_light_sleep_state_seconds, secondsIn(night, 'light'))
    assert.equal(at(main, 'sleep_durations_data.awake.duration_awake_state_seconds'), secondsIn(night, 'awake'))
    assert.equal(typeof at(main, 'readiness_data.readiness'), 'number')
    const beats = at(main, 'heart_rate_data.detailed.hr_samples') as unknown[]
    assert.ok(beats.length > night.cells.length / 2 - 60)
    const levels = new Set((at(main, 'sleep_durations_data.hypnogram_samples') as { level: number }[]).map(levelOf))
    assert.ok(levels.has(SleepLevel.Sleeping) && levels.isSubsetOf(AWAKE_OR_ASLEEP), `${day}: ${[...levels].join()}`)
    assert.equal(own.length, napOf(person('ada'), day) === null ? 1 : 2)
    naps += own.length - 1
  }
  assert.ok(naps > 0, 'a month has a nap')
})

test('a year of workouts in pages of 25 is every workout', async () => {
  const { http } = await cloud.signIn('ada')
  const year = { start: '2025-11-19', end: '2026-11-18' }
  const lived = daysFrom(year.start, year.end).flatMap((day) => simulateDay(person('ada'), day).workouts)
  const pages = await cloud.fetch(http, 'workout', { days: year })
  const records = cloud.records(pages)
  assert.ok(pages.length > 5)
  const kcal = records.map(({ record }) => Number(at(record, 'calories_data.total_burned_calories')))
  assert.equal(records.length, lived.length)
  const total = (values: readonly number[]): number => Math.round(values.reduce((sum, value) => sum + value, 0))
  assert.ok(Math.abs(total(kcal) - total(lived.map((workout) => workout.kcal))) <= 1)
})

test('one night is announced again and again; a recovery that was removed takes back what it had said', async () => {
  const { http } = await cloud.signIn('sam')
  const told = () => cloud.notified.splice(0).flatMap((request) => whoop.notifications!.parse(request))
  const hours = async (count: number) => {
    for (let i = 0; i < count * 6; i++) {
      cloud.clock.advance(600_000)
      await cloud.control('tick')
    }
  }
  await hours(36)
  const changes = told().filter((change) => change.what === 'changed')
  const nights = changes.filter(({ kind }) => kind === 'sleep').map(({ wanted }) => JSON.stringify(wanted))
  assert.ok(nights.length > new Set(nights).size, 'pending, then scored')
  const recovery = changes.find(({ kind }) => kind === 'recovery')!
  assert.ok('object' in recovery.wanted)
  const id = recovery.wanted.object
  const read = await cloud.fetch(http, 'recovery', { object: id }, { timeZone: 'America/New_York' })
  const sleep = cloud.records(read, 'America/New_York').find(({ type }) => type === 'sleep')
  assert.equal(typeof at(sleep!.record, 'readiness_data.readiness'), 'number')

  await cloud.control('delete', { person: 'sam', kind: 'recovery', id })
  await cloud.control('tick')
  assert.deepEqual(
    told().findLast((change) => change.what === 'changed' && change.kind === 'recovery'),
    recovery,
  )
  const again = await cloud.fetch(http, 'recovery', { object: id }, { timeZone: 'America/New_York' })
  const parts = cloud
    .map(again, 'America/New_York')
    .filter(({ type, key }) => type === 'sleep' && 'id' in key && key.id === id)
  assert.deepEqual(parts.at(-1)?.record, {})

  await cloud.control('delete', { person: 'sam', kind: 'sleep', id })
  await cloud.control('tick')
  assert.ok(told().some((change) => change.what === 'gone' && 'id' in change.gone && change.gone.id === id))
  assert.deepEqual(await cloud.control('forge', { person: 'sam' }), { statuses: { 401: 1 } })
})

test('without offline there is no refresh token; without the profile the account is known all the same', async () => {
  const { tokens, identity } = await cloud.signIn('ada', 'read:sleep')
  assert.equal(tokens.refreshToken, null)
  assert.match(identity.providerUserId, /^\d{8}$/)
})

test('a refusal is plain text, a scope that is missing is skipped, and access can be ended', async () => {
  const { http, tokens, identity } = await cloud.signIn('noor', 'offline read:sleep read:profile')
  await assert.rejects(
    cloud.fetch(http, 'cycle', { days }),
    (error) => error instanceof ProviderError && error.next === 'skip',
  )
  const { client } = cloud.secrets
  const { revoke } = whoop.auth as OAuth2
  await revoke!({ tokens, client, providerUserId: identity.providerUserId, now: 0, send: cloud.send })
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  const refused = await cloud.send({ host: 'api', path: '/developer/v2/user/profile/basic' }, { headers })
  assert.deepEqual([refused.status, refused.text()], [401, 'Authorization was not valid'])
})
