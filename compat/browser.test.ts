// A real browser goes from the dashboard to a visible event: source on, destination added, widget, consent, success page.
// Screenshots are kept in artefacts/ and looked at.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { freePort } from '../test/services/free-port.ts'
import { type Loam, ROOT, signIn, startLoam, until } from './loam.ts'
import { createServer } from 'node:http'

const executablePath = process.env.LOAM_TEST_CHROMIUM ?? ''
const skip = executablePath !== '' || process.env.CI === 'true' ? false : 'set LOAM_TEST_CHROMIUM to a Chromium'
const folder = join(ROOT, 'artefacts')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let loam: Loam
let browser: Browser
// The customer's page stands on another origin, as in real life.
const app = createServer((_, response) => response.end('<!doctype html><title>App</title><h1>Back in the app</h1>'))
let appUrl: string

before(async () => {
  if (skip !== false) return
  await mkdir(folder, { recursive: true })
  loam = await startLoam()
  const port = await freePort()
  await new Promise<void>((resolve) => app.listen(port, '127.0.0.1', resolve))
  appUrl = `http://127.0.0.1:${port}`
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
})
after(async () => {
  if (skip !== false) return
  await browser.close()
  app.closeAllConnections()
  app.close()
  await loam.stop()
})

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
  await page.evaluate(axe)
  const found = await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join(' ')))`,
  )
  assert.deepEqual(found, [], `${name} has problems of accessibility`)
}

async function ouraIsOn(): Promise<boolean | undefined> {
  const sources: { data: { provider: string; enabled: boolean }[] } = await loam.admin('GET', '/sources')
  return sources.data.find(({ provider }) => provider === 'OURA')?.enabled
}

test('from the dashboard to a visible event', { skip }, async () => {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 } })
  const page = await context.newPage()
  const broken: string[] = []
  page.on('console', (message) => message.type() === 'error' && broken.push(message.text()))
  page.on('pageerror', (error) => broken.push(error.message))

  await page.goto(`${loam.url}/dashboard`)
  await page.getByLabel(/token/i).fill(loam.adminToken)
  await picture(page, '01-sign-in')
  await page.getByRole('button', { name: /sign in/i }).click()
  await page.waitForURL(/dashboard\/start/)
  await picture(page, '02-start')

  await page.goto(`${loam.url}/dashboard/sources`)
  await assert.doesNotReject(page.getByText('Oura').first().waitFor())
  // Off and on again: the switch is a real one.
  await page.getByRole('switch', { name: /oura/i }).first().click()
  await page.waitForLoadState()
  assert.equal(await ouraIsOn(), false)
  await page.getByRole('switch', { name: /oura/i }).first().click()
  await page.waitForLoadState()
  assert.equal(await ouraIsOn(), true)
  await picture(page, '03-sources')

  await page.goto(`${loam.url}/dashboard/destinations`)
  await page.getByRole('link', { name: 'Add a destination' }).first().click()
  await page.getByLabel(/^url/i).fill(`${appUrl}/consumeTerraWebhook`)
  await picture(page, '04-add-destination')
  await page.getByRole('button', { name: /^add$/i }).click()
  await page.waitForLoadState()
  await page.goto(`${loam.url}/dashboard/destinations`)
  await picture(page, '04-destinations')
  assert.equal((await loam.admin('GET', '/destinations')).data.length, 2)

  const response = await fetch(`${loam.url}/v2/auth/generateWidgetSession`, {
    method: 'POST',
    headers: { 'dev-id': loam.devId, 'x-api-key': loam.apiKey },
    body: JSON.stringify({ reference_id: 'browser', auth_success_redirect_url: `${appUrl}/success` }),
  })
  const session = (await response.json()) as { url: string }
  const phone = await browser.newContext({ viewport: { width: 390, height: 800 }, javaScriptEnabled: true })
  const widget = await phone.newPage()
  await widget.goto(session.url)
  await picture(widget, '05-widget')
  await widget.getByRole('link', { name: /oura/i }).click()
  await widget.waitForURL(/\/sandbox\/oura\/oauth\/authorize/)
  await widget.screenshot({ path: join(folder, '06-consent.png') })
  await widget.getByRole('link', { name: /Allow as Ada/ }).click()
  await widget.waitForURL(/\/success\?/)
  const userId = new URL(widget.url()).searchParams.get('user_id')!
  assert.equal(await widget.getByRole('heading').textContent(), 'Back in the app')

  await page.goto(`${loam.url}/dashboard/events?user_id=${userId}`)
  for (let tries = 0; tries < 30 && (await page.getByText('sleep').count()) === 0; tries++) {
    await page.waitForTimeout(500)
    await page.reload()
  }
  await picture(page, '07-events')
  await page.getByRole('link', { name: /sleep/ }).first().click()
  await page.waitForLoadState()
  await picture(page, '08-event')
  await page.goto(`${loam.url}/dashboard/users/${userId}`)
  await picture(page, '09-user')
  await page.goto(`${loam.url}/dashboard/replays/new?types=sleep&user_id=${userId}`)
  await page.getByRole('button', { name: 'Count' }).click()
  await page.waitForURL(/count=1/)
  await picture(page, '10-replay-counted')
  await page.getByRole('button', { name: /Send .* again/ }).click()
  await page.waitForURL(/replays\/[0-9a-f]/)
  await page.getByText('Done').waitFor()
  await picture(page, '10-replay-done')
  for (const name of ['keys', 'simulator', 'inspector', 'users', 'jobs', 'audit']) {
    await page.goto(`${loam.url}/dashboard/${name}`)
    await picture(page, `10-${name}`)
  }
  assert.deepEqual(broken, [])
})

/** Ids, versions of files and our port: their digits are those of a value now and then. */
const CHANCE = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\?v=[0-9a-f]+|localhost:\d+/g

/** Of an event's data, what would be taken for nothing else on a page: long numbers, and times of day. */
function valuesIn(data: unknown): string[] {
  if (typeof data === 'object' && data !== null) return Object.values(data).flatMap(valuesIn)
  const text = typeof data === 'number' || typeof data === 'string' ? String(data) : ''
  return /^\d+\.\d{2,}$|^\d{4,}$|^\d{4}-\d\d-\d\dT/.test(text) ? [text] : []
}

test('privacy mode: no value leaves the server until it is asked for', { skip }, async () => {
  const answer = await fetch(`${loam.url}/v2/auth/generateWidgetSession`, {
    method: 'POST',
    headers: { 'dev-id': loam.devId, 'x-api-key': loam.apiKey },
    body: JSON.stringify({ reference_id: 'private', auth_success_redirect_url: 'https://example.com/' }),
  })
  const success = new URL(await signIn(((await answer.json()) as { url: string }).url, { person: 'grace' }))
  const userId = success.searchParams.get('user_id')!
  const sleeps = async (): Promise<{ id: string }[]> =>
    (await loam.admin('GET', `/events?user_id=${userId}&type=sleep`)).data
  await until(async () => (await sleeps()).length > 0, 30_000, 'no sleep comes')
  const { id } = (await sleeps())[0]!
  const { data } = (await loam.admin('GET', `/events/${id}`)).body as { data: [{ metadata: { start_time: string } }] }
  const values = [...new Set(valuesIn(data))]
  const day = data[0].metadata.start_time.slice(0, 10)

  const context = await browser.newContext({ viewport: { width: 1360, height: 900 } })
  const page = await context.newPage()
  // Whatever comes from the server: pages, and what their scripts ask for.
  let came = ''
  page.on('response', async (response) => {
    if (response.url().includes('/dashboard')) came += await response.text().catch(() => '')
  })
  const found = (): string[] => {
    const text = came.replaceAll(CHANCE, '')
    return values.filter(
      (value) => text.includes(value) && new RegExp(`(?<![\\d.])${value.replaceAll('.', '\\.')}(?![\\d.])`).test(text),
    )
  }
  const open = async (path: string): Promise<string[]> => {
    came = ''
    await page.goto(`${loam.url}/dashboard${path}`, { waitUntil: 'networkidle' })
    came += await page.content()
    return found()
  }
  const event = `/events/${id}`
  const records = `/users/${userId}/data?type=sleep&start_date=${day}&end_date=${day}`
  const others = [`/users/${userId}`, `/users`, `/events?user_id=${userId}`, '/jobs', '/audit']

  await page.goto(`${loam.url}/dashboard`)
  await page.getByLabel(/token/i).fill(loam.adminToken)
  await page.getByRole('button', { name: /sign in/i }).click()
  await page.waitForURL(/dashboard\/start/)
  // A long body is cut, and it may begin with a nap.
  const before = await open(event)
  assert.ok(before.length > 10, `${before.length} values are on the page before they are hidden`)

  came = ''
  await page.getByRole('button', { name: 'Hide values' }).click()
  await page.getByText('Health values are hidden').waitFor()
  assert.deepEqual(found(), [])
  assert.equal(await page.getByRole('button', { name: /^Hide values/ }).count(), 0)
  await picture(page, '13-event-hidden')
  for (const path of [event, records]) {
    assert.deepEqual(await open(path), [], path)
    await page.getByText('Health values are hidden').waitFor()
    assert.match(await page.content(), /•••/, path)
  }
  await picture(page, '13-records-hidden')
  for (const path of others) assert.deepEqual(await open(path), [], path)
  await open(`/users/${userId}`)
  await picture(page, '13-connection-hidden')
  // The exact bytes are not given out either.
  assert.deepEqual(await open(`${event}/raw`), [])
  await page.getByText('Press “Show values” first').waitFor()

  await open(event)
  await page.getByRole('button', { name: /^Show values/ }).click()
  await page.getByRole('button', { name: 'Hide values' }).waitFor()
  assert.deepEqual(await open(event), before)
  const shown = await loam.admin('GET', '/audit?action=health_data.shown')
  assert.equal(shown.data.length, 1)
  await context.close()
})

test('the widget without scripts, and its own success page', { skip }, async () => {
  const response = await fetch(`${loam.url}/v2/auth/generateWidgetSession`, {
    method: 'POST',
    headers: { 'dev-id': loam.devId, 'x-api-key': loam.apiKey },
    body: '{}',
  })
  const session = (await response.json()) as { url: string }
  const context = await browser.newContext({
    viewport: { width: 390, height: 800 },
    javaScriptEnabled: false,
    colorScheme: 'dark',
  })
  const page = await context.newPage()
  await page.goto(session.url)
  await page.getByRole('link', { name: /oura/i }).click()
  await page.getByRole('link', { name: /Deny/ }).click()
  await page.screenshot({ path: join(folder, '11-not-connected-dark.png') })
  assert.match(page.url(), /failure/)
  const again = (await (
    await fetch(`${loam.url}/v2/auth/generateWidgetSession`, {
      method: 'POST',
      headers: { 'dev-id': loam.devId, 'x-api-key': loam.apiKey },
    })
  ).json()) as { url: string }
  await page.goto(again.url)
  await page.getByRole('link', { name: /oura/i }).click()
  await page.getByRole('link', { name: /someone new/ }).click()
  await page.screenshot({ path: join(folder, '12-done-dark.png') })
  assert.match(page.url(), /success/)
})
