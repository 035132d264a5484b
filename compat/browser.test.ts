// A real browser goes from the dashboard to a visible event: source on, destination added, widget, consent, success page.
// Screenshots are kept in artefacts/ and looked at.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { freePort, type Loam, ROOT, startLoam } from './loam.ts'
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
