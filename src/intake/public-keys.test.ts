import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { manualClock } from '../platform/clock.ts'
import { createHttp } from '../platform/http-client.ts'
import { publicKeys } from './public-keys.ts'

let asked = 0
let status = 200
const server = createServer((_, response) => {
  asked++
  response.writeHead(status).end(String(asked))
})
const clock = manualClock(0)
let url = ''
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

test('keys are asked for once an hour, for an unknown one once a minute, and after a failure at once', async () => {
  const http = createHttp({ allowPrivate: true, userAgent: 'test' })
  const ask = async (fresh = false) => (await publicKeys({ http, clock }, url, fresh)).text()
  assert.deepEqual(await Promise.all([ask(), ask()]), ['1', '1'])
  assert.equal(await ask(true), '1', 'they were asked for just now')
  clock.advance(61_000)
  assert.equal(await ask(), '1')
  assert.equal(await ask(true), '2')
  assert.equal(await ask(), '2')
  clock.advance(3_600_000)
  status = 503
  assert.equal(await ask(), '3')
  status = 200
  assert.equal(await ask(), '4', 'a failure is not kept')
  await http.close()
  await assert.rejects(publicKeys({ http: createHttp({ allowPrivate: false, userAgent: 'test' }), clock }, url, false))
})
