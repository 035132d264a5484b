import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { listDeliveries } from '../api/admin/deliveries.ts'
import { createDestination, listDestinations, updateDestination } from '../api/admin/destinations.ts'
import { getEvent, listEvents } from '../api/admin/events.ts'
import { listEnvironments } from '../api/admin/environments.ts'
import { listJobs } from '../api/admin/jobs.ts'
import { showKeys } from '../api/admin/keys.ts'
import { getSource } from '../api/admin/sources.ts'
import { widgetSessionById } from '../store/auth-flows.ts'
import { connectionById } from '../store/connections.ts'
import { openTestBrowser, type Page, type TestBrowser } from './test-browser.ts'

let browser: TestBrowser
before(async () => {
  browser = await openTestBrowser()
  await browser.signIn()
})
beforeEach(() => browser.cookies.delete('loam_environment'))
after(() => browser.api.dispose())

/** What the page after a form says about it. */
async function landed(page: Page, path: RegExp, says: RegExp): Promise<Page> {
  assert.equal(page.status, 303, noticeOf(page))
  assert.match(page.location!, path)
  const next = await browser.get(page.location!)
  assert.ok(says.test(next.text), `${page.location} does not say ${says}: ${noticeOf(next)}`)
  const reloaded = await browser.get(page.location!)
  assert.ok(!/class="notice (ok|err)"[^>]*role="(status|alert)"/.test(reloaded.text), 'the notice shows once')
  return next
}

