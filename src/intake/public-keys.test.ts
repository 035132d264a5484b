import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type Answer, openTestApi } from '../api/test-api.ts'
import { connectorById } from '../connectors/index.ts'
import { applicationOf } from '../credentials/client.ts'
import { manualClock } from '../platform/clock.ts'
import { createHttp } from '../platform/http-client.ts'
import { HttpFailure } from '../platform/http.ts'
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

test('while the keys cannot be read nobody says that a signature is wrong: the notification is sent again', async (t) => {
  const api = await openTestApi()
  t.after(() => api.dispose())
  const json = { enabled: true, client_id: 'ours', client_secret: 'our-secret' }
  assert.equal((await api.asOperator('PUT', '/admin/v1/sources/GOOGLE', { json })).status, 200)
  const { verificationToken } = await applicationOf(api.ctx, api.environment.id, connectorById('GOOGLE')!)
  const { hook_url: hook } = (await api.asOperator('GET', '/admin/v1/sources/GOOGLE')).json
  const told = (): Promise<Answer> =>
    api.call('POST', new URL(String(hook)).pathname, {
      body: '{}',
      headers: { authorization: `Bearer ${verificationToken}`, 'google-health-api-signature': 'AQAAAAFh' },
    })
  api.respond(() => ({ status: 500 }))
  const late = await told()
  assert.deepEqual([late.status, late.json.code, late.headers.get('retry-after')], [503, 'not_ready', '10'])
  api.respond(() => {
    throw new HttpFailure('timeout', 'no answer')
  })
  assert.equal((await told()).status, 503)
  api.respond(() => ({ status: 200, json: { key: [] } }))
  assert.equal((await told()).status, 401)
})
