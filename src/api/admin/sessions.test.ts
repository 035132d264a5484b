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

test('ten wrong tokens in a minute close the door for that address, for a while', async () => {
  api.clock.advance(60_000)
  const wrong = () => api.call('POST', '/admin/v1/session', { json: { token: 'guess' } })
  for (let i = 0; i < 10; i++) assert.equal((await wrong()).status, 401)
  const closed = await wrong()
  assert.equal(closed.status, 429)
  assert.ok(Number(closed.headers.get('retry-after')) > 0)
  assert.equal((await api.asOperator('GET', '/admin/v1/sources')).status, 429)
  api.clock.advance(61_000)
  assert.equal((await api.asOperator('GET', '/admin/v1/sources')).status, 200)
})
