import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { ConnectionHttp, FetchContext, Fetched, NotificationRequest } from '../connector.ts'
import { mapPage } from '../map-pages.ts'
import { responseOf } from '../test-http.ts'
import { fetchMeasurement } from './fetch.ts'
import { omron } from './index.ts'
import { notifications } from './notifications.ts'
import { oauth } from './oauth.ts'

const client = { id: 'app', secret: 'secret', extra: {} }
const about = { client, previous: null, scopes: ['bloodpressure', 'weight'], redirectUri: 'https://loam.example/cb' }
const ACCOUNT = 'af2fc6f3-3c34-4bb0-ae1d-be3270e1793c'

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`samples/${name}.json`, import.meta.url), 'utf8'))
}

function answer(name: string, status = 200): HttpResponse {
  return responseOf({ status, json: sample(name) })
}

test('the account is in the id token; a refresh brings none, and none is needed', () => {
  const tokens = oauth.readTokens!(answer('tokens/code'), { ...about, grant: 'code' })
  assert.equal(tokens.providerUserId, ACCOUNT)
  assert.deepEqual([tokens.accessToken, tokens.expiresInSeconds], ['0f4a9d7c5b3e41d2a8f6', 3600])
  const previous = { accessToken: 'a', refreshToken: 'r', providerUserId: ACCOUNT }
  const next = oauth.readTokens!(answer('tokens/refresh'), { ...about, grant: 'refresh', previous })
  assert.deepEqual([next.providerUserId, next.refreshToken], [ACCOUNT, '4860b7e1c3a95d2f'])
  assert.throws(() => oauth.readTokens!(answer('tokens/refresh'), { ...about, grant: 'code' }), /whose account/)
  assert.throws(
    () => oauth.readTokens!(answer('errors/oauth-400-invalid-grant', 400), { ...about, grant: 'refresh', previous }),
    (error) => error instanceof ProviderError && error.next === 'reauthorize',
  )
})

test('the scopes go along with the code, the redirect with a refresh', () => {
  const code = oauth.tokenForm!({ code: 'c' }, { ...about, grant: 'code' })
  assert.deepEqual(code, { code: 'c', scope: 'bloodpressure weight' })
  const refresh = oauth.tokenForm!({ refresh_token: 'r' }, { ...about, grant: 'refresh' })
  assert.deepEqual(refresh, { refresh_token: 'r', redirect_uri: 'https://loam.example/cb' })
})

test('a status in the body that is not 0 is an error', () => {
  assert.equal(omron.statusOf!(answer('errors/measurement-status')), 400)
  assert.equal(omron.statusOf!(answer('measurement/empty.input')), 200)
  assert.equal(omron.statusOf!(answer('errors/401-unauthorized', 401)), 401)
})

test('a notification is a hint, as JSON and as a form', () => {
  const request = (body: string): NotificationRequest => ({
    method: 'POST',
    headers: {},
    query: {},
    body: Buffer.from(body),
  })
  const days = { start: '2026-09-14', end: '2026-09-16' }
  const expected = [{ what: 'changed', providerUserId: ACCOUNT, kind: 'measurement', wanted: { days } }]
  assert.deepEqual(notifications.parse(request(JSON.stringify(sample('notifications/upload-json')))), expected)
  const form = (sample('notifications/upload-form') as { raw_body: string }).raw_body
  assert.deepEqual(notifications.parse(request(form)), expected)
  for (const [body, problem] of [
    ['{"timestamp":"2026-09-15T18:03:46"}', /id/],
    ['{"id":7,"timestamp":"2026-09-15T18:03:46"}', /id/],
    [`{"id":"${ACCOUNT}"}`, /timestamp/],
    [`id=${ACCOUNT}&timestamp=yesterday`, /timestamp/],
    ['{', /JSON/],
    ['', /id/],
  ] as const) {
    assert.throws(() => notifications.parse(request(body)), problem, body)
  }
})

test('what is no page says so', () => {
  const map = (payload: unknown) => mapPage(omron, 'bloodpressure', payload, { timeZone: null, receivedAt: 0 })
  assert.throws(() => map(sample('errors/measurement-status')), /^UnreadablePage: measurement: status: expected 0 /)
  assert.throws(() => map('text'), /no page of kind measurement/)
  assert.throws(() => map([{ id: 1, pulse: 60 }]), /^UnreadablePage: measurement: \[0\]: an answer with/)
  assert.throws(() => map({ systolic: 118 }), /bloodPressure\[0\]: expected dateTimeLocal or dateTime/)
  assert.throws(() => map({ systolic: '118', dateTime: '2026-09-15T05:00:00' }), /bloodPressure\[0\]\.systolic: /)
})

interface Question {
  [name: string]: string
}

async function all(pages: readonly object[], days = { start: '2026-09-15', end: '2026-09-15' }) {
  const asked: Question[] = []
  const http: ConnectionHttp = {
    async send(to, request = {}) {
      assert.deepEqual([to.path, request.method], ['/api/measurement', 'POST'])
      asked.push(request.form!)
      return responseOf({ json: { status: 0, result: pages[asked.length - 1] ?? assert.fail('asked too often') } })
    },
    follow: (url) => assert.fail(`nobody should follow ${url}`),
  }
  const context: FetchContext = {
    http,
    wanted: { days },
    providerUserId: ACCOUNT,
    timeZone: null,
    grantedScopes: null,
    now: Date.parse('2026-11-20T12:00:00Z'),
  }
  const fetched: Fetched[] = []
  for await (const each of fetchMeasurement(context)) fetched.push(each)
  return { asked, fetched }
}

const reading = (id: number, day: string) => ({ id, dateTimeLocal: `${day}T07:00:00`, systolic: 118 })

test('cut answers go on by their key, as long as they are of the wanted days', async () => {
  const { asked, fetched } = await all([
    { truncated: true, nextPaginationKey: 'two', bloodPressure: [reading(1, '2026-09-14'), reading(2, '2026-09-15')] },
    {
      truncated: true,
      nextPaginationKey: 'three',
      bloodPressure: [reading(2, '2026-09-15'), reading(3, '2026-09-16')],
    },
  ])
  assert.deepEqual(
    asked.map(({ since, sortOrder, nextPaginationKey }) => [since, sortOrder, nextPaginationKey]),
    [
      ['2026-09-14', 'asc', undefined],
      ['2026-09-14', 'asc', 'two'],
    ],
  )
  const [page] = fetched
  assert.ok(page !== undefined && 'payload' in page)
  assert.deepEqual((page.payload as { result: { bloodPressure: unknown } }).result.bloodPressure, [
    reading(2, '2026-09-15'),
  ])
  assert.deepEqual(page.request, { start_date: '2026-09-15', end_date: '2026-09-15', account: ACCOUNT })
})

test('cut answers without a key go on from their last day, and an answer that goes nowhere is given up', async () => {
  const { asked } = await all(
    [
      { truncated: true, nextPaginationKey: null, weight: [reading(1, '2026-09-15')] },
      { truncated: false, weight: [reading(1, '2026-09-15')] },
    ],
    { start: '2026-09-14', end: '2026-09-20' },
  )
  assert.deepEqual(
    asked.map(({ since }) => since),
    ['2026-09-13', '2026-09-15'],
  )
  await assert.rejects(
    all([
      { truncated: true, bloodPressure: [reading(1, '2026-09-14')] },
      { truncated: true, bloodPressure: [] },
    ]),
    /did not end/,
  )
})
