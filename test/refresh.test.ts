// Tokens that end, grants that are withdrawn, and what a customer is told of it, through the whole server.
import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { type Running, startServer } from '../src/main.ts'
import { sandboxClient } from '../src/simulator/index.ts'
import type { ConnectionRow } from '../src/store/connections.ts'
import { createTestDatabaseUrl } from './database.ts'

const DEV_ID = 'refresh'
const API_KEY = 'refresh-api-key'
const ADMIN = randomBytes(16).toString('hex')
const folder = mkdtempSync(join(tmpdir(), 'loam-refresh-'))
const delivered: { type: string; user?: { user_id: string } }[] = []
let running: Running
let removeDatabase: () => Promise<void>
const sink: Server = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk) => (text += chunk))
  request.on('end', () => {
    delivered.push(JSON.parse(text))
    response.end()
  })
})

before(async () => {
  const database = await createTestDatabaseUrl()
  removeDatabase = database.remove
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  sink.unref()
  const settings = {
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: database.url,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_SANDBOX: 'on',
    LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
    LOAM_DEV_ID: DEV_ID,
    LOAM_API_KEY: API_KEY,
    LOAM_ADMIN_TOKEN: ADMIN,
    LOAM_LOG_LEVEL: 'silent',
    LOAM_BACKFILL_DAYS: '0',
  }
  running = await startServer(readConfig(settings, folder))
  const response = await fetch(`${running.ctx.internalUrl}/admin/v1/destinations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/` }),
  })
  assert.equal(response.status, 201)
})

beforeEach(() => lever('token-lifetime?seconds=86400'))

after(async () => {
  await running.stop()
  sink.closeAllConnections()
  sink.close()
  await removeDatabase()
  rmSync(folder, { recursive: true, force: true })
})

test('a token that ended is refreshed, once for eight readers at a time', async () => {
  await lever('token-lifetime?seconds=1')
  const userId = await connect('refresh-once')
  await lever('token-lifetime?seconds=86400')
  // Over for the provider too, not only within the margin before it.
  await pause(1100)
  const { token_version: version } = await connection(userId)
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => read(userId, 'sleep', { days: 2 + i })))
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array.from({ length: 8 }, () => 200),
  )
  assert.ok(answers.every(({ body }) => (body.data as unknown[]).length > 0))
  assert.equal((await connection(userId)).token_version, version + 1)
})

test('a token that the provider refuses early is refreshed and the call repeated', async () => {
  const userId = await connect('refresh-early')
  await idle()
  const { token_version: version } = await connection(userId)
  await running.ctx.db.run(`DELETE FROM simulator_state WHERE key LIKE 'oura:access:%' AND value LIKE $1`, [
    '%"refresh-early"%',
  ])
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => read(userId, 'daily', { days: 2 + i })))
  assert.ok(answers.every(({ status }) => status === 200))
  assert.equal((await connection(userId)).token_version, version + 1)
})

test('a withdrawn grant is one connection_error, whatever runs into it; REST answers 400', async () => {
  const person = 'refresh-gone'
  const userId = await connect(person)
  await idle()
  await lever(`revoke?person=${person}`)
  const refused = await read(userId, 'sleep', { days: 20 })
  assert.equal(refused.status, 400)
  assert.equal(refused.body.reason, 'connection_error')
  assert.match(String(refused.body.detail ?? refused.body.message), /connection degraded/)
  await idle()
  assert.equal(eventsOf(userId, 'connection_error'), 1)
  const { provider_user_id: account } = await connection(userId)
  for (let i = 0; i < 5; i++) assert.equal(await notify(account, `workout-${i}`), 200)
  await idle()
  // Answered from the store as an event, and no sign that the provider took us back.
  assert.equal((await read(userId, 'sleep', { days: 21, toWebhook: true })).status, 200)
  await idle()
  for (let i = 5; i < 10; i++) assert.equal(await notify(account, `workout-${i}`), 200)
  await idle()
  assert.equal((await connection(userId)).state, 'degraded')
  assert.equal(eventsOf(userId, 'connection_error'), 1)
})

