import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestApi, type TestApi } from '../api/test-api.ts'
import { generateWidgetSession } from '../api/v2/auth.ts'
import { authFlowById, finishWidgetSession } from '../store/auth-flows.ts'
import { connectionById } from '../store/connections.ts'
import { listSources, putSource } from '../store/sources.ts'
import { createWidget } from './index.ts'

const HOSTILE = `<img src=x onerror=alert(1)>"'`

let api: TestApi
let widget: ReturnType<typeof createWidget>
before(async () => {
  api = await openTestApi()
  widget = createWidget(api.ctx)
})
after(() => api.dispose())

type SessionInput = Parameters<typeof generateWidgetSession>[2]

async function newSession(input: SessionInput = {}): Promise<string> {
  const { session_id: id } = await generateWidgetSession(api.ctx, api.environment, input)
  return `/session/${id}`
}

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await widget.request(path, { headers })
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    location: response.headers.get('location'),
  }
}

test('the page lists what the environment has switched on', async () => {
  const session = await newSession()
  const page = await get(session)
  assert.equal(page.status, 200)
  assert.match(page.text, new RegExp(`href="${session}/connect/OURA"`))
  assert.match(page.text, /src="\/static\/providers\/oura\.svg"/)
  assert.match(page.text, /Sleep/)
  const sources = await listSources(api.ctx.db, api.environment.id)
  for (const source of sources) await putSource(api.ctx.db, { ...source, enabled: 0 })
  try {
    const off = await get(session)
    assert.match(off.text, /nothing to connect yet/)
    const refused = await get(`${session}/connect/OURA`)
    assert.match(refused.text, /cannot be connected yet/)
    assert.match(refused.text, /provider_not_enabled/)
  } finally {
    for (const source of sources) await putSource(api.ctx.db, source)
  }
})

