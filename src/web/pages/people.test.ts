import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { listDeliveries } from '../../api/admin/deliveries.ts'
import { createDestination } from '../../api/admin/destinations.ts'
import { getEvent, listEvents } from '../../api/admin/events.ts'
import { listJobs } from '../../api/admin/jobs.ts'
import { widgetSessionById } from '../../store/auth-flows.ts'
import { connectionById } from '../../store/connections.ts'
import { landed, openTestBrowser, type TestBrowser } from '../test-browser.ts'

let browser: TestBrowser
before(async () => {
  browser = await openTestBrowser()
  await browser.signIn()
})
beforeEach(() => browser.cookies.delete('loam_environment'))
after(() => browser.api.dispose())

test('a connect link is made with what was chosen', async () => {
  const page = await browser.post('/dashboard/start/link', {
    reference_id: 'person-1',
    success_url: 'myapp://done',
    language: 'de',
    show_disconnect: 'on',
  })
  const next = await landed(
    browser,
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
  await landed(browser, page, /^\/dashboard\/events\/./, /Sent\. It is on its way to 1 destination\./)
  const path = page.location!
  const [delivery] = (await listDeliveries(ctx, environment, { destination_id: destination })).data
  assert.equal(delivery?.event_type, 'body')
  await landed(browser, await browser.post(`${path}/resend`), new RegExp(path), /Queued for \d+ destinations/)
  await landed(
    browser,
    await browser.post(`${path}/resend`, { destination_id: destination }),
    new RegExp(path),
    /Queued for 1 destination,/,
  )
  await landed(
    browser,
    await browser.post(`/dashboard/deliveries/${delivery.id}/resend`),
    new RegExp(path),
    /Queued again/,
  )
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
  await landed(browser, page, new RegExp(`${path}#history`), /Asking for 2026-01-01 to 2026-01-10/)
  const [job] = (await listJobs(ctx, environment, { user_id: user.user_id })).data
  assert.equal(job?.kind, 'backfill')
  const wrong = await browser.post(`${path}/backfill`, { start_date: '2026-02-01', end_date: '2026-01-10' })
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /id="field-start_date-problem"/)
  assert.match(wrong.text, /value="2026-02-01"/)
  await landed(
    browser,
    await browser.post(`/dashboard/jobs/${job.id}/cancel`, { back: path }),
    new RegExp(`${path}$`),
    /Stopped/,
  )
  await landed(
    browser,
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
    browser,
    await browser.post(`${path}/change`, { reference_id: 'new name' }),
    new RegExp(path),
    /<h1>new name<\/h1>/,
  )
  await landed(browser, await browser.post(`${path}/change`, { active: 'off' }), new RegExp(path), /Switched off/)
  assert.equal((await connectionById(ctx.db, user.user_id))?.active, 0)
  assert.equal((await connectionById(ctx.db, user.user_id))?.reference_id, 'new name')
  await landed(browser, await browser.post(`${path}/change`, { reference_id: '' }), new RegExp(path), /No reference/)
  await landed(browser, await browser.post(`${path}/disconnect`), /^\/dashboard\/users$/, /Disconnected/)
  assert.equal(await connectionById(ctx.db, user.user_id), null)
  const [event] = (await listEvents(ctx, environment, { type: 'deauth' })).data
  assert.equal(event?.user_id, user.user_id)
})
