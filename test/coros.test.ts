// COROS and HAMMERHEAD against the sandbox's clouds: what is special about them. What every connector does is in the
// conformance suite.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Connector } from '../src/connectors/connector.ts'
import { coros } from '../src/connectors/coros/index.ts'
import { hammerhead } from '../src/connectors/hammerhead/index.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { simulateDay } from '../src/simulator/people/day.ts'
import { daysFrom } from '../src/simulator/people/days.ts'
import { person } from '../src/simulator/people/person.ts'
import { at, type Cloud, openCloud } from './provider/cloud.ts'

async function opened(t: TestContext, connector: Connector): Promise<Cloud> {
  const cloud = await openCloud(connector)
  t.after(() => cloud.close())
  await cloud.control('callback', { client_id: cloud.secrets.client.id, url: cloud.callbackUrl })
  await cloud.control('rate-limit', { requests: '1000', seconds: '60' })
  return cloud
}

const days = { start: '2026-10-20', end: '2026-11-16' }
const recorded = (id: string) =>
  daysFrom(days.start, days.end)
    .flatMap((day) => simulateDay(person(id), day).workouts)
    .filter(({ manual }) => !manual)

for (const [connector, kind] of [
  [coros, 'sport'],
  [hammerhead, 'activity'],
] as const) {
  test(`${connector.id}: weeks of workouts, each with its file, over the change of the clock`, async (t) => {
    const cloud = await opened(t, connector)
    const { http } = await cloud.signIn('ada')
    const records = cloud.records(await cloud.fetch(http, kind, { days })).filter(({ record }) => {
      const day = String(at(record, 'metadata.start_time')).slice(0, 10)
      return day >= days.start && day <= days.end
    })
    const lived = recorded('ada')
    assert.equal(records.length, lived.length)
    for (const { record } of records) {
      const startAt = parseTimestamp(String(at(record, 'metadata.start_time'))).epochMs
      const workout = lived.find((each) => each.startAt === startAt)!
      assert.equal(parseTimestamp(String(at(record, 'metadata.end_time'))).epochMs, workout.endAt)
      assert.equal(at(record, 'distance_data.summary.distance_meters'), workout.meters ?? 0)
      const beats = at(record, 'heart_rate_data.detailed.hr_samples') as unknown[]
      assert.equal(beats.length, (workout.endAt - workout.startAt) / 10_000 + 1)
    }
  })

  test(`${connector.id}: what is announced can be read; who does not know the secret is refused`, async (t) => {
    const cloud = await opened(t, connector)
    const { http } = await cloud.signIn('sam')
    assert.deepEqual(await cloud.control('notify', { person: 'sam' }), { accepted: 1 })
    const changes = connector.notifications!.parse(cloud.notified.at(-1)!)
    const pages = []
    for (const change of changes) {
      if (change.what === 'page') pages.push(change.page)
      else if (change.what === 'changed') pages.push(...(await cloud.fetch(http, change.kind, change.wanted)))
    }
    const records = cloud.records(pages)
    assert.equal(records.length, 1)
    assert.ok((at(records[0]!.record, 'heart_rate_data.detailed.hr_samples') as unknown[]).length > 0)
    assert.deepEqual((await cloud.control('forge', { person: 'sam' })).statuses, { 401: 1 })
  })
}

test('COROS: the file of a workout can be asked for by its id', async (t) => {
  const cloud = await opened(t, coros)
  const { http } = await cloud.signIn('ada')
  const all = await cloud.fetch(http, 'sport', { days })
  const sport = all.find((each) => 'kind' in each && each.kind === 'sport')
  assert.ok(sport !== undefined && 'payload' in sport)
  const { labelId, mode, subMode, fitUrl } = sport.payload as Record<string, string>
  const address = { host: 'open', path: '/v2/coros/sport/detail/fit' }
  const detail = (await http.send(address, { query: { labelId, mode, subMode } })).json()
  assert.deepEqual(detail, { result: '0000', message: 'OK', data: { labelId, mode, subMode, fitUrl } })
  assert.equal((await http.send(address, { query: { labelId: '1' }, expect: [400] })).status, 400)
})
