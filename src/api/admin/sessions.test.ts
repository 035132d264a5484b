import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../test-api.ts'
import { createSignInLink, ensureAdminToken, signIn } from './sessions.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

async function signedInCookie(): Promise<string> {
  const answer = await api.call('POST', '/admin/v1/session', { json: { token: api.adminToken } })
  assert.equal(answer.status, 200)
  const cookie = answer.headers.get('set-cookie') ?? ''
  assert.match(cookie, /^loam_session=\S+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/)
  return cookie.split(';')[0]!
}

test('the admin API wants the admin token', async () => {
  const none = await api.call('GET', '/admin/v1/sources')
  assert.deepEqual([none.status, none.json.code], [401, 'admin_token_missing'])
  const key = await api.call('GET', '/admin/v1/sources', { headers: { 'dev-id': api.devId, 'x-api-key': api.apiKey } })
  assert.equal(key.status, 401)
  const basic = await api.call('GET', '/admin/v1/sources', { headers: { authorization: 'Basic x' } })
  assert.equal(basic.json.code, 'admin_token_missing')
  const wrong = await api.call('GET', '/admin/v1/sources', { headers: { authorization: 'Bearer wrong' } })
  assert.deepEqual([wrong.status, wrong.json.code], [401, 'wrong_admin_token'])
  assert.equal((await api.asOperator('GET', '/admin/v1/sources')).status, 200)
})

test('a session reads; it changes things only from pages of ours', async () => {
  const cookie = await signedInCookie()
  assert.equal((await api.call('GET', '/admin/v1/sources', { headers: { cookie } })).status, 200)
  const put = (headers: Record<string, string>) =>
    api.call('PUT', '/admin/v1/sources/OURA', { json: { enabled: true }, headers: { cookie, ...headers } })
  assert.equal((await put({})).json.code, 'cross_site_request')
  assert.equal((await put({ origin: 'https://evil.example' })).status, 403)
  assert.equal((await put({ 'sec-fetch-site': 'same-site' })).status, 403)
  assert.equal((await put({ 'sec-fetch-site': 'cross-site', origin: 'http://localhost:4000' })).status, 403)
  assert.equal((await put({ origin: 'http://localhost:4000' })).status, 200)
  assert.equal((await put({ 'sec-fetch-site': 'same-origin' })).status, 200)
})

test('signing out ends the session', async () => {
  const cookie = await signedInCookie()
  const out = await api.call('DELETE', '/admin/v1/session', { headers: { cookie, 'sec-fetch-site': 'same-origin' } })
  assert.equal(out.status, 200)
  assert.match(out.headers.get('set-cookie') ?? '', /Max-Age=0/)
  assert.equal((await api.call('GET', '/admin/v1/sources', { headers: { cookie } })).status, 401)
})

test('a session ends by itself', async () => {
  const cookie = await signedInCookie()
  api.clock.advance(31 * 86_400_000)
  assert.equal((await api.call('GET', '/admin/v1/sources', { headers: { cookie } })).status, 401)
})

test('a sign-in link works once, and its token is no cookie', async () => {
  const { token } = await createSignInLink(api.ctx)
  const cookie = `loam_session=${token}`
  assert.equal((await api.call('GET', '/admin/v1/sources', { headers: { cookie } })).status, 401)
  assert.ok((await signIn(api.ctx, { token })).session.length > 20)
  await assert.rejects(signIn(api.ctx, { token }), /wrong admin token/)
})

test('the admin token is kept from start to start, and a fixed one replaces it', async () => {
  assert.deepEqual(await ensureAdminToken(api.ctx), { token: api.adminToken, created: false })
  await ensureAdminToken(api.ctx, 'fixed-token-0123456789')
  assert.equal((await api.asOperator('GET', '/admin/v1/sources')).status, 401)
  await ensureAdminToken(api.ctx, api.adminToken)
  assert.equal((await api.asOperator('GET', '/admin/v1/sources')).status, 200)
})

