// The browser comes back from the provider twice with one code: a second press, or a reload while the first is at work.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { type Running, startServer } from '../src/main.ts'
import { createTestDatabaseUrl } from './database.ts'

const keys = { 'dev-id': 'twice', 'x-api-key': 'twice-api-key' }
const folder = mkdtempSync(join(tmpdir(), 'loam-twice-'))
let running: Running
let removeDatabase: () => Promise<void>

before(async () => {
  const database = await createTestDatabaseUrl()
  removeDatabase = database.remove
  const settings = {
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: database.url,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_SANDBOX: 'on',
    LOAM_DEV_ID: keys['dev-id'],
    LOAM_API_KEY: keys['x-api-key'],
    LOAM_LOG_LEVEL: 'silent',
    LOAM_BACKFILL_DAYS: '0',
  }
  running = await startServer(readConfig(settings, folder))
})

after(async () => {
  await running.stop()
  await removeDatabase()
  rmSync(folder, { recursive: true, force: true })
})

test('the code is spent once: POLAR ends every token that came of one that is used again', async () => {
  const { userId, callback, cookie } = await consented('POLAR', 'polar/oauth2/authorization', 'pressed-twice')
  const presses = await Promise.all([1, 2, 3].map(() => fetch(callback, { redirect: 'manual', headers: { cookie } })))
  const ends = presses.map((response) => new URL(response.headers.get('location')!))
  for (const { pathname, searchParams } of ends) {
    assert.match(pathname, /\/success$/, searchParams.get('reason') ?? '')
    assert.equal(searchParams.get('user_id'), userId)
  }
  const query = new URLSearchParams({ user_id: userId, to_webhook: 'false' })
  const read = await fetch(`${running.ctx.internalUrl}/v2/athlete?${query}`, { headers: keys })
  assert.equal(read.status, 200)
  const kept = await running.ctx.db.all<{ state: string }>('SELECT state FROM connections')
  assert.deepEqual(
    kept.map(({ state }) => state),
    ['connected'],
  )
})

test('where the code is refused, every press ends at the page that the customer named', async () => {
  const { callback, cookie } = await consented('POLAR', 'polar/oauth2/authorization', 'pressed-in-vain')
  const fail = `${running.ctx.internalUrl}/sandbox/polar/_control/fail?status=500&times=9&path=/oauth2/token`
  assert.equal((await fetch(fail, { method: 'POST' })).status, 200)
  const presses = await Promise.all([1, 2].map(() => fetch(callback, { redirect: 'manual', headers: { cookie } })))
  for (const response of presses) assert.match(response.headers.get('location')!, /^https:\/\/app\.example\/failed\?/)
})

/** Somebody has agreed, and the browser is about to come back. */
async function consented(resource: string, at: string, person: string) {
  const made = await fetch(`${running.ctx.internalUrl}/v2/auth/authenticateUser?resource=${resource}`, {
    method: 'POST',
    headers: { ...keys, 'content-type': 'application/json' },
    body: JSON.stringify({ auth_failure_redirect_url: 'https://app.example/failed' }),
  })
  const { auth_url: authUrl, user_id: userId } = (await made.json()) as { auth_url: string; user_id: string }
  const left = await fetch(authUrl, { redirect: 'manual' })
  const cookie = left.headers.getSetCookie()[0]!.split(';')[0]!
  const consent = new URL(left.headers.get('location')!)
  assert.ok(consent.pathname.endsWith(at))
  consent.searchParams.set('auto', 'approve')
  consent.searchParams.set('person', person)
  const agreed = await fetch(consent, { redirect: 'manual' })
  return { userId, cookie, callback: agreed.headers.get('location')! }
}
