// A mapping is mended: what is stored is mapped again, and only what came out different is told.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openTestApi, type TestApi } from '../src/api/test-api.ts'
import type { Mapped, MappedOf, Read } from '../src/connectors/connector.ts'
import { UnreadablePage } from '../src/connectors/connector.ts'
import { oura } from '../src/connectors/oura/index.ts'
import { ingest } from '../src/intake/ingest.ts'
import type { JobResult } from '../src/intake/jobs.ts'
import { runRenormalize } from '../src/intake/renormalize.ts'
import { LeaseLost } from '../src/queue/queue.ts'
import { claimInTurns } from '../src/queue/share.ts'
import { jobById, type JobRow } from '../src/store/jobs.ts'
import { beginRenormalized } from '../src/store/renormalized.ts'
import { goldenCases } from './golden.ts'

const cases = goldenCases(oura)
const own = { ...oura.reads }
let api: TestApi
let userId: string

before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

beforeEach(async () => {
  Object.assign(oura.reads, own)
  await api.ctx.db.run('DELETE FROM connections')
  await api.ctx.db.run('DELETE FROM events')
  await api.ctx.db.run('DELETE FROM jobs')
  userId = (await api.addUser()).user_id
  for (const { kind, payload, context } of cases) {
    api.clock.advance(60_000)
    const page = { kind, request: context.request, payload }
    const read = { pages: [page], gone: [], runAt: api.clock.now(), covered: [], listed: [] }
    await ingest(api.ctx, oura, userId, read, { lane: 'live' })
  }
  assert.ok((await records()).length > 20)
})

/** The kind maps as before, and then some. */
function mend(kind: string, change: (mapped: Mapped[]) => Mapped[]): void {
  const read: Read = { ...own[kind]!, map: (payload, context) => change(own[kind]!.map(payload, context)) }
  Object.assign(oura.reads, { [kind]: read })
}

const longer = (mapped: Mapped[]): Mapped[] =>
  mapped.map((part) => {
    if (part.type !== 'sleep' || part.record === null) return part
    const sleep: MappedOf<'sleep'> = { ...part, record: { ...part.record, temperature_data: { delta: 1.25 } } }
    return sleep
  })

interface Row {
  type: string
  key: string
  digest: string
}

const records = (): Promise<Row[]> =>
  api.ctx.db.all<Row>('SELECT type, key, digest FROM records WHERE user_id = $1 ORDER BY type, key', [userId])

async function told(): Promise<string[]> {
  const rows = await api.ctx.db.all<{ type: string }>('SELECT type FROM events WHERE user_id = $1 ORDER BY id', [
    userId,
  ])
  return rows.map(({ type }) => type)
}

type Progress = { changed: number; removed: number; done: number; total: number }

async function run(input: object = {}): Promise<Progress> {
  const queued = await api.asOperator('POST', '/admin/v1/renormalize', { json: input })
  assert.equal(queued.status, 202)
  const [job] = await claimInTurns(api.ctx.db, 'backfill', { limit: 1, now: api.clock.now(), leaseMs: 60_000 })
  for (;;) {
    const result = await runRenormalize(api.ctx, job!)
    Object.assign(job!, await api.ctx.db.one('SELECT * FROM jobs WHERE id = $1', [job!.id]))
    if (result === 'done') break
  }
  const view = await api.asOperator('GET', `/admin/v1/jobs/${job!.id}`)
  const left = await api.ctx.db.one<{ n: number }>('SELECT count(*) AS n FROM renormalized_parts')
  assert.equal(Number(left!.n), 0, 'what was gathered stays behind')
  await api.ctx.db.run('DELETE FROM jobs')
  return view.json.progress as Progress
}

async function queue(): Promise<string> {
  api.clock.advance(1)
  return (await api.asOperator('POST', '/admin/v1/renormalize', { json: {} })).json.job_id as string
}

