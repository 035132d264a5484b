// Moving a person from Fitbit's old API to the Google Health API, through the whole server: consent again by a link, both
// beside each other, compared, and the end of the old one.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { MoveCheck } from '../src/api/admin/moves/check.ts'
import type { MoveComparison } from '../src/api/admin/moves/comparison.ts'
import type { MoveLink } from '../src/api/admin/moves/links.ts'
import type { MoveView } from '../src/api/admin/moves/old-connections.ts'
import { readConfig } from '../src/config.ts'
import { type Running, startServer } from '../src/main.ts'
import { createTestDatabaseUrl } from './database.ts'

const API_KEY = 'migrate-api-key'
const ADMIN = randomBytes(16).toString('hex')
const folder = mkdtempSync(join(tmpdir(), 'loam-migrate-'))
const events: { type: string; [name: string]: unknown }[] = []
let running: Running
let url: string
let removeDatabase: () => Promise<void>
const sink: Server = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk) => (text += chunk))
  request.on('end', () => {
    events.push(JSON.parse(text))
    response.end('seen')
  })
})

before(async () => {
  const database = await createTestDatabaseUrl()
  removeDatabase = database.remove
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  const settings = {
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: database.url,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_SANDBOX: 'on',
    LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
    LOAM_DEV_ID: 'migrate',
    LOAM_API_KEY: API_KEY,
    LOAM_ADMIN_TOKEN: ADMIN,
    LOAM_LOG_LEVEL: 'silent',
    LOAM_BACKFILL_DAYS: '4',
  }
  running = await startServer(readConfig(settings, folder))
  url = running.ctx.internalUrl
  const port = (sink.address() as AddressInfo).port
  await admin('POST', '/destinations', { type: 'webhook', url: `http://127.0.0.1:${port}/` })
})
after(async () => {
  await running.stop()
  sink.closeAllConnections()
  sink.close()
  await removeDatabase()
  rmSync(folder, { recursive: true, force: true })
})

async function admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/admin/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return (await response.json()) as Record<string, unknown>
}

/** Follows a sign-in as a browser would, and answers where it ends. */
async function browse(start: string, person: string): Promise<URL> {
  const cookies: string[] = []
  let next = new URL(start)
  for (let i = 0; i < 8; i++) {
    if (next.pathname.startsWith('/sandbox/')) {
      next.searchParams.set('auto', 'approve')
      next.searchParams.set('person', person)
    }
    const response = await fetch(next, { redirect: 'manual', headers: { cookie: cookies.join('; ') } })
    cookies.push(...response.headers.getSetCookie().map((each) => each.split(';')[0]!))
    const location = response.headers.get('location')
    if (location === null) return next
    next = new URL(location, next)
    if (next.hostname === 'app.example.com' || /\/(?:success|failure)$/.test(next.pathname)) return next
  }
  throw new Error('the sign-in does not end')
}

async function signIn(person: string, referenceId: string): Promise<string> {
  const answer = await fetch(`${url}/v2/auth/authenticateUser?resource=FITBIT`, {
    method: 'POST',
    headers: { 'dev-id': 'migrate', 'x-api-key': API_KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ reference_id: referenceId }),
  })
  const { auth_url: authUrl, user_id: userId } = (await answer.json()) as { auth_url: string; user_id: string }
  const end = await browse(authUrl, person)
  assert.match(end.pathname, /success$/)
  return userId
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(what)
}

async function backfilled(userId: string): Promise<void> {
  await until(async () => {
    const { data } = (await admin('GET', `/jobs?user_id=${userId}&kind=backfill`)) as { data: { state: string }[] }
    return data.length > 0 && data.every(({ state }) => state === 'done')
  }, 'the backfill does not end')
}

const check = async () => (await admin('GET', '/moves/fitbit')) as unknown as MoveCheck
const codes = ({ warnings }: MoveCheck) => warnings.map(({ code }) => code)
let old: string
let link: MoveLink

test('an old connection waits, and what stands in the way is told', async () => {
  await admin('PUT', '/sources/FITBIT', { enabled: true, api: 'legacy' })
  old = await signIn('ada', 'customer-1')
  await backfilled(old)
  const before = await check()
  assert.deepEqual([before.waiting, before.both, before.current], [1, 0, 0])
  assert.ok(codes(before).includes('old_api_chosen') && codes(before).includes('restricted_scopes'))
  const blocked = await admin('POST', '/moves/fitbit/links', {})
  assert.equal(blocked.code, 'move_blocked')
  await admin('PUT', '/sources/FITBIT', { api: null })
  assert.ok(!codes(await check()).includes('old_api_chosen'))
})

test('a link is for one person, can be opened more than once, and a cut one leads nowhere', async () => {
  const made = (await admin('POST', '/moves/fitbit/links', {
    days: 14,
    success_url: 'https://app.example.com/welcome',
  })) as unknown as { data: MoveLink[] }
  assert.equal(made.data.length, 1)
  link = made.data[0]!
  assert.equal(link.user_id, old)
  assert.equal(link.reference_id, 'customer-1')
  assert.ok(!link.url.includes('customer-1'))
  assert.equal((await fetch(link.url, { method: 'HEAD', redirect: 'manual' })).status, 200)
  const cut = await fetch(link.url.slice(0, -3), { redirect: 'manual', headers: { accept: 'application/json' } })
  assert.equal(cut.status, 410)
  assert.equal(((await cut.json()) as { code: string }).code, 'move_link_invalid')
  const first = await fetch(link.url, { redirect: 'manual' })
  const second = await fetch(link.url, { redirect: 'manual' })
  assert.equal(first.status, 302)
  assert.notEqual(first.headers.get('location'), second.headers.get('location'))
})

