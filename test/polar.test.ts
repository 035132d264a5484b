// POLAR against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Fetched, OAuth2 } from '../src/connectors/connector.ts'
import { polar } from '../src/connectors/polar/index.ts'
import { ActivityLevel, SleepLevel } from '../src/model/enumerations.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { daysFrom } from '../src/simulator/people/days.ts'
import { mainNight, secondsIn } from '../src/simulator/people/night.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud, pagesOf } from './provider/cloud.ts'

let cloud: Cloud
before(async () => {
  // Four weeks from here on have the change of the clock in them.
  cloud = await openCloud(polar, '2026-11-10T20:00:00Z')
  await cloud.control('rate-limit', { requests: '100000' })
})
after(() => cloud.close())

const days = { start: '2026-10-20', end: '2026-11-09' }
const instant = (text: unknown): number => parseTimestamp(String(text)).epochMs!

async function everything(who: string, timeZone: string) {
  const { http } = await cloud.signIn(who)
  const pages: Fetched[] = []
  for (const kind of Object.keys(polar.reads)) {
    if (polar.reads[kind]!.fetch !== undefined) pages.push(...(await cloud.fetch(http, kind, { days }, { timeZone })))
  }
  return { http, pages, records: cloud.records(pages, timeZone) }
}

test('three weeks: every day and every night once, with what all pages say of them', async () => {
  for (const [who, zone] of [
    ['ada', 'Europe/Berlin'],
    ['sam', 'America/New_York'],
  ] as const) {
    const { pages, records } = await everything(who, zone)
    const kinds = new Set(pagesOf(pages).map((page) => page.kind))
    for (const kind of ['activities', 'sleep', 'nightly_recharge', 'biosensing_ecg', 'sleepwise_alertness', 'users']) {
      assert.ok(kinds.has(kind), kind)
    }
    for (const day of daysFrom(days.start, days.end)) {
      const lived = simulateDay(person(who), day)
      const night = mainNight(person(who), day)
      const own = (type: string, path: string) =>
        records.filter((each) => each.type === type && String(at(each.record, path)).startsWith(day))
      const [daily, ...moreDays] = own('daily', 'metadata.start_time')
      assert.deepEqual(moreDays, [])
      const steps = lived.steps.reduce((sum, value) => sum + value, 0)
      assert.equal(at(daily!.record, 'distance_data.steps'), steps, `${who} ${day}`)
      const samples = at(daily!.record, 'distance_data.detailed.step_samples') as { steps: number }[]
      assert.equal(samples.at(-1)!.steps, steps, 'the steps so far grow to the total')
      const hours =
        (instant(at(daily!.record, 'metadata.end_time')) - instant(at(daily!.record, 'metadata.start_time'))) /
        3_600_000
      assert.equal(hours, lived.length / 60)
      const beats = at(daily!.record, 'heart_rate_data.detailed.hr_samples') as { timestamp: string }[]
      assert.ok(beats.length > 250 && beats.every((beat) => instant(beat.timestamp) >= lived.startAt))
      const levels = at(daily!.record, 'active_durations_data.activity_levels_samples') as { activity_level: number }[]
      assert.ok(levels.some(({ activity_level: level }) => level === ActivityLevel.Rest))

      const [sleep, ...moreNights] = own('sleep', 'metadata.end_time')
      assert.deepEqual(moreNights, [])
      assert.equal(instant(at(sleep!.record, 'metadata.start_time')), night.startAt)
      assert.equal(instant(at(sleep!.record, 'metadata.end_time')), night.endAt)
      const asleep = 'sleep_durations_data.asleep.duration_'
      assert.equal(at(sleep!.record, `${asleep}deep_sleep_state_seconds`), secondsIn(night, 'deep'))
      assert.equal(at(sleep!.record, `${asleep}REM_sleep_state_seconds`), secondsIn(night, 'rem'))
      assert.equal(at(sleep!.record, 'heart_rate_data.summary.avg_hrv_rmssd'), night.averageHrv)
      assert.equal(at(sleep!.record, 'temperature_data.delta'), night.temperatureDeviation)
      const stages = at(sleep!.record, 'sleep_durations_data.hypnogram_samples') as {
        timestamp: string
        level: number
      }[]
      assert.ok(
        stages.every(
          (stage) => instant(stage.timestamp) > night.startAt - 60_000 && instant(stage.timestamp) < night.endAt,
        ),
      )
      assert.ok(stages.some(({ level }) => level === SleepLevel.Deep))
    }
    for (const type of ['athlete', 'body'])
      assert.ok(
        records.some((each) => each.type === type),
        type,
      )
  }
})