test('no page has a script, can be framed, cached, or asks anything of another host', async () => {
  const session = await newSession({ reference_id: HOSTILE })
  for (const path of [session, `${session}/failure?reason=access_denied`, '/session/unknown', `${session}/nonsense`]) {
    const { headers, text } = await get(path)
    assert.ok(!text.includes('<script'), path)
    assert.ok(!/ (style|on\w+)="/.test(text), path)
    assert.ok(!/(src|href|action)="(?!\/|\?)/.test(text), path)
    assert.match(
      headers.get('content-security-policy')!,
      /default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/,
    )
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.equal(headers.get('cache-control'), 'no-store')
  }
})

test('what comes from the address or the app is text', async () => {
  const session = await newSession({ reference_id: HOSTILE })
  const odd = encodeURIComponent(HOSTILE)
  for (const path of [
    `${session}?q=${odd}`,
    `${session}?lang=${odd}`,
    `${session}?disconnected=${odd}`,
    `${session}/failure?reason=${odd}&resource=${odd}`,
    `${session}/success?user_id=${odd}&resource=${odd}`,
    `${session}/connect/${odd}`,
    `/session/${odd}`,
  ]) {
    const { text, status } = await get(path)
    assert.ok(status < 500, path)
    assert.ok(!text.includes('<img src=x'), path)
  }
})

test('choosing starts a sign-in that carries what the app said', async () => {
  const session = await newSession({
    reference_id: 'me',
    language: 'de',
    auth_success_redirect_url: 'myapp://done',
    auth_failure_redirect_url: 'https://app.example/no',
  })
  const away = await get(`${session}/connect/oura`)
  assert.equal(away.status, 302)
  assert.match(away.location!, /^\/auth\/[\w-]+$/)
  const flow = await authFlowById(api.ctx.db, away.location!.slice('/auth/'.length))
  assert.equal(flow?.provider, 'OURA')
  assert.equal(flow.reference_id, 'me')
  assert.equal(flow.language, 'de')
  assert.equal(flow.success_url, 'myapp://done')
  assert.equal(flow.failure_url, 'https://app.example/no')
  assert.equal(`/session/${flow.session_id}`, session)
})

test('a session for one provider goes straight to it, but shows a page when there is something to manage', async () => {
  const session = await newSession({ providers: 'oura', reference_id: 'straight' })
  assert.equal((await get(session)).location, `${session}/connect/OURA`)
  assert.equal((await get(`${session}?list`)).status, 200)
  await api.addUser({ reference_id: 'straight' })
  assert.equal((await get(session)).status, 302)
  const managing = await newSession({ providers: 'OURA', reference_id: 'straight', show_disconnect: true })
  assert.equal((await get(managing)).status, 200)
})

test('the list of the call is kept to, and what it names besides is passed over', async () => {
  const session = await newSession({ providers: 'UNDERARMOUR,OURA,OURA,NOSUCH' })
  const { text } = await get(session)
  assert.equal(text.match(/class="row"/g)?.length, 1)
})

test('searching finds by name whatever the case, and says when nothing fits', async () => {
  const session = await newSession()
  assert.match((await get(`${session}?q=oÜr`)).text, /class="row"/)
  const none = await get(`${session}?q=zebra`)
  assert.match(none.text, /Nothing here is called “zebra”/)
  assert.ok(!none.text.includes('class="row"'))
})

test('a session ends after a quarter of an hour, and an unknown one never began', async () => {
  const session = await newSession()
  api.clock.advance(899_000)
  assert.equal((await get(session)).status, 200)
  api.clock.advance(2000)
  for (const path of [session, `${session}/connect/OURA`, `${session}/disconnect/x`]) {
    const page = await get(path)
    assert.equal(page.status, 410, path)
    assert.match(page.text, /This link has run out/)
  }
  assert.equal((await get('/session/00000000-0000-4000-8000-000000000000')).status, 404)
  assert.equal((await get(`/session/${'x'.repeat(5000)}`)).status, 404)
})

test('a session that has connected someone says so and starts nothing more', async () => {
  const session = await newSession()
  await finishWidgetSession(api.ctx.db, session.slice('/session/'.length))
  for (const path of [session, `${session}/connect/OURA`]) {
    const page = await get(path)
    assert.equal(page.status, 410)
    assert.match(page.text, /has been used/)
  }
})

test('the success page speaks only of what is really connected', async () => {
  const session = await newSession({ reference_id: 'done' })
  const user = await api.addUser({ reference_id: 'done' })
  const path = `${session}/success?user_id=${user.user_id}&resource=OURA`
  assert.equal((await get(path)).status, 410)
  await finishWidgetSession(api.ctx.db, session.slice('/session/'.length))
  const page = await get(path)
  assert.equal(page.status, 200)
  assert.match(page.text, /Oura is connected/)
  assert.equal((await get(`${session}/success?user_id=somebody-else&resource=OURA`)).status, 410)
  assert.equal((await get(`/session/unknown/success?user_id=${user.user_id}&resource=OURA`)).status, 404)
})

test('a failure says what it was, and what to do next while there is a next', async () => {
  const session = await newSession()
  const page = await get(`${session}/failure?reason=access_denied&resource=OURA`)
  assert.equal(page.status, 200)
  assert.match(page.text, /Oura was not connected/)
  assert.match(page.text, /sharing was not allowed/)
  assert.match(page.text, new RegExp(`href="${session}/connect/OURA"`))
  assert.match(page.text, /<dd>access_denied<\/dd>/)
  const strange = await get(`${session}/failure?reason=never_heard_of&resource=OURA`)
  assert.match(strange.text, /Something did not work/)
  api.clock.advance(901_000)
  const late = await get(`${session}/failure?reason=access_denied&resource=OURA`)
  assert.ok(!late.text.includes('/connect/OURA'))
  assert.match(late.text, /ask for a new one/)
  // A callback that belongs to no sign-in of ours comes here too.
  const stray = await get('/session/-/failure?reason=state_mismatch&resource=OURA')
  assert.match(stray.text, /another browser/)
})

test('disconnecting is offered when the app asked for it, and only for the same person', async () => {
  const mine = await api.addUser({ reference_id: 'leaver' })
  const foreign = await api.addUser({ reference_id: 'someone else' })
  const quiet = await newSession({ reference_id: 'leaver' })
  assert.ok(!(await get(quiet)).text.includes('/disconnect/'))
  assert.equal((await get(`${quiet}/disconnect/${mine.user_id}`)).status, 404)
  const session = await newSession({ reference_id: 'leaver', show_disconnect: true })
  const list = await get(session)
  assert.match(list.text, new RegExp(`${session}/disconnect/${mine.user_id}`))
  assert.match(list.text, /class="chip ok"/)
  assert.equal((await get(`${session}/disconnect/${foreign.user_id}`)).status, 404)
  const question = await get(`${session}/disconnect/${mine.user_id}`)
  assert.match(question.text, /Disconnect Oura\?/)
  const post = (headers: Record<string, string>, id = mine.user_id) =>
    widget.request(`${session}/disconnect/${id}`, { method: 'POST', headers })
  assert.equal((await post({ 'sec-fetch-site': 'cross-site' })).status, 404)
  assert.equal((await post({}, foreign.user_id)).status, 404)
  assert.notEqual(await connectionById(api.ctx.db, mine.user_id), null)
  const answer = await post({ 'sec-fetch-site': 'same-origin' })
  assert.equal(answer.status, 303)
  assert.equal(await connectionById(api.ctx.db, mine.user_id), null)
  assert.notEqual(await connectionById(api.ctx.db, foreign.user_id), null)
  assert.match((await get(answer.headers.get('location')!)).text, /Oura is disconnected/)
})

test('a connection that needs a new sign-in says so', async () => {
  await api.addUser({ reference_id: 'tired', state: 'degraded' })
  const page = await get(await newSession({ reference_id: 'tired' }))
  assert.match(page.text, /Sign in again/)
})

test('the language is the chosen one, else the app’s, else the browser’s; an unknown one never fails', async () => {
  const session = await newSession({ language: 'fr-CA' })
  assert.match((await get(session, { 'accept-language': 'de' })).text, /<html lang="fr" dir="ltr">/)
  const chosen = await get(`${session}?lang=es`)
  assert.match(chosen.text, /<html lang="es"/)
  const cookie = chosen.headers.getSetCookie()[0]!.split(';')[0]!
  assert.match((await get(session, { cookie })).text, /<html lang="es"/)
  const unknown = await newSession({ language: 'x-klingon-§§' })
  assert.match((await get(unknown, { 'accept-language': 'de-AT,en;q=0.5' })).text, /<html lang="de"/)
  assert.match((await get(unknown)).text, /<html lang="en"/)
})

test('the app’s own name stands above, when the operator gave one', async () => {
  await api.asOperator('PATCH', `/admin/v1/environments/${api.devId}`, {
    json: { settings: { widget_name: `Moonrise ${HOSTILE}` } },
  })
  const { text } = await get(await newSession())
  assert.match(text, /Moonrise &lt;img/)
  await api.asOperator('PATCH', `/admin/v1/environments/${api.devId}`, { json: { settings: { widget_name: null } } })
})

test('each source has a mark of its own, and nothing else has one', async () => {
  const logo = await get('/static/providers/oura.svg')
  assert.equal(logo.status, 200)
  assert.equal(logo.headers.get('content-type'), 'image/svg+xml; charset=utf-8')
  assert.match(logo.text, /<title>Oura<\/title>/)
  assert.match(logo.text, />Ou<\/text>/)
  assert.equal((await get('/static/providers/nosuch.svg')).status, 404)
  assert.equal((await get('/static/providers/oura.png')).status, 404)
})

test('what fails on our side is a page in the language of the person', async () => {
  const own = createWidget(api.ctx)
  own.get('/away', () => {
    throw Object.assign(new Error('getaddrinfo ENOTFOUND db'), { code: 'ENOTFOUND' })
  })
  own.get('/mistake', () => {
    throw new TypeError('x is not a function')
  })
  const away = await own.request('/away', { headers: { 'accept-language': 'de' } })
  assert.deepEqual([away.status, away.headers.get('retry-after')], [503, '2'])
  assert.match(await away.text(), /<html lang="de"[^]*Bitte versuchen/)
  const mistake = await own.request('/mistake')
  assert.equal(mistake.status, 500)
  assert.ok(!(await mistake.text()).includes('is not a function'))
})

test('a form larger than any of ours is refused with a page', async () => {
  const large = await widget.request('/session/x/sign-in', { method: 'POST', body: 'x'.repeat(30_000) })
  assert.equal(large.status, 413)
  assert.match(await large.text(), /Something did not work/)
})
