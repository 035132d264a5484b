import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestApi } from '../api/test-api.ts'
import { TooMuchAtOnce } from '../credentials/prepaid.ts'
import { ProviderError } from '../platform/errors.ts'
import type { JobRow } from '../store/jobs.ts'
import { promiseStatements } from './promises.ts'
import { type BackfillPayload, runBackfill, startBackfill } from './backfill.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** So many that ten days of them are more calls than WHOOP allows in a minute, and three are not. */
const PAGES_A_DAY = 4

test('a step that is too much for the limit alone becomes one of fewer days, until it fits, and goes on with those', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  api.respond(({ url, query = {} }) => {
    if (!url.endsWith('/activity/sleep')) return { status: 200, json: { records: [] } }
    const days = (Date.parse(String(query.end)) - Date.parse(String(query.start))) / DAY_MS
    const page = Number(query.nextToken ?? 1)
    return { status: 200, json: { records: [], next_token: page < days * PAGES_A_DAY ? String(page + 1) : null } }
  })
  const connection = await api.addUser({
    provider: 'WHOOP',
    scopes: 'read:sleep,read:cycles,read:recovery,read:workout',
  })
  const id = await startBackfill(api.ctx, { connection, types: null, start: '2026-01-01', end: '2026-01-30' })
  const job = async (): Promise<JobRow> => {
    await api.ctx.db.run(`UPDATE jobs SET state = 'running', lease_id = 'ours' WHERE id = $1`, [id])
    return (await api.ctx.db.one<JobRow>('SELECT * FROM jobs WHERE id = $1', [id]))!
  }
  const steps: (number | undefined)[] = []
  for (let tries = 0; ; tries++) {
    assert.ok(tries < 60, 'the history never ends')
    try {
      if ((await runBackfill(api.ctx, await job())) === 'done') break
    } catch (error) {
      assert.ok(error instanceof ProviderError && error.rateLimited && error.next === 'retry', String(error))
      if (error instanceof TooMuchAtOnce) steps.push((JSON.parse((await job()).payload) as BackfillPayload).stepDays)
    }
    api.clock.advance(64_000)
  }
  assert.deepEqual(steps, [5, 3])
  const { payload, progress } = await job()
  assert.equal((JSON.parse(payload) as BackfillPayload).cursor, '2025-12-31')
  assert.deepEqual(JSON.parse(progress!), { done: 30, total: 30 })
})

test('one type that is still awaited does not hide that the others have come', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const connection = await api.addUser({ provider: 'GARMIN' })
  const [start, end] = ['2026-01-01', '2026-01-30']
  const types = ['daily', 'sleep', 'menstruation'] as const
  const id = await startBackfill(api.ctx, { connection, types: [...types], start, end })
  const asked: BackfillPayload = { types: [...types], start, end, cursor: '2025-12-31' }
  await api.ctx.db.run(`UPDATE jobs SET state = 'running', lease_id = 'ours', payload = $1`, [JSON.stringify(asked)])
  const promised = { types: ['menstruation' as const], days: { start: '2025-12-20', end: '2026-02-03' } }
  // Asked for twice: once is enough.
  for (let i = 0; i < 2; i++) {
    await api.ctx.db.batch(promiseStatements(connection.user_id, [promised], api.clock.now() + i))
  }
  const job = async (): Promise<JobRow> => (await api.ctx.db.one<JobRow>('SELECT * FROM jobs WHERE id = $1', [id]))!
  assert.notEqual(await runBackfill(api.ctx, await job()), 'done')
  assert.deepEqual(JSON.parse((await job()).progress!), { done: 20, total: 30 })
})
