import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { listEnvironments } from '../../api/admin/environments.ts'
import { showKeys } from '../../api/admin/keys.ts'
import { getSource } from '../../api/admin/sources.ts'
import { landed, openTestBrowser, type TestBrowser } from '../test-browser.ts'

let browser: TestBrowser
before(async () => {
  browser = await openTestBrowser()
  await browser.signIn()
})
beforeEach(() => browser.cookies.delete('loam_environment'))
after(() => browser.api.dispose())

test('a source is switched off and on, and its secret is write-only', async () => {
  const { ctx, environment } = browser.api
  const source = () => getSource(ctx, environment, { provider: 'OURA' })
  await landed(
    browser,
    await browser.post('/dashboard/sources/OURA/switch', { enabled: 'off' }),
    /sources$/,
    /Oura is off/,
  )
  assert.equal((await source()).enabled, false)
  await landed(
    browser,
    await browser.post('/dashboard/sources/OURA/switch', { enabled: 'on' }),
    /sources$/,
    /Oura is on/,
  )
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
  const page = await landed(browser, saved, /sources\/OURA$/, /your own application/)
  assert.ok(!page.text.includes('very-secret'))
  assert.match(page.text, /\*\*\*\*9876/)
  assert.deepEqual((await source()).scopes, ['daily', 'personal'])
  await landed(
    browser,
    await browser.post('/dashboard/sources/OURA', { client_id: 'my-app-2', scopes: '' }),
    /sources\/OURA$/,
    /Saved/,
  )
  const kept = await source()
  assert.equal(kept.client_id, 'my-app-2')
  assert.equal(kept.client_secret, '****9876')
  assert.equal(kept.scopes, null)
  await landed(browser, await browser.post('/dashboard/sources/OURA/forget'), /sources\/OURA$/, /removed/)
  assert.equal((await source()).state, 'sandbox')
})

test('keys rotate with an overlap, and an old one is ended at once', async () => {
  const { ctx, environment } = browser.api
  await landed(
    browser,
    await browser.post('/dashboard/keys/rotate', { overlap_seconds: '3600' }),
    /keys$/,
    /A new API key is made/,
  )
  const two = (await showKeys(ctx, environment, { reveal: true })).api_keys
  assert.equal(two.length, 2)
  assert.equal(two[1]!.api_key, browser.api.apiKey)
  await landed(browser, await browser.post(`/dashboard/keys/${two[1]!.id}/revoke`), /keys$/, /no longer works/)
  await landed(browser, await browser.post(`/dashboard/keys/${two[0]!.id}/revoke`), /keys$/, /This is the only key/)
  assert.equal((await showKeys(ctx, environment)).api_keys.length, 1)
  await landed(
    browser,
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
  const keys = await landed(browser, page, /keys$/, /Live one is made/)
  assert.match(keys.text, /<body class="production" /)
  assert.match(keys.text, / - Live one - Loam<\/title>/)
  assert.ok(!(await browser.get('/dashboard/users')).text.includes('only in testing'))
  const first = (await listEnvironments(ctx)).data[0]!
  const back = await browser.get(`/dashboard/users?env=${first.dev_id}`)
  assert.equal(back.location, '/dashboard/users')
  assert.match((await browser.get('/dashboard/users')).text, /only in testing/)
  await landed(
    browser,
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

test("an environment's settings that are refused stand in the form as they were typed, and nothing is changed", async () => {
  const { ctx } = browser.api
  const [before] = (await listEnvironments(ctx)).data
  const page = await browser.post('/dashboard/environments/settings', {
    own_name: 'Renamed',
    own_kind: 'staging',
    widget_name: 'Sunrise',
    auth_error_style: 'auth',
    userinfo_bare_array: 'on',
    api_requests_per_minute: '0',
  })
  assert.equal(page.status, 422)
  assert.match(page.text, /id="field-api_requests_per_minute-problem">Must be at least 1\.</)
  for (const typed of [/value="Renamed"/, /value="Sunrise"/, /value="staging" selected/, /value="0"/]) {
    assert.match(page.text, typed)
  }
  assert.match(page.text, /name="userinfo_bare_array"\s+value="on"\s+checked/)
  assert.deepEqual((await listEnvironments(ctx)).data[0], before)
  const nameless = await browser.post('/dashboard/environments/settings', {
    own_name: 'x'.repeat(500),
    own_kind: 'odd',
  })
  assert.match(nameless.text, /id="field-own_name-problem"/)
  assert.match(nameless.text, /id="field-own_kind-problem"/)
})
