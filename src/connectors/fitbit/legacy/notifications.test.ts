import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  ConnectionHttp,
  ConnectionSubscription,
  NotificationRequest,
  NotificationSecrets,
} from '../../connector.ts'
import { notifications } from './notifications.ts'

// A vector made with an invented secret, by the documented algorithm.
const SECRET = 'd1c9b1f6a0e84e0f9c2b7a6d5e4f3021'
const SIGNATURE = '+rgnnFf1XMsVnFqYtvgcVHjIMas='
const BODY =
  '[{"collectionType":"sleep","date":"2026-09-15","ownerId":"9XK4TB","ownerType":"user","subscriptionId":"gw-7f31-sleep"},{"collectionType":"activities","date":"2026-09-15","ownerId":"9XK4TB","ownerType":"user","subscriptionId":"gw-7f31-activities"}]'

const secrets = (secret = SECRET): NotificationSecrets => ({
  client: { id: '23TEST', secret, extra: { verification_code: 'f00d' } },
  verificationToken: 'x',
  now: 0,
  send: () => assert.fail('nothing has to be asked'),
})
const request = (body: string, signature?: string): NotificationRequest => ({
  method: 'POST',
  headers: signature === undefined ? {} : { 'x-fitbit-signature': signature },
  query: {},
  body: Buffer.from(body),
})

test('the signature: the vector holds, and each input counts', async () => {
  assert.equal(await notifications.verify(request(BODY, SIGNATURE), secrets()), true)
  assert.equal(await notifications.verify(request(`${BODY} `, SIGNATURE), secrets()), false)
  assert.equal(await notifications.verify(request(BODY, 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='), secrets()), false)
  assert.equal(await notifications.verify(request(BODY, SIGNATURE), secrets('another')), false)
  assert.equal(await notifications.verify(request(BODY), secrets()), false)
})

test('a signature that does not hold is answered 404; what has none is somebody else’s', () => {
  assert.equal(notifications.refused!(request(BODY, 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='))?.status, 404)
  assert.equal(notifications.refused!(request(BODY)), null)
})

test('the verification wants 204 for the right code and 404 for another', () => {
  const handshake = (query: Record<string, string>, method = 'GET', extra = secrets()) =>
    notifications.handshake!({ method, headers: {}, query, body: Buffer.alloc(0) }, extra)
  assert.equal(handshake({ verify: 'f00d' })?.status, 204)
  assert.equal(handshake({ verify: 'beef' })?.status, 404)
  assert.equal(handshake({}), null)
  const without = { ...secrets(), client: { id: 'x', secret: 'y', extra: {} } }
  assert.equal(handshake({ verify: '' }, 'GET', without)?.status, 404, 'no code is no key')
})

test('a collection says which kinds to read; a night may be listed a day beside', () => {
  const changes = notifications.parse(request(BODY))
  assert.deepEqual(changes[0], {
    what: 'changed',
    providerUserId: '9XK4TB',
    kind: 'sleep',
    wanted: { days: { start: '2026-09-14', end: '2026-09-16' } },
  })
  const kinds = new Set(changes.flatMap((change) => (change.what === 'changed' ? [change.kind] : [])))
  assert.ok(['activity_daily_summary', 'activity_log_list', 'heart'].every((kind) => kinds.has(kind)))
})

test('who ended access or the account is revoked; collections of nothing are no change', () => {
  const ended = (collectionType: string) =>
    notifications.parse(request(JSON.stringify([{ collectionType, ownerId: 'A' }])))
  assert.deepEqual(ended('userRevokedAccess'), [{ what: 'revoked', providerUserId: 'A' }])
  assert.deepEqual(ended('deleteUser'), [{ what: 'revoked', providerUserId: 'A' }])
  assert.deepEqual(ended('friends'), [])
  assert.throws(() => ended('sleep'), /names no day/)
  assert.throws(() => notifications.parse(request('{}')))
})

test('what is missing is subscribed, once; what is there is left; at the end all of it goes', async () => {
  const sent: string[] = []
  const present = [{ collectionType: 'sleep', subscriptionId: 'loam-9XK4TB-sleep' }]
  const http = {
    async send({ path }: { path: string }, { method = 'GET' }: { method?: string } = {}) {
      if (method === 'GET') return { status: 200, json: () => ({ apiSubscriptions: present }) }
      sent.push(`${method} ${path}`)
      return { status: 201, json: () => ({}) }
    },
  } as unknown as ConnectionHttp
  const context: ConnectionSubscription = {
    http,
    providerUserId: '9XK4TB',
    client: secrets().client,
    callbackUrl: 'https://x',
    verificationToken: 'x',
    now: 0,
  }
  await notifications.subscribeConnection!(context)
  assert.deepEqual(
    sent.map((each) => each.split('/').slice(-3, -2)[0]),
    ['activities', 'body', 'foods', 'userRevokedAccess'],
  )
  assert.ok(sent.every((each) => each.split('/').at(-1)!.replace('.json', '').length <= 50))
  sent.length = 0
  await notifications.unsubscribeConnection!(context)
  assert.deepEqual(sent, ['DELETE /1/user/-/sleep/apiSubscriptions/loam-9XK4TB-sleep.json'])
})
