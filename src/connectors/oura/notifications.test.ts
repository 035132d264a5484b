import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { HttpRequest, HttpResponse } from '../../platform/http.ts'
import type { Address, NotificationRequest } from '../connector.ts'
import { responseOf } from '../test-http.ts'
import { notifications } from './notifications.ts'
import { oura } from './index.ts'

const secrets = {
  client: { id: 'client', secret: 'OURASECRET0123456789ABCDEF', extra: {} },
  verificationToken: 'vt-2f9c7a10',
  now: 0,
  send: () => assert.fail('nothing has to be asked'),
}
const person = 'bdd640fb-0667-4ad1-9c80-317fa3b1799d'

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./samples/notifications/${name}.json`, import.meta.url), 'utf8'))
}

function post(body: unknown, headers: Record<string, string> = {}): NotificationRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { method: 'POST', headers, query: {}, body: Buffer.from(text) }
}

test('the published signature is accepted, and nothing that differs from it', () => {
  const vector = sample('signature-vector') as { headers: Record<string, string>; raw_body: string }
  const signed = post(vector.raw_body, vector.headers)
  assert.equal(notifications.verify(signed, secrets), true)
  const signature = vector.headers['x-oura-signature']!
  const others: [string, NotificationRequest, string][] = [
    ['another secret', signed, 'OURASECRET0123456789ABCDEG'],
    ['another body', post(`${vector.raw_body} `, vector.headers), secrets.client.secret],
    [
      'another timestamp',
      post(vector.raw_body, { ...vector.headers, 'x-oura-timestamp': '1789449129' }),
      secrets.client.secret,
    ],
    ['no signature', post(vector.raw_body, { 'x-oura-timestamp': '1789449128' }), secrets.client.secret],
    ['no timestamp', post(vector.raw_body, { 'x-oura-signature': signature }), secrets.client.secret],
    [
      'half a signature',
      post(vector.raw_body, { ...vector.headers, 'x-oura-signature': signature.slice(0, 32) }),
      secrets.client.secret,
    ],
  ]
  for (const [what, request, secret] of others) {
    assert.equal(notifications.verify(request, { ...secrets, client: { ...secrets.client, secret } }), false, what)
  }
})

test('the handshake answers the challenge of whoever knows our token', () => {
  const { request, response } = sample('verification-exchange') as {
    request: { query: Record<string, string> }
    response: { status: number; body: unknown }
  }
  const asked: NotificationRequest = { method: 'GET', headers: {}, query: request.query, body: new Uint8Array() }
  const answer = notifications.handshake!(asked, secrets)
  assert.equal(answer?.status, response.status)
  assert.deepEqual(JSON.parse(answer!.body), response.body)
  assert.equal(notifications.handshake!(asked, { ...secrets, verificationToken: 'another' })?.status, 401)
  assert.equal(notifications.handshake!({ ...asked, query: { challenge: 'c' } }, secrets)?.status, 401)
  assert.equal(notifications.handshake!(post(sample('sleep-create')), secrets), null)
})

test('what changed is read; what is gone, is gone', () => {
  assert.deepEqual(notifications.parse(post(sample('sleep-create'))), [
    {
      what: 'changed',
      providerUserId: person,
      kind: 'sleep',
      wanted: { object: '1a2a73ed-562b-4f79-8374-59eef50bea63' },
    },
  ])
  assert.deepEqual(notifications.parse(post(sample('workout-delete'))), [
    {
      what: 'gone',
      providerUserId: person,
      gone: { type: 'activity', id: '0e51f30d-c6a7-4e39-84b0-32ccd7c524a5' },
    },
  ])
})

test('a daily document that went was recomputed: its day is read again', () => {
  const body = { ...(sample('daily-activity-update') as object), event_type: 'delete' }
  assert.deepEqual(notifications.parse(post(body)), [
    {
      what: 'changed',
      providerUserId: person,
      kind: 'daily_activity',
      wanted: { days: { start: '2026-09-14', end: '2026-09-16' } },
    },
  ])
})

test('an older message names no document and spells its time otherwise', () => {
  const body = { event_type: 'update', data_type: 'vo2_max', event_timestamp: '2026-03-01T00:10:00Z', user_id: person }
  assert.deepEqual(notifications.parse(post(body)), [
    {
      what: 'changed',
      providerUserId: person,
      kind: 'vO2_max',
      wanted: { days: { start: '2026-02-28', end: '2026-03-02' } },
    },
  ])
})

test('data types that give no record are nothing; every other one is a page kind', () => {
  for (const dataType of ['sleep_time', 'daily_resilience', 'meal', 'constructor', 'new_in_2027']) {
    const body = { event_type: 'create', data_type: dataType, object_id: 'x', user_id: person }
    assert.deepEqual(notifications.parse(post(body)), [], dataType)
  }
  for (const dataType of ['tag', 'session', 'daily_spo2', 'ring_configuration', 'vo2_max']) {
    const body = { event_type: 'create', data_type: dataType, object_id: 'x', user_id: person }
    const [change] = notifications.parse(post(body))
    assert.ok(change?.what === 'changed' && change.kind in oura.reads, dataType)
  }
})

test('what cannot be read throws, so that it is kept', () => {
  for (const body of ['', '[]', '{"event_type":"create"}', JSON.stringify({ data_type: 'sleep', user_id: person })]) {
    assert.throws(() => notifications.parse(post(body)), body)
  }
  const neither = { event_type: 'update', data_type: 'sleep', user_id: person }
  assert.throws(() => notifications.parse(post(neither)), /neither a document nor a time/)
})

/** A subscription service with a list; answers `failing` for pairs named there. */
function ouraWith(rows: { id: string; data_type: string; event_type: string; url?: string; ends?: string }[]) {
  const calls: string[] = []
  const failing = new Map<string, number>()
  const send = (at: Address, request: Omit<HttpRequest, 'url'> = {}): Promise<HttpResponse> => {
    assert.equal(request.headers?.['x-client-id'], 'client')
    assert.equal(request.headers?.['x-client-secret'], secrets.client.secret)
    const { method = 'GET' } = request
    const json = request.json as { event_type?: string; data_type?: string } | undefined
    const called = [method, at.path.replace('/v2/webhook/subscription', ''), json?.event_type, json?.data_type]
      .filter((part) => part !== undefined && part !== '')
      .join(' ')
    if (method !== 'GET') calls.push(called)
    const list = rows.map((row) => ({
      id: row.id,
      data_type: row.data_type,
      event_type: row.event_type,
      callback_url: row.url ?? 'https://loam.example/hook',
      expiration_time: row.ends ?? '2026-12-14T08:00:00.000000',
    }))
    const status = failing.get(called) ?? (method === 'POST' ? 201 : 200)
    return Promise.resolve(responseOf({ status, json: method === 'GET' ? list : {} }))
  }
  const subscribe = (now: string): Promise<unknown> =>
    notifications.subscribeApplication!({
      send,
      client: secrets.client,
      callbackUrl: 'https://loam.example/hook',
      verificationToken: secrets.verificationToken,
      now: Date.parse(now),
    })
  return { subscribe, calls, failing }
}

test('every pair of event and data type is subscribed to once', async () => {
  const { subscribe, calls } = ouraWith([])
  await subscribe('2026-09-15T08:00:00Z')
  assert.equal(calls.length, 42)
  assert.equal(new Set(calls).size, 42)
  assert.ok(calls.includes('POST delete vo2_max'))
  assert.ok(!calls.some((call) => call.includes('heartrate')))
})

test('only what is missing, ends within 30 days or points elsewhere is touched', async () => {
  const { subscribe, calls, failing } = ouraWith([
    { id: 'fresh', data_type: 'sleep', event_type: 'create' },
    { id: 'ending', data_type: 'sleep', event_type: 'update', ends: '2026-10-15T07:59:00.000000' },
    { id: 'elsewhere', data_type: 'sleep', event_type: 'delete', url: 'https://old.example/hook' },
    { id: 'ended', data_type: 'workout', event_type: 'create', ends: '2026-09-01T00:00:00.000000' },
  ])
  failing.set('PUT /renew/ended', 403)
  await subscribe('2026-09-15T08:00:00Z')
  assert.deepEqual(calls.filter((call) => / sleep$| workout$|renew/.test(call)).sort(), [
    'POST create workout',
    'POST delete workout',
    'POST update workout',
    'PUT /elsewhere delete sleep',
    'PUT /renew/ended',
    'PUT /renew/ending',
  ])
})

test('a pair that Oura refuses does not keep the others from being made', async () => {
  const { subscribe, calls, failing } = ouraWith([])
  failing.set('POST create tag', 422)
  await assert.rejects(subscribe('2026-09-15T08:00:00Z'), /422 .* announce create of tag/)
  assert.equal(calls.length, 42)
})
