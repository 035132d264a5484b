import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createDestination } from '../../api/admin/destinations.ts'
import { generate } from '../../api/admin/generate.ts'
import { landed, openTestBrowser, type TestBrowser } from '../test-browser.ts'

const NEW = '/dashboard/replays/new'

let browser: TestBrowser
let destination: string
before(async () => {
  browser = await openTestBrowser()
  await browser.signIn()
})
after(() => browser.api.dispose())

/** The fields that the button of the count would send. */
function startFields(text: string): Record<string, string> {
  const form = /<form method="post" action="\/dashboard\/replays\/new"[\s\S]*?<\/form>/.exec(text)![0]
  const inputs = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!] as const)
  return Object.fromEntries(inputs.filter(([name]) => name !== 'csrf'))
}

test('before anything was sent the pages say what to do', async () => {
  assert.match((await browser.get('/dashboard/replays')).text, /Nothing was sent again yet/)
  assert.match((await browser.get(NEW)).text, /Counting sends nothing/)
  assert.match((await browser.get(`${NEW}?count=1`)).text, /No stored event fits/)
})

test('chosen, counted, started, stopped, gone on', async () => {
  const { ctx, environment } = browser.api
  const user = await browser.api.addUser()
  ;({ id: destination } = await createDestination(ctx, environment, { name: 'Mine', url: 'https://example.com/hook' }))
  for (const type of ['sleep', 'sleep', 'daily'] as const) {
    await generate(ctx, environment, { type, user_id: user.user_id, send: true })
  }
  const counted = await browser.get(`${NEW}?count=1&types=sleep&rate_per_second=5&destination_id=${destination}`)
  assert.match(counted.text, /<strong>2 events<\/strong>[\s\S]*to\s+Mine/)
  assert.match(counted.text, /loam events replay --type sleep --destination \S+ --rate 5/)
  const jobs = () => ctx.db.all("SELECT id FROM jobs WHERE kind = 'replay'")
  assert.deepEqual(await jobs(), [], 'counting starts nothing')

  // What comes between the count and the start stays out of it.
  browser.api.clock.advance(1000)
  await generate(ctx, environment, { type: 'sleep', user_id: user.user_id, send: true })
  const started = await browser.post(NEW, startFields(counted.text))
  const shown = await landed(browser, started, /\/replays\/[\w-]+$/, /Started: 2 events/)
  assert.match(shown.text, /0 of 2 events/)
  assert.match(shown.text, /data-every/)
  const path = started.location!
  await landed(browser, await browser.post(`${path}/cancel`), /replays/, /Stopped\./)
  await landed(browser, await browser.post(`${path}/cancel`), /replays/, /Stopped\./)
  await landed(browser, await browser.post(`${path}/resume`), /replays/, /goes on where it stopped/)
  await landed(browser, await browser.post(`${path}/resume`), /replays/, /only a stopped one goes on/)
  const list = await browser.get('/dashboard/replays')
  assert.match(list.text, /sleep[\s\S]*Mine[\s\S]*0 of 2 events/)
  assert.match(list.text, new RegExp(`href="${path}"`))
})

test('what cannot be is said beside its field, and what was typed stays', async () => {
  const backwards = await browser.get(
    `${NEW}?count=1&since=2026-03-02T00:00&until=2026-03-01T00:00&reference_id=<b>&rate_per_second=0`,
  )
  assert.equal(backwards.status, 422)
  assert.match(backwards.text, /id="field-rate_per_second-problem"/)
  const times = await browser.get(`${NEW}?count=1&since=2026-03-02T00:00&until=2026-03-01T00:00&reference_id=<b>`)
  assert.match(times.text, /id="field-until-problem"[^>]*>Must be later than since/)
  assert.match(times.text, /value="2026-03-02T00:00"/)
  assert.match(times.text, /value="&lt;b&gt;"/)
  const foreign = await browser.post(NEW, { destination_id: 'none' })
  assert.equal(foreign.status, 422)
  assert.match(foreign.text, /id="field-destination_id-problem"/)
  assert.equal((await browser.get('/dashboard/replays/none')).status, 404)
})

test('the event log and a destination lead to it', async () => {
  const events = await browser.get('/dashboard/events?type=sleep&state=failed')
  assert.match(events.text, /href="\/dashboard\/replays\/new\?types=sleep&amp;state=failed"/)
  const page = await browser.get(`/dashboard/destinations/${destination}`)
  assert.match(
    page.text,
    new RegExp(`href="/dashboard/replays/new\\?state=failed&amp;sent_to=${destination}&amp;count=1"`),
  )
})
