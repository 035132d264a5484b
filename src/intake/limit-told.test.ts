// A provider's limit that a request meets: told once, with the time at which it is asked again, and the request is answered then.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { claim, jobQueue } from '../queue/queue.ts'
import { type JobRow, listJobs } from '../store/jobs.ts'
import { listEvents } from '../store/events.ts'
import { LEASE_MS, runJob } from './jobs.ts'
import { workers } from './workers.ts'

const ASKED = 'start_date=2026-03-01&end_date=2026-03-02'
const PAGE = { data: [], next_token: null }

interface World {
  api: TestApi
  ask(query: string): Promise<void>
  /** Runs the request, if it is due; whether it was. */
  run(): Promise<boolean>
  job(): Promise<JobRow>
  /** Bodies of all events, the oldest first. */
  told(): Promise<Record<string, unknown>[]>
}

async function openWorld(t: TestContext): Promise<World> {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const user = await api.addUser()
  const { db } = api.ctx
  const job = async (): Promise<JobRow> =>
    (await listJobs(db, api.environment.id, { userId: user.user_id, kind: 'request' }, { cursor: null, limit: 1 }))
      .rows[0]!
  return {
    api,
    job,
    async ask(query) {
      const answer = await api.asCustomer('GET', `/v2/sleep?user_id=${user.user_id}&${query}`)
      assert.equal(answer.status, 200, answer.text)
    },
    async run() {
      const wanted = { limit: 10, now: api.clock.now(), leaseMs: LEASE_MS, leaseId: 'ours' }
      const lanes = ['live', 'backfill'].map((lane) => claim<JobRow>(db, jobQueue, [lane], wanted))
      const jobs = (await Promise.all(lanes)).flat().filter(({ kind }) => kind === 'request')
      for (const each of jobs) await runJob(api.ctx, each, workers[each.kind])
      return jobs.length > 0
    },
    async told() {
      const { rows } = await listEvents(db, api.environment.id, {}, { cursor: null, limit: 50 })
      const all = await Promise.all(rows.map(({ id }) => api.asOperator('GET', `/admin/v1/events/${id}`)))
      return all.map(({ json }) => json.body as Record<string, unknown>).reverse()
    },
  }
}

const atOf = (body: Record<string, unknown>): number => Date.parse(String(body.retrying_at))

for (const [name, query] of [
  ['an ordinary request', ASKED],
  ['a request that waits rather than fails', `${ASKED}&to_webhook=false&retry_if_rate_limited=true`],
  ['a large request', 'start_date=2025-01-01&end_date=2025-03-01'],
] as const) {
  test(`${name} tells a limit once, is tried again when that says, and answered`, async (t) => {
    const { api, ask, job, run, told } = await openWorld(t)
    // Its first wait is shorter than our own between two tries.
    const waits = ['0', '300']
    const limit = (): { status: number; headers: Record<string, string> } => ({
      status: 429,
      headers: { 'retry-after': waits.shift() ?? '300' },
    })
    api.respond(limit)
    await ask(query)
    await run()
    const [hit, ...others] = (await told()).filter(({ type }) => type !== 'large_request_processing')
    assert.deepEqual([hit!.type, others], ['rate_limit_hit', []])
    assert.equal((await job()).next_at, atOf(hit!))
    // Not before, and limited once more: nothing is told again.
    api.clock.set(atOf(hit!) - 1)
    assert.equal(await run(), false)
    api.clock.advance(1)
    assert.equal(await run(), true)
    api.respond(() => ({ status: 200, json: PAGE }))
    for (let i = 0; i < 20 && (await job()).state === 'pending'; i++) {
      api.clock.set(Math.max(api.clock.now(), (await job()).next_at))
      await run()
    }
    assert.equal((await job()).state, 'done')
    const types = (await told()).map(({ type }) => type)
    assert.equal(types.filter((type) => type === 'rate_limit_hit').length, 1)
    assert.equal(types.at(-1), query.startsWith('start_date=2025') ? 'large_request_sending' : 'sleep')
  })
}

test('a limit after many failures is told with the time of the try that follows, however long that waits', async (t) => {
  const { api, ask, job, run, told } = await openWorld(t)
  api.respond(() => ({ status: 500 }))
  await ask(ASKED)
  for (let i = 0; i < 9; i++) {
    api.clock.set(Math.max(api.clock.now(), (await job()).next_at))
    await run()
  }
  api.respond(() => ({ status: 429, headers: { 'retry-after': '60' } }))
  api.clock.set((await job()).next_at)
  await run()
  assert.equal((await job()).next_at, atOf((await told())[0]!))
})
