// CONCEPT2 against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { concept2 } from '../src/connectors/concept2/index.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { daysFrom } from '../src/simulator/people/days.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud } from './provider/cloud.ts'

let cloud: Cloud
before(async () => {
  cloud = await openCloud(concept2)
  await cloud.control('callback', { client_id: cloud.secrets.client.id, url: cloud.callbackUrl })
})
after(() => cloud.close())

const SUMMER_AND_AUTUMN = { start: '2026-06-01', end: '2026-11-18' }
const MACHINES = new Set(['rowing', 'cycling', 'strength_training'])
const instant = (text: unknown): number => parseTimestamp(String(text)).epochMs!

test('half a year is every workout on a machine, stroke by stroke, intervals in one row', async () => {
  const { http } = await cloud.signIn('ada')
  const fetched = await cloud.fetch(http, 'results', { days: SUMMER_AND_AUTUMN })
  const records = cloud.records(fetched).map(({ record }) => record)
  const lived = daysFrom(SUMMER_AND_AUTUMN.start, SUMMER_AND_AUTUMN.end)
    .flatMap((day) => simulateDay(person('ada'), day).workouts)
    .filter(({ sport }) => MACHINES.has(sport))
  assert.ok(lived.length > 20 && lived.some(({ manual }) => manual))
  assert.equal(records.length, lived.length)
  let rested = 0
  for (const record of records) {
    const startAt = instant(at(record, 'metadata.start_time'))
    const workout = lived.find((each) => each.startAt === startAt)!
    assert.ok(workout !== undefined, 'begins when it began, though it is dated by its end')
    assert.equal(instant(at(record, 'metadata.end_time')), workout.endAt)
    assert.equal(at(record, 'calories_data.total_burned_calories'), Math.round(workout.kcal))
    const meters = Number(at(record, 'distance_data.summary.distance_meters'))
    assert.equal(meters, Math.round(workout.meters!))
    const rest = Number(at(record, 'active_durations_data.rest_seconds'))
    const active = Number(at(record, 'active_durations_data.activity_seconds'))
    assert.equal(active + rest, (workout.endAt - workout.startAt) / 1000)
    if (workout.manual) continue
    rested += rest > 0 ? 1 : 0
    const distances = at(record, 'distance_data.detailed.distance_samples') as { distance_meters: number }[]
    const grows = distances.every(({ distance_meters: value }, i) => value >= (distances[i - 1]?.distance_meters ?? 0))
    assert.ok(grows && Math.abs(distances.at(-1)!.distance_meters - meters) < 60)
    const beats = at(record, 'heart_rate_data.detailed.hr_samples') as { timestamp: string }[]
    assert.ok(beats.every(({ timestamp }) => instant(timestamp) >= startAt && instant(timestamp) <= workout.endAt))
    const laps = at(record, 'lap_data.laps') as { distance_meters: number; end_time: string }[]
    assert.equal(
      laps.reduce((sum, lap) => sum + lap.distance_meters, 0),
      meters,
    )
    const watts = at(record, 'power_data.power_samples') as { watts: number }[]
    assert.ok(
      watts.every((sample) => sample.watts > 20 && sample.watts < 900),
      'nobody makes that much power',
    )
  }
  assert.ok(rested > 0, 'some were made of intervals')
})

test('new, edited and deleted results are announced without saying who sends it', async () => {
  const { identity } = await cloud.signIn('ada')
  const told = () => cloud.notified.splice(0).flatMap((request) => concept2.notifications!.parse(request))
  for (let day = 0; day < 14 && cloud.notified.length === 0; day++) {
    cloud.clock.advance(86_400_000)
    await cloud.control('tick')
  }
  await cloud.control('expire', { person: 'ada' })
  const { http } = await cloud.signIn('ada')
  const [added] = told()
  assert.ok(added?.what === 'changed' && 'object' in added.wanted, 'two weeks have a workout')
  assert.equal(added.providerUserId, identity.providerUserId)
  const id = added.wanted.object
  await cloud.control('rewrite', { person: 'ada', kind: 'results', id })
  await cloud.control('tick')
  assert.deepEqual(told(), [added])
  await cloud.control('delete', { person: 'ada', kind: 'results', id })
  await cloud.control('tick')
  const gone = { type: 'activity', id }
  assert.deepEqual(told(), [{ what: 'gone', providerUserId: null, gone }])
  assert.deepEqual(await cloud.fetch(http, 'results', { object: id }), [{ gone }])
  const forged = await cloud.control('forge', { person: 'ada' })
  assert.deepEqual(forged, { statuses: { 401: 1 } })
})

test('the profile has a weight in hundredths of a kilogram', async () => {
  const { http } = await cloud.signIn('noor')
  const records = cloud.records(await cloud.fetch(http, 'users_me', { days: SUMMER_AND_AUTUMN }), 'Asia/Tokyo')
  const body = records.find(({ type }) => type === 'body')
  const [measurement] = at(body?.record, 'measurements_data.measurements') as { weight_kg: number }[]
  assert.ok(Math.abs(measurement!.weight_kg - person('noor').weightKg) < 3)
})
