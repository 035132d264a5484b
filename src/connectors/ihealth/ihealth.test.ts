import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import {
  type ConnectionHttp,
  type FetchContext,
  type Fetched,
  type NotificationRequest,
  type NotificationSecrets,
  PartlyReadable,
} from '../connector.ts'
import { mapPage } from '../map-pages.ts'
import { responseOf } from '../test-http.ts'
import { httpStatusOf } from './errors.ts'
import { fetchList } from './fetch.ts'
import { ihealth } from './index.ts'
import { notifications } from './notifications.ts'
import { authorizeCall, oauth } from './oauth.ts'

const USER = '05dffbe0dd3c4f6a9b1e7c2d8f4a5b60'
const client = { id: 'app', secret: 'secret', extra: { sc: 'the-sc', sv_bp: 'the-sv', subscription_id: '' } }
const about = { client, previous: null, scopes: [], redirectUri: 'https://loam.example/cb' }

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`samples/${name}.json`, import.meta.url), 'utf8'))
}

function answer(name: string, status = 200): HttpResponse {
  return responseOf({ status, json: sample(name) })
}

test('the HTTP status that an error amounts to, whether its code is a number or a text', () => {
  const names = readdirSync(new URL('samples/errors', import.meta.url)).map((file) => file.replace('.json', ''))
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, httpStatusOf(answer(`errors/${name}`))])), {
    '0003-sc-sv': 403,
    '2002-unauthorized-token': 401,
    '2005-user-region': 400,
    '5004-invalid-apiname': 403,
    '503-hour-limit': 429,
  })
  assert.equal(httpStatusOf(answer('bp/empty.input')), 200)
  assert.equal(httpStatusOf(answer('errors/2002-unauthorized-token', 401)), 401)
  assert.equal(httpStatusOf(responseOf({ status: 502, json: null })), 502)
})

test('tokens have names of their own; a refresh names the account and no grant type', () => {
  const tokens = oauth.readTokens!(answer('tokens/code'), { ...about, grant: 'code' })
  assert.deepEqual([tokens.accessToken, tokens.refreshToken], ['xpoBt0ThQQ-demo-access', 'xpoBt0ThQQ-demo-refresh'])
  assert.deepEqual([tokens.providerUserId, tokens.expiresInSeconds], [USER, 3_672_000])
  assert.equal(tokens.scopes!.length, 8)
  const previous = { accessToken: 'a', refreshToken: 'r', providerUserId: USER }
  const form = { grant_type: 'refresh_token', refresh_token: 'r', client_id: 'app', client_secret: 'secret' }
  assert.deepEqual(oauth.tokenForm!(form, { ...about, grant: 'refresh', previous }), {
    refresh_token: 'r',
    client_id: 'app',
    client_secret: 'secret',
    response_type: 'refresh_token',
    redirect_uri: 'https://loam.example/cb',
    UserID: USER,
  })
  assert.equal(
    oauth.readTokens!(answer('tokens/refresh'), { ...about, grant: 'refresh', previous }).providerUserId,
    USER,
  )
})

test('refusals: another region is named, a void grant is the person, the rest is ours or passes', () => {
  const next = (response: HttpResponse): unknown => {
    try {
      return oauth.readTokens!(response, { ...about, grant: 'refresh' })
    } catch (error) {
      assert.ok(error instanceof ProviderError)
      return [error.next, error.message]
    }
  }
  assert.deepEqual(next(answer('errors/2005-user-region')), [
    'give_up',
    "this account lives at api.ihealthlabs.com.eu: set the source's host to it",
  ])
  assert.deepEqual(next(answer('errors/2002-unauthorized-token')), [
    'reauthorize',
    'iHealth refused the grant (error 2002)',
  ])
  assert.deepEqual((next(answer('errors/503-hour-limit')) as string[])[0], 'retry')
  for (const code of [1001, '1002', 2001]) {
    assert.match((next(responseOf({ json: { ErrorCode: code } })) as string[])[1]!, /client id, secret or redirect/)
  }
  assert.deepEqual((next(responseOf({ status: 500, json: null })) as string[])[0], 'retry')
})

