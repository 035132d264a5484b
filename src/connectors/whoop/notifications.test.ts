import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ActivityType } from '../../model/enumerations.ts'
import type { NotificationRequest } from '../connector.ts'
import { mapPage } from '../map-pages.ts'
import { post } from '../test-http.ts'
import { whoop } from './index.ts'
import { notifications } from './notifications.ts'

const secrets = {
  client: { id: 'client', secret: 'whoop-demo-secret-6f2b9d41c0e3', extra: {} },
  verificationToken: 'not used',
  now: 1_789_448_161_000,
  send: () => assert.fail('nothing has to be asked'),
}

function sample(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`./samples/notifications/${name}.json`, import.meta.url), 'utf8'))
}

test('the signature of the vector is accepted, and nothing that differs from it', () => {
  const vector = sample('signature-vector') as { headers: Record<string, string>; raw_body: string }
  const headers = Object.fromEntries(Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const request = post(vector.raw_body, headers)
  assert.equal(notifications.verify(request, secrets), true)
  const stamp = headers['x-whoop-signature-timestamp']!
  const { 'x-whoop-signature': signature, ...unsigned } = headers
  const others: [string, NotificationRequest, Partial<typeof secrets>][] = [
    ['another body', post(`${vector.raw_body} `, headers), {}],
    [
      'another stamp',
      post(vector.raw_body, { ...headers, 'x-whoop-signature-timestamp': String(Number(stamp) + 1) }),
      {},
    ],
    ['another secret', request, { client: { ...secrets.client, secret: 'x' } }],
    ['no signature', post(vector.raw_body, unsigned), {}],
    ['no stamp', post(vector.raw_body, { 'x-whoop-signature': signature! }), {}],
    ['half a signature', post(vector.raw_body, { ...headers, 'x-whoop-signature': signature!.slice(0, 20) }), {}],
    ['six minutes old', request, { now: secrets.now + 360_000 }],
    ['of tomorrow', request, { now: secrets.now - 86_400_000 }],
  ]
  for (const [what, each, other] of others) {
    assert.equal(notifications.verify(each, { ...secrets, ...other }), false, what)
  }
})

test('what is announced is read; a recovery goes by its sleep, gone or not', () => {
  const parsed = (name: string) => notifications.parse(post(sample(name)))
  const { id: sleep } = sample('sleep-updated')
  const { id: workout } = sample('workout-updated')
  const providerUserId = '20418837'
  const changed = (kind: string, object: unknown) => [{ what: 'changed', providerUserId, kind, wanted: { object } }]
  assert.deepEqual(parsed('sleep-updated'), changed('sleep', sleep))
  assert.deepEqual(parsed('workout-updated'), changed('workout', workout))
  assert.deepEqual(parsed('recovery-updated'), changed('recovery', sleep))
  assert.deepEqual(parsed('recovery-deleted'), changed('recovery', sleep))
  assert.deepEqual(parsed('sleep-deleted'), [
    { what: 'gone', providerUserId, gone: { type: 'sleep', id: sample('sleep-deleted').id } },
  ])
  assert.deepEqual(parsed('workout-deleted'), [
    { what: 'gone', providerUserId, gone: { type: 'activity', id: sample('workout-deleted').id } },
  ])
  assert.deepEqual(notifications.parse(post({ ...sample('sleep-updated'), type: 'strength.updated' })), [])
})

test('a number of 64 bits keeps every digit; what cannot be read throws', () => {
  const [change] = notifications.parse(post('{"user_id":9007199254740993,"id":"x","type":"sleep.updated"}'))
  assert.equal(change?.providerUserId, '9007199254740993')
  for (const body of ['', '[]', '{}', '{"user_id":1,"type":"sleep.updated"}', '{"user_id":1,"id":"","type":"x"}']) {
    assert.throws(() => notifications.parse(post(body)), body)
  }
})

const input = { timeZone: null, receivedAt: 0 }

function typeOf(sport: Record<string, unknown>): [unknown, number] {
  const workout = { id: 'w', start: '2026-09-15T10:00:00.000Z', ...sport }
  const { mapped, unknown } = mapPage(whoop, 'workouts', workout, input)
  const [part] = mapped
  assert.ok(part?.type === 'activity')
  return [part.record?.metadata?.type, unknown.length]
}

test('a sport that nobody knows is another one, and counted; none is unknown', () => {
  for (const odd of ['constructor', 'Quidditch']) assert.deepEqual(typeOf({ sport_name: odd }), [ActivityType.Other, 1])
  assert.deepEqual(typeOf({}), [ActivityType.Unknown, 0])
})

test('a page that is none is told by its place', () => {
  const reasons: [string, unknown, RegExp][] = [
    ['cycle', { id: 1 }, /cycle: start: /],
    [
      'sleep',
      { records: [{ id: 'a', start: '2026-09-15T10:00:00Z', timezone_offset: 'Berlin' }] },
      /timezone_offset: expected an offset/,
    ],
    ['recovery', { records: 'x' }, /this is no page of kind recovery/],
    ['profile', {}, /user_profile_basic: user_id: expected an id/],
    ['body_measurement', {}, /expected height_meter, weight_kilogram or max_heart_rate/],
  ]
  for (const [kind, payload, message] of reasons) assert.throws(() => mapPage(whoop, kind, payload, input), message)
})
