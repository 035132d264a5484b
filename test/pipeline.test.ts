// From a provider's notification to a signed webhook, through the whole server, against the sandbox's levers.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { type Running, startServer } from '../src/main.ts'
import { person } from '../src/simulator/people/person.ts'
import { createTestDatabaseUrl } from './database.ts'

interface Delivered {
  headers: Record<string, string | string[] | undefined>
  text: string
  body: {
    type: string
    user?: { user_id: string }
    data?: { metadata: Record<string, unknown>; calories_data?: { total_burned_calories: number } }[]
    [name: string]: unknown
  }
}

const API_KEY = 'pipeline-api-key'
/** Midnight may pass meanwhile, and the same days are asked for again. */
const BEGUN_AT = Date.now()
const ADMIN = randomBytes(16).toString('hex')
const folder = mkdtempSync(join(tmpdir(), 'loam-pipeline-'))
const delivered: Delivered[] = []
let answerWith: (delivery: Delivered) => number = () => 200
let running: Running
let url: string
let removeDatabase: () => Promise<void>
let sinkUrl: string
const sink: Server = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk) => (text += chunk))
  request.on('end', () => {
    const delivery = { headers: request.headers, text, body: JSON.parse(text) as Delivered['body'] }
    delivered.push(delivery)
    response.writeHead(answerWith(delivery)).end('seen')
  })
})

