import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NotificationRequest } from '../connector.ts'
import { notifications } from './notifications.ts'

const secrets = {
  client: { id: 'client', secret: 'secret', extra: {} },
  verificationToken: '97661c16-6359',
  now: 0,
  send: () => assert.fail('nothing has to be asked'),
}

function post(body: unknown): NotificationRequest {
  return {
    method: 'POST',
    headers: {},
    query: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }
}

const notice = (name: string) => ({
  [name]: 'workout_summary',
  webhook_token: '97661c16-6359',
  user: { id: 60462 },
  workout_summary: { id: 1, workout: { id: 552233 } },
})

test('only who knows the token of the portal is believed', () => {
  assert.equal(notifications.verify(post(notice('event_type')), secrets), true)
  for (const body of [{ ...notice('event_type'), webhook_token: 'other' }, {}, [], 'no json', { webhook_token: 7 }]) {
    assert.equal(notifications.verify(post(body), secrets), false)
  }
})

test('the workout is named, under either name of the kind; other kinds give nothing', () => {
  const expected = [{ what: 'changed', providerUserId: '60462', kind: 'workouts', wanted: { object: '552233' } }]
  assert.deepEqual(notifications.parse(post(notice('event_type'))), expected)
  assert.deepEqual(notifications.parse(post(notice('event'))), expected)
  assert.deepEqual(notifications.parse(post({ ...notice('event_type'), event_type: 'route' })), [])
  assert.throws(() => notifications.parse(post({ event_type: 'workout_summary' })))
})

test('ids beyond 2^53 stay what they are', () => {
  const body = `{"event_type":"workout_summary","user":{"id":60462},"workout_summary":{"workout":{"id":92345678901234567}}}`
  const [change] = notifications.parse(post(body))
  assert.deepEqual(change?.what === 'changed' && change.wanted, { object: '92345678901234567' })
})
