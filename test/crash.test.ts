// kill -9 at random moments under load: mid-fetch, mid-commit, mid-delivery. Afterwards every event in the log has reached
// the receiver at least once, with one body and one trace id, and every change that was acknowledged is there.
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { sandboxClient } from '../src/simulator/clients.ts'
import { openKillable, until } from './killable-server.ts'
import { openWitness } from './oura-witness.ts'
import { approve } from './sign-in.ts'

const ROUNDS = Number(process.env.LOAM_TEST_CRASH_ROUNDS ?? 3)
const SEED = Number(process.env.LOAM_TEST_CRASH_SEED ?? Math.floor(Math.random() * 1e9))
const DEV_ID = 'crash'

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

const server = await openKillable(DEV_ID)
const { url, keys, start, kill, admin } = server
const witness = openWitness(url)
after(async () => {
  await server.close()
  sink.closeAllConnections()
  sink.close()
})

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
  const made = await fetch(`${url}/v2/auth/authenticateUser?resource=OURA`, { method: 'POST', headers: keys })
  const { auth_url: authUrl, user_id: userId } = (await made.json()) as { auth_url: string; user_id: string }
  await approve(authUrl.replace(/^http:\/\/[^/]+/, url), person)
  return { person, userId }
}

async function workoutsOf({ person, userId }: Person): Promise<Target[]> {
  const records = await workouts(userId)
  const info = await admin('GET', `/users/${userId}`)
  assert.equal(info.user_id ?? info.user?.user_id, userId)
  const providerUserId = await witness.accountOf(person)
  const ids = await witness.workoutsOf(person)
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
    headers: keys,
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
