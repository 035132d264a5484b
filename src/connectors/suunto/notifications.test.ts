import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { NotificationRequest } from '../connector.ts'
import { notifications } from './notifications.ts'

const sample = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./samples/notifications/${name}.json`, import.meta.url), 'utf8'))
const vector = sample('signature-vector') as { secret: string; rawBody: string; headers: Record<string, string> }
const secrets = {
  client: { id: 'client-id', secret: 'client-secret', extra: {} },
  verificationToken: vector.secret,
  now: 0,
  send: () => assert.fail('nothing has to be asked'),
}
const headers = Object.fromEntries(Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value]))

function post(body: string, sent: Record<string, string>): NotificationRequest {
  return { method: 'POST', headers: sent, query: {}, body: Buffer.from(body) }
}

test("the portal's signature is accepted, and nothing that differs from it", () => {
  assert.equal(notifications.verify(post(vector.rawBody, headers), secrets), true)
  assert.equal(notifications.verify(post(`${vector.rawBody} `, headers), secrets), false)
  assert.equal(notifications.verify(post(vector.rawBody, headers), { ...secrets, verificationToken: 'other' }), false)
  assert.equal(notifications.verify(post(vector.rawBody, {}), secrets), false)
  assert.deepEqual(notifications.parse(post(vector.rawBody, headers)), [
    {
      what: 'changed',
      providerUserId: 'ainoexample',
      kind: 'workouts',
      wanted: { object: '68187a0b3c4d5e6f7a8b9c0d' },
    },
    {
      what: 'changed',
      providerUserId: 'ainoexample',
      kind: 'fit',
      wanted: { hint: { workout_key: '68187a0b3c4d5e6f7a8b9c0d' } },
    },
  ])
})

test('the older form is known by our own credentials', () => {
  const form = 'username=ainoexample&workoutid=68187a0b'
  const basic = `Basic ${Buffer.from('client-id:client-secret').toString('base64')}`
  const sent = { 'content-type': 'application/x-www-form-urlencoded', authorization: basic }
  assert.equal(notifications.verify(post(form, sent), secrets), true)
  assert.equal(notifications.verify(post(form, { ...sent, authorization: 'Basic eDp5' }), secrets), false)
  assert.deepEqual(notifications.parse(post(form, sent)), [
    { what: 'changed', providerUserId: 'ainoexample', kind: 'workouts', wanted: { object: '68187a0b' } },
    { what: 'changed', providerUserId: 'ainoexample', kind: 'fit', wanted: { hint: { workout_key: '68187a0b' } } },
  ])
  assert.throws(() => notifications.parse(post('username=x', sent)), /workoutid/)
})

test('samples come with the notification; routes give nothing', () => {
  const pushed = sample('activity-created') as { samples: unknown[] }
  assert.deepEqual(notifications.parse(post(JSON.stringify(pushed), {})), [
    {
      what: 'page',
      providerUserId: 'ainoexample',
      page: { kind: 'activity', request: {}, payload: { samples: pushed.samples } },
    },
  ])
  assert.deepEqual(notifications.parse(post('{"type":"ROUTE_CREATED","username":"x","route":{"id":"1"}}', {})), [])
})
