// The clock is set back by a day: nothing inbound waits until it comes to the same time again.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { bringRefusalsForward, takeCalls } from '../credentials/budgets.ts'
import { garmin } from '../connectors/garmin/index.ts'
import type { Connector } from '../connectors/connector.ts'
import { oura } from '../connectors/oura/index.ts'
import { unpackText } from '../store/compress.ts'
import { enqueue } from '../queue/enqueue.ts'
import type { JobRow } from '../store/jobs.ts'
import { recordsBetween } from '../store/records.ts'
import { bringForward } from '../store/shared-clock.ts'
import { ingest } from './ingest.ts'
import { startIntake } from './loop.ts'
import { queuePolls } from './poll.ts'
import { runRenormalize, startRenormalizing } from './renormalize.ts'
import { openPromises, promiseStatements } from './promises.ts'

const DAY_MS = 86_400_000

async function open(t: TestContext): Promise<TestApi> {
  const api = await openTestApi()
  t.after(() => api.dispose())
  return api
}

/** As the server does when it notices. */
async function setBack({ clock, ctx }: TestApi): Promise<void> {
  clock.advance(-DAY_MS)
  bringRefusalsForward(DAY_MS, clock.now())
  await bringForward(ctx.db, DAY_MS, clock.now())
}

test('the next look at a provider comes when it was to come', async (t) => {
  const api = await open(t)
  await api.addUser({ next_poll_at: api.clock.now() + 60_000 })
  await setBack(api)
  assert.equal(await queuePolls(api.ctx), 0)
  api.clock.advance(60_000)
  assert.equal(await queuePolls(api.ctx), 1)
})

test('a promise closes when it was to close', async (t) => {
  const api = await open(t)
  const { user_id: userId } = await api.addUser({ provider: 'GARMIN' })
  const days = { start: '2026-03-01', end: '2026-03-02' }
  await api.ctx.db.batch(promiseStatements(userId, [{ types: ['sleep'], days }], api.clock.now()))
  await setBack(api)
  api.clock.advance(7 * 3600_000)
  const about = { userId, types: ['sleep' as const], ...days }
  assert.deepEqual(await openPromises(api.ctx.db, about, api.clock.now()), [])
})

test('calls that were made and refused before are no longer in the way', async (t) => {
  const api = await open(t)
  if (api.ctx.db.dialect !== 'sqlite') return t.skip("a database server's clock is set by people who know")
  const user = await api.addUser()
  const path = `/v2/sleep?user_id=${user.user_id}&start_date=2026-02-01&end_date=2026-02-02&to_webhook=false`
  api.respond(() => ({ status: 429, headers: { 'retry-after': '20' } }))
  assert.equal((await api.asCustomer('GET', path)).status, 429)
  const budget = { name: 'set-back', limit: { requests: 5, perSeconds: 60 } }
  assert.equal(await takeCalls(api.ctx, budget, 5, 'live'), 0)
  await setBack(api)
  api.respond(() => ({ status: 200, json: { data: [], next_token: null } }))
  assert.equal((await api.asCustomer('GET', path)).status, 429)
  api.clock.advance(21_000)
  assert.equal((await api.asCustomer('GET', path)).status, 200)
  assert.equal(await takeCalls(api.ctx, budget, 1, 'live'), 0)
})

test('what a clock that was ahead put off is done soon after a start, if it was set back while no server ran', async (t) => {
  const api = await open(t)
  const now = api.clock.now()
  api.respond(() => ({ status: 200, json: { data: [], next_token: null } }))
  const late = await api.addUser({ next_poll_at: now + 300 * DAY_MS })
  const usual = await api.addUser({ next_poll_at: now + DAY_MS })
  const about = { kind: 'renormalize', lane: 'backfill', environmentId: api.environment.id, userId: null } as const
  const jobs = [300, 1].map((days) => ({ ...about, dedupeKey: `${days}`, payload: {}, at: now + days * DAY_MS }))
  await api.ctx.db.transaction((tx) => enqueue(tx, jobs, now))
  const loop = await startIntake(api.ctx, { onlyProcess: true })
  await loop.stop(5000)
  const polls = await api.ctx.db.all<{ user_id: string; next_poll_at: number }>('SELECT * FROM connections')
  const next = new Map(polls.map(({ user_id: id, next_poll_at: at }) => [id, at]))
  assert.ok(next.get(late.user_id)! <= now + oura.poll!.everySeconds * 1000)
  assert.equal(next.get(usual.user_id), now + DAY_MS)
  const left = await api.ctx.db.all<{ dedupe_key: string; next_at: number }>(
    `SELECT dedupe_key, next_at FROM jobs WHERE kind = 'renormalize' ORDER BY next_at`,
  )
  assert.deepEqual(
    left.map((job) => [job.dedupe_key, job.next_at > now + DAY_MS / 2]),
    [
      ['300', false],
      ['1', true],
    ],
  )
})

