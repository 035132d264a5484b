// The official Node SDK, 1.4.8, in a process whose requests for Terra's host are sent to ours.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Loam, signIn, startLoam } from './loam.ts'

let loam: Loam
before(async () => {
  loam = await startLoam()
})
after(() => loam.stop())

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

test('every call of terra-api 1.4.8', async () => {
  const response = await fetch(`${loam.url}/v2/auth/generateWidgetSession`, {
    method: 'POST',
    headers: { 'dev-id': loam.devId, 'x-api-key': loam.apiKey },
    body: JSON.stringify({ reference_id: 'ref-1', auth_success_redirect_url: 'https://example.com/success' }),
  })
  const session = (await response.json()) as { url: string }
  const userId = new URL(await signIn(session.url, { person: 'ada' })).searchParams.get('user_id')!
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--require',
      path('sdk-1-redirect.cjs'),
      path('sdk-1-calls.cjs'),
      loam.devId,
      loam.apiKey,
      loam.signingSecret,
      userId,
    ],
    { env: { ...process.env, LOAM_TEST_SERVER_URL: loam.url }, maxBuffer: 64 * 1024 * 1024 },
  )
  const results = JSON.parse(stdout.trim().split('\n').at(-1)!)
  assert.equal(results.widget.status, 'success')
  assert.ok(results.auth.auth_url.startsWith(loam.url))
  assert.match(results.token.token, /^[0-9a-f]{64}$/)
  assert.ok(results.providers.providers.includes('OURA'))
  assert.ok(results.users.users.some((user: { user_id: string }) => user.user_id === userId))
  assert.equal(results.user.user.user_id, userId)
  assert.equal(results.byReference.users[0].user_id, userId)
  assert.ok(results.sleep.data.length >= 6)
  assert.ok(results.daily.data.length >= 6)
  assert.ok(results.activity.data.length > 2)
  assert.equal(results.athlete.athlete.age, 31)
  assert.ok(results.unknown.rejected)
})

test('its signature check accepts ours, and no other', () => {
  const { Terra } = createRequire(import.meta.url)('terra-api-1')
  const terra = new Terra(loam.devId, loam.apiKey, 'a signing secret')
  const body = '{"type":"auth"}'
  const v1 = createHmac('sha256', 'a signing secret').update(`1700000000.${body}`).digest('hex')
  assert.equal(terra.checkTerraSignature(`t=1700000000,v1=${v1}`, body), true)
  assert.equal(terra.checkTerraSignature(`t=1700000001,v1=${v1}`, body), false)
})
