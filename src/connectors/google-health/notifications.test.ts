import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import type { HttpRequest } from '../../platform/http.ts'
import type { Address, NotificationRequest, NotificationSecrets } from '../connector.ts'
import { responseOf } from '../test-http.ts'
import { notifications } from './notifications.ts'

// A vector made with a throw-away key, in the documented format.
const KEYSET = {
  primaryKeyId: 1493002841,
  key: [
    {
      keyData: {
        typeUrl: 'type.googleapis.com/google.crypto.tink.EcdsaPublicKey',
        value:
          'EgYIAxACGAIaIQAU5pYu4FPKXSBCQ/DqVopw2jJvYNhHb2fA9M3XkkzrYiIhAMU9rfIypGyzpe1kUpv4MPuXMXoId9aVxmXDVo8nEOEX',
        keyMaterialType: 'ASYMMETRIC_PUBLIC',
      },
      status: 'ENABLED',
      keyId: 1493002841,
      outputPrefixType: 'TINK',
    },
  ],
}
const SIGNATURE = 'AVj9alkwRAIgF6zl0KWDBdPMG4kIO0fqaZnpEg0MHXkFvvY8vGKeJcICIDSnAvsfIHHjYoRB12EWEOyV4CYQFSGLL+lAqIB05z9Y'
const BODY =
  '{"data":{"version":"1","clientProvidedSubscriptionName":"projects/618204417733/subscribers/gateway-prod/subscriptions/111169423088315587","healthUserId":"111169423088315587","operation":"UPSERT","dataType":"sleep","intervals":[{"physicalTimeInterval":{"startTime":"2026-09-14T21:02:00Z","endTime":"2026-09-15T04:47:00Z"},"civilDateTimeInterval":{"startDateTime":{"date":{"year":2026,"month":9,"day":14},"time":{"hours":23,"minutes":2}},"endDateTime":{"date":{"year":2026,"month":9,"day":15},"time":{"hours":6,"minutes":47}}},"civilIso8601TimeInterval":{"startTime":"2026-09-14T23:02:00","endTime":"2026-09-15T06:47:00"}}]}}'
const AUTHORIZATION = 'Bearer gw-demo-endpoint-secret'

const asked: string[] = []
const secrets: NotificationSecrets = {
  client: { id: 'x', secret: 'y', extra: {} },
  verificationToken: 'gw-demo-endpoint-secret',
  now: 0,
  async send(at: Address) {
    asked.push(`${at.host}${at.path}`)
    return responseOf({ json: KEYSET })
  },
}

function request(
  body: string,
  headers: Record<string, string> = { authorization: AUTHORIZATION, 'google-health-api-signature': SIGNATURE },
): NotificationRequest {
  return { method: 'POST', headers, query: {}, body: Buffer.from(body) }
}

const verified = (incoming: NotificationRequest) => notifications.verify(incoming, secrets)

test('the published format of the signature holds', async () => {
  assert.equal(await verified(request(BODY)), true)
  assert.deepEqual(asked, ['keys/googlehealthapi/webhooks/webhooks_public_keyset.json'])
})

test('every input counts: body, signature, key, secret', async () => {
  const signature = Buffer.from(SIGNATURE, 'base64')
  const changed = (at: number) => {
    const copy = Buffer.from(signature)
    copy[at] = copy[at]! ^ 1
    return copy.toString('base64')
  }
  const signed = (value: string) =>
    request(BODY, { authorization: AUTHORIZATION, 'google-health-api-signature': value })
  assert.equal(await verified(request(BODY.replace('UPSERT', 'DELETE'))), false)
  assert.equal(await verified(signed(changed(0))), false, 'another version')
  assert.equal(await verified(signed(changed(4))), false, 'a key that is not in the set')
  assert.equal(await verified(signed(changed(40))), false, 'another signature')
  assert.equal(await verified(signed('')), false)
  assert.equal(await verified(request(BODY, { authorization: AUTHORIZATION })), false, 'no signature')
  const wrong = { authorization: 'Bearer a guess', 'google-health-api-signature': SIGNATURE }
  assert.equal(await verified(request(BODY, wrong)), false, 'another secret')
})

test('a key that is in no set known so far may be a newer one', async () => {
  const before = { ...KEYSET, key: KEYSET.key.map((key) => ({ ...key, keyId: key.keyId - 1 })) }
  const how: unknown[] = []
  const rotated: NotificationSecrets = {
    ...secrets,
    async send(_, given) {
      how.push(given?.fresh)
      return responseOf({ json: given?.fresh === true ? KEYSET : before })
    },
  }
  assert.equal(await notifications.verify(request(BODY), rotated), true)
  assert.deepEqual(how, [false, true])
})

test('keys that cannot be read are no refusal: the notification comes again', async () => {
  const failing = { ...secrets, send: async () => responseOf({ status: 503, json: {} }) }
  await assert.rejects(async () => notifications.verify(request(BODY), failing), /public keys/)
})

test('the verification wants 200 with our secret and 401 without', () => {
  const verification = '{"type":"verification"}'
  const handshake = (headers: Record<string, string>) =>
    notifications.handshake!(request(verification, headers), secrets)
  assert.equal(handshake({ authorization: AUTHORIZATION })?.status, 200)
  assert.equal(handshake({})?.status, 401)
  assert.equal(handshake({ authorization: 'Bearer a guess' })?.status, 401)
  assert.equal(notifications.handshake!(request(BODY), secrets), null, 'a notification is none')
})

test('a change says which kinds to read, on the civil days that it touches', () => {
  const changes = notifications.parse(request(BODY))
  assert.deepEqual(changes, [
    {
      what: 'changed',
      providerUserId: '111169423088315587',
      kind: 'sleep',
      wanted: { days: { start: '2026-09-14', end: '2026-09-15' } },
    },
  ])
})