test('another account does not join; the same one does, by its former id', async () => {
  await browse(link.url, 'sam')
  assert.equal((await check()).both, 0)
  const end = await browse(link.url, 'ada')
  assert.equal(end.hostname, 'app.example.com')
  const { waiting, both, current } = await check()
  assert.deepEqual([waiting, both, current], [0, 1, 2])
  const { data } = (await admin('GET', '/moves/fitbit/users')) as unknown as { data: MoveView[] }
  assert.equal(data[0]!.user_id, old)
  assert.equal(data[0]!.moved_to!.user_id, end.searchParams.get('user_id'))
  assert.match(data[0]!.moved_to!.provider_user_id, /^\d{18}$/)
  assert.equal(((await admin('POST', '/moves/fitbit/links', {})).data as unknown[]).length, 0)
})

test('days that both have agree, but for what is known to differ', async () => {
  const { data } = (await admin('GET', '/moves/fitbit/users')) as unknown as { data: MoveView[] }
  await backfilled(data[0]!.moved_to!.user_id)
  // The present day grows between the reading of one API and that of the other.
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  const path = `/moves/fitbit/users/${old}/comparison?end_date=${yesterday}`
  const compared = (await admin('GET', path)) as unknown as MoveComparison
  const both = compared.records.filter(({ held_by: heldBy }) => heldBy === 'both')
  assert.ok(both.some(({ type }) => type === 'daily') && both.some(({ type }) => type === 'sleep'))
  const unexplained = both.flatMap(({ type, key, different }) =>
    different.filter(({ because }) => because === null).map(({ path }) => `${type} ${key} ${path}`),
  )
  assert.deepEqual(unexplained, [])
  assert.equal(compared.unexplained, 0)
  assert.ok(both.every(({ equal }) => equal > 0))
})

test('finishing says both ids in one event, and the old connection is gone', async () => {
  const refused = await admin('POST', `/moves/fitbit/users/${old}/finish`, {})
  if (refused.code !== undefined) assert.equal(refused.code, 'move_incomplete')
  const { data } = (await admin('GET', '/moves/fitbit/users')) as unknown as { data: MoveView[] }
  const movedTo = data[0]?.moved_to?.user_id ?? (refused.moved_to as string)
  if (refused.code !== undefined) await admin('POST', `/moves/fitbit/users/${old}/finish`, { discard: true })
  await until(() => events.some(({ type }) => type === 'user_reauth'), 'no user_reauth')
  const event = events.find(({ type }) => type === 'user_reauth')!
  assert.equal((event.old_user as { user_id: string }).user_id, old)
  assert.equal((event.new_user as { user_id: string }).user_id, movedTo)
  assert.equal((event.new_user as { reference_id: string }).reference_id, 'customer-1')
  assert.equal((await admin('GET', `/users/${old}`)).code, 'user_not_found')
  const { waiting, both } = await check()
  assert.deepEqual([waiting, both], [0, 0])
  const late = await fetch(link.url, { redirect: 'manual', headers: { accept: 'application/json' } })
  assert.equal(late.status, 410)
})

test('a testing consent screen shows in its refresh tokens', async () => {
  await fetch(`${url}/sandbox/fitbit/_control/testing-mode?on=1`, { method: 'POST' })
  await signIn('noor', 'customer-2')
  await fetch(`${url}/sandbox/fitbit/_control/testing-mode?on=0`, { method: 'POST' })
  const warning = (await check()).warnings.find(({ code }) => code === 'testing_mode')
  assert.match(warning!.message, /refresh tokens of 1 connections end by themselves, the first on \d{4}-\d\d-\d\d/)
})

test('once the old API is switched off, its connections say that they need a sign-in', async () => {
  await admin('PUT', '/sources/FITBIT', { api: 'legacy' })
  const userId = await signIn('kim', 'customer-3')
  await backfilled(userId)
  await admin('PUT', '/sources/FITBIT', { api: null })
  await fetch(`${url}/sandbox/fitbit-legacy/_control/switched-off`, { method: 'POST' })
  const answer = await fetch(
    `${url}/v2/daily?user_id=${userId}&start_date=2025-06-01&end_date=2025-06-02&to_webhook=false`,
    {
      headers: { 'dev-id': 'migrate', 'x-api-key': API_KEY },
    },
  )
  assert.equal(answer.status, 400)
  assert.equal(((await answer.json()) as { reason: string }).reason, 'connection_error')
  const { data } = (await admin('GET', '/moves/fitbit/users')) as unknown as { data: MoveView[] }
  assert.equal(data.find(({ user_id: id }) => id === userId)?.state, 'degraded')
  assert.ok(
    ((await admin('POST', '/moves/fitbit/links', {})).data as MoveLink[]).some(({ user_id: id }) => id === userId),
  )
  await fetch(`${url}/sandbox/fitbit-legacy/_control/switched-off?on=0`, { method: 'POST' })
})

test('a source that replaced nothing has no moves', async () => {
  assert.equal((await admin('GET', '/moves/oura')).code, 'nothing_replaced')
})