test('every call has the credentials of its type; a type without them is left out', () => {
  const access = { token: 'token', client, providerUserId: USER, redirectUri: 'https://loam.example/cb' }
  assert.deepEqual(authorizeCall({ query: { sv: 'bp', page_index: 1 } }, access).query, {
    page_index: 1,
    client_id: 'app',
    client_secret: 'secret',
    redirect_uri: 'https://loam.example/cb',
    access_token: 'token',
    sc: 'the-sc',
    sv: 'the-sv',
  })
  const skips = (sv: string, problem: RegExp, extra = client.extra as Record<string, string>) =>
    assert.throws(
      () => authorizeCall({ query: { sv } }, { ...access, client: { ...client, extra } }),
      (error) => error instanceof ProviderError && error.next === 'skip' && problem.test(error.message),
    )
  skips('sleep', /sv_sleep/)
  skips('bp', /'s sc /, { sv_bp: 'x' })
})

function request(body: unknown, query: Record<string, string> = { key: 'a key' }): NotificationRequest {
  return { method: 'POST', headers: {}, query, body: Buffer.from(JSON.stringify(body)) }
}

test('notifications: one question for a type and a person, over all days that are named', () => {
  const changed = (kind: string, start: string, end: string) => ({
    what: 'changed',
    providerUserId: USER,
    kind,
    wanted: { days: { start, end } },
  })
  assert.deepEqual(notifications.parse(request(sample('notifications/three-entries'))), [
    changed('bp', '2026-09-14', '2026-09-16'),
    changed('sleep', '2026-09-14', '2026-09-16'),
  ])
  const bp = (MDate: string) => ({ CollectionType: 'BP', MDate, UserID: USER })
  assert.deepEqual(
    notifications.parse(request([bp('2026-09-15 07:41:00'), bp('2026-09-12 07:41:00,2026-09-13 08:00:00')])),
    [changed('bp', '2026-09-11', '2026-09-16')],
  )
  assert.deepEqual(notifications.parse(request([{ ...bp('2026-09-15'), CollectionType: 'constructor' }])), [])
  for (const bad of [{}, [{ ...bp('yesterday') }], [{ CollectionType: 'bp', MDate: '2026-09-15' }], 'text']) {
    assert.throws(() => notifications.parse(request(bad)))
  }
  // A time that cannot be read takes no other entry with it, of the same person and type as little as of others.
  assert.throws(
    () => notifications.parse(request([bp('2026-09-15 07:41:00'), bp('yesterday'), bp('2026-09-12 08:00:00')])),
    (error) => {
      assert.ok(error instanceof PartlyReadable)
      assert.deepEqual(error.changes, [changed('bp', '2026-09-11', '2026-09-16')])
      return true
    },
  )
})

test('the key proves the sender, and the subscription id where one is known', () => {
  const secrets = (subscription_id: string): NotificationSecrets => ({
    client: { ...client, extra: { subscription_id } },
    verificationToken: 'a key',
    now: 0,
    send: () => assert.fail('nothing has to be asked'),
  })
  const body = sample('notifications/three-entries')
  const own = '07bf3c71aa5d4e6f8091a2b3c4d5e6f7'
  assert.equal(notifications.verify(request(body), secrets('')), true)
  assert.equal(notifications.verify(request(body), secrets(own)), true)
  assert.equal(notifications.verify(request(body), secrets('another')), false)
  assert.equal(notifications.verify(request(body, { key: 'a kez' }), secrets(own)), false)
  assert.equal(notifications.verify(request(body, {}), secrets('')), false)
})

async function all(answers: readonly object[]): Promise<{ asked: Record<string, unknown>[]; fetched: Fetched[] }> {
  const asked: Record<string, unknown>[] = []
  const http: ConnectionHttp = {
    async send({ path }, { query = {} } = {}) {
      assert.equal(path, `/openapiv2/user/${USER}/bp.json/`)
      asked.push(query)
      return responseOf({ json: answers[asked.length - 1] ?? assert.fail('asked too often') })
    },
    follow: (url) => assert.fail(`nobody should follow ${url}`),
  }
  const context: FetchContext = {
    http,
    wanted: { days: { start: '2026-09-15', end: '2026-09-16' } },
    providerUserId: USER,
    timeZone: null,
    grantedScopes: null,
    now: 0,
  }
  const fetched: Fetched[] = []
  for await (const each of fetchList('bp', 'body')(context)) fetched.push(each)
  return { asked, fetched }
}

test('pages are counted up until all are there, and are one page', async () => {
  const { asked, fetched } = await all([
    { RecordCount: 3, BPDataList: [1, 2], BPUnit: 0, NextPageUrl: 'https://…' },
    { RecordCount: 3, BPDataList: [3], BPUnit: 0 },
  ])
  const range = {
    start_time: Date.parse('2026-09-14T00:00:00Z') / 1000,
    end_time: Date.parse('2026-09-18T00:00:00Z') / 1000 - 1,
  }
  assert.deepEqual(asked, [
    { sv: 'bp', ...range, page_index: 1, locale: 'default' },
    { sv: 'bp', ...range, page_index: 2, locale: 'default' },
  ])
  const days = { start: '2026-09-15', end: '2026-09-16' }
  assert.deepEqual(fetched, [
    {
      kind: 'bp',
      request: { start_date: days.start, end_date: days.end },
      payload: { RecordCount: 3, CurrentRecordCount: 3, BPDataList: [1, 2, 3], BPUnit: 0, NextPageUrl: '' },
    },
    { listed: { type: 'body', days } },
  ])
})

test('units that change between pages, and pages that are none, are tried again', async () => {
  const retry = (error: unknown) => error instanceof ProviderError && error.next === 'retry'
  await assert.rejects(
    all([
      { RecordCount: 2, BPDataList: [1], BPUnit: 0 },
      { RecordCount: 2, BPDataList: [2], BPUnit: 1 },
    ]),
    retry,
  )
  await assert.rejects(all([[]]), retry)
})

const input = { timeZone: null, receivedAt: 0 }
const bp = { MDate: 1_789_458_060, HP: 118, LP: 76 }
const unreadable: [kind: string, payload: unknown, message: RegExp][] = [
  ['bp', { BPDataList: [bp], BPUnit: 2 }, /^bp: BPUnit: expected a unit code, 0 to 1$/],
  ['bp', { BPDataList: [bp] }, /^bp: BPUnit: expected a unit code/],
  ['bp', { BPDataList: [bp], BPUnit: '' }, /^bp: BPUnit: expected a unit code/],
  ['weight', { WeightDataList: [], WeightUnit: 'lb' }, /^weight: WeightUnit: /],
  ['glucose', { BGDataList: [{ ...bp, MDate: 0 }], BGUnit: 0 }, /^glucose: BGDataList\[0\]\.MDate: expected a time/],
  [
    'spo2',
    { BODataList: [{ ...bp, MDate: 1_789_458_060_000 }] },
    /^spo2: BODataList\[0\]\.MDate: expected a time, in seconds$/,
  ],
  ['sleep', { SRDataList: [{ StartTime: 1 }] }, /^sleep: SRDataList\[0\]\.DataID: /],
  ['spo2', sample('errors/0003-sc-sv'), /^spo2: ErrorCode: expected none/],
  ['userinfo', {}, /no page of kind userinfo: expected an object with `userid`/],
  ['userinfo', 'text', /no page of kind userinfo/],
]
for (const [kind, payload, message] of unreadable) {
  test(`unreadable: ${message.source}`, () => {
    assert.throws(() => mapPage(ihealth, kind, payload, input), { name: 'UnreadablePage', message })
  })
}
