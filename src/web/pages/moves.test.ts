import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { insertConnection } from '../../store/connections.ts'
import { landed, openTestBrowser, type TestBrowser } from '../test-browser.ts'

const PATH = '/dashboard/sources/FITBIT/move'

let browser: TestBrowser
const old = randomUUID()
const moved = randomUUID()
before(async () => {
  browser = await openTestBrowser()
  await browser.signIn()
  await insertConnection(browser.api.ctx.db, {
    ...connection,
    user_id: old,
    variant: 'legacy',
    provider_user_id: '9XK4TB',
  })
})
after(() => browser.api.dispose())

const connection = {
  get environment_id() {
    return browser.api.environment.id
  },
  provider: 'FITBIT',
  reference_id: 'customer-1',
  scopes: 'sleep',
  active: 1,
  state: 'connected' as const,
  time_zone: null,
  tokens_sealed: null,
  token_expires_at: null,
  token_version: 1,
  refresh_lease_until: 0,
  last_webhook_update: null,
  last_polled_at: null,
  next_poll_at: null,
  subscribed_at: null,
  most_recent_data_at: null,
  former_user_id: null,
  refresh_ends_at: null,
  created_at: 1,
}

test('a source whose API was replaced leads to the page; another has none', async () => {
  assert.match((await browser.get('/dashboard/sources/FITBIT')).text, new RegExp(PATH))
  assert.ok(!(await browser.get('/dashboard/sources/OURA')).text.includes('/move'))
  assert.equal((await browser.get('/dashboard/sources/OURA/move')).status, 404)
})

test('who waits is listed with what stands in the way, and links are shown once', async () => {
  const page = await browser.get(PATH)
  assert.equal(page.status, 200)
  assert.match(page.text, /customer-1/)
  assert.match(page.text, /Nobody yet/)
  assert.match(page.text, /scopes are restricted/)
  await browser.post('/dashboard/sources/FITBIT/switch', { enabled: 'on' })
  const links = await browser.post(`${PATH}/links`, { user_id: old })
  assert.equal(links.status, 200)
  assert.match(links.text, /\/auth\/again\/v1/)
  assert.ok(!(await browser.get(PATH)).text.includes('/auth/again/'))
})

test('both are compared, and the move is finished', async () => {
  await insertConnection(browser.api.ctx.db, {
    ...connection,
    user_id: moved,
    variant: null,
    provider_user_id: '111169423088315587',
    reference_id: null,
    former_user_id: '9XK4TB',
    created_at: 2,
  })
  assert.match((await browser.get(PATH)).text, new RegExp(moved))
  const compared = await browser.get(`${PATH}/${old}`)
  assert.match(compared.text, /Neither holds anything of these days/)
  await landed(browser, await browser.post(`${PATH}/${old}/finish`), /\/move$/, /Moved\. .* has taken its place/)
  assert.match((await browser.get(PATH)).text, /There are none\./)
})
