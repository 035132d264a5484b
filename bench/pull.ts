// Notification → delivered webhook: latency at a steady rate, and the most that goes through. Beside it a relay without
// storage that makes the same fetch from the same simulator and posts the same bytes, measured in the same run: the ratio
// is what the database, the merging and the bookkeeping cost. Figures of one machine mean little; ratios travel.
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { request } from 'undici'
import { FIRST_MS } from '../src/intake/coalesce.ts'
import { sandboxClient } from '../src/simulator/clients.ts'
import { openWitness } from '../test/oura-witness.ts'
import { DEV_ID, startSandboxed } from './lib/sandboxed.ts'

const SECONDS = Number(process.env.LOAM_BENCH_SECONDS ?? 10)
const RATE = Number(process.env.LOAM_BENCH_RATE ?? 200)
const BURST = Number(process.env.LOAM_BENCH_BURST ?? 2000)
/** Enough workouts that none changes again before its event arrived: coalescing would hide events. */
const PEOPLE = 150
const DAYS = 40

interface Case {
  person: string
  /** The witness's: what the relay reads with. */
  token: string
  providerUserId: string
  id: string
}

const simulatorClient = sandboxClient(DEV_ID)
const server = await startSandboxed()
const { url, agent, admin, connect, get, post } = server
const witness = openWitness(url)

/** When an event with this key reached the sink. */
const arrived = new Map<string, number>()
let total = 0
const sink = createServer((incoming, response) => {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => {
    response.end()
    const body = Buffer.concat(chunks).toString('utf8')
    if (!body.startsWith('{"type":"activity"')) return
    total++
    const { data } = JSON.parse(body) as {
      data: { calories_data: { total_burned_calories: number }; metadata: { start_time: string } }[]
      user: { user_id: string }
    }
    for (const record of data)
      arrived.set(`${record.metadata.start_time} ${record.calories_data.total_burned_calories}`, performance.now())
  })
})
await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
const sinkUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/hook`

try {
  await server.ready()
  for (const row of (await admin('GET', '/destinations')).data) await admin('DELETE', `/destinations/${row.id}`)
  await admin('POST', '/destinations', { type: 'webhook', url: sinkUrl })
  const cases = await prepare()
  console.log(
    `${cases.length} workouts of ${PEOPLE} people; notification → fetch → webhook, ${RATE}/s for ${SECONDS} s, then ${BURST} at once`,
  )
  console.log(`of loam's times ${FIRST_MS} ms are left out: so long it waits for copies of a notification`)
  const relay = await measure('relay without storage', cases, relayOne, 0)
  const loam = await measure('loam', cases, notifyLoam, FIRST_MS)
  console.log('')
  console.log(`p50 latency   ${ratio(loam.p50, relay.p50)} × the relay's`)
  console.log(`p99 latency   ${ratio(loam.p99, relay.p99)} × the relay's`)
  console.log(`throughput    ${ratio(loam.perSecond, relay.perSecond)} × the relay's`)
} finally {
  sink.closeAllConnections()
  sink.close()
  await server.stop()
}

function ratio(a: number, b: number): string {
  return (a / b).toFixed(2)
}

/** Connects people, and finds workouts that the simulator can rewrite: each rewrite is one real change. */
async function prepare(): Promise<Case[]> {
  const found: Case[] = []
  for (let i = 0; i < PEOPLE; i++) {
    const person = `bench-${i}`
    await connect(person)
    const token = await witness.tokenOf(person)
    const end = new Date().toISOString().slice(0, 10)
    const start = new Date(Date.now() - DAYS * 86_400_000).toISOString().slice(0, 10)
    const list = await get<{ data: { id: string }[] }>(
      `${url}/sandbox/oura/v2/usercollection/workout?start_date=${start}&end_date=${end}`,
      token,
    )
    const { id: providerUserId } = await get<{ id: string }>(
      `${url}/sandbox/oura/v2/usercollection/personal_info`,
      token,
    )
    for (const document of list.data) found.push({ person, token, providerUserId, id: document.id })
  }
  if (found.length === 0) throw new Error('the simulator has no workouts')
  return found
}

interface Result {
  p50: number
  p99: number
  perSecond: number
}

