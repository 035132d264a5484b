import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createDestination } from '../../api/admin/destinations.ts'
import { openTestBrowser, type TestBrowser } from '../test-browser.ts'

const PATH = '/dashboard/audit'

let browser: TestBrowser
before(async () => {
  browser = await openTestBrowser()
  await browser.signIn()
})
after(() => browser.api.dispose())

test('what is done and seen in the dashboard stands there, with its session', async () => {
  const { ctx, environment } = browser.api
  const user = await browser.api.addUser({ reference_id: 'somebody-secret' })
  await browser.post('/dashboard/keys/reveal')
  await browser.get(`/dashboard/users/${user.user_id}/data?type=body`)
  const { id } = await createDestination(ctx, environment, { name: 'Mine', url: 'https://example.com/hook' })
  const { text } = await browser.get(PATH)
  for (const action of ['session.started', 'secrets.shown', 'health_data.read', 'destination.created']) {
    assert.match(text, new RegExp(`<code>${action}</code>`))
  }
  assert.match(text, new RegExp(`href="/dashboard/destinations/${id}"`))
  assert.match(text, /type: body; via: records/)
  assert.ok(!text.includes('somebody-secret'))
  const [row] = await ctx.db.all<{ actor_id: string }>(
    `SELECT actor_id FROM audit_log WHERE action = 'health_data.read' AND actor = 'session'`,
  )
  assert.ok(row !== undefined && !browser.cookies.get('loam_session')!.includes(row.actor_id))
})

test('filters, an empty answer, a time that is none, and the files', async () => {
  const filtered = await browser.get(`${PATH}?action=secrets`)
  assert.match(filtered.text, /secrets\.shown/)
  assert.ok(!filtered.text.includes('<code>session.started</code>'))
  assert.match((await browser.get(`${PATH}?action=move`)).text, /No entry fits these filters/)
  const wrong = await browser.get(`${PATH}?since=yesterday`)
  assert.equal(wrong.status, 422)
  assert.match(wrong.text, /id="field-since-problem"/)
  const lines = await browser.get(`${PATH}/export?action=secrets`)
  assert.match(lines.headers.get('content-disposition') ?? '', /attachment; filename="loam-audit.ndjson"/)
  assert.equal(lines.text.trimEnd().split('\n').length, 1)
  assert.match((await browser.get(`${PATH}/export?format=csv`)).headers.get('content-type') ?? '', /^text\/csv/)
})

test('a name in the address that is no filter is refused, in the list and in the files, as in the API', async () => {
  for (const path of [`${PATH}?usr_id=a`, `${PATH}/export?usr_id=a`, `${PATH}/export?format=csv&usr_id=a`]) {
    const refused = await browser.get(path)
    assert.equal(refused.status, 422, path)
    assert.match(refused.text, /usr_id: is not known here; did you mean user_id\?/)
    assert.ok(!refused.text.includes('<code>session.started</code>'))
  }
  assert.equal((await browser.get(`${PATH}?user_id=&since=&cursor=`)).status, 200)
})
