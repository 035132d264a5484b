// kill -9 at random moments under load: mid-fetch, mid-commit, mid-delivery. Afterwards every event in the log has reached
// the receiver at least once, with one body and one trace id, and every change that was acknowledged is there.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { sandboxClient } from '../src/simulator/clients.ts'
import { createTestDatabaseUrl } from './database.ts'
import { approve } from './sign-in.ts'

const ROUNDS = Number(process.env.LOAM_TEST_CRASH_ROUNDS ?? 3)
const SEED = Number(process.env.LOAM_TEST_CRASH_SEED ?? Math.floor(Math.random() * 1e9))
const DEV_ID = 'crash'
const ADMIN = randomBytes(20).toString('hex')
const BIN = fileURLToPath(new URL('../bin/loam.js', import.meta.url))

let state = SEED
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 4294967296
}

const received = new Map<string, { times: number; digests: Set<string> }>()
const sink = createServer((request, response) => {
  const hash = createHash('sha256')
  request.on('data', (chunk) => hash.update(chunk))
  request.on('end', () => {
    const trace = String(request.headers['x-terra-trace-id'])
    const entry = received.get(trace) ?? { times: 0, digests: new Set() }
    entry.times++
    entry.digests.add(hash.digest('hex'))
    received.set(trace, entry)
    response.end()
  })
})

const folder = mkdtempSync(join(tmpdir(), 'loam-crash-'))
const database = await createTestDatabaseUrl()
const port = await freePort()
const url = `http://127.0.0.1:${port}`
let child: ChildProcess | null = null
after(async () => {
  child?.kill('SIGKILL')
  sink.closeAllConnections()
  sink.close()
  await database.remove()
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<void> {
  child = spawn(process.execPath, [BIN, 'start', '--json'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      LOAM_PORT: String(port),
      LOAM_DATA_DIR: folder,
      LOAM_DATABASE_URL: database.url,
      LOAM_ENCRYPTION_KEY: createHash('sha256').update('crash').digest('base64'),
      LOAM_DEV_ID: DEV_ID,
      LOAM_API_KEY: 'crash-api-key',
      LOAM_ADMIN_TOKEN: ADMIN,
      LOAM_SANDBOX: 'on',
      LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
      LOAM_BACKFILL_DAYS: '2',
      LOAM_LOG_LEVEL: 'silent',
    },
  })
  await until(
    () =>
      fetch(`${url}/readyz`).then(
        (response) => response.ok,
        () => false,
      ),
    'the server did not start',
  )
}

async function kill(): Promise<void> {
  const ended = new Promise((resolve) => child!.once('exit', resolve))
  child!.kill('SIGKILL')
  await ended
  if (database.url.startsWith('postgres')) await endLeases()
}

/** On PostgreSQL the others take over from a dead server half a minute later: here the time is set forward. */
async function endLeases(): Promise<void> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    // A commit may still be on its way after its server has died.
    await until(async () => {
      const { rows } = await client.query(
        'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      )
      return rows[0].n === 0
    }, 'the dead server is still connected')
    await client.query(`UPDATE deliveries SET lease_until = 0 WHERE state = 'sending'`)
    await client.query(`UPDATE jobs SET lease_until = 0 WHERE state = 'running'`)
    await client.query('UPDATE connections SET refresh_lease_until = 0')
  } finally {
    await client.end()
  }
}

