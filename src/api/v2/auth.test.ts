import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { authFlowById, widgetSessionById } from '../../store/auth-flows.ts'
import { connectionById } from '../../store/connections.ts'
import { openTestApi, type Rows, rowsOf, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

test('a widget session: the body of the quickstart, stored as asked, 15 minutes', async () => {
  const answer = await api.asCustomer('POST', '/v2/auth/generateWidgetSession', {
    body: `{
      "language": "en",
      "reference_id": "my_first_connection",
      "auth_success_redirect_url": "https://example.com/success",
      "auth_failure_redirect_url": "myapp://failure?from=loam",
  }`,
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(answer.status, 200)
  const { session_id, url, expires_in, status } = answer.json
  assert.match(String(session_id), UUID)
  assert.deepEqual({ status, expires_in }, { status: 'success', expires_in: 900 })
  assert.equal(url, `http://localhost:4000/session/${session_id}`)
  const row = await widgetSessionById(api.ctx.db, String(session_id))
  assert.equal(row?.reference_id, 'my_first_connection')
  assert.equal(row?.success_url, 'https://example.com/success')
  assert.equal(row?.failure_url, 'myapp://failure?from=loam')
  assert.equal(row?.expires_at, api.clock.now() + 900_000)
})

test('a URL to return to that is empty is none: generated clients send that for what was left out', async () => {
  const empty = { auth_success_redirect_url: '', auth_failure_redirect_url: '' }
  const session = await api.asCustomer('POST', '/v2/auth/generateWidgetSession', { json: empty })
  assert.equal(session.status, 200)
  const row = await widgetSessionById(api.ctx.db, String(session.json.session_id))
  assert.deepEqual([row?.success_url, row?.failure_url], [null, null])
  const signIn = await api.asCustomer('POST', '/v2/auth/authenticateUser', { json: { ...empty, resource: 'OURA' } })
  assert.equal(signIn.status, 200)
  const flow = await authFlowById(api.ctx.db, String(signIn.json.auth_url).split('/').at(-1)!)
  assert.deepEqual([flow?.success_url, flow?.failure_url], [null, null])
})

test('a widget session needs no body at all, and stands at two more addresses', async () => {
  for (const path of ['/v2/auth/generateWidgetSession', '/widget/api/session', '/api/widget/session']) {
    assert.equal((await api.asCustomer('POST', path)).status, 200, path)
  }
})

test('credentials: missing and wrong are 401, wrong ones 403 at the widget addresses', async () => {
  const missing = await api.call('POST', '/v2/auth/generateWidgetSession')
  assert.equal(missing.status, 401)
  assert.equal(missing.json.detail, 'dev-id or x-api-key headers are missing')
  const wrong = { 'dev-id': api.devId, 'x-api-key': 'wrong' }
  assert.equal((await api.call('POST', '/v2/auth/generateWidgetSession', { headers: wrong })).status, 401)
  assert.equal((await api.call('POST', '/widget/api/session', { headers: wrong })).status, 403)
  assert.equal((await api.call('POST', '/api/widget/session', { headers: wrong })).status, 403)
})

test('providers: sources that we lack are passed over, none left is a 400 that names those there are', async () => {
  const some = await api.asCustomer('POST', '/v2/auth/generateWidgetSession', { json: { providers: 'APPLE, oura' } })
  const row = await widgetSessionById(api.ctx.db, String(some.json.session_id))
  assert.equal(row?.providers, 'APPLE,OURA')
  const none = await api.asCustomer('POST', '/v2/auth/generateWidgetSession', { json: { providers: 'APPLE,FLO' } })
  assert.equal(none.status, 400)
  assert.match(String(none.json.message), /none of APPLE, FLO is available.*OURA/)
})

test('redirects to what runs or reads something are refused, however they are spelled', async () => {
  for (const url of [
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://x/y',
    'vbscript:x',
    '/relative',
    'nonsense',
  ]) {
    const answer = await api.asCustomer('POST', '/v2/auth/generateWidgetSession', {
      json: { auth_success_redirect_url: url },
    })
    assert.equal(answer.status, 400, url)
    assert.match(String(answer.json.message), /^auth_success_redirect_url: must/)
  }
  const odd = await api.asCustomer('POST', '/v2/auth/generateWidgetSession', {
    json: { auth_success_redirect_url: 'https://example.com/fertig/ä b' },
  })
  const row = await widgetSessionById(api.ctx.db, String(odd.json.session_id))
  assert.equal(row?.success_url, 'https://example.com/fertig/%C3%A4%20b')
})

test('authenticateUser takes the source from the query, or from either member of the body', async () => {
  const calls = [
    api.asCustomer('POST', '/v2/auth/authenticateUser?resource=OURA'),
    api.asCustomer('POST', '/v2/auth/authenticateUser', { json: { resource: 'oura' } }),
    api.asCustomer('POST', '/v2/auth/authenticateUser', { json: { provider: 'OURA' } }),
    api.asCustomer('POST', '/v2/auth/authenticateUser?resource=OURA', { json: { resource: 'NOPE' } }),
  ]
  for (const answer of await Promise.all(calls)) {
    assert.equal(answer.status, 200, answer.text)
    const { user_id, auth_url } = answer.json
    const id = String(auth_url).slice('http://localhost:4000/auth/'.length)
    const flow = await authFlowById(api.ctx.db, id)
    assert.equal(flow?.user_id, user_id)
    assert.equal(flow?.provider, 'OURA')
  }
})

test('authenticateUser: no source is 400, an unknown or switched-off one 404', async () => {
  assert.equal((await api.asCustomer('POST', '/v2/auth/authenticateUser')).status, 400)
  const unknown = await api.asCustomer('POST', '/v2/auth/authenticateUser?resource=NOPE')
  assert.equal(unknown.status, 404)
  assert.equal(unknown.json.code, 'unknown_provider')
  const off = await api.asOperator('POST', '/admin/v1/environments', { json: { name: 'Other' } })
  const headers = { 'dev-id': String(off.json.dev_id), 'x-api-key': String(off.json.api_key) }
  await api.asOperator('PUT', '/admin/v1/sources/OURA', {
    json: { enabled: false },
    headers: { 'dev-id': headers['dev-id'] },
  })
  const answer = await api.call('POST', '/v2/auth/authenticateUser?resource=OURA', { headers })
  assert.equal(answer.status, 404)
  assert.equal(answer.json.code, 'provider_not_enabled')
})

test('auth_url binds the browser with a cookie and leads to the provider', async () => {
  const { json } = await api.asCustomer('POST', '/v2/auth/authenticateUser?resource=OURA')
  const path = new URL(String(json.auth_url)).pathname
  const answer = await api.call('GET', path)
  assert.equal(answer.status, 302)
  const target = new URL(answer.headers.get('location') ?? '')
  assert.equal(target.origin + target.pathname.slice(0, 13), 'http://localhost:4000/sandbox/oura')
  assert.equal(target.searchParams.get('redirect_uri'), 'http://localhost:4000/v2/auth/oura/oauth2')
  assert.match(
    answer.headers.get('set-cookie') ?? '',
    /^loam_flow_[0-9a-f]+=\S+; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax$/,
  )
})

test('a link checker does not use up the sign-in of the person who comes after it', async () => {
  const { json } = await api.asCustomer('POST', '/v2/auth/authenticateUser?resource=OURA')
  const path = new URL(String(json.auth_url)).pathname
  await api.call('GET', path)
  const id = path.split('/').at(-1)!
  const before = await authFlowById(api.ctx.db, id)
  const looked = await api.call('HEAD', path)
  assert.equal(looked.status, 200)
  assert.equal((await authFlowById(api.ctx.db, id))?.state_hash, before?.state_hash)
})

test('a used or made-up auth_url: JSON for programs, a page for browsers', async () => {
  const program = await api.call('GET', '/auth/made-up')
  assert.equal(program.status, 404)
  const browser = await api.call('GET', '/auth/made-up', { headers: { accept: 'text/html' } })
  assert.equal(browser.status, 302)
  assert.equal(browser.headers.get('location'), 'http://localhost:4000/session/made-up/failure?reason=flow_not_found')
})

test('a callback that nobody waits for ends at the widget, not in JSON', async () => {
  const warned: object[] = []
  api.ctx.log = { ...api.ctx.log, warn: (fields) => warned.push(fields) }
  const answer = await api.call('GET', '/v2/auth/oura/oauth2?state=stolen&code=x')
  assert.equal(answer.status, 302)
  const target = answer.headers.get('location') ?? ''
  assert.match(target, /^http:\/\/localhost:4000\/session\/-\/failure\?reason=state_mismatch&resource=OURA$/)
  // Under a name that the log does not hide: a code of OAuth's is a secret.
  assert.deepEqual(warned.at(-1), { provider: 'oura', reason: 'state_mismatch' })
})

async function deny(body: object) {
  const { json } = await api.asCustomer('POST', '/v2/auth/authenticateUser?resource=OURA', { json: body })
  const leave = await api.call('GET', new URL(String(json.auth_url)).pathname)
  const state = new URL(leave.headers.get('location') ?? '').searchParams.get('state')
  const cookie = (leave.headers.get('set-cookie') ?? '').split(';')[0]!
  const back = await api.call('GET', `/v2/auth/oura/oauth2?error=access_denied&state=${state}`, {
    headers: { cookie },
  })
  assert.equal(back.status, 302)
  return { location: new URL(back.headers.get('location') ?? ''), userId: json.user_id, flow: String(json.auth_url) }
}

test('a denied sign-in comes back to the failure page of the app, or of the widget', async () => {
  const app = await deny({ auth_failure_redirect_url: 'myapp://no?a=1', reference_id: 'r' })
  assert.equal(app.location.protocol, 'myapp:')
  assert.equal(app.location.search, `?a=1&user_id=${app.userId}&reference_id=r&resource=OURA&reason=access_denied`)
  const widget = await deny({})
  assert.equal(widget.location.pathname, `/session/${widget.flow.split('/').at(-1)}/failure`)
  assert.equal(widget.location.searchParams.get('reason'), 'access_denied')
  const told = async (): Promise<string> => {
    const [{ id }] = rowsOf(await api.asOperator('GET', '/admin/v1/events?limit=1')) as [{ id: string }]
    const { type, status } = (await api.asOperator('GET', `/admin/v1/events/${id}`)).json.body as Record<string, string>
    return `${type} ${status}`
  }
  assert.equal(await told(), 'auth_cancelled error')
  const style = (auth_error_style: string) =>
    api.asOperator('PATCH', `/admin/v1/environments/${api.devId}`, { json: { settings: { auth_error_style } } })
  await style('auth')
  await deny({})
  assert.equal(await told(), 'auth error')
  await style('auth_cancelled')
})

test('a denied sign-in is told to those who want its source and its person', async () => {
  const wants: [object, boolean][] = [
    [{ providers: ['OURA'] }, true],
    [{ providers: ['POLAR'] }, false],
    [{ reference_ids: ['r'] }, true],
    [{ reference_ids: ['other'] }, false],
    [{ user_ids: ['somebody'] }, false],
  ]
  const ids: string[] = []
  for (const [filter] of wants) {
    const json = { url: 'https://example.com/hook', ...filter }
    ids.push(String((await api.asOperator('POST', '/admin/v1/destinations', { json })).json.id))
  }
  await deny({ reference_id: 'r' })
  const [event] = rowsOf(await api.asOperator('GET', '/admin/v1/events?type=auth_cancelled&limit=1'))
  assert.deepEqual([event!.user_id, event!.reference_id, event!.provider], [null, 'r', 'OURA'])
  const shown = await api.asOperator('GET', `/admin/v1/events/${event!.id}`)
  const sent = shown.json.deliveries as Rows
  const told = ids.map((id) => sent.some((row) => row.destination_id === id))
  for (const [i, [filter, expected]] of wants.entries()) assert.equal(told[i], expected, JSON.stringify(filter))
  for (const id of ids) await api.asOperator('DELETE', `/admin/v1/destinations/${id}`)
})

test('deauthenticateUser deletes, also with a JSON content type and no body as older clients send it', async () => {
  const user = await api.addUser()
  const path = `/v2/auth/deauthenticateUser?user_id=${user.user_id}`
  const answer = await api.asCustomer('DELETE', path, { headers: { 'content-type': 'application/json' } })
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.json, { status: 'success' })
  assert.equal(await connectionById(api.ctx.db, user.user_id), null)
  assert.equal((await api.asCustomer('DELETE', path)).status, 404)
})

test('tokens for mobile SDKs; an unknown dev-id is 404 there', async () => {
  const answer = await api.asCustomer('POST', '/v2/auth/generateAuthToken')
  assert.match(String(answer.json.token), /^[0-9a-f]{64}$/)
  assert.equal(answer.json.expires_in, 180)
  const bound = await api.asCustomer('POST', '/v2/auth/tokens?reference_id=me')
  assert.equal(bound.status, 200)
  const headers = { 'dev-id': 'nobody', 'x-api-key': api.apiKey }
  const unknown = await api.call('POST', '/v2/auth/generateAuthToken', { headers })
  assert.equal(unknown.status, 404)
  assert.equal(unknown.json.message, 'Invalid dev-id was provided')
  const wrong = await api.call('POST', '/v2/auth/generateAuthToken', {
    headers: { 'dev-id': api.devId, 'x-api-key': 'x' },
  })
  assert.equal(wrong.status, 401)
})
