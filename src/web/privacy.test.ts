import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { appendEvents } from '../outbox/append.ts'
import { newId } from '../model/ids.ts'
import { complete } from '../model/records.ts'
import { packSync } from '../store/compress.ts'
import { connectionById } from '../store/connections.ts'
import { type EnvironmentRow, listEnvironments } from '../store/environments.ts'
import { putRecord } from '../store/records.ts'
import { openTestBrowser, type TestBrowser } from './test-browser.ts'

const VALUE = '61.625'
const MINUTE = 60_000

let browser: TestBrowser
let production: EnvironmentRow
/** Every page that shows a value, by the environment it is of. */
const pages = { testing: [] as string[], production: [] as string[] }

before(async () => {
  browser = await openTestBrowser()
  await browser.signIn()
  await browser.post('/dashboard/environments', { name: 'Live', kind: 'production' })
  const environments = await listEnvironments(browser.api.ctx.db)
  production = environments.find(({ kind }) => kind === 'production')!
  pages.testing = await pagesOf(browser.api.environment)
  pages.production = await pagesOf(production)
})
beforeEach(async () => {
  for (const name of ['loam_values', 'loam_hide_values']) browser.cookies.delete(name)
  await enter(production)
})
after(() => browser.api.dispose())

/** By a page: a form acts on the environment of the page that it stands on. */
async function enter(environment: EnvironmentRow): Promise<void> {
  browser.cookies.set('loam_environment', environment.dev_id)
  await browser.get('/dashboard/start')
}

async function pagesOf(environment: EnvironmentRow): Promise<string[]> {
  const { ctx } = browser.api
  const { user_id: userId } = await browser.api.addUser({ environment_id: environment.id })
  const record = complete('body', {
    heart_data: { heart_rate_data: { summary: { resting_hr_bpm: Number(VALUE) } } },
  } as never)
  const place = { user_id: userId, type: 'body', key: 'day:2026-03-09', summary_id: null, day: '2026-03-09' } as const
  const times = {
    main: 0,
    start_at: Date.parse('2026-03-09T00:00:00Z'),
    start_day: '2026-03-09',
    version: 1,
    digest: 'x',
    updated_at: 1,
  } as const
  await ctx.db.batch([putRecord({ ...place, ...times, body: packSync(JSON.stringify(record)) })])
  const connection = await connectionById(ctx.db, userId)
  const body = { type: 'body', user: { user_id: userId }, data: [record], version: '1' } as never
  const [event] = await ctx.db.transaction((tx) =>
    appendEvents(ctx, tx, [{ environmentId: environment.id, connection, body, lane: 'live' }]),
  )
  await enter(environment)
  await browser.post('/dashboard/destinations/inspector')
  const list = await browser.get('/dashboard/inspector')
  const bin = /href="\/dashboard\/inspector\/([\w-]+)"/.exec(list.text)![1]!
  await browser.api.call('POST', `/inspect/${bin}`, { json: { type: 'body', data: [record] } })
  return [
    `/dashboard/users/${userId}/data?type=body&start_date=2026-03-08&end_date=2026-03-10`,
    `/dashboard/events/${event}`,
    `/dashboard/inspector/${bin}`,
    `/dashboard/inspector/${bin}?view=raw`,
  ]
}

async function shows(path: string): Promise<boolean> {
  const page = await browser.get(path)
  assert.equal(page.status, 200, path)
  const has = page.text.includes(VALUE)
  if (!has) assert.ok(page.text.includes('•••'), `${path} has neither the value nor its mask`)
  return has
}

async function acts(action: string): Promise<{ details: string | null; environment_id: string | null }[]> {
  return browser.api.ctx.db.all('SELECT details, environment_id FROM audit_log WHERE action = $1 ORDER BY at, id', [
    action,
  ])
}

test('in production values are hidden until they are asked for; after ten minutes again', async () => {
  for (const path of pages.production) assert.equal(await shows(path), false, path)
  const raw = await browser.get(`${pages.production[1]}/raw`)
  assert.equal(raw.status, 303)
  const before = await acts('health_data.shown')
  const answer = await browser.post('/dashboard/values', { values: 'show', back: pages.production[0]! })
  assert.equal(answer.location, pages.production[0])
  const after = await acts('health_data.shown')
  assert.equal(after.length, before.length + 1, 'showing is in the audit log')
  assert.equal(after.at(-1)!.environment_id, production.id)
  for (const path of pages.production) assert.equal(await shows(path), true, path)
  assert.ok((await browser.get(`${pages.production[1]}/raw`)).text.includes(VALUE))
  // A page that is left open asks again when the time is over.
  browser.api.clock.advance(9 * MINUTE)
  assert.equal((await browser.get(pages.production[0]!)).headers.get('refresh'), '60')
  browser.api.clock.advance(MINUTE)
  for (const path of pages.production) assert.equal(await shows(path), false, path)
})

