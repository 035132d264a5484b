// What a provider sends and no record can hold takes nothing else with it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import type { Connector, Page } from '../connectors/connector.ts'
import { oura } from '../connectors/oura/index.ts'
import { polar } from '../connectors/polar/index.ts'
import { packSync, unpackJson } from '../store/compress.ts'
import type { RecordRow } from '../store/records.ts'
import { ingest } from './ingest.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

const DAY = '2026-09-15'

function take(connector: Connector, userId: string, pages: readonly Page[], runAt: number) {
  return ingest(api.ctx, connector, userId, { pages, gone: [], runAt, covered: [], listed: [] }, { lane: 'live' })
}

async function recordsOf(userId: string): Promise<{ type: string; body: Record<string, unknown> }[]> {
  const rows = await api.ctx.db.all<RecordRow>('SELECT * FROM records WHERE user_id = $1 ORDER BY type, key', [userId])
  return rows.map(({ type, body }) => ({ type, body: unpackJson(body) as Record<string, unknown> }))
}

async function unfit(): Promise<Record<string, number>> {
  const { values } = await api.ctx.metrics.unfitValues.get()
  return Object.fromEntries(values.map(({ labels, value }) => [`${labels.provider} ${labels.type}`, value]))
}

test('a value that its field cannot hold is null and counted; the record and those beside it are there', async () => {
  const { user_id: userId } = await api.addUser({ provider: polar.id })
  const sample = new URL('../connectors/polar/samples/exercises/official-exercise.input.json', import.meta.url)
  const good = JSON.parse(readFileSync(sample, 'utf8')) as { id: string; heart_rate_zones: { index: number }[] }
  const odd = { ...good, id: 'odd', heart_rate_zones: good.heart_rate_zones.map((zone) => ({ ...zone, index: 0.5 })) }
  await take(polar, userId, [{ kind: 'exercises', request: {}, payload: [good, odd] }], api.clock.now())
  const zones = (await recordsOf(userId)).map(({ body }) => {
    const { summary } = body.heart_rate_data as { summary: { hr_zone_data: { zone: number | null; name: unknown }[] } }
    return summary.hr_zone_data.map(({ zone }) => zone)
  })
  assert.deepEqual(
    zones.sort((a, b) => Number(a[0]) - Number(b[0])),
    [[null], [1]],
  )
  assert.equal((await unfit())['POLAR activity'], 1)
})

test('a record that cannot be made of its parts stays as it was; the others are made', async () => {
  const { user_id: userId } = await api.addUser({ provider: oura.id, time_zone: 'Europe/Berlin' })
  const night = {
    id: 'n',
    day: DAY,
    type: 'long_sleep',
    bedtime_start: '2026-09-14T23:00:00+02:00',
    bedtime_end: '2026-09-15T06:00:00+02:00',
  }
  const nights = [{ kind: 'sleep', request: {}, payload: { data: [night] } }]
  await take(oura, userId, nights, api.clock.now())
  const before = await recordsOf(userId)
  assert.deepEqual(
    before.map(({ type }) => type),
    ['sleep'],
  )
  // As an older version might have left it.
  const broken = packSync(JSON.stringify({ metadata: { start_time: 'at night' } }))
  await api.ctx.db.run("UPDATE record_parts SET body = $2 WHERE user_id = $1 AND kind = 'sleep'", [userId, broken])
  const score = { kind: 'daily_sleep', request: {}, payload: { data: [{ id: 's', day: DAY, score: 80 }] } }
  const steps = { kind: 'daily_activity', request: {}, payload: { data: [{ id: 'a', day: DAY, steps: 5000 }] } }
  await take(oura, userId, [score, steps], api.clock.now() + 1000)
  const made = await recordsOf(userId)
  assert.deepEqual(
    made.map(({ type }) => type),
    ['daily', 'sleep'],
  )
  assert.deepEqual(made[1], before[0])
  assert.equal((await unfit())['OURA sleep'], 1)
})