function noticeOf(page: Page): string {
  const parts = [...page.text.matchAll(/<(?:h1|div class="notice|p class="problem)[^>]*>[\s\S]*?<\/(?:h1|div|p)>/g)]
  return parts.map(([part]) => part.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')).join(' | ')
}

async function destinationNamed(name: string) {
  const { ctx, environment } = browser.api
  return (await listDestinations(ctx, environment)).data.find((row) => row.name === name)
}

test('a destination is added from the form that its type draws', async () => {
  const form = await browser.get('/dashboard/destinations/new')
  for (const name of [
    'settings.url',
    'settings.timeout_seconds',
    'settings.headers',
    'settings.signing_secret',
    'settings.pause_on_gone',
  ]) {
    assert.match(form.text, new RegExp(`name="${name.replace('.', '\\.')}"`))
  }
  const page = await browser.post('/dashboard/destinations/new', {
    type: 'webhook',
    name: 'Mine',
    'settings.url': 'https://example.com/hook',
    'settings.timeout_seconds': '20',
    'settings.headers': 'X-One: 1\n\nx-two: a:b',
    'settings.pause_on_gone': 'on',
    event_types: 'sleep',
  })
  await landed(page, /^\/dashboard\/destinations\/./, /Mine is added/)
  const row = await destinationNamed('Mine')
  assert.deepEqual(row?.settings, {
    url: 'https://example.com/hook',
    timeout_seconds: 20,
    headers: { 'X-One': '1', 'x-two': 'a:b' },
    pause_on_gone: true,
  })
  assert.deepEqual(row.event_types, ['sleep'])
})

test('what is wrong stands beside its field, and what was typed stays', async () => {
  const page = await browser.post('/dashboard/destinations/new', {
    type: 'webhook',
    name: 'Wrong one',
    'settings.url': 'no url',
    'settings.timeout_seconds': '400',
    'settings.signing_secret': 'short',
  })
  assert.equal(page.status, 422)
  assert.match(page.text, /id="field-settings-url"[^>]*aria-invalid="true"/)
  assert.match(page.text, /id="field-settings-url-problem">Must be/)
  assert.match(page.text, /id="field-settings-timeout_seconds-problem">Must be at most 60/)
  assert.match(page.text, /value="no url"/)
  assert.match(page.text, /value="Wrong one"/)
  assert.ok(!page.text.includes('value="short"'), 'a secret never comes back')
  assert.equal(await destinationNamed('Wrong one'), undefined)
})

test('changing a destination keeps the secret that was left empty, and nothing shows it', async () => {
  const { ctx, environment } = browser.api
  const secret = 'a-secret-of-its-own-123'
  const row = await createDestination(ctx, environment, {
    name: 'Own secret',
    url: 'https://example.com/1',
    signing_secret: secret,
  })
  const path = `/dashboard/destinations/${row.id}`
  const before = await browser.get(path)
  assert.ok(!before.text.includes(secret))
  assert.match(before.text, /Set\. Leave this empty to keep it/)
  await landed(
    await browser.post(path, { name: 'Renamed', 'settings.url': 'https://example.com/2' }),
    new RegExp(path),
    /Saved/,
  )
  const changed = await destinationNamed('Renamed')
  assert.equal(changed?.target, 'https://example.com/2')
  assert.equal(changed.secrets.signing_secret, true)
  assert.equal(changed.settings.pause_on_gone, false, 'an unticked box is a no')
  await updateDestination(ctx, environment, { destination_id: row.id, name: 'Own secret' })
})

test('a destination is tested, paused, resumed and removed', async () => {
  const { ctx, environment } = browser.api
  const { id } = await createDestination(ctx, environment, { name: 'Short life', url: 'https://example.com/short' })
  const path = `/dashboard/destinations/${id}`
  browser.api.respond(() => ({ status: 204 }))
  await landed(await browser.post(`${path}/test`), new RegExp(path), /It works: answered 204/)
  browser.api.respond(() => ({ status: 500 }))
  await landed(await browser.post(`${path}/test`), new RegExp(path), /It does not work yet: The receiver answered 500/)
  await landed(await browser.post(`${path}/pause`), new RegExp(path), /Paused\. Its events wait/)
  assert.equal((await destinationNamed('Short life'))?.state, 'paused')
  await landed(await browser.post(`${path}/resume`), new RegExp(path), /Resumed/)
  assert.equal((await destinationNamed('Short life'))?.state, 'active')
  await landed(await browser.post(`${path}/remove`), /^\/dashboard\/destinations$/, /Removed/)
  assert.equal(await destinationNamed('Short life'), undefined)
  assert.equal((await browser.post(`${path}/test`)).status, 404)
})

test('a source is switched off and on, and its secret is write-only', async () => {
  const { ctx, environment } = browser.api
  const source = () => getSource(ctx, environment, { provider: 'OURA' })
  await landed(await browser.post('/dashboard/sources/OURA/switch', { enabled: 'off' }), /sources$/, /Oura is off/)
  assert.equal((await source()).enabled, false)
  await landed(await browser.post('/dashboard/sources/OURA/switch', { enabled: 'on' }), /sources$/, /Oura is on/)
  assert.equal((await source()).enabled, true)
  const half = await browser.post('/dashboard/sources/OURA', { client_id: 'my-app' })
  assert.equal(half.status, 422)
  assert.match(half.text, /id="field-client_secret-problem"/)
  assert.match(half.text, /value="my-app"/)
  const saved = await browser.post('/dashboard/sources/OURA', {
    client_id: 'my-app',
    client_secret: 'very-secret-9876',
    scopes: 'daily, personal',
  })
  const page = await landed(saved, /sources\/OURA$/, /your own application/)
  assert.ok(!page.text.includes('very-secret'))
  assert.match(page.text, /\*\*\*\*9876/)
  assert.deepEqual((await source()).scopes, ['daily', 'personal'])
  await landed(
    await browser.post('/dashboard/sources/OURA', { client_id: 'my-app-2', scopes: '' }),
    /sources\/OURA$/,
    /Saved/,
  )
  const kept = await source()
  assert.equal(kept.client_id, 'my-app-2')
  assert.equal(kept.client_secret, '****9876')
  assert.equal(kept.scopes, null)
  await landed(await browser.post('/dashboard/sources/OURA/forget'), /sources\/OURA$/, /removed/)
  assert.equal((await source()).state, 'sandbox')
})

test('a connect link is made with what was chosen', async () => {
  const page = await browser.post('/dashboard/start/link', {
    reference_id: 'person-1',
    success_url: 'myapp://done',
    language: 'de',
    show_disconnect: 'on',
  })
  const next = await landed(
    page,
    /^\/dashboard\/start\?session=[0-9a-f-]{36}#link$/,
    /http:\/\/localhost:4000\/session\//,
  )
  const id = /session\/([0-9a-f-]{36})/.exec(next.text)![1]!
  const session = await widgetSessionById(browser.api.ctx.db, id)
  assert.equal(session?.reference_id, 'person-1')
  assert.equal(session.success_url, 'myapp://done')
  assert.equal(session.language, 'de')
  assert.equal(session.show_disconnect, 1)
  const bad = await browser.post('/dashboard/start/link', { reference_id: 'x', success_url: 'javascript:alert(1)' })
  assert.equal(bad.status, 422)
  assert.match(bad.text, /id="field-success_url-problem"/)
})

test('a made-up event is sent, looked at and sent again', async () => {
  const { ctx, environment } = browser.api
  const { id: destination } = await createDestination(ctx, environment, {
    name: 'Only this',
    url: 'https://example.com/only',
  })
  const page = await browser.post('/dashboard/simulator', {
    type: 'body',
    day: '2026-01-12',
    destination_id: destination,
  })
  await landed(page, /^\/dashboard\/events\/./, /Sent\. It is on its way to 1 destination\./)
  const path = page.location!
  const [delivery] = (await listDeliveries(ctx, environment, { destination_id: destination })).data
  assert.equal(delivery?.event_type, 'body')
  await landed(await browser.post(`${path}/resend`), new RegExp(path), /Queued for \d+ destinations/)
  await landed(
    await browser.post(`${path}/resend`, { destination_id: destination }),
    new RegExp(path),
    /Queued for 1 destination,/,
  )
  await landed(await browser.post(`/dashboard/deliveries/${delivery.id}/resend`), new RegExp(path), /Queued again/)
  assert.ok((await listDeliveries(ctx, environment, { destination_id: destination })).data.length >= 4)
  const raw = await browser.get(`${path}/raw`)
  assert.equal(raw.headers.get('content-type'), 'application/json; charset=utf-8')
  const { body } = await getEvent(ctx, environment, { event_id: path.split('/').at(-1)! })
  assert.deepEqual(JSON.parse(raw.text), body)
})

test('what the simulator shows is what it sends', async () => {
  const { ctx, environment } = browser.api
  const user = await browser.api.addUser({ reference_id: 'shown' })
  const fields = { type: 'daily', day: '2026-01-12', person: 'shown', user_id: user.user_id }
  const shown = await browser.get(`/dashboard/simulator?${new URLSearchParams(fields)}`)
  const sent = await browser.post('/dashboard/simulator', fields)
  const { body } = await getEvent(ctx, environment, { event_id: sent.location!.split('/').at(-1)! })
  const pre = /<pre class="json"[^>]*>([\s\S]*?)<\/pre>/.exec(shown.text)![1]!
  const text = pre
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
  assert.deepEqual(JSON.parse(text), body)
})

test('history is asked for by days and types; a range that makes none is refused beside its field', async () => {
  const { ctx, environment } = browser.api
  const user = await browser.api.addUser()
  const path = `/dashboard/users/${user.user_id}`
  const page = await browser.post(`${path}/backfill`, {
    start_date: '2026-01-01',
    end_date: '2026-01-10',
    types: 'sleep',
  })
  await landed(page, new RegExp(`${path}#history`), /Asking for 2026-01-01 to 2026-01-10/)
  const [job] = (await listJobs(ctx, environment, { user_id: user.user_id })).data
  assert.equal(job?.kind, 'backfill')
  const wrong = await browser.post(`${path}/backfill`, { start_date: '2026-02-01', end_date: '2026-01-10' })
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /id="field-start_date-problem"/)
  assert.match(wrong.text, /value="2026-02-01"/)
  await landed(
    await browser.post(`/dashboard/jobs/${job.id}/cancel`, { back: path }),
    new RegExp(`${path}$`),
    /Stopped/,
  )
  await landed(
    await browser.post(`/dashboard/jobs/${job.id}/cancel`, { back: 'https://evil.example' }),
    /^\/dashboard\/jobs$/,
    /Stopped/,
  )
})

