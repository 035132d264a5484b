// ULTRAHUMAN against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ultrahuman } from '../src/connectors/ultrahuman/index.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { mainNight, secondsIn } from '../src/simulator/people/night.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, BERLIN, type Cloud, openCloud } from './provider/cloud.ts'

let cloud: Cloud
before(async () => {
  cloud = await openCloud(ultrahuman)
})
after(() => cloud.close())

const DAY = '2026-10-25'
const days = { days: { start: DAY, end: DAY } }

test('the forms of the answer say the same of the night in which the clock went back', async () => {
  const { http } = await cloud.signIn('ada')
  const night = mainNight(person('ada'), DAY)
  const steps = simulateDay(person('ada'), DAY).steps.reduce((sum, each) => sum + each, 0)
  for (const form of ['list', 'map', 'flat']) {
    await cloud.control('form', { as: form })
    const records = cloud.records(await cloud.fetch(http, 'metrics', days, { timeZone: BERLIN }))
    const daily = records.find(({ type }) => type === 'daily')!.record
    assert.equal(at(daily, 'distance_data.steps'), steps, form)
    const samples = at(daily, 'distance_data.detailed.step_samples') as { steps: number }[]
    assert.equal(samples.at(-1)!.steps, steps)
    const sleep = records.find(({ type }) => type === 'sleep')?.record
    const late = parseTimestamp(String(at(sleep!, 'metadata.start_time'))).epochMs! - night.startAt
    // The last form has no bedtimes: the night begins with its first resting heart rate.
    if (form === 'flat') assert.ok(late >= -1000 && late <= 600_000, `${late}`)
    else assert.ok(late > -1000 && late <= 0, `${late}`)
    assert.equal(at(sleep!, 'sleep_durations_data.asleep.duration_deep_sleep_state_seconds'), secondsIn(night, 'deep'))
    const inBed = night.cells.length * 30
    assert.equal(at(sleep!, 'sleep_durations_data.other.duration_in_bed_seconds'), inBed)
    assert.equal(
      at(sleep!, 'sleep_durations_data.asleep.duration_asleep_state_seconds'),
      inBed - secondsIn(night, 'awake'),
    )
  }
  await cloud.control('form', { as: 'map' })
})

test('the account tells the zone, which one form of the answer never names', async () => {
  const { identity } = await cloud.signIn('noor')
  assert.equal(identity.timeZone, person('noor').timeZone)
})

test('one question for each day, the newest first, and none for tomorrow', async () => {
  const { http } = await cloud.signIn('noor')
  await cloud.control('stats', { person: 'noor', reset: '1' })
  const fetched = await cloud.fetch(
    http,
    'metrics',
    { days: { start: '2026-11-18', end: '2026-11-22' } },
    { timeZone: 'Asia/Tokyo' },
  )
  assert.deepEqual(
    fetched.map((page) => ('request' in page ? page.request.date : null)),
    ['2026-11-20', '2026-11-19', '2026-11-18'],
  )
})

test('a ring that was not worn makes no record', async () => {
  const { http } = await cloud.signIn('bare-finger')
  assert.deepEqual(cloud.records(await cloud.fetch(http, 'metrics', days)), [])
})
