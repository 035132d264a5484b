import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { NotificationRequest } from '../connector.ts'
import { notifications } from './notifications.ts'

const vector = JSON.parse(
  readFileSync(new URL('./samples/notifications/signature-vector.json', import.meta.url), 'utf8'),
) as { secret: string; rawBody: string; headers: Record<string, string> }
const secrets = {
  client: { id: 'client', secret: 'secret', extra: {} },
  verificationToken: vector.secret,
  now: 0,
  send: () => assert.fail('nothing has to be asked'),
}
const signature = Object.values(vector.headers).find((value) => /^[0-9a-f]{64}$/.test(value))!
const post = (body: string, sent: string | undefined): NotificationRequest => ({
  method: 'POST',
  headers: sent === undefined ? {} : { 'x-hmac-signature': sent },
  query: {},
  body: Buffer.from(body),
})

test('the published signature is accepted, with and without its prefix, and nothing that differs from it', () => {
  assert.equal(notifications.verify(post(vector.rawBody, signature), secrets), true)
  assert.equal(notifications.verify(post(vector.rawBody, `sha256=${signature}`), secrets), true)
  assert.equal(notifications.verify(post(`${vector.rawBody} `, signature), secrets), false)
  assert.equal(notifications.verify(post(vector.rawBody, undefined), secrets), false)
  assert.equal(notifications.verify(post(vector.rawBody, signature), { ...secrets, verificationToken: 'other' }), false)
})

test('it names the ride', () => {
  const [change] = notifications.parse(post(vector.rawBody, signature))
  assert.ok(change?.what === 'changed' && 'object' in change.wanted)
  assert.equal(change.wanted.object, '98765.activity.0b1c2d3e-4f5a-4b6c-8d7e-9f0a1b2c3d4e')
  assert.throws(() => notifications.parse(post('{}', signature)))
})

test('ids beyond 2^53 stay what they are', () => {
  const [change] = notifications.parse(post('{"activityId":"1.activity.a","userId":92345678901234567}', signature))
  assert.equal(change?.what === 'changed' && change.providerUserId, '92345678901234567')
})
