// Years that a customer asks for: announced with the number of chunks, each record once, whatever changes or fails meanwhile.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { complete } from '../model/records.ts'
import { addDays } from '../model/local-day.ts'
import { bytesOf } from '../store/compress.ts'
import type { ConnectionRow } from '../store/connections.ts'
import { listEvents } from '../store/events.ts'
import { type JobRow, listJobs } from '../store/jobs.ts'
import { dropRecord, putRecord } from '../store/records.ts'
import { runDataRequest } from './data-request.ts'
import { MAX_BYTES } from './record-events.ts'

const FIRST_DAY = '2020-01-01'

interface Chunk {
  type: string
  data: { metadata: { start_time: string } }[]
}

interface World {
  api: TestApi
  user: ConnectionRow
  put(day: number, size?: number): Promise<void>
  drop(day: number): Promise<void>
  /** Asks for all days, and claims the job. */
  ask(days: number): Promise<JobRow>
  job(): Promise<JobRow>
  /** Bodies of the request's events, the oldest first. */
  told(): Promise<Record<string, unknown>[]>
}

async function openWorld(t: TestContext): Promise<World> {
  const api = await openTestApi()
  t.after(() => api.dispose())
  // Of a source that is not asked.
  const user = await api.addUser({ provider: 'NOBODY' })
  const dayOf = (day: number): string => addDays(FIRST_DAY, day)
  const { db } = api.ctx
  let reference = ''
  const job = async (): Promise<JobRow> => {
    const page = { cursor: null, limit: 10 }
    return (await listJobs(db, api.environment.id, { userId: user.user_id, kind: 'request' }, page)).rows[0]!
  }
  return {
    api,
    user,
    job,
    async put(number, size = 0) {
      const day = dayOf(number)
      const record = complete('daily', {
        metadata: { start_time: `${day}T00:00:00.000000+00:00`, end_time: `${day}T23:59:59.000000+00:00` },
        device_data: { name: 'x'.repeat(size) },
      } as never)
      const at = Date.parse(day)
      const body = { toPack: [bytesOf(JSON.stringify(record))] }
      const row = { user_id: user.user_id, type: 'daily', key: `day:${day}`, summary_id: null, day, main: 0, body }
      await db.batch([putRecord({ ...row, start_at: at, start_day: day, version: at, digest: day, updated_at: 1 })])
    },
    async drop(number) {
      await db.batch([dropRecord(user.user_id, 'daily', `day:${dayOf(number)}`)])
    },
    async ask(days) {
      const asked = `user_id=${user.user_id}&start_date=${FIRST_DAY}&end_date=${dayOf(days - 1)}`
      const answer = await api.asCustomer('GET', `/v2/daily?${asked}`)
      reference = String(answer.json.reference)
      await db.run(`UPDATE jobs SET state = 'running', lease_id = 'ours', lease_until = $1 WHERE kind = 'request'`, [
        api.clock.now() + 60_000,
      ])
      return job()
    },
    async told() {
      const { rows } = await listEvents(db, api.environment.id, { reference }, { cursor: null, limit: 200 })
      const all = await Promise.all(rows.map(({ id }) => api.asOperator('GET', `/admin/v1/events/${id}`)))
      return all.map(({ json }) => json.body as Record<string, unknown>).reverse()
    },
  }
}

const daysIn = (bodies: Record<string, unknown>[]): string[] =>
  bodies
    .flatMap((body) => (body.type === 'daily' ? (body as unknown as Chunk).data : []))
    .map(({ metadata }) => metadata.start_time.slice(0, 10))

test('as many chunks as were announced, in order, no more than ten records or 3.5 MB each', async (t) => {
  const { api, ask, job, put, told } = await openWorld(t)
  const days = 45
  for (let day = 0; day < days; day++) await put(day, day < 3 ? MAX_BYTES / 2 : 0)
  const first = await runDataRequest(api.ctx, await ask(days))
  assert.deepEqual(first, { again: api.clock.now() })
  assert.deepEqual(JSON.parse((await job()).progress!), { done: 0, total: 7, unit: 'chunks' })
  assert.equal(await runDataRequest(api.ctx, await job()), 'done')
  const bodies = await told()
  const [processing, sending, ...chunks] = bodies
  assert.equal(processing!.type, 'large_request_processing')
  assert.deepEqual([sending!.type, sending!.expected_payloads], ['large_request_sending', 7])
  assert.deepEqual(
    chunks.map((chunk) => (chunk as unknown as Chunk).data.length),
    [1, 1, 10, 10, 10, 10, 3],
  )
  assert.deepEqual(
    daysIn(bodies),
    Array.from({ length: days }, (_, day) => addDays(FIRST_DAY, day)),
  )
  assert.deepEqual(JSON.parse((await job()).progress!), { done: 7, total: 7, unit: 'chunks' })
})

test('what is added or removed after the announcement changes no number of chunks', async (t) => {
  const { api, ask, drop, job, put, told } = await openWorld(t)
  for (let day = 0; day < 40; day += 2) await put(day)
  await runDataRequest(api.ctx, await ask(40))
  for (let day = 0; day < 20; day += 2) await drop(day)
  await put(30, 10)
  assert.equal(await runDataRequest(api.ctx, await job()), 'done')
  const chunks = (await told()).slice(2)
  assert.deepEqual(
    chunks.map((chunk) => (chunk as unknown as Chunk).data.length),
    [0, 10],
  )
})

test('who lost the job, or whose person was removed, sends nothing', async (t) => {
  const { api, ask, job, put, told, user } = await openWorld(t)
  for (let day = 0; day < 35; day++) await put(day)
  await runDataRequest(api.ctx, await ask(35))
  const late = await job()
  await api.ctx.db.run(`UPDATE jobs SET lease_id = 'theirs'`)
  await assert.rejects(runDataRequest(api.ctx, late), /not ours any more/)
  assert.equal((await told()).length, 2)
  assert.equal(await runDataRequest(api.ctx, await job()), 'done')
  assert.equal((await told()).length, 2 + 4)
  // The same from the beginning, by one that slept.
  await assert.rejects(runDataRequest(api.ctx, late), /not ours any more/)
  await api.asCustomer('DELETE', `/v2/auth/deauthenticateUser?user_id=${user.user_id}`)
  assert.equal(await runDataRequest(api.ctx, late), 'gone')
  assert.deepEqual(await told(), [])
})

test('nothing there: an announcement of no chunks', async (t) => {
  const { api, ask, told } = await openWorld(t)
  assert.equal(await runDataRequest(api.ctx, await ask(40)), 'done')
  const [, sending, ...chunks] = await told()
  assert.equal(sending!.expected_payloads, 0)
  assert.deepEqual(chunks, [])
})