test('a user is renamed, switched off, and disconnected with everything held', async () => {
  const { ctx, environment } = browser.api
  const user = await browser.api.addUser({ reference_id: 'old name' })
  const path = `/dashboard/users/${user.user_id}`
  await landed(
    await browser.post(`${path}/change`, { reference_id: 'new name' }),
    new RegExp(path),
    /<h1>new name<\/h1>/,
  )
  await landed(await browser.post(`${path}/change`, { active: 'off' }), new RegExp(path), /Switched off/)
  assert.equal((await connectionById(ctx.db, user.user_id))?.active, 0)
  assert.equal((await connectionById(ctx.db, user.user_id))?.reference_id, 'new name')
  await landed(await browser.post(`${path}/change`, { reference_id: '' }), new RegExp(path), /No reference/)
  await landed(await browser.post(`${path}/disconnect`), /^\/dashboard\/users$/, /Disconnected/)
  assert.equal(await connectionById(ctx.db, user.user_id), null)
  const [event] = (await listEvents(ctx, environment, { type: 'deauth' })).data
  assert.equal(event?.user_id, user.user_id)
})

test('keys rotate with an overlap, and an old one is ended at once', async () => {
  const { ctx, environment } = browser.api
  await landed(
    await browser.post('/dashboard/keys/rotate', { overlap_seconds: '3600' }),
    /keys$/,
    /A new API key is made/,
  )
  const two = (await showKeys(ctx, environment, { reveal: true })).api_keys
  assert.equal(two.length, 2)
  assert.equal(two[1]!.api_key, browser.api.apiKey)
  await landed(await browser.post(`/dashboard/keys/${two[1]!.id}/revoke`), /keys$/, /no longer works/)
  await landed(await browser.post(`/dashboard/keys/${two[0]!.id}/revoke`), /keys$/, /This is the only key/)
  assert.equal((await showKeys(ctx, environment)).api_keys.length, 1)
  await landed(
    await browser.post('/dashboard/keys/rotate-secret', { overlap_seconds: '999999999' }),
    /keys$/,
    /both signatures/,
  )
  assert.equal((await showKeys(ctx, environment)).signing_secrets.length, 2)
})