/** One read of one kind; answers what the person's days say. */
function reader(api: TestApi, connector: Connector, userId: string) {
  return async (kind: string, payload: unknown, gone = false): Promise<string> => {
    const day = { type: 'daily' as const, day: '2026-03-01' }
    const pages = payload === null ? [] : [{ kind, request: {}, payload }]
    const read = { pages, gone: gone ? [day] : [] }
    api.clock.advance(1000)
    const runAt = api.clock.now()
    await ingest(api.ctx, connector, userId, { ...read, runAt, covered: [], listed: [] }, { lane: 'live' })
    const rows = await recordsBetween(api.ctx.db, userId, 'daily', { startDay: '2026-03-01', endDay: '2026-03-01' })
    return rows.map((row) => unpackText(row.body)).join()
  }
}

test('what comes after the clock was set back counts, though what is stored came later by the clock as it was', async (t) => {
  const api = await open(t)
  const { user_id: userId } = await api.addUser()
  const read = reader(api, oura, userId)
  const stress = (seconds: number) => ({
    data: [{ id: 's', day: '2026-03-01', stress_high: seconds, recovery_high: 60 }],
  })
  const vo2 = (ml: number) => ({ data: [{ id: 'v', day: '2026-03-01', vo2_max: ml }] })
  await read('daily_stress', stress(7777))
  await read('vO2_max', vo2(44))
  api.clock.advance(-DAY_MS)
  assert.match(await read('vO2_max', vo2(46)), /46/)
  assert.match(await read('daily_stress', stress(8888)), /8888/)
  assert.match(await read('vO2_max', vo2(47)), /47/)
})

test('what came after the clock was set back still counts when its pages are mapped anew', async (t) => {
  const api = await open(t)
  const { user_id: userId, provider } = await api.addUser()
  const read = reader(api, oura, userId)
  const vo2 = (ml: number) => ({ data: [{ id: 'v', day: '2026-03-01', vo2_max: ml }] })
  const stress = (seconds: number) => ({
    data: [{ id: 's', day: '2026-03-01', stress_high: seconds, recovery_high: 60 }],
  })
  await read('daily_stress', stress(7777))
  await read('vO2_max', vo2(44))
  await read('vO2_max', vo2(45))
  api.clock.advance(-DAY_MS)
  await read('vO2_max', vo2(46))
  const order = { environmentId: api.environment.id, provider, userId: null, kind: null, dryRun: false }
  const id = await startRenormalizing(api.ctx, order)
  const claim = `UPDATE jobs SET state = 'running', lease_id = 'ours', lease_until = $2 WHERE id = $1 RETURNING *`
  const job = (await api.ctx.db.one<JobRow>(claim, [id, api.clock.now() + 60_000]))!
  assert.equal(await runRenormalize(api.ctx, job), 'done')
  const anew = await read('', null)
  assert.match(anew, /46/)
  assert.match(anew, /7777/)
})

test('a day that was gone by the clock as it was is there again when a page has it', async (t) => {
  const api = await open(t)
  const { user_id: userId } = await api.addUser()
  const read = reader(api, oura, userId)
  const vo2 = (ml: number) => ({ data: [{ id: 'v', day: '2026-03-01', vo2_max: ml }] })
  await read('daily_stress', { data: [{ id: 's', day: '2026-03-01', stress_high: 7777 }] })
  assert.equal(await read('', null, true), '')
  api.clock.advance(-DAY_MS)
  const back = await read('vO2_max', vo2(46))
  assert.match(back, /46/)
  assert.doesNotMatch(back, /7777/)
  assert.match(await read('vO2_max', vo2(47)), /47/)
})

test('pieces of a day (GARMIN) are replaced by what comes after the clock was set back', async (t) => {
  const api = await open(t)
  const { user_id: userId } = await api.addUser({ provider: 'GARMIN' })
  const read = reader(api, garmin, userId)
  const epochs = (steps: number) => [
    {
      summaryId: 'e',
      activityType: 'WALKING',
      steps,
      startTimeInSeconds: Date.parse('2026-03-01T10:00:00Z') / 1000,
      startTimeOffsetInSeconds: 3600,
      durationInSeconds: 900,
      activeTimeInSeconds: 420,
    },
  ]
  assert.match(await read('epochs', epochs(7777)), /7777/)
  api.clock.advance(-DAY_MS)
  assert.match(await read('epochs', epochs(8888)), /8888/)
  assert.match(await read('epochs', epochs(9999)), /9999/)
})
