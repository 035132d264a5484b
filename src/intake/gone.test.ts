import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { coros } from '../connectors/coros/index.ts'
import { oura } from '../connectors/oura/index.ts'
import { whoop } from '../connectors/whoop/index.ts'
import { fetchAll } from './fetch.ts'
import { ingest } from './ingest.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
  api.clock.set(CHANGED_AT + 86_400_000)
})
after(() => api.dispose())

const DAY = '2026-09-15'
const CHANGED_AT = Date.parse('2026-09-15T04:59:00Z')
const night = {
  id: 'n',
  start: '2026-09-14T21:02:00.000Z',
  end: '2026-09-15T04:47:00.000Z',
  updated_at: new Date(CHANGED_AT).toISOString(),
  timezone_offset: '+02:00',
  nap: false,
}

test('what a list lacked and a later one has is there again, though the provider changed nothing', async () => {
  const { user_id: userId } = await api.addUser({ provider: whoop.id, time_zone: 'Europe/Berlin', scopes: null })
  const sleepsAfter = async (readAt: number, records: object[]): Promise<number> => {
    const page = { kind: 'sleep', request: { start_date: DAY, end_date: DAY }, payload: { records } }
    const listed = [{ kind: 'sleep', type: 'sleep' as const, start: DAY, end: DAY }]
    await ingest(
      api.ctx,
      whoop,
      userId,
      { pages: [page], gone: [], runAt: readAt, covered: [], listed },
      { lane: 'live' },
    )
    const rows = await api.ctx.db.all("SELECT key FROM records WHERE user_id = $1 AND type = 'sleep'", [userId])
    return rows.length
  }
  const at = (minutes: number): number => CHANGED_AT + minutes * 60_000
  assert.equal(await sleepsAfter(at(60), [night]), 1)
  assert.equal(await sleepsAfter(at(120), []), 0)
  assert.equal(await sleepsAfter(at(90), [night]), 0, 'a page that was asked for before the list')
  assert.equal(await sleepsAfter(at(180), [night]), 1)
})

test('what was announced as gone is there again when a later page has it, though the provider changed nothing', async () => {
  const { user_id: userId } = await api.addUser({ provider: whoop.id, time_zone: 'Europe/Berlin', scopes: null })
  const sleepsAfter = async (minutes: number, given: object | 'gone'): Promise<number> => {
    const read =
      given === 'gone'
        ? { pages: [], gone: [{ type: 'sleep' as const, id: 'n' }] }
        : { pages: [{ kind: 'sleep', request: {}, payload: { records: [given] } }], gone: [] }
    const runAt = CHANGED_AT + minutes * 60_000
    await ingest(api.ctx, whoop, userId, { ...read, runAt, covered: [], listed: [] }, { lane: 'live' })
    const rows = await api.ctx.db.all("SELECT key FROM records WHERE user_id = $1 AND type = 'sleep'", [userId])
    return rows.length
  }
  assert.equal(await sleepsAfter(60, night), 1)
  assert.equal(await sleepsAfter(120, 'gone'), 0)
  assert.equal(await sleepsAfter(90, night), 0, 'a page that was asked for before the notice')
  assert.equal(await sleepsAfter(180, night), 1)
  assert.equal(await sleepsAfter(240, 'gone'), 0)
})

test('a workout that a list of its day lacks is gone, also where the list has no day of its own (COROS)', async () => {
  const { user_id: userId } = await api.addUser({ provider: coros.id, time_zone: 'Europe/Berlin', scopes: null })
  const sport = {
    labelId: '1',
    mode: 8,
    subMode: 1,
    startTime: Date.parse('2026-09-14T22:10:00Z') / 1000,
    startTimezone: 8,
  }
  const leftAfter = async (runAt: number, ...sports: object[]): Promise<number> => {
    const pages = sports.map((payload) => ({ kind: 'sport', request: {}, payload }))
    const listed = [{ kind: 'sport', type: 'activity' as const, start: DAY, end: DAY }]
    await ingest(api.ctx, coros, userId, { pages, gone: [], runAt, covered: [], listed }, { lane: 'live' })
    return (await api.ctx.db.all('SELECT key FROM records WHERE user_id = $1', [userId])).length
  }
  assert.equal(await leftAfter(CHANGED_AT, sport), 1)
  assert.equal(await leftAfter(CHANGED_AT + 60_000), 0)
})

test('with a night its day loses the resting heart rate that came of it (OURA)', async () => {
  const connection = await api.addUser({ provider: oura.id, time_zone: 'Europe/Berlin', scopes: null })
  const { user_id: userId } = connection
  const bedtimes = { bedtime_start: '2026-09-14T23:00:00+02:00', bedtime_end: '2026-09-15T07:00:00+02:00' }
  const night = { id: 'n', day: DAY, type: 'long_sleep', lowest_heart_rate: 47, time_in_bed: 28_800, ...bedtimes }
  const recordsWith = async (...data: object[]): Promise<string[]> => {
    api.clock.advance(60_000)
    api.respond(() => ({ status: 200, json: { data, next_token: null } }))
    const orders = [{ kind: 'sleep', wanted: { days: { start: DAY, end: DAY } } }]
    const { read } = await fetchAll(api.ctx, oura, connection, orders, null)
    await ingest(api.ctx, oura, userId, read, { lane: 'live' })
    const rows = await api.ctx.db.all<{ type: string }>('SELECT type FROM records WHERE user_id = $1', [userId])
    return rows.map(({ type }) => type).sort()
  }
  assert.deepEqual(await recordsWith(night), ['daily', 'sleep'])
  assert.deepEqual(await recordsWith(), [])
})
