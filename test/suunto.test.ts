// SUUNTO against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { suunto } from '../src/connectors/suunto/index.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { daysFrom } from '../src/simulator/people/days.ts'
import { mainNight, secondsIn } from '../src/simulator/people/night.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, BERLIN, type Cloud, openCloud } from './provider/cloud.ts'

let cloud: Cloud
before(async () => {
  cloud = await openCloud(suunto)
  await cloud.control('rate-limit', { requests: '1000', seconds: '60' })
  await cloud.control('callback', { client_id: cloud.secrets.client.id, url: cloud.callbackUrl })
})
after(() => cloud.close())

test('workouts: totals from the summary, samples from the file, none for what was typed in', async () => {
  const { http } = await cloud.signIn('ada')
  const days = { start: '2026-10-20', end: '2026-11-10' }
  const records = cloud.records(await cloud.fetch(http, 'workouts', { days }))
  const lived = daysFrom(days.start, days.end).flatMap((day) => simulateDay(person('ada'), day).workouts)
  assert.equal(records.length, lived.length)
  for (const { record } of records) {
    const startAt = parseTimestamp(String(at(record, 'metadata.start_time'))).epochMs
    const workout = lived.find((each) => each.startAt === startAt)!
    assert.equal(parseTimestamp(String(at(record, 'metadata.end_time'))).epochMs, workout.endAt)
    assert.equal(at(record, 'metadata.upload_type'), workout.manual ? 2 : 1)
    const beats = at(record, 'heart_rate_data.detailed.hr_samples') as unknown[]
    assert.equal(beats.length > 0, !workout.manual)
  }
})

test('the day on which the clock went back: totals, samples that add up to them, the night', async () => {
  const { http } = await cloud.signIn('ada')
  const day = '2026-10-25'
  const wanted = { days: { start: day, end: day } }
  const pages = [
    ...(await cloud.fetch(http, 'daily_activity_statistics', wanted, { timeZone: BERLIN })),
    ...(await cloud.fetch(http, 'activity', wanted, { timeZone: BERLIN })),
  ]
  const daily = cloud.records(pages).find(({ type }) => type === 'daily')!.record
  const steps = simulateDay(person('ada'), day).steps.reduce((sum, each) => sum + each, 0)
  assert.equal(at(daily, 'distance_data.steps'), steps)
  const samples = at(daily, 'distance_data.detailed.step_samples') as { steps: number }[]
  assert.equal(samples.length, 150, '25 hours')
  assert.equal(samples.at(-1)!.steps, steps)
  const sleeps = cloud.records(await cloud.fetch(http, 'sleep', wanted, { timeZone: BERLIN }))
  const night = mainNight(person('ada'), day)
  const main = sleeps.find(({ record }) => at(record, 'metadata.is_nap') === false)!.record
  assert.equal(parseTimestamp(String(at(main, 'metadata.start_time'))).epochMs, night.startAt)
  assert.equal(
    at(main, 'sleep_durations_data.asleep.duration_asleep_state_seconds'),
    secondsIn(night, 'deep') + secondsIn(night, 'light') + secondsIn(night, 'rem'),
  )
})

test('a notification names the workout, or brings the night with it; a forged one is refused', async () => {
  const { http } = await cloud.signIn('sam')
  assert.deepEqual(await cloud.control('notify', { person: 'sam' }), { accepted: 1 })
  const [change] = suunto.notifications!.parse(cloud.notified.at(-1)!)
  assert.ok(change?.what === 'changed')
  assert.equal(cloud.records(await cloud.fetch(http, change.kind, change.wanted)).length, 1)
  assert.deepEqual((await cloud.control('forge', { person: 'sam' })).statuses, { 401: 1 })
})
