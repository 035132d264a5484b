// A provider without a redirect: a form of ours, in the widget, against a provider played by a server of the test. The connector
// is a variant that stands in the catalogue for this test alone: whatever holds of it holds of any that signs in by a form.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../src/api/test-api.ts'
import type { Connector, PasswordContext, Tokens } from '../src/connectors/connector.ts'
import { connectorOf } from '../src/connectors/index.ts'
import { oura } from '../src/connectors/oura/index.ts'
import { connectionHttp } from '../src/credentials/connection-http.ts'
import { applicationOf } from '../src/credentials/client.ts'
import { ProviderError } from '../src/platform/errors.ts'
import { createHttp, type HttpClient } from '../src/platform/http-client.ts'
import { type ConnectionRow, connectionById } from '../src/store/connections.ts'
import { createWidget } from '../src/widget/index.ts'

const PASSWORD = 'a very long secret'
const asked: { path: string; body: Record<string, string>; authorization: string | undefined }[] = []

async function tokensOf({ send }: PasswordContext, body: Record<string, string>): Promise<Tokens> {
  const response = await send({ host: 'api', path: '/sign-in' }, { method: 'POST', form: body })
  if (response.status === 401) throw new ProviderError('not accepted', { next: 'reauthorize', status: 401 })
  if (response.status !== 200) throw new ProviderError('broken', { next: 'retry', status: response.status })
  const accessToken = (response.json() as { token: string }).token
  return { accessToken, refreshToken: JSON.stringify(body), expiresInSeconds: 60, scopes: null, providerUserId: 'p-1' }
}

const byForm: Connector = {
  ...oura,
  hosts: { api: 'https://api.invalid' },
  auth: {
    kind: 'password',
    fields: [
      { name: 'email', label: 'Email', secret: false },
      { name: 'password', label: 'Password', secret: true },
    ],
    scopes: [],
    refreshBeforeSeconds: 0,
    signIn: (context) => tokensOf(context, context.answers),
    renew: (context) => tokensOf(context, JSON.parse(context.refreshToken) as Record<string, string>),
  },
  identify: async ({ tokens }) => ({ providerUserId: tokens.providerUserId! }),
}

let api: TestApi
let http: HttpClient
let widget: ReturnType<typeof createWidget>
let provider: Server
let answer = 200

before(async () => {
  Object.assign(oura, { variants: { form: byForm } })
  provider = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      const body = Object.fromEntries(new URLSearchParams(text))
      asked.push({ path: request.url!, body, authorization: request.headers.authorization })
      const known = body.email === 'ada@example.com' && body.password === PASSWORD
      const status = request.url === '/sign-in' ? (answer === 200 && !known ? 401 : answer) : 200
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ token: `token-${asked.length}` }))
    })
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  api = await openTestApi()
  http = createHttp({ allowPrivate: true, userAgent: 'test' })
  api.ctx.http = http
  widget = createWidget(api.ctx)
  const origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  const set = { api: 'form', hosts: { api: origin }, client_id: 'mine', client_secret: 'secret' }
  assert.equal((await api.asOperator('PUT', '/admin/v1/sources/OURA', { json: set })).status, 200)
})

after(async () => {
  delete (oura as Connector).variants
  await http.close()
  provider.close()
  await api.dispose()
})

interface Form {
  url: string
  cookie: string
  state: string
  userId: string
}

async function open(more: object = {}): Promise<Form> {
  const begun = await api.asCustomer('POST', '/v2/auth/authenticateUser?resource=OURA', {
    json: { language: 'en', ...more },
  })
  const { auth_url: authUrl, user_id: userId } = begun.json as { auth_url: string; user_id: string }
  const left = await api.request(new URL(authUrl).pathname)
  assert.equal(left.status, 302)
  const url = new URL(left.headers.get('location')!)
  const cookie = left.headers.get('set-cookie')!.split(';')[0]!
  return { url: url.pathname + url.search, cookie, state: url.searchParams.get('state')!, userId }
}