test('in testing they are shown, unless somebody hides them; the page it was done on comes back', async () => {
  await enter(browser.api.environment)
  for (const path of pages.testing) assert.equal(await shows(path), true, path)
  const answer = await browser.post('/dashboard/values', { values: 'hide', back: 'https://evil.example/dashboard' })
  assert.equal(answer.location, '/dashboard')
  for (const path of pages.testing) assert.equal(await shows(path), false, path)
  await browser.post('/dashboard/values', { values: 'show', back: '/dashboard' })
  for (const path of pages.testing) assert.equal(await shows(path), true, path)
  assert.equal((await browser.get(pages.testing[0]!)).headers.get('refresh'), null)
})

test('a body that is cut offers its whole text only where there is such a page', async () => {
  const { api } = browser
  const samples = Array.from({ length: 9000 }, (_, i) => ({ bpm: Number(VALUE), seconds: i }))
  const body = { type: 'body', user: { user_id: newId() }, data: [{ samples }], version: '1' } as never
  const [event] = await api.ctx.db.transaction((tx) =>
    appendEvents(api.ctx, tx, [{ environmentId: production.id, connection: null, body, lane: 'live' }]),
  )
  const path = `/dashboard/events/${event}`
  const whole = /Cut after 200,000 characters of [\d,]+\.\s*(?:<a href="([^"]+)">The whole text<\/a>)?/
  const hidden = await browser.get(path)
  assert.deepEqual([whole.exec(hidden.text)?.[1], hidden.text.includes('raw')], [undefined, false])
  assert.match(hidden.text, whole)
  const bin = pages.production[2]!
  await api.call('POST', bin.replace('/dashboard/inspector', '/inspect'), { json: { type: 'body', data: samples } })
  // What stands there is masked there too.
  const masked = await browser.get(whole.exec((await browser.get(bin)).text)![1]!.replaceAll('&amp;', '&'))
  assert.equal(masked.text.split('•••').length - 1, 2 * samples.length + 1)
  await browser.post('/dashboard/values', { values: 'show', back: path })
  const link = whole.exec((await browser.get(path)).text)![1]!
  assert.equal((await browser.get(link)).text.split(VALUE).length - 1, samples.length)
})

test('what was shown in one environment, or in one session, shows nothing in another', async () => {
  await browser.post('/dashboard/values', { values: 'show', back: '/dashboard' })
  const cookie = browser.cookies.get('loam_values')!
  assert.equal(await shows(pages.production[1]!), true)
  await browser.post('/dashboard/environments', { name: 'Live too', kind: 'production' })
  const other = (await listEnvironments(browser.api.ctx.db)).find(({ name }) => name === 'Live too')!
  const [, event] = await pagesOf(other)
  assert.equal(await shows(event!), false)
  browser.cookies.set('loam_environment', production.dev_id)
  browser.cookies.set('loam_values', `${cookie.slice(0, -2)}AA`)
  assert.equal(await shows(pages.production[1]!), false)
  await browser.signIn()
  browser.cookies.set('loam_values', cookie)
  assert.equal(await shows(pages.production[1]!), false)
})

test('a bin of production stays hidden whichever environment is chosen', async () => {
  await enter(browser.api.environment)
  const page = await browser.get(pages.production[2]!)
  assert.ok(!page.text.includes(VALUE) && page.text.includes('•••'))
  assert.match(page.text, /may hold health values of Live/)
})

test('the audit log tells who saw values from who saw masks', async () => {
  browser.api.clock.advance(3600_000)
  const seen = async () =>
    (await acts('health_data.read')).map((row) => JSON.parse(row.details!) as { masked?: boolean })
  const before = (await seen()).length
  await browser.get(pages.production[1]!)
  await browser.post('/dashboard/values', { values: 'show', back: '/dashboard' })
  await browser.get(pages.production[1]!)
  const added = (await seen()).slice(before).map(({ masked }) => masked)
  assert.deepEqual(added, [true, undefined])
})

test('nothing is shown by a form from elsewhere', async () => {
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const page = await browser.post('/dashboard/values', { values: 'show', back: '/dashboard' }, foreign)
  assert.equal(page.status, 403)
  assert.equal(await shows(pages.production[1]!), false)
})
