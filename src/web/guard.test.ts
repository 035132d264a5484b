import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { listEnvironments } from '../api/admin/environments.ts'
import { createDashboard, createSignInLink } from './index.ts'
import { landed, openTestBrowser, type TestBrowser } from './test-browser.ts'

let browser: TestBrowser
before(async () => {
  browser = await openTestBrowser()
})
beforeEach(() => browser.cookies.clear())
after(() => browser.api.dispose())

test('nobody sees a page without signing in, and signing in leads back to it', async () => {
  assert.equal((await browser.get('/')).location, '/dashboard')
  for (const path of ['/dashboard', '/dashboard/keys', '/dashboard/users/x', '/dashboard/nonsense']) {
    const page = await browser.get(path)
    assert.equal(page.status, 303, path)
    assert.match(page.location!, /^\/dashboard\/sign-in\?next=/)
    assert.equal(page.text, '')
  }
  const page = await browser.post('/dashboard/sign-in', { token: browser.api.adminToken, next: '/dashboard/keys' })
  assert.equal(page.location, '/dashboard/keys')
  const cookie = page.headers.getSetCookie().find((line) => line.startsWith('loam_session='))!
  assert.match(cookie, /HttpOnly/)
  assert.match(cookie, /SameSite=Lax/)
  assert.equal((await browser.get('/dashboard/keys')).status, 200)
})

test('a form that is none, or was broken off, is refused as such, signed in or not', async () => {
  const headers = { 'content-type': 'multipart/form-data', origin: 'http://localhost:4000' }
  const send = () => browser.send('/dashboard/sign-in', { method: 'POST', headers, body: 'no form' })
  const lines: unknown[] = []
  const { log } = browser.api.ctx
  browser.api.ctx.log = { ...log, warn: (fields) => lines.push(fields), error: (fields) => lines.push(fields) }
  assert.equal((await send()).status, 400)
  await browser.signIn()
  const broken = new ReadableStream({ pull: (stream) => stream.error(new Error('aborted')) })
  const init = { method: 'POST', headers }
  for (const path of ['/dashboard/theme', '/dashboard/sign-in']) {
    const page = await browser.send(path, { ...init, body: 'no form' })
    assert.equal(page.status, 400, path)
    assert.match(page.text, /did not arrive whole/)
  }
  assert.equal(
    (await browser.send('/dashboard/sign-in', { ...init, body: broken, duplex: 'half' } as RequestInit)).status,
    400,
  )
  assert.deepEqual(lines, [], 'nothing of ours failed')
  browser.api.ctx.log = log
})

test('a wrong token is refused beside its field, and too many of them for a while', async () => {
  const page = await browser.post('/dashboard/sign-in', { token: 'wrong' })
  assert.equal(page.status, 401)
  assert.match(page.text, /aria-invalid="true"/)
  assert.match(page.text, /not the admin token/)
  let status = 0
  for (let i = 0; i < 12; i++) status = (await browser.post('/dashboard/sign-in', { token: `wrong ${i}` })).status
  assert.equal(status, 429)
  browser.api.clock.advance(120_000)
  await browser.signIn()
})

test('signing in never leads to another site', async () => {
  for (const next of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/dashboard/..//evil',
    'javascript:alert(1)',
  ]) {
    const page = await browser.post('/dashboard/sign-in', { token: browser.api.adminToken, next })
    assert.match(page.location!, /^\/dashboard/, next)
    assert.ok(!new URL(page.location!, 'http://localhost:4000').host.includes('evil'), next)
  }
})

test('a sign-in link works once', async () => {
  const link = new URL(await createSignInLink(browser.api.ctx))
  assert.equal(link.origin, browser.api.ctx.publicUrl)
  assert.equal((await browser.send(link.pathname, { method: 'HEAD' })).status, 204)
  assert.equal(browser.cookies.size, 0)
  assert.equal((await browser.get(link.pathname)).location, '/dashboard')
  assert.equal((await browser.get('/dashboard/start')).status, 200)
  browser.cookies.clear()
  const again = await browser.get(link.pathname)
  assert.equal(again.status, 410)
  assert.match(again.text, /has been used/)
  assert.equal(browser.cookies.size, 0)
})