test('exercises are there from the registration on, with what was recorded, and their removal is noticed', async () => {
  const { http } = await cloud.signIn('ada')
  const all = { start: '2026-10-20', end: '2026-12-20' }
  assert.deepEqual(pagesOf(await cloud.fetch(http, 'exercises', { days: all })), [])
  cloud.clock.advance(25 * 86_400_000)
  const records = cloud.records(await cloud.fetch(http, 'exercises', { days: all }))
  const lived = daysFrom('2026-11-11', '2026-12-04').flatMap((day) => simulateDay(person('ada'), day).workouts)
  const activities = records.filter(({ type }) => type === 'activity')
  assert.ok(activities.length >= lived.length - 1 && lived.length > 3)
  for (const { record } of activities) {
    const startAt = instant(at(record, 'metadata.start_time'))
    const day = daysFrom('2026-11-10', '2026-12-06').find((each) =>
      simulateDay(person('ada'), each).workouts.some((workout) => workout.startAt === startAt),
    )!
    const workout = simulateDay(person('ada'), day).workouts.find((each) => each.startAt === startAt)!
    assert.equal(instant(at(record, 'metadata.end_time')), workout.endAt)
    assert.equal(at(record, 'calories_data.total_burned_calories'), Math.round(workout.kcal))
    if (workout.manual) continue
    const zones = at(record, 'heart_rate_data.summary.hr_zone_data') as { start_percentage: number }[]
    assert.deepEqual(
      zones.map((zone) => Math.round(zone.start_percentage)),
      [50, 60, 70, 80, 90],
    )
    const beats = at(record, 'heart_rate_data.detailed.hr_samples') as { timestamp: string }[]
    assert.ok(beats.every(({ timestamp }) => instant(timestamp) >= startAt && instant(timestamp) < workout.endAt))
  }
  const before = cloud.map(await cloud.fetch(http, 'exercises', { days: all })).length
  await cloud.control('delete', { person: 'ada' })
  const left = await cloud.fetch(http, 'exercises', { days: all })
  assert.ok(cloud.map(left).length < before)
  assert.ok(left.some((each) => 'listed' in each && each.listed.type === 'activity'))
})

test('the webhook is made with a ping, its secret is told once, and what it announces is ours', async () => {
  const { client } = cloud.secrets
  const subscribe = () =>
    polar.notifications!.subscribeApplication!({
      send: cloud.send,
      client,
      callbackUrl: cloud.callbackUrl,
      verificationToken: '',
      now: cloud.clock.now(),
    })
  const told = await subscribe()
  assert.ok(told !== undefined)
  Object.assign(client.extra, told)
  assert.equal(await subscribe(), undefined)
  const { http } = await cloud.signIn('noor')
  cloud.clock.advance(86_400_000)
  await cloud.control('tick')
  const changes = cloud.notified.splice(0).flatMap((request) => polar.notifications!.parse(request))
  const kinds = new Set(changes.map((change) => change.what === 'changed' && change.kind))
  for (const kind of ['sleep', 'activities', 'continuous_heart_rate']) assert.ok(kinds.has(kind), kind)
  const night = changes.find((change) => change.what === 'changed' && change.kind === 'sleep')!
  assert.ok(night.what === 'changed')
  const [record] = cloud.records(
    await cloud.fetch(http, 'sleep', night.wanted, { timeZone: 'Asia/Tokyo' }),
    'Asia/Tokyo',
  )
  assert.equal(record?.type, 'sleep')
  assert.deepEqual(await cloud.control('notify', { person: 'noor', kind: 'activities' }), { accepted: 1 })
  assert.deepEqual(await cloud.control('forge', { person: 'noor' }), { statuses: { 401: 1 } })
})

test('who comes back is registered already; who takes back the consents has to act; access can be ended', async () => {
  const first = await cloud.signIn('ada')
  assert.deepEqual((await cloud.signIn('ada')).identity, first.identity)
  await cloud.control('consent', { person: 'ada', given: '0' })
  const today = new Date(cloud.clock.now()).toISOString().slice(0, 10)
  await assert.rejects(
    cloud.fetch(first.http, 'activities', { days: { start: today, end: today } }),
    (error) => error instanceof ProviderError && error.next === 'reauthorize',
  )
  await cloud.control('consent', { person: 'newcomer', given: '0' })
  await assert.rejects(cloud.signIn('newcomer'), /consents/)
  await cloud.control('consent', { person: 'ada', given: '1' })
  const { revoke } = polar.auth as OAuth2
  const { client } = cloud.secrets
  const { tokens, identity } = first
  await revoke!({ tokens, client, providerUserId: identity.providerUserId, now: 0, send: cloud.send })
  await assert.rejects(first.http.send({ host: 'api', path: '/v3/exercises' }), /401/)
})
