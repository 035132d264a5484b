// What the audit log adds to REST reads of stored records, and what traces add that nobody switched on: each beside the same work
// without it, in interleaved rounds. The operation is asked itself, without HTTP before it: what is added weighs more so.
import { openTestApi } from '../src/api/test-api.ts'
import type { Call } from '../src/api/http/operation.ts'
import { dataOperations } from '../src/api/v2/data.ts'
import { addDays } from '../src/model/local-day.ts'
import { complete } from '../src/model/records.ts'
import type { Actor } from '../src/store/audit.ts'
import { packSync } from '../src/store/compress.ts'
import type { Context } from '../src/store/context.ts'
import { putCoverage } from '../src/store/coverage.ts'
import { putRecord } from '../src/store/records.ts'
import { traced } from '../src/store/traced.ts'
import { median, round, table } from './lib/figures.ts'

const ROUNDS = Number(process.env.LOAM_BENCH_ROUNDS ?? 9)
const PEOPLE = 400
const DAYS = Array.from({ length: 7 }, (_, i) => addDays('2026-03-01', i))
const SAMPLES = 100
const AT_A_TIME = 16
const STEPS = 200_000
/** A push on its way to a receiver: the request, its records, an attempt; and one for whatever comes. */
const STEPS_OF_AN_EVENT = 4

const api = await openTestApi()
try {
  const people = await fill()
  await auditCost(people)
  await traceCost()
} finally {
  await api.dispose()
}

async function fill(): Promise<string[]> {
  const people: string[] = []
  for (let i = 0; i < PEOPLE; i++) {
    const { user_id: userId } = await api.addUser()
    people.push(userId)
    await api.ctx.db.batch([
      ...DAYS.map((day, d) =>
        putRecord({
          user_id: userId,
          type: 'daily',
          key: `day:${day}`,
          summary_id: null,
          day,
          main: 0,
          start_at: Date.parse(`${day}T00:00:00Z`),
          start_day: day,
          version: 1,
          digest: day,
          updated_at: 1,
          body: packSync(JSON.stringify(record(day, i * 7 + d))),
        }),
      ),
      ...putCoverage(userId, 'daily', DAYS, { at: api.clock.now(), whole: true, now: api.clock.now() }),
    ])
  }
  return people
}

function record(day: string, seed: number): unknown {
  const samples = Array.from({ length: SAMPLES }, (_, i) => ({
    timestamp: `${day}T${String(8 + Math.floor(i / 10)).padStart(2, '0')}:${String((i % 10) * 6).padStart(2, '0')}:00.000000+01:00`,
    bpm: 50 + ((seed * 31 + i * 17) % 60),
  }))
  return complete('daily', {
    metadata: { start_time: `${day}T00:00:00.000000+01:00`, end_time: `${day}T23:59:59.000000+01:00`, upload_type: 1 },
    distance_data: { steps: 1000 + seed },
    heart_rate_data: { detailed: { hr_samples: samples } },
  } as never)
}

/** Microseconds of the process for a read: other work on the machine is not in them. */
async function readAll(people: readonly string[], actor: Actor | undefined): Promise<number> {
  const operation = dataOperations.find(({ path }) => path === '/daily')!
  const ctx: Context = actor === undefined ? api.ctx : { ...api.ctx, actor }
  const left = [...people]
  const before = process.cpuUsage()
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (let userId = left.pop(); userId !== undefined; userId = left.pop()) {
        const input = { user_id: userId, start_date: DAYS[0], end_date: DAYS.at(-1), to_webhook: 'false' }
        const query = operation.query!.parse({ ...input, with_samples: 'true' })
        const { environment } = api
        const call = { ctx, environment, params: {}, query, body: {}, reference: 'x', client: null }
        const answer = await operation.handler({ ...call, request: new Request('http://localhost') } as unknown as Call)
        JSON.stringify(answer)
      }
    }),
  )
  const { user, system } = process.cpuUsage(before)
  return (user + system) / people.length
}

async function auditCost(people: readonly string[]): Promise<void> {
  const actor: Actor = { kind: 'api_key', id: 'bench', address: '127.0.0.1' }
  const without: number[] = []
  const again: number[] = []
  const first: number[] = []
  for (let i = -1; i < ROUNDS; i++) {
    // Another hour: every one of these reads is noted, durably, before it is answered.
    api.clock.advance(3600_000)
    const times = {
      first: await readAll(people, actor),
      without: [await readAll(people, undefined)],
      again: [await readAll(people, actor), await readAll(people, actor)],
    }
    times.without.push(await readAll(people, undefined))
    // The first round warms up.
    if (i < 0) continue
    first.push(times.first)
    without.push(...times.without)
    again.push(...times.again)
  }
  const base = median(without)
  const row = (name: string, times: readonly number[]): string[] => [
    name,
    round(median(times)),
    (median(times) / base).toFixed(3),
  ]
  console.log(
    `\nA read of ${DAYS.length} days with ${SAMPLES} samples each, ${AT_A_TIME} at a time, ${api.ctx.db.dialect}\n`,
  )
  console.log(
    table(
      ['', 'CPU us', 'of that without'],
      [
        row('without the audit log', without),
        row('again within the hour', again),
        row('the first of an hour, a row each', first),
      ],
    ),
  )
}

async function traceCost(): Promise<void> {
  const work = async (ctx: Context): Promise<number> => (ctx.span === undefined ? 1 : 0)
  const options = { kind: 'server', attributes: {} } as const
  const plain: number[] = []
  const off: number[] = []
  for (let i = -1; i < ROUNDS; i++) {
    const times = [
      await nanoseconds(() => work(api.ctx)),
      await nanoseconds(() => traced(api.ctx, 'step', options, work)),
    ]
    if (i < 0) continue
    plain.push(times[0]!)
    off.push(times[1]!)
  }
  const added = median(off) - median(plain)
  console.log(
    `\nA step that nobody traces: ${round(median(plain))} ns without the code for it, ${round(median(off))} ns with it;`,
  )
  console.log(`${STEPS_OF_AN_EVENT} steps of an event: ${((added * STEPS_OF_AN_EVENT) / 1000).toFixed(2)} us`)
}

async function nanoseconds(step: () => Promise<number>): Promise<number> {
  const startedAt = performance.now()
  for (let i = 0; i < STEPS; i++) await step()
  return ((performance.now() - startedAt) * 1e6) / STEPS
}