test('signing out ends the session on the server too', async () => {
  await browser.signIn()
  const session = browser.cookies.get('loam_session')!
  await browser.post('/dashboard/sign-out')
  assert.equal(browser.cookies.has('loam_session'), false)
  browser.cookies.set('loam_session', session)
  assert.equal((await browser.get('/dashboard/start')).status, 303)
})

test('a form from elsewhere changes nothing', async () => {
  await browser.signIn()
  const path = '/dashboard/destinations/new'
  const fields = { type: 'webhook', 'settings.url': 'https://evil.example/hook' }
  const refused = [
    await browser.post(path, { ...fields, csrf: '' }),
    await browser.post(path, { ...fields, csrf: '0'.repeat(32) }),
    await browser.post(path, fields, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
    await browser.post(path, fields, { 'sec-fetch-site': 'same-site' }),
    await browser.post(path, fields, { origin: 'null' }),
  ]
  const bare = { csrf: /value="([0-9a-f]{32})"/.exec((await browser.get('/dashboard/keys')).text)![1]!, ...fields }
  refused.push(
    await browser.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(bare).toString(),
    }),
  )
  for (const [i, page] of refused.entries()) assert.equal(page.status, 403, `case ${i}`)
  assert.match(refused[0]!.text, /Nothing was changed/)
  const { text } = await browser.api.asOperator('GET', '/admin/v1/destinations')
  assert.ok(!text.includes('evil.example'))
  assert.equal((await browser.post(path, fields)).status, 303)
})

test('reached by another of its names, the same forms work', async () => {
  await browser.signIn()
  const page = await browser.post(
    '/dashboard/theme',
    { theme: 'dark', back: '/dashboard/keys' },
    { origin: 'http://127.0.0.1:4000', host: '127.0.0.1:4000' },
  )
  assert.equal(page.location, '/dashboard/keys')
  assert.match((await browser.get('/dashboard/keys')).text, /<html lang="en" dir="ltr" data-theme="dark">/)
})

