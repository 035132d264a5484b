// WAHOO against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { wahoo } from '../src/connectors/wahoo/index.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { daysFrom } from '../src/simulator/people/days.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud } from './provider/cloud.ts'

let cloud: Cloud
before(async () => {
  cloud = await openCloud(wahoo)
  await cloud.control('callback', { client_id: cloud.secrets.client.id, url: cloud.callbackUrl })
})
after(() => cloud.close())

const days = { start: '2026-10-01', end: '2026-11-18' }

test('workouts of weeks: totals from the summary, samples from the file, the clock change in between', async () => {
  const { http } = await cloud.signIn('ada')
  const records = cloud.records(await cloud.fetch(http, 'workouts', { days }))
  const lived = daysFrom(days.start, days.end).flatMap((day) => simulateDay(person('ada'), day).workouts)
  assert.equal(records.length, lived.length)
  for (const { record } of records) {
    const startAt = parseTimestamp(String(at(record, 'metadata.start_time'))).epochMs
    const workout = lived.find((each) => each.startAt === startAt)!
    assert.equal(parseTimestamp(String(at(record, 'metadata.end_time'))).epochMs, workout.endAt)
    assert.equal(at(record, 'distance_data.summary.distance_meters'), workout.meters)
    const beats = at(record, 'heart_rate_data.detailed.hr_samples') as { timestamp: string }[]
    assert.equal(beats.length, workout.manual ? 0 : (workout.endAt - workout.startAt) / 10_000 + 1)
    if (beats.length > 0) assert.equal(parseTimestamp(beats.at(-1)!.timestamp).epochMs, workout.endAt)
  }
})

test('a notification leads to the workout and its file; without the token of the portal it is refused', async () => {
  const { http } = await cloud.signIn('sam')
  assert.deepEqual(await cloud.control('notify', { person: 'sam' }), { accepted: 1 })
  const [change] = wahoo.notifications!.parse(cloud.notified.at(-1)!)
  assert.ok(change?.what === 'changed')
  const fetched = await cloud.fetch(http, change.kind, change.wanted)
  assert.deepEqual(
    fetched.map((page) => ('kind' in page ? page.kind : null)),
    ['workouts', 'fit'],
  )
  assert.equal(cloud.records(fetched).length, 1)
  const forged = await cloud.control('forge', { person: 'sam' })
  assert.deepEqual(forged.statuses, { 401: 1 })
})