test('a replaced admin token ends the sessions and links that the old one had opened, and says so in the audit log', async () => {
  const cookie = await signedInCookie()
  const { token } = await createSignInLink(api.ctx)
  await ensureAdminToken(api.ctx, api.adminToken)
  assert.equal((await api.call('GET', '/admin/v1/sources', { headers: { cookie } })).status, 200, 'the same as before')
  await ensureAdminToken(api.ctx, 'another-token-0123456789')
  assert.equal((await api.call('GET', '/admin/v1/sources', { headers: { cookie } })).status, 401)
  await assert.rejects(signIn(api.ctx, { token }), /wrong admin token/)
  await ensureAdminToken(api.ctx, api.adminToken)
  const { json } = await api.asOperator('GET', '/admin/v1/audit?action=admin_token')
  const [last] = json.data as { actor: { kind: string }; details: unknown }[]
  assert.deepEqual([last!.actor.kind, last!.details], ['loam', { setting: 'LOAM_ADMIN_TOKEN' }])
})

const guess = () => api.call('POST', '/admin/v1/session', { json: { token: 'guess' } })

test('wrong tokens make the address wait, twice as long each time; a restart forgets nothing', async () => {
  api.clock.advance(2 * 86_400_000)
  for (let i = 0; i < 5; i++) assert.equal((await guess()).status, 401)
  for (const seconds of [1, 2, 4, 8]) {
    const closed = await guess()
    assert.deepEqual([closed.status, closed.json.code], [429, 'too_many_sign_ins'])
    assert.equal(closed.headers.get('retry-after'), String(seconds))
    // Also for the right one, and for the admin API.
    assert.equal((await api.asOperator('GET', '/admin/v1/sources')).status, 429)
    api.clock.advance(seconds * 1000)
    assert.equal((await guess()).status, 401)
  }
  const waits: { blocked_until: number }[] = await api.ctx.db.all(
    "SELECT blocked_until FROM sign_in_failures WHERE name LIKE 'address:%'",
  )
  assert.deepEqual(waits, [{ blocked_until: api.clock.now() + 16_000 }])
  api.clock.advance(16_000)
  assert.equal((await api.asOperator('GET', '/admin/v1/sources')).status, 200)
  assert.equal((await guess()).status, 401, 'who knows the token begins anew')
  for (let i = 0; i < 30; i++) {
    api.clock.advance(15 * 60_000)
    assert.equal((await guess()).status, 401, 'never longer than a quarter of an hour')
  }
})

test('many addresses together: strangers wait, who signed in before does not, and a link opens', async () => {
  api.clock.advance(2 * 86_400_000)
  const from = (client: string, token: string) => signIn(api.ctx, { token, client })
  await from('198.51.100.7', api.adminToken)
  for (let i = 0; i < 50; i++) await assert.rejects(from(`203.0.113.${i}`, 'guess'), /wrong admin token/)
  await assert.rejects(from('192.0.2.1', api.adminToken), /too many wrong tokens/)
  assert.ok(await from('198.51.100.7', api.adminToken))
  const { token } = await createSignInLink(api.ctx)
  assert.ok(await from('192.0.2.2', token))
  api.clock.advance(61_000)
  assert.ok(await from('192.0.2.1', api.adminToken))
})

test('addresses of one IPv6 network are one', async () => {
  api.clock.advance(2 * 86_400_000)
  for (let i = 0; i < 6; i++) {
    await signIn(api.ctx, { token: 'guess', client: `2001:db8:1:2::${i + 1}` }).catch(() => {})
  }
  const there = signIn(api.ctx, { token: api.adminToken, client: '2001:db8:1:2:ffff::1' })
  await assert.rejects(there, /too many wrong tokens/)
  assert.ok(await signIn(api.ctx, { token: api.adminToken, client: '2001:db8:1:3::1' }))
})