async function post(form: Form, typed: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await widget.request(form.url.split('?')[0]!, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: form.cookie, ...headers },
    body: new URLSearchParams({ state: form.state, ...typed }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const right = { email: ' ada@example.com ', password: PASSWORD, do: 'connect' }

test('the form names its fields, keeps them out of caches, and is for the browser that began', async () => {
  const form = await open()
  const page = await widget.request(form.url, { headers: { cookie: form.cookie } })
  const text = await page.text()
  assert.equal(page.status, 200)
  assert.equal(page.headers.get('cache-control'), 'no-store')
  assert.match(text, /<label for="field-email">Email<\/label>/)
  assert.match(text, /name="password"[^>]*type="password"[^>]*autocomplete="current-password"/s)
  assert.ok(!text.includes('<script') && !text.includes('never seen here'))
  const stranger = await widget.request(form.url)
  assert.ok(!(await stranger.text()).includes('type="password"'))
  assert.ok(!(await post({ ...form, cookie: '' }, right)).text.includes('is connected'))
  const foreign = await post(form, right, { 'sec-fetch-site': 'cross-site' })
  assert.ok(!foreign.text.includes('type="password"'))
  assert.equal(await connectionById(api.ctx.db, form.userId), null)
})

test('what is left empty is named beside its field; what is refused can be typed again', async () => {
  const form = await open()
  const empty = await post(form, { email: 'ada@example.com', password: '', do: 'connect' })
  assert.equal(empty.status, 422)
  assert.match(empty.text, /value="ada@example.com"/)
  assert.match(empty.text, /aria-describedby="field-password-problem"/)
  const wrong = await post(form, { ...right, password: 'wrong' })
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /role="alert"/)
  assert.ok(!wrong.text.includes('wrong'), 'a password comes back in a page')
  answer = 503
  assert.equal((await post(form, right)).status, 422)
  answer = 200
  const done = await post(form, right)
  assert.equal(done.status, 303)
  assert.match(done.headers.get('location')!, /\/success\?user_id=/)
  assert.equal((await connectionById(api.ctx.db, form.userId))!.variant, 'form')
  const again = await post(form, right)
  assert.ok(!again.text.includes('type="password"'), 'a form is good once')
})

test('a second press ends where the first one does, at the same time or later', async () => {
  const form = await open()
  const presses = [...(await Promise.all([post(form, right), post(form, right)])), await post(form, right)]
  for (const { status, headers } of presses) {
    assert.equal(status, 303)
    assert.match(headers.get('location') ?? '', new RegExp(`/success\\?user_id=${form.userId}`))
  }
})

test('after five refusals it is over; a cancelled one tells the app', async () => {
  const form = await open()
  for (let i = 0; i < 4; i++) assert.equal((await post(form, { ...right, password: 'x' })).status, 422)
  const last = await post(form, { ...right, password: 'x' })
  assert.match(last.headers.get('location')!, /reason=too_many_attempts/)
  assert.ok(!(await post(form, right)).text.includes('is connected'))
  const cancelled = await post(await open({ auth_failure_redirect_url: 'https://app.example.com/no' }), {
    do: 'cancel',
  })
  assert.match(cancelled.headers.get('refresh')!, /^0; url=https:\/\/app\.example\.com\/no\?.*reason=access_denied/)
})

test('the token is renewed with what is kept, which is sealed', async () => {
  const form = await open()
  await post(form, right)
  const row = (await api.ctx.db.one<ConnectionRow>('SELECT * FROM connections WHERE user_id = $1', [form.userId]))!
  assert.ok(!JSON.stringify(row).includes(PASSWORD))
  api.clock.advance(120_000)
  const connector = connectorOf(row)!
  assert.equal(connector, byForm)
  const app = await applicationOf(api.ctx, row.environment_id, connector)
  const before = asked.length
  await connectionHttp(api.ctx, app, form.userId).send({ host: 'api', path: '/data' })
  assert.deepEqual(
    asked.slice(before).map(({ path }) => path),
    ['/sign-in', '/data'],
  )
  assert.equal(asked.at(-1)!.authorization, `Bearer token-${before + 1}`)
})