test('an environment is made, entered, and shows nothing of another', async () => {
  const { ctx } = browser.api
  await browser.api.addUser({ reference_id: 'only in testing' })
  const bad = await browser.post('/dashboard/environments', { name: '   ', kind: 'testing' })
  assert.equal(bad.status, 422)
  assert.match(bad.text, /id="field-name-problem"/)
  const page = await browser.post('/dashboard/environments', { name: 'Live one', kind: 'production' })
  const keys = await landed(page, /keys$/, /Live one is made/)
  assert.match(keys.text, /<body class="production">/)
  assert.match(keys.text, / - Live one - Loam<\/title>/)
  assert.ok(!(await browser.get('/dashboard/users')).text.includes('only in testing'))
  const first = (await listEnvironments(ctx)).data[0]!
  const back = await browser.get(`/dashboard/users?env=${first.dev_id}`)
  assert.equal(back.location, '/dashboard/users')
  assert.match((await browser.get('/dashboard/users')).text, /only in testing/)
  await landed(
    await browser.post('/dashboard/environments/settings', {
      own_name: 'Testing',
      own_kind: 'testing',
      widget_name: 'Moonrise',
      auth_error_style: 'auth',
    }),
    /environments$/,
    /value="Moonrise"/,
  )
})

test('an inspector is a destination at once, shows what came, and forgets it', async () => {
  const page = await browser.post('/dashboard/destinations/inspector')
  const empty = await landed(page, /^\/dashboard\/inspector\/./, /Waiting for the first request/)
  const bin = page.location!.split('/').at(-1)!
  assert.match(empty.text, new RegExp(`data-live="/admin/v1/inspector/${bin}/stream"`))
  const body = '{"type":"auth","text":"</pre><script>alert(1)</script>"}'
  await browser.api.call('POST', `/inspect/${bin}?x=1`, {
    body,
    headers: { 'content-type': 'application/json', 'x-odd': '<b>' },
  })
  await browser.api.call('POST', `/inspect/${bin}`, { body: 'not json', headers: { 'terra-signature': 't=1,v1=00' } })
  const newest = await browser.get(page.location!)
  assert.match(newest.text, /Signature does not fit/)
  assert.match(newest.text, /not json/)
  const [, older] = [...newest.text.matchAll(/href="([^"]*request=[^"#]*)#chosen">POST/g)].map((match) =>
    match[1]!.replaceAll('&amp;', '&'),
  )
  const chosen = await browser.get(older!)
  assert.match(chosen.text, /Not signed/)
  assert.match(chosen.text, /POST auth/)
  assert.ok(!chosen.text.includes('<script>alert'))
  assert.match((await browser.get(`${older}&view=headers`)).text, /x-odd: &lt;b&gt;/)
  assert.match((await browser.get(`${older}&view=raw`)).text, /&lt;\/pre&gt;/)
  await landed(await browser.post(`${page.location}/clear`), new RegExp(bin), /Forgot 2 requests/)
})
