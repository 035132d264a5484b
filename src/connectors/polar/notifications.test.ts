import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import activityTypes from './activity_types.json' with { type: 'json' }
import { ActivityType } from '../../model/enumerations.ts'
import type { HttpRequest } from '../../platform/http.ts'
import type { Address, NotificationRequest } from '../connector.ts'
import { mapPage } from '../map-pages.ts'
import { post, responseOf } from '../test-http.ts'
import { polar } from './index.ts'
import { notifications } from './notifications.ts'

function sample(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`./samples/notifications/webhook-${name}.json`, import.meta.url), 'utf8'))
}

const vector = sample('signature-vector') as { secret: string; rawBody: string; headers: Record<string, string> }
const extra = { webhook_secret: vector.secret, webhook_client: 'client' }
const secrets = {
  client: { id: 'client', secret: 'secret', extra },
  verificationToken: 'not used',
  now: 0,
  send: () => assert.fail('nothing has to be asked'),
}

test('the signature of the vector is accepted, and nothing that differs from it', () => {
  const headers = Object.fromEntries(Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const signed = post(vector.rawBody, headers)
  assert.equal(notifications.verify(signed, secrets), true)
  const { 'polar-webhook-signature': signature, ...unsigned } = headers
  const upper = { ...headers, 'polar-webhook-signature': signature!.slice(0, 32) }
  const withExtra = (more: Record<string, string>) => ({ ...secrets, client: { ...secrets.client, extra: more } })
  const others: [string, NotificationRequest, typeof secrets][] = [
    ['another body', post(`${vector.rawBody} `, headers), secrets],
    ['no signature', post(vector.rawBody, unsigned), secrets],
    ['half a signature', post(vector.rawBody, upper), secrets],
    ['another secret', signed, withExtra({ ...extra, webhook_secret: 'x' }) as typeof secrets],
    ['no secret', signed, withExtra({}) as typeof secrets],
    ['the secret of another application', signed, withExtra({ ...extra, webhook_client: 'x' }) as typeof secrets],
  ]
  for (const [what, request, other] of others) assert.equal(notifications.verify(request, other), false, what)
})

test('a ping is answered before anybody knows the secret, and says nothing else', () => {
  const pinged = notifications.handshake!(post(sample('ping'), { 'polar-webhook-event': 'PING' }), secrets)
  assert.equal(pinged?.status, 200)
  assert.equal(notifications.handshake!(post(sample('ping')), secrets)?.status, 200)
  assert.equal(notifications.handshake!(post(sample('sleep')), secrets), null)
  assert.equal(notifications.handshake!(post('no json'), secrets), null)
})

test('what is announced is read by its id or its day', () => {
  const changed = (kind: string, wanted: unknown) => [{ what: 'changed', providerUserId: '61334455', kind, wanted }]
  const day = { days: { start: '2026-05-04', end: '2026-05-04' } }
  const cases: [string, string, unknown][] = [
    ['exercise', 'exercises', { object: 'aQlC83' }],
    ['sleep', 'sleep', day],
    ['activity-summary', 'activities', day],
    ['continuous-heart-rate', 'continuous_heart_rate', day],
    ['physical-information', 'physical_info', day],
    ['sleep-wise-alertness', 'sleepwise_alertness', { days: { start: '2026-05-04', end: '2026-05-06' } }],
    [
      'sleep-wise-circadian-bedtime',
      'sleepwise_circadian_bedtime',
      { days: { start: '2026-05-04', end: '2026-05-06' } },
    ],
  ]
  for (const [name, kind, wanted] of cases) {
    assert.deepEqual(notifications.parse(post(sample(name))), changed(kind, wanted), name)
  }
  assert.deepEqual(polar.reads.sleep!.alsoRead, ['nightly_recharge', 'biosensing_skintemperature'])
  assert.deepEqual(notifications.parse(post({ ...sample('sleep'), event: 'SOMETHING_NEW' })), [])
  const years = { ...sample('sleep-wise-alertness'), to: '2099-01-01' }
  assert.deepEqual(
    notifications.parse(post(years)),
    changed('sleepwise_alertness', { days: { start: '2026-05-04', end: '2026-05-31' } }),
  )
})

test('what cannot be read throws', () => {
  const { date: _, timestamp: __, ...undated } = sample('sleep')
  const { entity_id: ___, ...unnamed } = sample('exercise')
  const { user_id: ____, ...nobody } = sample('sleep')
  for (const body of ['', '[]', '{}', undated, unnamed, nobody, { ...sample('sleep'), date: '04.05.2026' }]) {
    assert.throws(() => notifications.parse(post(body)))
  }
})

const callbackUrl = 'https://loam.example.com/v2/hooks/polar/dev'
const EVENTS = [
  'EXERCISE',
  'SLEEP',
  'CONTINUOUS_HEART_RATE',
  'ACTIVITY_SUMMARY',
  'SLEEP_WISE_CIRCADIAN_BEDTIME',
  'SLEEP_WISE_ALERTNESS',
  'PHYSICAL_INFORMATION',
]

async function subscribing(
  data: unknown[],
  known: Record<string, string> = {},
  failing: Record<string, number> = {},
): Promise<{ calls: string[]; told: unknown }> {
  const calls: string[] = []
  const told = await notifications.subscribeApplication!({
    client: { ...secrets.client, extra: known },
    callbackUrl,
    verificationToken: '',
    now: 0,
    send(at: Address, request: Omit<HttpRequest, 'url'> = {}) {
      const { method = 'GET' } = request
      assert.equal(request.headers?.authorization, `Basic ${Buffer.from('client:secret').toString('base64')}`)
      calls.push(`${method} ${at.path}`)
      const created = { data: { id: 'abdf33', events: EVENTS, url: callbackUrl, signature_secret_key: 'told once' } }
      const usual = method === 'POST' ? { status: 201, json: created } : { status: 200, json: { data } }
      return Promise.resolve(responseOf({ ...usual, status: failing[method] ?? usual.status }))
    },
  })
  return { calls, told }
}

test('the webhook is made once, its secret is kept, and what is lost is made anew', async () => {
  const kept = { webhook_secret: 'told once', webhook_client: 'client' }
  assert.deepEqual(await subscribing([]), { calls: ['GET /v3/webhooks', 'POST /v3/webhooks'], told: kept })
  const hook = { id: 'abdf33', events: EVENTS, url: callbackUrl, active: true }
  assert.deepEqual(await subscribing([hook], kept), { calls: ['GET /v3/webhooks'], told: undefined })
  assert.deepEqual(await subscribing([hook], { ...kept, webhook_client: 'before' }), {
    calls: ['GET /v3/webhooks', 'DELETE /v3/webhooks/abdf33', 'POST /v3/webhooks'],
    told: kept,
  })
})

test('a webhook that points elsewhere, lacks events or was switched off is mended', async () => {
  const kept = { webhook_secret: 'told once', webhook_client: 'client' }
  const hook = { id: 'abdf33', events: EVENTS, url: callbackUrl, active: true }
  const mended = async (change: object) => (await subscribing([{ ...hook, ...change }], kept)).calls.slice(1)
  assert.deepEqual(await mended({ url: 'https://elsewhere.example.com' }), ['PATCH /v3/webhooks/abdf33'])
  assert.deepEqual(await mended({ events: ['SLEEP'] }), ['PATCH /v3/webhooks/abdf33'])
  assert.deepEqual(await mended({ active: false }), ['POST /v3/webhooks/activate'])
})

test('a refused webhook says so, without secrets', async () => {
  const hook = [{ id: 'abdf33', events: ['SLEEP'], url: callbackUrl, active: true }]
  const kept = { webhook_secret: 'told once', webhook_client: 'client' }
  for (const [data, known, failing] of [
    [[], {}, { GET: 401 }],
    [[], {}, { POST: 400 }],
    [hook, {}, { DELETE: 500 }],
    [hook, kept, { PATCH: 500 }],
  ] as const) {
    await assert.rejects(subscribing([...data], { ...known }, { ...failing }), (error) => {
      assert.ok(error instanceof Error && !/secret|told once/.test(error.message))
      return true
    })
  }
})

test('every sport of the table has its type, and nothing else has one', () => {
  const typeOf = (sport: Record<string, unknown>) => {
    const exercise = { id: 'e', start_time: '2026-09-15T10:00:00', start_time_utc_offset: 0, ...sport }
    const { mapped, unknown } = mapPage(polar, 'exercise', exercise, { timeZone: null, receivedAt: 0 })
    const [part] = mapped
    assert.ok(part?.type === 'activity')
    return [part.record?.metadata?.type, unknown.length]
  }
  const known = new Set<number>(Object.values(ActivityType))
  const sports = Object.entries(activityTypes.map)
  assert.equal(sports.length, 181)
  for (const [sport, type] of sports) {
    assert.ok(known.has(type), sport)
    assert.deepEqual(typeOf({ detailed_sport_info: sport, sport: 'OTHER' }), [type, 0], sport)
  }
  assert.deepEqual(typeOf({ sport: 'RUNNING' }), [ActivityType.Running, 0])
  assert.deepEqual(typeOf({ 'detailed-sport-info': 'RUNNING' }), [ActivityType.Running, 0])
  assert.deepEqual(typeOf({ detailed_sport_info: 'constructor' }), [ActivityType.Other, 1])
  assert.deepEqual(typeOf({}), [ActivityType.Unknown, 0])
})
