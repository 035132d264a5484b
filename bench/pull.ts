// Notification → delivered webhook: latency at a steady rate, and the most that goes through. Beside it a relay without
// storage that makes the same fetch from the same simulator and posts the same bytes, measured in the same run: the ratio
// is what the database, the merging and the bookkeeping cost. Figures of one machine mean little; ratios travel.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { FIRST_MS } from '../src/intake/coalesce.ts'
import { clientSecretOf, sandboxClient } from '../src/simulator/clients.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SECONDS = Number(process.env.LOAM_BENCH_SECONDS ?? 10)
const RATE = Number(process.env.LOAM_BENCH_RATE ?? 200)
const BURST = Number(process.env.LOAM_BENCH_BURST ?? 2000)
/** Enough workouts that none changes again before its event arrived: coalescing would hide events. */
const PEOPLE = 150
const DAYS = 40

interface Case {
  person: string
  providerUserId: string
  id: string
}

const tokens = new Map<string, string>()
const simulatorClient = sandboxClient('bench')
const agent = new Agent({ connections: 64, pipelining: 1 })
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const adminToken = randomBytes(20).toString('hex')
const devId = 'bench'
const apiKey = randomBytes(20).toString('hex')
const dataDir = mkdtempSync(join(tmpdir(), 'loam-bench-'))
const server: ChildProcess = spawn(process.execPath, [join(ROOT, 'bin/loam.js'), 'start', '--json'], {
  cwd: dataDir,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    LOAM_PORT: String(port),
    LOAM_PUBLIC_URL: url,
    LOAM_DATA_DIR: dataDir,
    LOAM_DEV_ID: devId,
    LOAM_API_KEY: apiKey,
    LOAM_ADMIN_TOKEN: adminToken,
    LOAM_LOG_LEVEL: 'error',
    LOAM_BACKFILL_DAYS: '0',
  },
})

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
  await ready()
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
  server.kill('SIGKILL')
  sink.closeAllConnections()
  sink.close()
  await agent.destroy()
  rmSync(dataDir, { recursive: true, force: true })
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
    const token = await simulatorToken(person)
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
    for (const document of list.data) found.push({ person, providerUserId, id: document.id })
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
  return get(`${url}/sandbox/oura/v2/usercollection/workout/${one.id}`, tokens.get(one.person)!)
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
  const response = await request(`${url}/v2/hooks/oura/${devId}`, {
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
  const token = tokens.get(one.person)!
  const document = await workout(one)
  const span = new URLSearchParams({ start_datetime: document.start_datetime, end_datetime: document.end_datetime })
  const heart = await get<{ data: unknown[] }>(`${url}/sandbox/oura/v2/usercollection/heartrate?${span}`, token)
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

// ── The sandbox, as Oura's own clients see it ───────────────────────────────────────────────────────────────────────

async function connect(person: string): Promise<void> {
  const { auth_url: authUrl } = await post<{ auth_url: string }>(`${url}/v2/auth/authenticateUser?resource=OURA`, {
    'dev-id': devId,
    'x-api-key': apiKey,
  })
  let cookie = ''
  let next: string = authUrl
  for (let hops = 0; hops < 6; hops++) {
    const response = await fetch(next, { redirect: 'manual', headers: { cookie } })
    cookie = [cookie, ...response.headers.getSetCookie().map((line) => line.split(';')[0]!)].filter(Boolean).join('; ')
    const location = response.headers.get('location')
    if (location === null) return
    const target = new URL(location, next)
    if (target.pathname.endsWith('/oauth/authorize')) {
      target.searchParams.set('auto', 'approve')
      target.searchParams.set('person', person)
    }
    if (target.pathname.includes('/session/')) return
    next = target.href
  }
}

/** A grant of our own beside the gateway's: what the relay reads with. */
async function simulatorToken(person: string): Promise<string> {
  const client = 'bench-relay'
  const redirect = 'http://127.0.0.1:1/none'
  const query = new URLSearchParams({
    client_id: client,
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'daily heartrate workout',
    auto: 'approve',
    person,
  })
  const response = await fetch(`${url}/sandbox/oura/oauth/authorize?${query}`, { redirect: 'manual' })
  const code = new URL(response.headers.get('location')!).searchParams.get('code')!
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirect,
    client_id: client,
    client_secret: clientSecretOf(client),
  })
  const answer = (await (await fetch(`${url}/sandbox/oura/oauth/token`, { method: 'POST', body: form })).json()) as {
    access_token: string
  }
  tokens.set(person, answer.access_token)
  return answer.access_token
}

async function ready(): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (
      await fetch(`${url}/readyz`).then(
        (response) => response.ok,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the server did not start')
}

async function get<Answer>(target: string, token: string): Promise<Answer> {
  const response = await request(target, { dispatcher: agent, headers: { authorization: `Bearer ${token}` } })
  return (await response.body.json()) as Answer
}

async function post<Answer>(target: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await request(target, { dispatcher: agent, method: 'POST', headers })
  return (await response.body.json()) as Answer
}

async function admin(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<{ data: { id: string }[] }> {
  const response = await fetch(`${url}/admin/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return text === '' ? { data: [] } : JSON.parse(text)
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port: free } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return free
}
