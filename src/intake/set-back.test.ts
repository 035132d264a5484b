// The clock is set back by a day: nothing inbound waits until it comes to the same time again.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { bringRefusalsForward, takeCalls } from '../credentials/budgets.ts'
import { bringForward } from '../store/shared-clock.ts'
import { queuePolls } from './poll.ts'
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
