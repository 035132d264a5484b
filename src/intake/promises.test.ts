// When what a provider promised to send counts as sent.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestApi } from '../api/test-api.ts'
import { garmin } from '../connectors/garmin/index.ts'
import type { DataType } from '../model/data-type.ts'
import { ingest } from './ingest.ts'
import { openPromises, promiseStatements } from './promises.ts'

const MINUTE_MS = 60_000
const DAYS = { start: '2026-02-01', end: '2026-02-05' }

/** As Garmin sends it. */
function dailies(day: string, steps: number) {
  const startTimeInSeconds = Date.parse(`${day}T00:00:00Z`) / 1000
  return [
    {
      summaryId: day,
      calendarDate: day,
      steps,
      startTimeInSeconds,
      startTimeOffsetInSeconds: 0,
      durationInSeconds: 86_400,
    },
  ]
}

async function asked(t: TestContext, types: readonly DataType[]) {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const { user_id: userId } = await api.addUser({ provider: garmin.id, time_zone: 'UTC', scopes: null })
  const { ctx, clock } = api
  const ask = (days: typeof DAYS) => ctx.db.batch(promiseStatements(userId, [{ types, days }], clock.now()))
  await ask(DAYS)
  return {
    ask,
    async daysLater(minutes: number, day: string, steps: number): Promise<void> {
      clock.advance(minutes * MINUTE_MS)
      const pages = [{ kind: 'dailies', request: {}, payload: dailies(day, steps) }]
      const read = { pages, gone: [], runAt: clock.now(), covered: [], listed: [] }
      await ingest(ctx, garmin, userId, read, { lane: 'live' })
    },
    async openAfter(minutes: number): Promise<string[]> {
      clock.advance(minutes * MINUTE_MS)
      const rows = await openPromises(ctx.db, { userId, types, ...DAYS }, clock.now())
      return rows.map((row) => row.type).sort()
    },
  }
}

test('a type of which nothing comes ends a quarter of an hour after the others of its days', async (t) => {
  const { daysLater, openAfter } = await asked(t, ['body', 'daily'])
  await daysLater(2, '2026-02-01', 5000)
  await daysLater(2, '2026-02-02', 5100)
  assert.deepEqual(await openAfter(2), ['body', 'daily'])
  assert.deepEqual(await openAfter(5), ['body'])
  assert.deepEqual(await openAfter(9), [])
})

test('where the others took long, it has as long again', async (t) => {
  const { daysLater, openAfter } = await asked(t, ['body', 'daily'])
  await daysLater(90, '2026-02-01', 5000)
  assert.deepEqual(await openAfter(80), ['body'])
  assert.deepEqual(await openAfter(11), [])
})

test('what comes of other days says nothing, and nobody waits for longer than hours', async (t) => {
  const { ask, daysLater, openAfter } = await asked(t, ['body', 'daily'])
  await ask({ start: '2025-12-01', end: '2025-12-05' })
  await daysLater(2, '2025-12-02', 5000)
  assert.deepEqual(await openAfter(60), ['body', 'daily'])
  assert.deepEqual(await openAfter(5 * 60), [])
})