before(async () => {
  const database = await createTestDatabaseUrl()
  removeDatabase = database.remove
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  sinkUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`
  const settings = {
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: database.url,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_SANDBOX: 'on',
    LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
    LOAM_DEV_ID: 'pipeline',
    LOAM_API_KEY: API_KEY,
    LOAM_ADMIN_TOKEN: ADMIN,
    LOAM_LOG_LEVEL: 'silent',
    LOAM_BACKFILL_DAYS: '20',
  }
  running = await startServer(readConfig(settings, folder))
  url = running.ctx.internalUrl
  await admin('POST', '/destinations', { type: 'webhook', url: sinkUrl })
  await until(async () => {
    const rows = await running.ctx.db.all(`SELECT key FROM simulator_state WHERE key LIKE 'oura:subscription:%'`)
    return rows.length >= 40
  }, 'the connector did not subscribe to notifications')
})
after(async () => {
  await running.stop()
  sink.closeAllConnections()
  sink.close()
  await removeDatabase()
  rmSync(folder, { recursive: true, force: true })
})

test('a superseding version arrives as one event with a larger ordering timestamp; the same again as none', async () => {
  const who = sporty('pipe-update')
  const { userId } = await connect(who)
  const workout = await anyWorkout(userId, who)
  const earlier = Number(
    delivered.findLast((each) => each.text.includes(workout.summaryId))!.headers['x-terra-ordering-timestamp'],
  )
  const before = delivered.length
  await lever(`rewrite?person=${who}&kind=workout&id=${workout.id}`)
  assert.equal(
    (await lever(`notify?person=${who}&data_type=workout&event_type=update&object_id=${workout.id}`)).accepted,
    1,
  )
  const told = (): Delivered[] => delivered.slice(before).filter((each) => each.text.includes(workout.summaryId))
  await until(() => told().length > 0, 'no event')
  const event = told()[0]!
  assert.equal(event.body.type, 'activity')
  assert.equal(event.body.data!.length, 1)
  assert.equal(event.body.data![0]!.metadata.summary_id, workout.summaryId)
  assert.ok(Number(event.headers['x-terra-ordering-timestamp']) > earlier)
  await lever(`notify?person=${who}&data_type=workout&event_type=update&object_id=${workout.id}`)
  await idle()
  assert.equal(told().length, 1)
})

test('a storm of one notification is one read and one event', async () => {
  const who = sporty('pipe-storm')
  const { userId } = await connect(who)
  const workout = await anyWorkout(userId, who)
  await lever(`rewrite?person=${who}&kind=workout&id=${workout.id}`)
  const before = delivered.length
  await lever('stats?reset=1')
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let i = 0; i < 10; i++) {
        await lever(`notify?person=${who}&data_type=workout&event_type=update&object_id=${workout.id}`)
      }
    }),
  )
  await idle()
  // Days that go on meanwhile are announced too.
  const told = delivered.slice(before).filter((each) => each.text.includes(workout.summaryId))
  assert.equal(told.length, 1)
  assert.equal(await requestsOf(who, 'workout'), 1)
})

test('two changes in a row: what is announced while the first is read is read after it, and both arrive', async () => {
  const who = sporty('pipe-twice')
  const { userId } = await connect(who)
  const workout = await anyWorkout(userId, who)
  const before = delivered.length
  const versions = (): (number | undefined)[] =>
    delivered
      .slice(before)
      .filter((each) => each.text.includes(workout.summaryId))
      .map(({ body }) => body.data![0]!.calories_data?.total_burned_calories)
  const rewritten = async (): Promise<number> => {
    await lever(`rewrite?person=${who}&kind=workout&id=${workout.id}`)
    const document = await fromSimulator<{ calories: number }>(who, `workout/${workout.id}`)
    await lever('stats?reset=1')
    await lever(`notify?person=${who}&data_type=workout&event_type=update&object_id=${workout.id}`)
    return document.calories
  }
  // The first reading has its workout, and waits for what belongs to it.
  await lever('fail?delay=1500&path=heartrate')
  const first = await rewritten()
  await until(async () => (await requestsOf(who, 'workout')) === 1, 'it was not read')
  const second = await rewritten()
  await until(() => versions().length === 2, 'not both arrived')
  assert.notEqual(first, second)
  assert.deepEqual(versions(), [first, second])
})

test('a forged notification is refused and starts nothing', async () => {
  const started = async (): Promise<number> => {
    const calls = await providerCalls()
    const response = await fetch(`${url}/v2/hooks/oura/pipeline`, {
      method: 'POST',
      headers: { 'x-oura-timestamp': '1700000000', 'x-oura-signature': 'A'.repeat(64) },
      body: '{"event_type":"update","data_type":"sleep","object_id":"x","event_time":"2026-01-01T00:00:00Z","user_id":"y"}',
    })
    assert.equal(response.status, 401)
    await idle()
    return (await providerCalls()) - calls
  }
  // The sandbox's devices upload every quarter of an hour, which is announced and read: never twice in a row.
  assert.ok((await started()) === 0 || (await started()) === 0)
})

test('a removed workout is sent once more as deleted, and leaves REST', async () => {
  const who = sporty('pipe-delete')
  const { userId } = await connect(who)
  const workout = await anyWorkout(userId, who)
  await lever(`delete?person=${who}&kind=workout&id=${workout.id}`)
  await lever(`notify?person=${who}&data_type=workout&event_type=delete&object_id=${workout.id}`)
  await until(
    () =>
      delivered.some(
        (each) =>
          each.body.data?.[0]?.metadata.summary_id === workout.summaryId &&
          each.body.data[0].metadata.upload_type === 4,
      ),
    'no deletion was sent',
  )
  const left = await rest(userId, 'activity')
  assert.ok(left.every((record) => record.metadata.summary_id !== workout.summaryId))
})

test('an edited bedtime: the old night is deleted, the new one is there', async () => {
  const { userId } = await connect('pipe-bed')
  const nights = (await rest(userId, 'sleep')).filter((night) => night.metadata.is_nap === false)
  const old = nights.at(-2)!
  const day = String(old.metadata.end_time).slice(0, 10)
  await lever(`edit-bedtime?person=pipe-bed&day=${day}`)
  const edited = (await fromSimulator('pipe-bed', `sleep?start_date=${day}&end_date=${day}`)).data.find(
    (each) => each.type === 'long_sleep',
  )!
  await lever(`notify?person=pipe-bed&data_type=sleep&event_type=create&object_id=${edited.id}`)
  await until(
    () =>
      delivered.some((each) => each.body.type === 'record_deleted' && each.body.summary_id === old.metadata.summary_id),
    'no record_deleted',
  )
  const now = await rest(userId, 'sleep')
  assert.ok(now.every((night) => night.metadata.summary_id !== old.metadata.summary_id))
  // Another night may have ended meanwhile.
  const latest = Date.parse(String(nights.at(-1)!.metadata.end_time))
  const same = now.filter(
    ({ metadata }) => metadata.is_nap === false && Date.parse(String(metadata.end_time)) <= latest,
  )
  assert.equal(same.length, nights.length)
})

test('an ended token is refreshed once, however many ask', async () => {
  const { userId } = await connect('pipe-refresh')
  const version = async (): Promise<number> =>
    (await running.ctx.db.one<{ token_version: number }>('SELECT token_version FROM connections WHERE user_id = $1', [
      userId,
    ]))!.token_version
  await running.ctx.db.run('UPDATE connections SET token_expires_at = 1 WHERE user_id = $1', [userId])
  const before = await version()
  await Promise.all(Array.from({ length: 8 }, (_, i) => rest(userId, 'daily', 22 + i)))
  assert.equal(await version(), before + 1)
})

test('a person who ended access at the provider: one connection_error, and REST says so', async () => {
  const { userId } = await connect('pipe-revoked')
  await idle()
  await lever('revoke?person=pipe-revoked')
  const response = await fetch(
    `${url}/v2/sleep?user_id=${userId}&start_date=2026-01-01&end_date=2026-01-05&to_webhook=false`,
    { headers: keys() },
  )
  assert.equal(response.status, 400)
  assert.equal(((await response.json()) as { reason: string }).reason, 'connection_error')
  await admin('POST', `/users/${userId}/backfill`, { days: 3 })
  await admin('POST', `/users/${userId}/backfill`, { days: 4 })
  await idle()
  const errors = delivered.filter((each) => each.body.type === 'connection_error' && each.body.user?.user_id === userId)
  assert.equal(errors.length, 1)
})

test('a provider that limits us is asked again after its wait', async () => {
  const who = sporty('pipe-limit')
  const { userId } = await connect(who)
  const workout = await anyWorkout(userId, who)
  await lever(`rewrite?person=${who}&kind=workout&id=${workout.id}`)
  await lever('fail?status=429&times=1&retry_after=1&path=/workout/')
  const before = delivered.length
  await lever(`notify?person=${who}&data_type=workout&event_type=update&object_id=${workout.id}`)
  const told = (): boolean => delivered.slice(before).some((each) => each.text.includes(workout.summaryId))
  await until(told, 'the limited read was not tried again')
})

test('user_reauth is delivered before auth, also when it fails at first', async () => {
  await connect('pipe-again')
  let refused = 0
  answerWith = (delivery) => (delivery.body.type === 'user_reauth' && refused++ === 0 ? 500 : 200)
  const from = delivered.length
  const { userId } = await connect('pipe-again')
  const late = delivered.slice(from)
  answerWith = () => 200
  const order = late.map((each) => each.body.type).filter((type) => type === 'user_reauth' || type === 'auth')
  assert.deepEqual(order, ['user_reauth', 'user_reauth', 'auth'])
  const [first, second] = late.filter((each) => each.body.type === 'user_reauth')
  assert.equal(first!.headers['x-terra-trace-id'], second!.headers['x-terra-trace-id'])
  assert.ok(first!.text.includes(userId))
  assert.equal(first!.text, second!.text)
})

test('410 pauses a destination and holds its events; a dead neighbour delays nothing', async () => {
  const dead = await admin('POST', '/destinations', { type: 'webhook', url: 'http://127.0.0.1:1/' })
  answerWith = () => 410
  await admin('POST', '/generate', { type: 'sleep', send: true })
  const mine = async () => (await admin('GET', '/destinations')).data.find((each) => each.target === sinkUrl)!
  await until(async () => (await mine()).state === 'paused', 'not paused')
  answerWith = () => 200
  const before = delivered.length
  await admin('POST', '/generate', { type: 'daily', send: true })
  await idle()
  assert.equal(delivered.length, before)
  const at = performance.now()
  await admin('POST', `/destinations/${(await mine()).id}/resume`)
  await until(() => delivered.length >= before + 2, 'what was held did not come')
  assert.ok(performance.now() - at < 3000)
  await admin('DELETE', `/destinations/${dead.id}`)
})

// ── What a customer, a person and the sandbox do ────────────────────────────────────────────────────────────────────

async function connect(person: string): Promise<{ userId: string }> {
  const made = await fetch(`${url}/v2/auth/authenticateUser?resource=OURA`, { method: 'POST', headers: keys() })
  const { auth_url: authUrl, user_id: userId } = (await made.json()) as { auth_url: string; user_id: string }
  let next = authUrl
  let cookie = ''
  for (let hops = 0; hops < 4; hops++) {
    const response = await fetch(next, { redirect: 'manual', headers: { cookie } })
    cookie = [cookie, ...response.headers.getSetCookie().map((line) => line.split(';')[0]!)].filter(Boolean).join('; ')
    const location = response.headers.get('location')
    if (location === null || location.includes('/session/')) break
    const target = new URL(location, next)
    if (target.pathname.endsWith('/oauth/authorize')) {
      target.searchParams.set('auto', 'approve')
      target.searchParams.set('person', person)
    }
    next = target.href
  }
  await until(
    () => delivered.some((each) => each.body.type === 'auth' && each.body.user?.user_id === userId),
    'no auth event',
  )
  await idle()
  return { userId }
}

/** Nothing is waiting or under way, but for what was put off. */
async function idle(): Promise<void> {
  await until(async () => {
    const soon = Date.now() + 3000
    const [row] = await running.ctx.db.all<{ n: number }>(
      `SELECT (SELECT count(*) FROM jobs WHERE state = 'running' OR (state = 'pending' AND next_at < $1))
        + (SELECT count(*) FROM deliveries d JOIN destinations x ON x.id = d.destination_id
           WHERE x.state = 'active' AND (d.state = 'sending' OR (d.attempts = 0 AND d.state IN ('pending', 'waiting')))) AS n`,
      [soon],
    )
    return Number(row!.n) === 0
  }, 'the server does not come to rest')
}

interface Found {
  metadata: Record<string, unknown>
}

async function rest(userId: string, type: string, days = 18): Promise<Found[]> {
  const start = new Date(BEGUN_AT - days * 86_400_000).toISOString().slice(0, 10)
  const response = await fetch(`${url}/v2/${type}?user_id=${userId}&start_date=${start}&to_webhook=false`, {
    headers: keys(),
  })
  const body = (await response.json()) as { data: Found[] }
  assert.equal(response.status, 200, JSON.stringify(body).slice(0, 300))
  return body.data
}

/** A person of this name who trains most days: others have weeks without a workout. */
function sporty(name: string): string {
  for (let i = 0; ; i++) if (person(`${name}-${i}`).workoutsPerWeek >= 5) return `${name}-${i}`
}

async function anyWorkout(userId: string, person: string): Promise<{ id: string; summaryId: string }> {
  const record = (await rest(userId, 'activity')).find(
    (each) => each.metadata.name === null && ![45, 122].includes(Number(each.metadata.type)),
  )
  const start = new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 10)
  const { data } = await fromSimulator(person, `workout?start_date=${start}`)
  const document = data.find(
    (each) => Date.parse(String(each.start_datetime)) === Date.parse(String(record!.metadata.start_time)),
  )
  assert.ok(document, 'the simulator does not know the workout')
  return { id: document.id, summaryId: String(record!.metadata.summary_id) }
}

interface Document {
  id: string
  type?: string
  start_datetime?: string
}

/** As the provider sees it: with the token of the sandbox's first grant for that person. */
async function fromSimulator<Found = { data: Document[] }>(person: string, path: string): Promise<Found> {
  const rows = await running.ctx.db.all<{ key: string; value: string }>(
    `SELECT key, value FROM simulator_state WHERE key LIKE 'oura:access:%'`,
  )
  const row = rows.findLast((each) => (JSON.parse(each.value) as { personId: string }).personId === person)!
  const token = row.key.slice('oura:access:'.length)
  const response = await fetch(`${url}/sandbox/oura/v2/usercollection/${path}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return (await response.json()) as Found
}

async function lever(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/sandbox/oura/_control/${path}`, { method: 'POST' })
  return (await response.json()) as Record<string, unknown>
}

async function requestsOf(person: string, kind: string): Promise<number> {
  const { kinds } = (await lever(`stats?person=${person}`)) as { kinds: Record<string, { requests: number }> }
  return kinds[kind]?.requests ?? 0
}

async function providerCalls(): Promise<number> {
  const metric = await running.ctx.metrics.providerCalls.get()
  return metric.values.reduce((sum, each) => sum + each.value, 0)
}

function keys(): Record<string, string> {
  return { 'dev-id': 'pipeline', 'x-api-key': API_KEY }
}

interface Answer {
  id: string
  data: { id: string; target: string; state: string }[]
}

async function admin(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${url}/admin/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return (text === '' ? { id: '', data: [] } : JSON.parse(text)) as Answer
}

async function until(probe: () => boolean | Promise<boolean>, problem: string): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await probe())) {
    assert.ok(Date.now() < end, problem)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
