// DEXCOM against the sandbox's cloud: what is special about it. What every connector does is in the conformance suite.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { dexcom } from '../src/connectors/dexcom/index.ts'
import { daysFrom } from '../src/simulator/people/days.ts'
import { glucoseOf, mealsOf } from '../src/simulator/people/glucose.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, BERLIN, type Cloud, openCloud } from './provider/cloud.ts'

let cloud: Cloud
before(async () => {
  cloud = await openCloud(dexcom)
})
after(() => cloud.close())

test('over the change of the clock every reading is there once, at its instant, on the day on which it was seen', async () => {
  const { http, identity } = await cloud.signIn('ada')
  assert.match(identity.providerUserId, /^[0-9a-f]{64}$/)
  const days = { start: '2026-10-24', end: '2026-10-26' }
  for (const timeZone of [BERLIN, null]) {
    const records = cloud.records(await cloud.fetch(http, 'egvs', { days }, { timeZone }), timeZone)
    for (const day of daysFrom(days.start, days.end)) {
      const lived = glucoseOf(person('ada'), day)
      const { record } = records.find((each) => String(at(each.record, 'metadata.start_time')).startsWith(day))!
      const samples = at(record, 'glucose_data.blood_glucose_samples') as Record<string, unknown>[]
      assert.deepEqual(
        samples.map(({ timestamp, blood_glucose_mg_per_dL: value }) => [Date.parse(String(timestamp)), value]),
        lived.map((reading) => [reading.at, reading.mgPerDl]),
      )
      const mean = lived.reduce((sum, { mgPerDl }) => sum + mgPerDl, 0) / lived.length
      assert.ok(Math.abs(Number(at(record, 'glucose_data.day_avg_blood_glucose_mg_per_dL')) - mean) < 0.001)
    }
  }
})

test('a day of the other season is whole, and brings nothing of its neighbours', async () => {
  const { http } = await cloud.signIn('ada')
  for (const [day, offsetNow] of [
    ['2026-10-20', '+01:00'],
    ['2026-11-10', '+02:00'],
  ] as const) {
    for (const timeZone of [offsetNow, null]) {
      const days = { start: day, end: day }
      const pages = await cloud.fetch(http, 'egvs', { days }, { timeZone })
      const records = cloud.records(pages, timeZone)
      assert.equal(records.length, 1)
      const samples = at(records[0]!.record, 'glucose_data.blood_glucose_samples') as { timestamp: string }[]
      assert.deepEqual(
        samples.map(({ timestamp }) => Date.parse(timestamp)),
        glucoseOf(person('ada'), day).map((reading) => reading.at),
      )
      const [page] = pages as { payload: unknown }[]
      const kept = at(page!.payload, 'records') as unknown[]
      assert.ok(kept.length > samples.length, 'the page is kept as it came')
    }
  }
})

test('an entry that was changed or removed is another version of the day', async () => {
  const { http } = await cloud.signIn('sam')
  const day = '2026-11-18'
  const meals = async (): Promise<Record<string, unknown>[]> => {
    const fetched = await cloud.fetch(http, 'events', { days: { start: day, end: day } }, { timeZone: null })
    const record = cloud
      .records(fetched, null)
      .find((each) => each.type === 'nutrition' && String(at(each.record, 'metadata.start_time')).startsWith(day))!
    return at(record.record, 'meals') as Record<string, unknown>[]
  }
  const lived = mealsOf(person('sam'), day)
  const before = await meals()
  assert.equal(before.length, lived.length)
  await cloud.control('rewrite', { person: 'sam', kind: 'events', id: String(before[0]!.id) })
  await cloud.control('delete', { person: 'sam', kind: 'events', id: String(before[1]!.id) })
  const after = await meals()
  assert.equal(after.length, lived.length - 1)
  assert.equal(at(after[0]!, 'macros.carbohydrates_g'), Number(at(before[0]!, 'macros.carbohydrates_g')) + 1)
})

test('what is younger than the delay is not there yet', async () => {
  const { http } = await cloud.signIn('noor')
  const today = { start: '2026-11-20', end: '2026-11-20' }
  const records = cloud.records(
    await cloud.fetch(http, 'egvs', { days: today }, { timeZone: 'Asia/Tokyo' }),
    'Asia/Tokyo',
  )
  const newest = records
    .flatMap(({ record }) => at(record, 'glucose_data.blood_glucose_samples') as { timestamp: string }[])
    .map(({ timestamp }) => Date.parse(timestamp))
    .reduce((most, each) => Math.max(most, each), 0)
  assert.ok(newest > 0 && newest <= cloud.clock.now() - 3 * 3_600_000)
})
