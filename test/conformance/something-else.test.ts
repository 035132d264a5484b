// Where a page to log in at, or the way to one, answers in place of a server of objects: nothing is delivered there.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { destinationType } from '../../src/destinations/index.ts'
import { aKey } from '../services/gcs.ts'
import { assertRetry } from './assertions.ts'
import { testEvent, testWorld } from './events.ts'
import type { Settings } from './stage.ts'

const KEYS = { access_key_id: 'AK', secret_access_key: 'SECRET' }
const SETTINGS: Record<string, (url: string) => Settings> = {
  s3: (endpoint) => ({ bucket: 'health', endpoint, ...KEYS }),
  gcs: (endpoint) => ({ bucket: 'health', endpoint, service_account: accountAt(`${endpoint}/token`) }),
  azure: (url) => ({ container: 'health', access: `${url}/health?sig=SECRET` }),
  sqs: (url) => ({ queue_url: `${url}/1/health`, message: 'event', ...KEYS }),
}

function accountAt(token_uri: string): string {
  return JSON.stringify({ client_email: 'loam@test.iam.gserviceaccount.com', private_key: aKey(), token_uri })
}

for (const [id, settingsAt] of Object.entries(SETTINGS)) {
  for (const status of [200, 302]) {
    test(`${id}: a page that answers ${status} is no delivery`, async (t) => {
      const server = createServer((request, response) => {
        request.resume()
        if (request.url === '/token') return response.end('{"access_token":"token","expires_in":3600}')
        response.writeHead(status, { 'content-type': 'text/html', location: '/login' })
        response.end('<!doctype html><title>Log in</title>')
      }).listen(0, '127.0.0.1')
      t.after(() => server.close())
      await once(server, 'listening')
      const settings = settingsAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
      const type = destinationType(id)!
      const world = {
        ...testWorld(t, { allowPrivate: true }),
        payloadUrl: () => Promise.reject(new Error('not asked')),
      }
      const sender = type.open(type.settings.parse(settings), world)
      const message = assertRetry(await sender.send([testEvent(0)], { signingSecrets: [], timeoutMs: 5000 }), settings)
      if (id !== 'sqs') assert.match(message, new RegExp(`something else answered in place of .* \\(${status}\\)`))
    })
  }
}
