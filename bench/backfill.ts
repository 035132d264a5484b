// A year of history for a hundred people: wall time and peak memory of a whole server with its embedded database, beside
// only asking the same cloud for the same pages and parsing them, in the same run. The sandbox's clouds run in the same
// process, so both figures have them in.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { connectorById } from '../src/connectors/index.ts'
import type { Connector } from '../src/connectors/connector.ts'
import { addDays } from '../src/model/local-day.ts'
import { wakeJobs } from '../src/queue/wake.ts'
import { openCloud } from '../test/provider/cloud.ts'
import { type Gateway, openGateway } from '../test/provider/gateway.ts'
import { round, table } from './lib/figures.ts'

const PEOPLE = Number(process.env.LOAM_BENCH_PEOPLE ?? 100)
const DAYS = Number(process.env.LOAM_BENCH_DAYS ?? 365)
/** The days of one fetch of the baseline: what the loop takes in one step. */
const STEP_DAYS = 10
const SOURCES = process.env.LOAM_BENCH_SOURCES?.split(',') ?? ['OURA', 'WHOOP']
const AT_A_TIME = 6
/** Seldom enough that looking is no part of what is measured. */
const LOOK_MS = 100
/** The shortest window of a provider's limit, and a little. */
const WINDOW_MS = 90_000

interface Figures {
  seconds: number
  peakBytes: number
  things: number
}

if (process.send !== undefined) {
  const [what, source] = process.argv.slice(2) as ['loam' | 'fetch', string]
  const connector = connectorById(source)!
  process.send(await measured(() => (what === 'loam' ? withLoam(connector) : onlyFetching(connector))))
  process.exit(0)
}

const rows: string[][] = []
for (const source of SOURCES) {
  const loam = await inProcess('loam', source)
  // Whoever runs it whole waits for a long time.
  console.error(`${source}: ${round(loam.seconds, 1)} s, ${round(loam.peakBytes / 1e6)} MB; now only fetching`)
  const fetching = await inProcess('fetch', source)
  rows.push([
    source,
    String(loam.things),
    round(loam.seconds, 1),
    round(loam.peakBytes / 1e6),
    round(fetching.seconds, 1),
    round(fetching.peakBytes / 1e6),
    round(loam.seconds / fetching.seconds, 2),
  ])
}
console.log(`\nA backfill of ${DAYS} days for ${PEOPLE} people\n`)
console.log(table(['', 'records', 's', 'peak MB', 'only fetching, s', 'peak MB', 'times fetching'], rows))

function inProcess(what: 'loam' | 'fetch', source: string): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [what, source], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.once('message', (figures) => resolve(figures as Figures))
    child.once('exit', (code) => reject(new Error(`${what} ${source} ended with ${code}`)))
  })
}

async function measured(work: () => Promise<{ things: number; begunAt: number }>): Promise<Figures> {
  let peakBytes = 0
  const looking = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
  }, 50)
  const { things, begunAt } = await work()
  clearInterval(looking)
  return { seconds: (performance.now() - begunAt) / 1000, peakBytes, things }
}

function span(now: number): { start: string; end: string } {
  const end = addDays(new Date(now).toISOString().slice(0, 10), -2)
  return { start: addDays(end, 1 - DAYS), end }
}

async function withLoam(connector: Connector): Promise<{ things: number; begunAt: number }> {
  const gateway = await openGateway()
  const env = await gateway.environment()
  const people: string[] = []
  for (let i = 0; i < PEOPLE; i++) people.push((await env.connect(connector, `bench-${i}`)).userId)
  await env.lever(connector, 'rate-limit?requests=100000000&seconds=60')
  const begunAt = performance.now()
  const range = span(gateway.now())
  for (const userId of people) {
    const order = { start_date: range.start, end_date: range.end }
    const { status } = await env.request('POST', `/admin/v1/users/${userId}/backfill`, order)
    if (status !== 202) throw new Error(`a backfill was answered ${status}`)
  }
  await untilDone(gateway)
  const count = await gateway.running.ctx.db.one<{ n: number }>('SELECT count(*) AS n FROM records', [])
  // What comes afterwards belongs to the test's own tidying.
  setTimeout(() => void gateway.stop(), 0)
  return { things: Number(count?.n), begunAt }
}

/** What waits for a provider's limits waits by the clock, which is ours: neither side of the comparison sleeps. */
async function untilDone(gateway: Gateway): Promise<void> {
  const { db } = gateway.running.ctx
  for (;;) {
    const open = await db.all<{ state: string; next_at: number }>(
      `SELECT state, next_at FROM jobs WHERE kind = 'backfill' AND state IN ('pending', 'running')`,
      [],
    )
    if (open.length === 0) break
    // All who wait for one window are let in together: a hundred small jumps would be measured and not the work.
    const first = Math.min(...open.map(({ next_at: at }) => at))
    const nextAt = Math.max(...open.map(({ next_at: at }) => at).filter((at) => at - first < WINDOW_MS))
    if (open.every(({ state }) => state === 'pending') && nextAt > gateway.now()) {
      gateway.jump((nextAt - gateway.now()) / 1000)
      wakeJobs()
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  const failed = await db.one<{ n: number }>(
    `SELECT count(*) AS n FROM jobs WHERE kind = 'backfill' AND state <> 'done'`,
    [],
  )
  if (Number(failed?.n) > 0) throw new Error(`${failed?.n} backfills failed`)
}

async function onlyFetching(connector: Connector): Promise<{ things: number; begunAt: number }> {
  const cloud = await openCloud(connector, new Date().toISOString())
  await cloud.control('rate-limit', { requests: '100000000', seconds: '60' })
  const people = []
  for (let i = 0; i < PEOPLE; i++) people.push(await cloud.signIn(`bench-${i}`))
  const begunAt = performance.now()
  const range = span(cloud.clock.now())
  let things = 0
  const queue = [...people]
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (let end = range.end; end >= range.start; end = addDays(end, -STEP_DAYS)) {
        const first = addDays(end, 1 - STEP_DAYS)
        const days = { start: first > range.start ? first : range.start, end }
        for (const kind of Object.keys(connector.reads)) {
          if (connector.reads[kind]!.fetch === undefined) continue
          const pages = await cloud.fetch(next.http, kind, { days })
          things += pages.length
        }
      }
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, worker))
  return { things, begunAt }
}