test('a refusal that passes: the next answered call ends the episode, the next refusal begins another', async () => {
  const person = 'refresh-back'
  const userId = await connect(person)
  await idle()
  for (const episode of [1, 2]) {
    await lever('fail?status=401&times=2&path=/personal_info')
    assert.equal((await read(userId, 'athlete')).status, 400)
    assert.equal((await connection(userId)).state, 'degraded')
    await idle()
    assert.equal(eventsOf(userId, 'connection_error'), episode)
    assert.equal((await read(userId, 'sleep', { days: 3 + episode })).status, 200)
    assert.equal((await connection(userId)).state, 'connected')
  }
})

test('a person whose access is known to have ended is a 400 for what was never read', async () => {
  const userId = await connect('refresh-revoked')
  await idle()
  await running.ctx.db.run(`UPDATE connections SET state = 'revoked', active = 0 WHERE user_id = $1`, [userId])
  const { status, body } = await read(userId, 'sleep', { days: 9 })
  assert.deepEqual([status, body.reason], [400, 'access_revoked'])
})

// ── What a customer, a person and the provider do ───────────────────────────────────────────────────────────────────

const keys = { 'dev-id': DEV_ID, 'x-api-key': API_KEY }

async function connect(person: string): Promise<string> {
  const url = running.ctx.internalUrl
  const made = await fetch(`${url}/v2/auth/authenticateUser?resource=OURA`, { method: 'POST', headers: keys })
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
  await until(() => eventsOf(userId, 'auth') === 1, 'no auth event')
  return userId
}

async function read(
  userId: string,
  type: string,
  options: { days?: number; toWebhook?: boolean } = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const query = new URLSearchParams({ user_id: userId, to_webhook: String(options.toWebhook ?? false) })
  if (options.days !== undefined) {
    query.set('start_date', new Date(Date.now() - options.days * 86_400_000).toISOString().slice(0, 10))
  }
  const response = await fetch(`${running.ctx.internalUrl}/v2/${type}?${query}`, { headers: keys })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function notify(account: string, id: string): Promise<number> {
  const body = JSON.stringify({
    event_type: 'update',
    data_type: 'workout',
    object_id: id,
    event_time: new Date().toISOString(),
    user_id: account,
  })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const { secret } = sandboxClient(DEV_ID)
  const signature = createHmac('sha256', secret).update(timestamp).update(body).digest('hex').toUpperCase()
  const response = await fetch(`${running.ctx.internalUrl}/v2/hooks/oura/${DEV_ID}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-oura-timestamp': timestamp, 'x-oura-signature': signature },
    body,
  })
  await response.text()
  return response.status
}

async function lever(path: string): Promise<void> {
  const response = await fetch(`${running.ctx.internalUrl}/sandbox/oura/_control/${path}`, { method: 'POST' })
  assert.equal(response.status, 200)
}

async function connection(userId: string): Promise<ConnectionRow> {
  return (await running.ctx.db.one<ConnectionRow>('SELECT * FROM connections WHERE user_id = $1', [userId]))!
}

function eventsOf(userId: string, type: string): number {
  return delivered.filter((event) => event.type === type && event.user?.user_id === userId).length
}

/** No job and no delivery to the sink is left. */
async function idle(): Promise<void> {
  await until(async () => {
    const row = await running.ctx.db.one<{ n: number }>(
      `SELECT (SELECT count(*) FROM jobs WHERE state IN ('pending', 'running') AND kind <> 'subscribe_source')
        + (SELECT count(*) FROM deliveries WHERE state = 'sending' OR (attempts = 0 AND state IN ('pending', 'waiting'))) AS n`,
    )
    return Number(row!.n) === 0
  }, 'the server does not come to rest')
}

async function until(probe: () => boolean | Promise<boolean>, problem: string): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await probe())) {
    assert.ok(Date.now() < end, problem)
    await pause(25)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
