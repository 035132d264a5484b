// A page that stands open in a real browser: the server goes away, another tab goes elsewhere, names are long, a form is wrong.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { type Loam, signIn, startLoam } from './loam.ts'

const executablePath = process.env.LOAM_TEST_CHROMIUM ?? ''
const skip = executablePath !== '' || process.env.CI === 'true' ? false : 'set LOAM_TEST_CHROMIUM to a Chromium'
const LONG = 'n'.repeat(150)

let loam: Loam
let browser: Browser
let context: BrowserContext

before(async () => {
  if (skip !== false) return
  loam = await startLoam()
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  context = await browser.newContext()
  const page = await open('')
  await page.getByLabel(/token/i).fill(loam.adminToken)
  await page.keyboard.press('Enter')
  await page.waitForURL(/dashboard\/start/)
  await connect('ada', 'first')
})
after(async () => {
  if (skip !== false) return
  await browser.close()
  await loam.stop()
})

async function open(path: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${loam.url}/dashboard${path}`)
  return page
}

async function connect(person: string, reference: string): Promise<void> {
  const answer = await fetch(`${loam.url}/v2/auth/generateWidgetSession`, {
    method: 'POST',
    headers: { 'dev-id': loam.devId, 'x-api-key': loam.apiKey },
    body: JSON.stringify({ reference_id: reference, auth_success_redirect_url: 'https://example.com/' }),
  })
  await signIn(((await answer.json()) as { url: string }).url, { person })
}

test('a live list whose server is away says so, comes back and has what it missed', { skip }, async () => {
  const page = await open('/events')
  const state = page.locator('.live')
  await state.getByText(/^Live$/).waitFor()
  await page.close()
  const away = await context.newPage()
  await away.route('**/events/stream*', (route) => route.fulfill({ status: 502, body: 'Bad gateway' }))
  await away.goto(`${loam.url}/dashboard/events`)
  await away.locator('.live').getByText('Not live, reconnecting').waitFor()
  await away.route('**/dashboard/events', (route) => route.abort())
  await connect('grace', 'while it was away')
  assert.equal(await away.getByText('while it was away').count(), 0)
  await away.unrouteAll()
  await away
    .locator('.live')
    .getByText(/^Live$/)
    .waitFor({ timeout: 15_000 })
  await away.getByText('while it was away').first().waitFor()
  await away.close()
})

test('a job that is watched goes on being watched after its server was away', { skip }, async () => {
  const { replay_id: id } = await loam.admin('POST', '/replays', { types: ['daily', 'sleep'], rate_per_second: 1 })
  const page = await open(`/replays/${id}`)
  await page.route(`**/replays/${id}`, (route) => route.abort())
  await page.locator('.live').getByText('Not live, reconnecting').waitFor()
  await page.unrouteAll()
  await page.getByText('Done').waitFor({ timeout: 60_000 })
  assert.equal(await page.locator('.live').getByText('Not live').count(), 0)
  await page.close()
})

test('seven tabs of live lists: those that nobody looks at keep no connection', { skip }, async () => {
  const pages: Page[] = []
  for (let i = 0; i < 7; i++) {
    const page = await open('/events')
    await page
      .locator('.live')
      .getByText(/^Live$/)
      .waitFor()
    pages.push(page)
    await look(page, false)
  }
  await connect('linus', 'seen later')
  await look(pages[0]!, true)
  await pages[0]!.getByText('seen later').first().waitFor()
  for (const page of pages) await page.close()
})

/** A browser without a screen holds every tab to be looked at. */
async function look(page: Page, isLookedAt: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, !isLookedAt)
}

test('a live list never mixes in what another tab has chosen', { skip }, async () => {
  const page = await open('/events')
  const rows = await page.locator('tbody tr').count()
  assert.ok(rows > 0)
  const { dev_id: other } = await loam.admin('POST', '/environments', { name: 'Elsewhere', kind: 'testing' })
  const tab = await open(`/start?env=${other}`)
  await connect('mary', 'an event of the first environment')
  await page.waitForFunction(() => document.title.includes('Elsewhere'), null, { timeout: 15_000 })
  assert.equal(await page.locator('tbody tr').count(), 0)
  await tab.goto(`${loam.url}/dashboard/start?env=${loam.devId}`)
  await tab.close()
  await page.close()
})

test('a form that was refused comes back with the focus in the field that is wrong', { skip }, async () => {
  const page = await open('/destinations/new')
  await page.getByLabel(/^url/i).fill('https://example.com/hook')
  await page.getByLabel('Client certificate').fill('nothing of that kind')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.locator('.problem').waitFor()
  assert.equal(await page.locator('[aria-invalid]:focus').getAttribute('name'), 'settings.client_certificate')
  await page.close()
})

test('no name, however long, moves the page or a row sideways', { skip }, async () => {
  const settings = { url: `https://example.com/${LONG}` }
  await loam.admin('POST', '/destinations', { type: 'webhook', name: LONG.slice(0, 100), settings })
  await loam.admin('POST', '/environments', { name: LONG.slice(0, 80) })
  await connect('joan', LONG)
  const page = await open('/events')
  await page.getByText(LONG).first().waitFor()
  await page.getByRole('link', { name: 'auth' }).first().click()
  const event = new URL(page.url()).pathname.replace('/dashboard', '')
  const lists = ['/events', '/users', '/destinations', '/jobs', '/audit', '/inspector', '/environments']
  for (const width of [390, 1360]) {
    await page.setViewportSize({ width, height: 800 })
    for (const path of [event, '/start', '/destinations/new', ...lists]) {
      await page.goto(`${loam.url}/dashboard${path}`)
      const wide = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll('.table:has(.reflow)')]
          .filter((element) => element.scrollWidth > element.clientWidth)
          .map((element) => element.tagName),
      )
      assert.deepEqual(wide, [], `${path} at ${width}`)
    }
  }
  await page.close()
})