test(`${ROUNDS} rounds of kill -9 under load lose nothing (seed ${SEED})`, { timeout: 600_000 }, async (t) => {
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  await start()
  await admin('POST', '/destinations', {
    type: 'webhook',
    url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`,
  })
  const people = await Promise.all(Array.from({ length: 6 }, (_, i) => connect(`crash-${i}`)))
  const targets = (await Promise.all(people.map(workoutsOf))).flat()
  assert.ok(targets.length > 5)
  const acknowledged = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    const load = notifyUntilDead(targets, acknowledged)
    await new Promise((resolve) => setTimeout(resolve, 150 + random() * 900))
    await kill()
    await load
    await start()
  }
  await until(async () => {
    // What keeps a source's subscriptions comes again and again: only people's data counts.
    const { data } = await admin('GET', '/jobs?state=pending&limit=200')
    return data.every((job: { user_id: string | null }) => job.user_id === null)
  }, 'jobs are left')
  await until(async () => (await admin('GET', '/jobs?state=running&limit=1')).data.length === 0, 'jobs are running')
  await until(
    async () => (await admin('GET', '/deliveries?state=pending&limit=1')).data.length === 0,
    'deliveries are left',
  )
  await until(
    async () => (await admin('GET', '/deliveries?state=sending&limit=1')).data.length === 0,
    'deliveries are under way',
  )

  const events = await everyEvent()
  assert.ok(events.length > 10)
  const missing = events.filter((event) => !received.has(event.trace_id))
  assert.deepEqual(
    missing.map((event) => event.id),
    [],
  )
  for (const [trace, entry] of received) assert.equal(entry.digests.size, 1, `event ${trace} had two bodies`)
  for (const [key, times] of acknowledged) {
    const target = targets.find((each) => `${each.person} ${each.id}` === key)!
    assert.ok((await caloriesNow(target)) >= target.calories + times, `an acknowledged change of ${key} is missing`)
  }
  const duplicates = [...received.values()].reduce((sum, entry) => sum + entry.times - 1, 0)
  t.diagnostic(`${events.length} events, ${acknowledged.size} workouts changed, ${duplicates} delivered more than once`)
})

interface Person {
  person: string
  userId: string
}

interface Target extends Person {
  id: string
  providerUserId: string
  calories: number
  startsAt: string
}

async function notifyUntilDead(targets: readonly Target[], acknowledged: Map<string, number>): Promise<void> {
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (;;) {
        const target = targets[Math.floor(random() * targets.length)]!
        try {
          const query = new URLSearchParams({ person: target.person, kind: 'workout', id: target.id })
          const rewritten = await fetch(`${url}/sandbox/oura/_control/rewrite?${query}`, { method: 'POST' })
          const { times } = (await rewritten.json()) as { times: number }
          const answer = await notify(target)
          if (answer !== 200) return
          const key = `${target.person} ${target.id}`
          acknowledged.set(key, Math.max(acknowledged.get(key) ?? 0, times))
        } catch {
          return
        }
      }
    }),
  )
}

async function notify(target: Target): Promise<number> {
  const body = JSON.stringify({
    event_type: 'update',
    data_type: 'workout',
    object_id: target.id,
    event_time: new Date().toISOString(),
    user_id: target.providerUserId,
  })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const { secret } = sandboxClient(DEV_ID)
  const signature = createHmac('sha256', secret).update(timestamp).update(body).digest('hex').toUpperCase()
  const headers = { 'content-type': 'application/json', 'x-oura-timestamp': timestamp, 'x-oura-signature': signature }
  const response = await fetch(`${url}/v2/hooks/oura/${DEV_ID}`, { method: 'POST', headers, body })
  await response.text()
  return response.status
}

async function connect(person: string): Promise<Person> {
  const made = await fetch(`${url}/v2/auth/authenticateUser?resource=OURA`, { method: 'POST', headers: keys() })
  const { auth_url: authUrl, user_id: userId } = (await made.json()) as { auth_url: string; user_id: string }
  await approve(authUrl.replace(/^http:\/\/[^/]+/, url), person)
  return { person, userId }
}

async function workoutsOf({ person, userId }: Person): Promise<Target[]> {
  const records = await workouts(userId)
  const info = await admin('GET', `/users/${userId}`)
  assert.equal(info.user_id ?? info.user?.user_id, userId)
  const providerUserId = await accountOf(person)
  const ids = await simulatorWorkouts(person)
  return records.flatMap((record) => {
    const found = ids.find((each) => Date.parse(each.start_datetime) === Date.parse(record.metadata.start_time))
    return found === undefined
      ? []
      : [
          {
            person,
            userId,
            id: found.id,
            providerUserId,
            calories: record.calories_data.total_burned_calories,
            startsAt: record.metadata.start_time,
          },
        ]
  })
}

interface WorkoutRecord {
  metadata: { start_time: string }
  calories_data: { total_burned_calories: number }
}

async function workouts(userId: string): Promise<WorkoutRecord[]> {
  const start = new Date(Date.now() - 25 * 86_400_000).toISOString().slice(0, 10)
  const response = await fetch(`${url}/v2/activity?user_id=${userId}&start_date=${start}&to_webhook=false`, {
    headers: keys(),
  })
  return ((await response.json()) as { data: WorkoutRecord[] }).data
}

async function caloriesNow(target: Target): Promise<number> {
  const records = await admin(
    'GET',
    `/users/${target.userId}/records?type=activity&start_date=2020-01-01&end_date=2100-01-01`,
  )
  const found = (records.data as WorkoutRecord[]).find((record) => record.metadata.start_time === target.startsAt)
  return found?.calories_data.total_burned_calories ?? 0
}

async function everyEvent(): Promise<{ id: string; trace_id: string }[]> {
  const events: { id: string; trace_id: string }[] = []
  let cursor = ''
  for (;;) {
    const page = await admin('GET', `/events?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`)
    events.push(...page.data)
    if (page.next_cursor === null) return events
    cursor = page.next_cursor
  }
}

const simulatorTokens = new Map<string, string>()

/** A client of the sandbox beside the gateway: sees what the provider has. */
async function simulatorToken(person: string): Promise<string> {
  const present = simulatorTokens.get(person)
  if (present !== undefined) return present
  const client = sandboxClient('crash-witness')
  const redirect = 'http://127.0.0.1:1/none'
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'daily workout heartrate',
    auto: 'approve',
    person,
  })
  const response = await fetch(`${url}/sandbox/oura/oauth/authorize?${query}`, { redirect: 'manual' })
  const code = new URL(response.headers.get('location')!).searchParams.get('code')!
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirect,
    client_id: client.id,
    client_secret: client.secret,
  })
  const tokens = (await (await fetch(`${url}/sandbox/oura/oauth/token`, { method: 'POST', body: form })).json()) as {
    access_token: string
  }
  simulatorTokens.set(person, tokens.access_token)
  return tokens.access_token
}

async function fromSimulator<Answer>(person: string, path: string): Promise<Answer> {
  const token = await simulatorToken(person)
  const response = await fetch(`${url}/sandbox/oura/v2/usercollection/${path}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return (await response.json()) as Answer
}

async function accountOf(person: string): Promise<string> {
  return (await fromSimulator<{ id: string }>(person, 'personal_info')).id
}

async function simulatorWorkouts(person: string): Promise<{ id: string; start_datetime: string }[]> {
  const start = new Date(Date.now() - 26 * 86_400_000).toISOString().slice(0, 10)
  return (
    await fromSimulator<{ data: { id: string; start_datetime: string }[] }>(person, `workout?start_date=${start}`)
  ).data
}

function keys(): Record<string, string> {
  return { 'dev-id': DEV_ID, 'x-api-key': 'crash-api-key' }
}

interface Answer {
  data: never[]
  next_cursor: string | null
  user_id?: string
  user?: { user_id: string }
}

async function admin(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${url}/admin/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text === '' ? { data: [], next_cursor: null } : (JSON.parse(text) as Answer)
}

async function until(probe: () => Promise<boolean>, problem: string): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await probe())) {
    assert.ok(Date.now() < end, problem)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port: free } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return free
}
