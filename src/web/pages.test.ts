import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createDestination } from '../api/admin/destinations.ts'
import { generate } from '../api/admin/generate.ts'
import { DATA_TYPES } from '../model/data-type.ts'
import { insertJob } from '../store/jobs.ts'
import type { ConnectionRow } from '../store/connections.ts'
import { openTestBrowser, type TestBrowser } from './test-browser.ts'

const HOSTILE = `<img src=x onerror=alert(1)>"'&amp;`

let browser: TestBrowser
let user: ConnectionRow
before(async () => {
  browser = await openTestBrowser()
  await browser.signIn()
  const { ctx, environment } = browser.api
  user = await browser.api.addUser({
    reference_id: HOSTILE,
    scopes: `daily,<script>alert(2)</script>`,
    provider_user_id: HOSTILE,
    state: 'degraded',
  })
  await createDestination(ctx, environment, { name: HOSTILE, url: 'https://example.com/hook?a="><script>' })
  await generate(ctx, environment, { type: 'sleep', user_id: user.user_id, send: true })
  await ctx.db.transaction((tx) =>
    tx.batch([
      insertJob({
        id: 'job-1',
        lane: 'live',
        kind: 'poll',
        environment_id: environment.id,
        user_id: user.user_id,
        dedupe_key: 'x',
        payload: '{}',
        progress: '{"done":12,"total":30}',
        state: 'pending',
        attempts: 2,
        next_at: 0,
        lease_id: null,
        lease_until: null,
        last_error: HOSTILE,
        created_at: 0,
        finished_at: null,
        trace: null,
      }),
    ]),
  )
})
after(() => browser.api.dispose())

async function linksOf(path: string, pattern: RegExp): Promise<string[]> {
  const { text } = await browser.get(path)
  return [...new Set([...text.matchAll(/href="([^"]+)"/g)].map((match) => match[1]!.replaceAll('&amp;', '&')))].filter(
    (href) => pattern.test(href),
  )
}

test('what people wrote stands on the pages as text, never as markup', async () => {
  const [event] = await linksOf('/dashboard/events', /^\/dashboard\/events\/[^?]/)
  const [bin] = await linksOf('/dashboard/inspector', /^\/dashboard\/inspector\/./)
  const destinations = await linksOf('/dashboard/destinations', /^\/dashboard\/destinations\/(?!new)/)
  const paths = [
    '/dashboard/start',
    `/dashboard/start?reference_id=${encodeURIComponent(HOSTILE)}&session=${encodeURIComponent(HOSTILE)}&lang=${encodeURIComponent(HOSTILE)}`,
    '/dashboard/users',
    `/dashboard/users?id=${encodeURIComponent(HOSTILE)}`,
    `/dashboard/users/${user.user_id}`,
    `/dashboard/users/${user.user_id}/data?type=${encodeURIComponent(HOSTILE)}&start_date=${encodeURIComponent(HOSTILE)}`,
    '/dashboard/events',
    `/dashboard/events?state=pending`,
    `/dashboard/events?user_id=${encodeURIComponent(HOSTILE)}&type=${encodeURIComponent(HOSTILE)}`,
    event!,
    `${event}?tab=headers`,
    '/dashboard/simulator',
    `/dashboard/simulator?user_id=${user.user_id}`,
    `/dashboard/simulator?person=${encodeURIComponent(HOSTILE)}&reference_id=${encodeURIComponent(HOSTILE)}&day=2026-01-12`,
    bin!,
    '/dashboard/jobs',
    `/dashboard/jobs?kind=${encodeURIComponent(HOSTILE)}`,
    ...destinations,
    `/dashboard/destinations/new?type=${encodeURIComponent(HOSTILE)}`,
    `/dashboard/${encodeURIComponent(HOSTILE)}`,
  ]
  for (const path of paths) {
    const page = await browser.get(path)
    assert.ok(page.status === 200 || page.status === 404, `${path} answers ${page.status}`)
    assert.ok(!page.text.includes('<img src=x'), `${path} lets markup through`)
    assert.ok(!page.text.includes('<script>'), `${path} lets a script through`)
    assert.ok(!/<[^>]*\son\w+=/.test(page.text.replaceAll(/"[^"]*"/g, '""')), `${path} has an inline handler`)
  }
})

test('every page says where it is, in which environment, and has one heading', async () => {
  for (const section of 'start users events simulator inspector sources destinations keys jobs environments more'.split(
    ' ',
  )) {
    const { status, text } = await browser.get(`/dashboard/${section}`)
    assert.equal(status, 200, section)
    assert.match(text, /<title>[^<]+ - Testing - Loam<\/title>/)
    assert.equal(text.match(/<h1>/g)?.length, 1, section)
    if (section !== 'more') assert.match(text, new RegExp(`href="/dashboard/${section}" aria-current="page"`))
  }
})

test('every link of every page leads somewhere', async () => {
  const seen = new Set<string>(['/dashboard/start'])
  for (const path of seen) {
    const page = await browser.get(path)
    assert.ok(page.status === 200 || page.status === 303, `${path} answers ${page.status}`)
    for (const [, href] of page.text.matchAll(/href="(\/[^"#]*)[^"]*"/g)) {
      const link = href!.replaceAll('&amp;', '&')
      // The language and environment menus lead to the pages they stand on; the reference belongs to the API.
      if (link.startsWith('/dashboard') && !link.includes('env=') && !link.includes('lang=')) seen.add(link)
    }
  }
  assert.ok(seen.size > 20, `only ${seen.size} pages were found`)
})

test('keys and secrets show only on request, and never by an address', async () => {
  const { apiKey, signingSecret } = browser.api
  for (const path of [
    '/dashboard/keys',
    '/dashboard/keys?reveal=true',
    '/dashboard/start',
    '/dashboard/start?reveal=true',
  ]) {
    const { text } = await browser.get(path)
    assert.ok(!text.includes(apiKey) && !text.includes(signingSecret), path)
  }
  const revealed = await browser.post('/dashboard/keys/reveal')
  assert.ok(revealed.text.includes(apiKey) && revealed.text.includes(signingSecret))
  const filledIn = await browser.post('/dashboard/start/reveal?lang=python')
  assert.ok(filledIn.text.includes(`api_key=&quot;${apiKey}&quot;`))
  assert.match(filledIn.text, /base_url=&quot;http:\/\/localhost:4000\/v2&quot;/)
})

test('the simulator shows every data type, and the same address the same data', async () => {
  for (const type of DATA_TYPES) {
    const path = `/dashboard/simulator?type=${type}&day=2026-01-12&user_id=${user.user_id}`
    const [one, two] = [await browser.get(path), await browser.get(path)]
    assert.equal(one.status, 200, type)
    assert.match(one.text, new RegExp(`&quot;type&quot;</span>: <span class="s">&quot;${type}&quot;`))
    const json = (text: string) => /<pre class="json"[\s\S]*?<\/pre>/.exec(text)![0]
    assert.equal(json(one.text), json(two.text), type)
  }
  const wrong = await browser.get('/dashboard/simulator?day=tomorrow')
  assert.match(wrong.text, /aria-invalid="true"/)
})

test('an unknown id is a page that says so, not an error', async () => {
  for (const path of ['users/nobody', 'events/none', 'destinations/none', 'sources/NONE']) {
    const page = await browser.get(`/dashboard/${path}`)
    assert.equal(page.status, 404, path)
    assert.match(page.text, /<h1>Not found<\/h1>/)
  }
  assert.equal((await browser.get('/dashboard/events?cursor=nonsense')).status, 400)
})