async function claimed(limit: number): Promise<JobRow[]> {
  const jobs = await claimInTurns(api.ctx.db, 'backfill', { limit, now: api.clock.now(), leaseMs: 60_000 })
  assert.equal(jobs.length, limit)
  return jobs.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

async function toTheEnd(job: JobRow): Promise<JobResult> {
  for (;;) {
    const result = await runRenormalize(api.ctx, job)
    if (result === 'done') return result
    Object.assign(job, await jobById(api.ctx.db, job.id))
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('nothing was mended: nothing changes, nothing is sent', async () => {
  const [before, events] = [await records(), await told()]
  assert.deepEqual(await run(), { done: 1, total: 1, changed: 0, removed: 0 })
  assert.deepEqual(await records(), before)
  assert.deepEqual(await told(), events)
})

test('only what came out different is stored and sent, once', async () => {
  const [before, events] = [await records(), await told()]
  mend('sleep', longer)
  const { changed } = await run()
  const now = await records()
  const different = now.filter((row, i) => row.digest !== before[i]!.digest)
  assert.ok(changed > 0 && different.every(({ type }) => type === 'sleep'))
  assert.equal(different.length, changed)
  const more = (await told()).slice(events.length)
  assert.ok(more.length > 0 && more.every((type) => type === 'sleep'))
  assert.equal((await run()).changed, 0)
  assert.equal((await told()).length, events.length + more.length)
})

test('several that meet at one person take turns', async () => {
  const before = await records()
  await queue()
  await queue()
  const results = await Promise.all((await claimed(2)).map((job) => toTheEnd(job)))
  assert.deepEqual(results, ['done', 'done'])
  assert.deepEqual(await records(), before)
})

test('one that was stopped in the middle of a person, whom another has finished since, begins that person anew', async () => {
  const before = await records()
  const [stopped] = [await queue(), await queue()]
  const [first, second] = await claimed(2)
  assert.equal(first!.id, stopped)
  // All pages of this person are gathered, none of it is compared.
  const person = { userId, page: { runAt: api.clock.now(), id: '' }, key: null, unreadable: [] }
  const payload = JSON.stringify({ ...(JSON.parse(first!.payload) as object), person })
  await api.ctx.db.batch([
    ...beginRenormalized(userId, stopped),
    { sql: `UPDATE jobs SET payload = $2, state = 'cancelled' WHERE id = $1`, params: [stopped, payload] },
  ])
  assert.equal(await toTheEnd(second!), 'done')
  await api.ctx.db.run(`UPDATE jobs SET state = 'running' WHERE id = $1`, [stopped])
  assert.equal(await toTheEnd({ ...first!, payload }), 'done')
  assert.deepEqual(await records(), before)
})

test('one that was stopped meanwhile leaves everything as it was, quietly', async () => {
  await queue()
  const [job] = await claimed(1)
  await api.asOperator('POST', `/admin/v1/jobs/${job!.id}/cancel`)
  await assert.rejects(runRenormalize(api.ctx, job!), LeaseLost)
})

test('a dry run counts, and leaves everything as it was', async () => {
  const [before, events] = [await records(), await told()]
  mend('sleep', longer)
  const { changed } = await run({ dry_run: true })
  assert.ok(changed > 0)
  assert.deepEqual(await records(), before)
  assert.deepEqual(await told(), events)
  assert.equal((await run()).changed, changed)
})

test('what the pages do not give any more is taken away; what cannot be read any more is kept', async () => {
  const before = await records()
  mend('workout', () => {
    throw new UnreadablePage('workout', '', 'nothing at all')
  })
  assert.deepEqual(await run(), { done: 1, total: 1, changed: 0, removed: 0 })
  assert.deepEqual(await records(), before)
  mend('workout', () => [])
  const { removed } = await run()
  const left = await records()
  assert.ok(removed > 0)
  assert.equal(left.length, before.length - removed)
})

test('only the kind and the source that were named', async () => {
  mend('sleep', longer)
  assert.equal((await run({ kind: 'workout' })).changed, 0)
  const elsewhere = await api.asOperator('POST', '/admin/v1/renormalize', {
    json: { provider: 'OURA', kind: 'nonsense' },
  })
  assert.equal(elsewhere.status, 400)
  assert.ok((await run({ provider: 'oura', kind: 'sleep', user_id: userId })).changed > 0)
})

test('a kind that nobody has is refused, and one that is spelled otherwise is found', async () => {
  const refused = async (input: object): Promise<string> => {
    const { status, json } = await api.asOperator('POST', '/admin/v1/renormalize', { json: input })
    assert.equal(status, 400)
    return String(json.message)
  }
  assert.match(await refused({ kind: 'slep' }), /^kind: no source has such a page; with a provider/)
  assert.match(await refused({ kind: 'dailies', user_id: userId }), /^kind: Oura has no such page; it has .*sleep/)
  mend('workout', () => [])
  assert.ok((await run({ kind: 'Work-Out' })).removed > 0)
})
