import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { assetHref, createStatic } from './static.ts'

const app = createStatic()
const ISLANDS = readdirSync(new URL('../../islands/', import.meta.url)).filter((name) => name.endsWith('.ts'))

test('islands travel without types and comments, as modules, and together stay small', async () => {
  assert.ok(ISLANDS.length > 0)
  let zipped = 0
  for (const file of ISLANDS) {
    const path = assetHref(`islands/${file.replace('.ts', '.js')}`)
    const response = await app.request(path)
    assert.equal(response.headers.get('content-type'), 'text/javascript; charset=utf-8')
    const source = await response.text()
    // Parsed as a function body: an import, or a type that was left, would not pass.
    assert.doesNotThrow(() => new Function(`return async () => {${source}}`), file)
    assert.ok(!/^\s*(\/\/|\/\*)/m.test(source), `${file} still has comments`)
    zipped += gzipSync(source).byteLength
  }
  assert.ok(zipped < 10_000, `the islands weigh ${zipped} bytes`)
})

test('an address with its hash is good for ever, one without is asked for again', async () => {
  const versioned = await app.request(assetHref('app.css'))
  assert.equal(versioned.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  const plain = await app.request('/static/app.css')
  assert.ok(!plain.headers.get('cache-control')!.includes('immutable'))
  const etag = plain.headers.get('etag')!
  const unchanged = await app.request('/static/app.css', { headers: { 'if-none-match': etag } })
  assert.equal(unchanged.status, 304)
})

test('text is compressed for browsers that take it', async () => {
  const response = await app.request('/static/app.css', { headers: { 'accept-encoding': 'br, gzip' } })
  assert.equal(response.headers.get('content-encoding'), 'gzip')
  const text = gunzipSync(Buffer.from(await response.arrayBuffer())).toString('utf8')
  assert.equal(text, await (await app.request('/static/app.css')).text())
})

test("the dashboard's style sheet is every one of its parts, once, and no part is served alone", async () => {
  const css = await (await app.request(assetHref('app.css'))).text()
  const parts = readdirSync(new URL('./styles/', import.meta.url))
  let bytes = 0
  for (const name of parts) {
    const part = readFileSync(new URL(`./styles/${name}`, import.meta.url), 'utf8')
    assert.ok(css.includes(part), name)
    bytes += part.length
    assert.equal((await app.request(`/static/${name}`)).status, 404, name)
  }
  assert.equal(css.length, bytes + parts.length - 1)
})

test('nothing outside the folder can be asked for', async () => {
  for (const path of [
    '/static/../view.ts',
    '/static/%2e%2e/view.ts',
    '/static/islands/live.ts',
    '/static/',
    '/static/nothing.css',
  ]) {
    assert.equal((await app.request(path)).status, 404, path)
  }
  assert.throws(() => assetHref('nothing.css'), /no asset/)
})

test('style sheets ask for files that exist here, and for nothing elsewhere', async () => {
  for (const name of ['tokens.css', 'app.css', 'widget.css']) {
    const css = await (await app.request(assetHref(name))).text()
    for (const [, url] of css.matchAll(/url\('?([^')]+)'?\)/g)) {
      assert.match(url!, /^\/static\//, `${name} asks for ${url}`)
      assert.equal((await app.request(url!)).status, 200, url)
    }
    assert.ok(!css.includes('@import'), name)
  }
})

test('a colour is used only if there is one of that name', async () => {
  const read = async (name: string) => (await app.request(assetHref(name))).text()
  const defined = new Set([...(await read('tokens.css')).matchAll(/^\s*(--[\w-]+):/gm)].map(([, name]) => name))
  for (const name of ['app.css', 'widget.css']) {
    for (const [, used] of (await read(name)).matchAll(/var\((--[\w-]+)\)/g))
      assert.ok(defined.has(used), `${name} uses ${used}`)
  }
})