/** `waits`: before anything is done. */
async function measure(
  name: string,
  cases: Case[],
  send: (one: Case) => Promise<void>,
  waits: number,
): Promise<Result> {
  const starts = new Map<string, number>()
  let next = 0
  async function one(): Promise<void> {
    const chosen = cases[next++ % cases.length]!
    const key = await change(chosen)
    starts.set(key, performance.now())
    await send(chosen)
  }
  // Warm.
  for (let i = 0; i < 50; i++) await one()
  await drained(starts)
  starts.clear()
  const began = performance.now()
  const running: Promise<void>[] = []
  for (let i = 0; i < RATE * SECONDS; i++) {
    const due = began + (i * 1000) / RATE
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
    running.push(one())
  }
  await Promise.all(running)
  await drained(starts)
  const latencies = [...starts].map(([key, at]) => arrived.get(key)! - at - waits).sort((a, b) => a - b)
  const p50 = latencies[Math.floor(latencies.length * 0.5)]!
  const p99 = latencies[Math.floor(latencies.length * 0.99)]!

  starts.clear()
  const before = performance.now()
  const waiting = Array.from({ length: BURST }, (_, i) => i)
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      while (waiting.pop() !== undefined) await one()
    }),
  )
  await drained(starts)
  const last = Math.max(...[...starts.keys()].map((key) => arrived.get(key)!))
  const perSecond = BURST / ((last - before - waits) / 1000)
  console.log(`${name.padEnd(24)} p50 ${p50.toFixed(1)} ms   p99 ${p99.toFixed(1)} ms   most ${perSecond.toFixed(0)}/s`)
  return { p50, p99, perSecond }
}

async function drained(starts: Map<string, number>): Promise<void> {
  const end = performance.now() + 60_000
  while ([...starts.keys()].some((key) => !arrived.has(key))) {
    if (performance.now() > end) {
      const missing = [...starts.keys()].filter((key) => !arrived.has(key))
      throw new Error(`${missing.length} of ${starts.size} changes never arrived (${total} events in all)`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A superseding version at the provider; answers what its event will show. */
async function change(one: Case): Promise<string> {
  await post(`${url}/sandbox/oura/_control/rewrite?person=${one.person}&kind=workout&id=${one.id}`)
  const document = await workout(one)
  const start = document.start_datetime.replace('.000', '.000000')
  return `${start} ${document.calories}`
}

async function workout(one: Case): Promise<{ start_datetime: string; end_datetime: string; calories: number }> {
  return get(`${url}/sandbox/oura/v2/usercollection/workout/${one.id}`, one.token)
}

async function notifyLoam(one: Case): Promise<void> {
  const body = JSON.stringify({
    event_type: 'update',
    data_type: 'workout',
    object_id: one.id,
    event_time: new Date().toISOString(),
    user_id: one.providerUserId,
  })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', simulatorClient.secret)
    .update(timestamp)
    .update(body)
    .digest('hex')
    .toUpperCase()
  const response = await request(`${url}/v2/hooks/oura/${DEV_ID}`, {
    dispatcher: agent,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-oura-timestamp': timestamp, 'x-oura-signature': signature },
    body,
  })
  await response.body.dump()
  if (response.statusCode !== 200) throw new Error(`the notification was answered ${response.statusCode}`)
}

/** The same fetches (the workout and its heart rate), the same kind of event, no memory. */
async function relayOne(one: Case): Promise<void> {
  const document = await workout(one)
  const span = new URLSearchParams({ start_datetime: document.start_datetime, end_datetime: document.end_datetime })
  const heart = await get<{ data: unknown[] }>(`${url}/sandbox/oura/v2/usercollection/heartrate?${span}`, one.token)
  const record = {
    metadata: {
      start_time: String(document.start_datetime).replace('.000', '.000000'),
      end_time: document.end_datetime,
    },
    calories_data: { total_burned_calories: document.calories },
    heart_rate_data: { detailed: { hr_samples: heart.data } },
  }
  const body = JSON.stringify({ type: 'activity', user: { user_id: one.person }, data: [record] })
  const t = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', 'secret').update(`${t}.${body}`).digest('hex')
  const response = await request(sinkUrl, {
    dispatcher: agent,
    method: 'POST',
    headers: { 'terra-signature': `t=${t},v1=${signature}` },
    body,
  })
  await response.body.dump()
}