test('no page may be framed, run foreign scripts or be cached', async () => {
  await browser.signIn()
  for (const path of ['/dashboard/start', '/dashboard/sign-in', '/dashboard/nonsense']) {
    const { headers, text } = await browser.get(path)
    const policy = headers.get('content-security-policy')!
    if (headers.get('location') !== null) continue
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /script-src 'self'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.ok(!policy.includes('unsafe'))
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.ok(!/<script(?! type="module" src="\/static\/)/.test(text), 'an inline script')
    assert.ok(!/ (style|on\w+)="/.test(text), 'an inline style or handler')
  }
})

test('a form larger than any of ours is refused before it is read', async () => {
  await browser.signIn()
  const page = await browser.post('/dashboard/start/link', { reference_id: 'x'.repeat(1_100_000) })
  assert.equal(page.status, 413)
})

test('a database that is away is 503, with a sentence', async () => {
  const app = createDashboard(browser.api.ctx)
  app.get('/away', () => {
    throw Object.assign(new Error('connect EHOSTUNREACH 10.0.0.7:5432'), { code: 'EHOSTUNREACH' })
  })
  const answer = await app.request('/away')
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '2'])
  const text = await answer.text()
  assert.match(text, /The database cannot be reached/)
  assert.ok(!text.includes('10.0.0.7'))
})

test('a form acts on the environment whose page it stood on, though another tab has gone to another since', async () => {
  await browser.signIn()
  await browser.post('/dashboard/environments', { name: 'Live', kind: 'production' })
  const [testing, live] = (await listEnvironments(browser.api.ctx)).data
  await browser.get('/dashboard/start')
  const inLive = browser.cookies.get('loam_environment')!
  assert.equal(inLive, live!.dev_id)
  await browser.get(`/dashboard/start?env=${testing!.dev_id}`)
  const page = await browser.get('/dashboard/destinations/new')
  assert.match(page.text, / - Testing - Loam<\/title>/)
  browser.cookies.set('loam_environment', inLive)
  const added = await browser.post('/dashboard/destinations/new', {
    type: 'webhook',
    'settings.url': 'https://example.com/hook',
  })
  assert.match((await landed(browser, added, /destinations\//, /is added/)).text, / - Testing - Loam<\/title>/)
})

test('a session that ended while a form was filled in: what was typed is kept through the sign-in, and sent when told so', async () => {
  await browser.signIn()
  const from = '/dashboard/destinations/new?type=webhook'
  await browser.get(from)
  browser.cookies.delete('loam_session')
  const headers = { referer: `http://localhost:4000${from}` }
  const typed = { type: 'webhook', name: 'Kept "for" me', 'settings.url': 'https://example.com/kept' }
  const asked = await browser.post('/dashboard/destinations/new', typed, headers)
  assert.equal(asked.status, 401)
  assert.match(asked.text, /role="alert"[\s\S]*nothing was changed yet/)
  const wrong = await browser.post('/dashboard/sign-in', { ...hidden(asked.text), token: 'wrong' })
  assert.equal(wrong.status, 401)
  const page = await browser.post('/dashboard/sign-in', { ...hidden(wrong.text), token: browser.api.adminToken })
  assert.match(page.text, /is sent to Testing\./)
  assert.match(page.text, /<a class="button" href="\/dashboard\/destinations\/new\?type=webhook">Leave it</)
  assert.ok(!(await browser.api.asOperator('GET', '/admin/v1/destinations')).text.includes('example.com/kept'))
  const { csrf: _, ...again } = hidden(page.text)
  assert.deepEqual(again, typed)
  const added = await browser.post(/action="([^"]+)"/.exec(page.text)![1]!, again)
  assert.match((await landed(browser, added, /destinations\//, /is added/)).text, /Kept &quot;for&quot; me/)
})

test('what another site sends to who is not signed in is not kept for them', async () => {
  const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const fields = { type: 'webhook', 'settings.url': 'https://evil.example/hook' }
  const asked = await browser.post('/dashboard/destinations/new', fields, headers)
  assert.equal(asked.status, 303)
  const carried = { unsent_to: '/dashboard/destinations/new', unsent: new URLSearchParams(fields).toString() }
  const page = await browser.post('/dashboard/sign-in', { ...carried, token: browser.api.adminToken }, headers)
  assert.equal(page.status, 403)
  assert.ok(!page.text.includes('evil.example'))
})

function hidden(text: string): Record<string, string> {
  const inputs = text.matchAll(/<input\s+type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"/g)
  return Object.fromEntries([...inputs].map(([, name, value]) => [name!, unescaped(value!)]))
}

function unescaped(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

test('of a form in which nothing was typed the sign-in says that nothing came of it, and leads back', async () => {
  await browser.signIn()
  const from = '/dashboard/destinations/new?type=s3'
  await browser.get(from)
  browser.cookies.clear()
  const referer = `http://localhost:4000${from}`
  const refused = await browser.post('/dashboard/destinations/inspector', {}, { referer })
  assert.equal(refused.status, 303)
  const page = await browser.get(refused.location!)
  assert.match(page.text, /role="alert"[\s\S]*You were signed out, so nothing was changed/)
  const next = /name="next"\s+value="([^"]*)"/.exec(page.text)![1]!
  const signedIn = await browser.post('/dashboard/sign-in', { token: browser.api.adminToken, next })
  assert.equal(signedIn.location, from)
  browser.cookies.clear()
  const asked = new URL((await browser.get('/dashboard/events?type=sleep')).location!, referer)
  assert.equal(asked.searchParams.get('next'), '/dashboard/events?type=sleep')
  assert.ok(!(await browser.get(asked.pathname + asked.search)).text.includes('nothing was changed'))
})
