import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { createDestination, listDestinations, updateDestination } from '../../api/admin/destinations.ts'
import { landed, openTestBrowser, type TestBrowser } from '../test-browser.ts'

let browser: TestBrowser
before(async () => {
  browser = await openTestBrowser()
  await browser.signIn()
})
beforeEach(() => browser.cookies.delete('loam_environment'))
after(() => browser.api.dispose())

async function destinationNamed(name: string) {
  const { ctx, environment } = browser.api
  return (await listDestinations(ctx, environment)).data.find((row) => row.name === name)
}

test('a destination is added from the form that its type draws', async () => {
  const form = await browser.get('/dashboard/destinations/new')
  for (const name of [
    'settings.url',
    'settings.headers',
    'settings.signing_secret',
    'delivery.concurrency',
    'delivery.rate_per_second',
    'delivery.retry_delays_seconds',
    'delivery.strict_order',
    'user_ids',
  ]) {
    assert.match(form.text, new RegExp(`name="${name.replace('.', '\\.')}"`))
  }
  const page = await browser.post('/dashboard/destinations/new', {
    type: 'webhook',
    name: 'Mine',
    'settings.url': 'https://example.com/hook',
    'settings.headers': 'X-One: 1\n\nx-two: a:b',
    delivery: 'given',
    'delivery.timeout_seconds': '20',
    'delivery.concurrency': '3',
    'delivery.rate_per_second': '',
    'delivery.retry_delays_seconds': '5\n60\n',
    'delivery.pause_on_gone': 'on',
    event_types: 'sleep',
    user_ids: 'u1\r\nu2\r\n',
  })
  await landed(browser, page, /^\/dashboard\/destinations\/./, /Mine is added/)
  const row = await destinationNamed('Mine')
  assert.deepEqual(row?.settings, {
    url: 'https://example.com/hook',
    headers: { 'X-One': '1', 'x-two': 'a:b' },
    ping: false,
    ca_certificate: null,
    client_certificate: null,
  })
  assert.deepEqual([row.event_types, row.user_ids, row.reference_ids], [['sleep'], ['u1', 'u2'], null])
  const { timeout_seconds, concurrency, rate_per_second, retry_delays_seconds, pause_on_gone, strict_order } =
    row.delivery
  assert.deepEqual(
    [timeout_seconds, concurrency, rate_per_second, retry_delays_seconds, pause_on_gone, strict_order],
    [20, 3, null, [5, 60], true, false],
  )
  const page2 = await browser.get(`/dashboard/destinations/${row.id}`)
  assert.match(page2.text, /name="delivery\.timeout_seconds"[^>]*value="20"/s)
})

test('what is wrong stands beside its field, and what was typed stays', async () => {
  const page = await browser.post('/dashboard/destinations/new', {
    type: 'webhook',
    name: 'Wrong one',
    'settings.url': 'no url',
    'settings.signing_secret': 'short',
  })
  assert.equal(page.status, 422)
  assert.match(page.text, /id="field-settings-url"[^>]*aria-invalid="true"/)
  assert.match(page.text, /id="field-settings-url-problem">Must be/)
  assert.match(page.text, /value="no url"/)
  assert.match(page.text, /value="Wrong one"/)
  assert.ok(!page.text.includes('value="short"'), 'a secret never comes back')
  const slow = await browser.post('/dashboard/destinations/new', {
    type: 'webhook',
    name: 'Wrong one',
    'settings.url': 'https://example.com',
    delivery: 'given',
    'delivery.timeout_seconds': '400',
    'delivery.retry_delays_seconds': '5\nsoon',
  })
  assert.match(slow.text, /id="field-delivery-timeout_seconds-problem">Must be at most 90/)
  assert.match(slow.text, /id="field-delivery-retry_delays_seconds-problem">Must be a number/)
  const header = await browser.post('/dashboard/destinations/new', {
    type: 'webhook',
    name: 'Wrong one',
    'settings.url': 'https://example.com',
    'settings.headers': 'X-Team: health\nMy header: 1',
  })
  assert.match(header.text, /id="field-settings-headers-problem">“My header” must have letters/)
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
    browser,
    await browser.post(path, { name: 'Renamed', 'settings.url': 'https://example.com/2' }),
    new RegExp(path),
    /Saved/,
  )
  const changed = await destinationNamed('Renamed')
  assert.equal(changed?.target, 'https://example.com/2')
  assert.equal(changed.secrets.signing_secret, true)
  assert.equal(changed.delivery.pause_on_gone, true, 'a form without the group changes nothing in it')
  await browser.post(path, { name: 'Renamed', 'settings.url': 'https://example.com/2', delivery: 'given' })
  assert.equal((await destinationNamed('Renamed'))?.delivery.pause_on_gone, false, 'an unticked box is a no')
  await updateDestination(ctx, environment, { destination_id: row.id, name: 'Own secret' })
})