function notice(dataType: string, more: Record<string, unknown> = {}) {
  const interval = { civilIso8601TimeInterval: { startTime: '2026-09-15T17:42:00', endTime: '2026-09-15T18:27:00' } }
  return { data: { healthUserId: '1', operation: 'UPSERT', dataType, intervals: [interval], ...more } }
}

test('many come in one request; what is not read is no change', () => {
  const changes = notifications.parse(request(JSON.stringify([notice('steps'), notice('weight'), notice('food')])))
  const kinds = new Set(changes.map((change) => (change.what === 'changed' ? change.kind : null)))
  assert.ok(kinds.has('steps_dailyRollUp') && kinds.has('total-calories_dailyRollUp') && kinds.has('weight'))
  assert.ok(
    changes.every(
      (change) => change.what === 'changed' && 'days' in change.wanted && change.wanted.days.end === '2026-09-15',
    ),
  )
})

test('a deleted workout is gone; other deletions are read again, at most 90 days of them', () => {
  const deleted = { operation: 'DELETE', recordId: '58930117402' }
  assert.deepEqual(notifications.parse(request(JSON.stringify(notice('exercise', deleted)))), [
    { what: 'gone', providerUserId: '1', gone: { type: 'activity', id: '58930117402' } },
  ])
  const history = { physicalTimeInterval: { startTime: '2021-05-01T22:00:00Z', endTime: '2026-09-16T07:00:00Z' } }
  const withdrawn = notifications.parse(
    request(JSON.stringify(notice('sleep', { operation: 'DELETE', intervals: [history] }))),
  )
  assert.deepEqual(withdrawn[0], {
    what: 'changed',
    providerUserId: '1',
    kind: 'sleep',
    wanted: { days: { start: '2026-06-20', end: '2026-09-17' } },
  })
})

test('what cannot be read throws, so that it is kept', () => {
  for (const body of ['', '{}', '[{"data":{}}]', JSON.stringify(notice('steps', { intervals: [] }))]) {
    assert.throws(() => notifications.parse(request(body)))
  }
})

const subscriber = {
  callbackUrl: 'https://gateway.example.com/v2/hooks/google/dev',
  verificationToken: 'secret',
  now: Date.parse('2026-09-15T12:00:00Z'),
}

test('the subscriber is made once, changed when it points elsewhere, and left alone otherwise', async () => {
  const sent: { at: string; request: Omit<HttpRequest, 'url'> }[] = []
  let stored: Record<string, unknown> | null = null
  const context = {
    ...subscriber,
    client: { id: 'x', secret: 'y', extra: { project_number: '618', service_account: 'a-token' } },
    async send(at: Address, request: Omit<HttpRequest, 'url'> = {}) {
      sent.push({ at: `${at.host}${at.path}`, request })
      if (request.method === 'POST') {
        stored = { name: `projects/618/subscribers/${request.query!.subscriberId}`, ...(request.json as object) }
      } else if (request.method === 'PATCH') {
        stored = { ...stored, ...(request.json as object) }
      }
      return responseOf({ json: stored === null ? {} : { subscribers: [stored] } })
    },
  }
  await notifications.subscribeApplication!(context)
  assert.deepEqual(
    sent.map(({ request: { method = 'GET' } }) => method),
    ['GET', 'POST'],
  )
  assert.deepEqual((sent[1]!.request.json as { endpointAuthorization: object }).endpointAuthorization, {
    secret: 'Bearer secret',
  })
  assert.match(String(sent[1]!.request.query!.subscriberId), /^[a-z][a-z0-9-]{2,34}[a-z0-9]$/)
  await notifications.subscribeApplication!(context)
  assert.equal(sent.length, 3, 'nothing to do')
  await notifications.subscribeApplication!({ ...context, callbackUrl: 'https://new.example.com/v2/hooks/google/dev' })
  assert.equal(sent.at(-1)!.request.method, 'PATCH')
})

test('a service account signs for a token; its key never leaves', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const service_account = JSON.stringify({ client_email: 'loam@p.iam.gserviceaccount.com', private_key: pem })
  const sent: { at: string; request: Omit<HttpRequest, 'url'> }[] = []
  await notifications.subscribeApplication!({
    ...subscriber,
    client: { id: 'x', secret: 'y', extra: { project_number: '618', service_account } },
    async send(at: Address, request: Omit<HttpRequest, 'url'> = {}) {
      sent.push({ at: `${at.host}${at.path}`, request })
      return responseOf({ json: at.path === '/token' ? { access_token: 'ya29' } : {} })
    },
  })
  const [head, claims, signature] = (sent[0]!.request.form!.assertion as string).split('.')
  assert.ok(
    verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
      Buffer.from(signature!, 'base64url'),
    ),
  )
  const said = JSON.parse(Buffer.from(claims!, 'base64url').toString('utf8')) as Record<string, unknown>
  assert.equal(said.iss, 'loam@p.iam.gserviceaccount.com')
  assert.equal(said.exp, (said.iat as number) + 3600)
  assert.equal(sent[1]!.request.headers!.authorization, 'Bearer ya29')
  assert.ok(!JSON.stringify(sent).includes('PRIVATE KEY'))
})

test('without a project nothing is subscribed; a key that is none says so', async () => {
  const client = (extra: Record<string, string>) => ({ id: 'x', secret: 'y', extra })
  const send = () => assert.fail('nothing has to be asked')
  await notifications.subscribeApplication!({ ...subscriber, client: client({}), send })
  const broken = client({ project_number: '618', service_account: '{"client_email":"x"}' })
  await assert.rejects(notifications.subscribeApplication!({ ...subscriber, client: broken, send }), /private_key/)
})
