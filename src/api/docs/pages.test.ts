import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ERROR_CODES } from '../http/error-codes.ts'
import { openTestApi, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('every page of the reference is there, and every link of it leads somewhere', async () => {
  const seen = new Set<string>()
  const todo = ['/docs']
  // Pages of the dashboard stand in another app.
  const elsewhere = /^\/(dashboard|static)/
  while (todo.length > 0) {
    const path = todo.pop()!
    if (seen.has(path) || elsewhere.test(path)) continue
    seen.add(path)
    const answer = await api.call('GET', path)
    assert.equal(answer.status, 200, path)
    assert.ok(
      !answer.text.includes('<script') && !answer.text.includes('[object') && !answer.text.includes('undefined'),
      path,
    )
    for (const [, href] of answer.text.matchAll(/href="(\/[^"#]*)"/g)) todo.push(href!)
  }
  assert.ok(seen.size > 150, `only ${seen.size} pages`)
})

test("an error's docs link leads to its code", async () => {
  const error = await api.call('GET', '/v2/nothing')
  const url = new URL(String(error.json.docs))
  const page = await api.call('GET', url.pathname)
  assert.ok(page.text.includes(`id="${url.hash.slice(1)}"`))
  for (const code of Object.keys(ERROR_CODES)) assert.ok(page.text.includes(`id="${code}"`), code)
})

test('unknown pages are 404 pages; hostile names are escaped', async () => {
  assert.equal((await api.call('GET', '/docs/operations/none')).status, 404)
  assert.equal((await api.call('GET', '/docs/schemas/__proto__')).status, 404)
  const answer = await api.call('GET', '/docs/operations/<script>alert(1)<b>')
  assert.ok(!answer.text.includes('<script>alert'))
})

test('the document is served', async () => {
  const answer = await api.call('GET', '/openapi.json')
  assert.equal(answer.json.openapi, '3.1.0')
})