test('a destination is tested, paused, resumed and removed', async () => {
  const { ctx, environment } = browser.api
  const { id } = await createDestination(ctx, environment, { name: 'Short life', url: 'https://example.com/short' })
  const path = `/dashboard/destinations/${id}`
  browser.api.respond(() => ({ status: 204 }))
  await landed(browser, await browser.post(`${path}/test`), new RegExp(path), /It works: answered 204/)
  browser.api.respond(() => ({ status: 500 }))
  await landed(
    browser,
    await browser.post(`${path}/test`),
    new RegExp(path),
    /It does not work yet: The receiver answered 500/,
  )
  await landed(browser, await browser.post(`${path}/pause`), new RegExp(path), /Paused\. Its events wait/)
  assert.equal((await destinationNamed('Short life'))?.state, 'paused')
  await landed(browser, await browser.post(`${path}/resume`), new RegExp(path), /Resumed/)
  assert.equal((await destinationNamed('Short life'))?.state, 'active')
  await landed(browser, await browser.post(`${path}/remove`), /^\/dashboard\/destinations$/, /Removed/)
  assert.equal(await destinationNamed('Short life'), undefined)
  assert.equal((await browser.post(`${path}/test`)).status, 404)
})

test('a new signing secret is shown once, and the old one signs on for a while', async () => {
  const { ctx, environment } = browser.api
  const { id } = await createDestination(ctx, environment, { name: 'Rotating', url: 'https://example.com/rotate' })
  const path = `/dashboard/destinations/${id}`
  const page = await browser.post(`${path}/rotate-secret`, { overlap_seconds: '3600' })
  assert.equal(page.status, 200)
  const secret = /[0-9a-f]{48}/.exec(page.text)?.[0]
  assert.ok(secret !== undefined, 'no new secret on the page')
  assert.match(page.text, /events are signed with the secret before as well/)
  assert.ok(!(await browser.get(path)).text.includes(secret), 'it is shown once')
  assert.equal((await destinationNamed('Rotating'))?.secrets.signing_secret, true)
})

test('an inspector is a destination at once, shows what came, and forgets it', async () => {
  const page = await browser.post('/dashboard/destinations/inspector')
  const empty = await landed(browser, page, /^\/dashboard\/inspector\/./, /Waiting for the first request/)
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
  await landed(browser, await browser.post(`${page.location}/clear`), new RegExp(bin), /Forgot 2 requests/)
})

test('what a setting is for reads as words and code, without backticks', async () => {
  const { text } = await browser.get('/dashboard/destinations/new?type=webhook')
  assert.match(text, /Every event goes as a small <code>s3_payload<\/code> with a URL/)
})

test('destinations that fail stand before those that wait or do well', async () => {
  const { ctx, environment } = browser.api
  for (const name of ['Order well', 'Order paused', 'Order fails']) {
    const { id } = await createDestination(ctx, environment, { type: 'webhook', name, url: 'https://example.com/hook' })
    if (name === 'Order paused') await browser.api.asOperator('POST', `/admin/v1/destinations/${id}/pause`)
    if (name === 'Order fails') await ctx.db.run('UPDATE destinations SET failing_since = 1 WHERE id = $1', [id])
  }
  const { text } = await browser.get('/dashboard/destinations')
  const shown = [...text.matchAll(/>(Order \w+)<\/a>/g)].map(([, name]) => name)
  assert.deepEqual(shown, ['Order fails', 'Order paused', 'Order well'])
})
