import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpRequest } from '../../platform/http.ts'
import type { Address, Tokens } from '../connector.ts'
import { answering, responseOf } from '../test-http.ts'
import { strava } from './index.ts'
import { oauth } from './oauth.ts'

const client = { id: 'client', secret: 'secret', extra: {} }
const about = { grant: 'code', client, previous: null, scopes: [], redirectUri: '' } as const

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./samples/answers/${name}.json`, import.meta.url), 'utf8'))
}

test('a token answer names the scopes that stayed ticked, and the account when a code was exchanged', () => {
  const first = oauth.readTokens!(responseOf({ json: sample('token-of-a-code') }), about)
  assert.deepEqual(first.scopes, ['read', 'activity:read_all', 'profile:read_all'])
  assert.equal(first.providerUserId, '41289345')
  assert.equal(first.expiresInSeconds, 21_600)
  const second = oauth.readTokens!(responseOf({ json: sample('token-of-a-refresh') }), about)
  assert.deepEqual([second.scopes, second.providerUserId], [null, null])
  assert.match(second.refreshToken!, /^[0-9a-f]{40}$/)
})

const application = {
  message: 'Authorization Error',
  errors: [{ resource: 'Application', field: '', code: 'invalid' }],
}
const refusals: [what: string, status: number, json: unknown, next: string][] = [
  ['a code', 400, sample('refused-code'), 'reauthorize'],
  ['a refresh token', 400, sample('refused-refresh'), 'reauthorize'],
  ['our secret', 401, application, 'retry'],
  ['our application, which is not active', 403, sample('inactive-application'), 'retry'],
  ['a page on the way', 302, null, 'retry'],
  ['a host that has moved', 404, null, 'retry'],
  ['too much', 429, sample('rate-limited'), 'retry'],
  ['a bad day', 503, null, 'retry'],
  ['half an answer', 200, { access_token: 7 }, 'retry'],
]
for (const [what, status, json, next] of refusals) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => oauth.readTokens!(responseOf({ status, json }), about),
      (error) => error instanceof ProviderError && error.next === next,
    )
  })
}

test('a token that lasts as long as a text says, or nobody knows how long, is a token', () => {
  const answer = { access_token: 'a', refresh_token: 'b' }
  for (const [expires_in, seconds] of [
    ['21600', 21_600],
    [0, null],
  ] as const) {
    const tokens = oauth.readTokens!(responseOf({ json: { ...answer, expires_in } }), about)
    assert.deepEqual([tokens.refreshToken, tokens.expiresInSeconds], ['b', seconds])
  }
})

async function identified(tokens: Partial<Tokens>, answers: Parameters<typeof answering>[0] = {}) {
  const whole = { accessToken: 't', refreshToken: null, expiresInSeconds: null, scopes: null, ...tokens }
  return strava.identify({ http: answering(answers).http, tokens: whole, client, userId: 'user' })
}

test('without leave to read activities there is no connection', async () => {
  await assert.rejects(identified({ scopes: ['read', 'profile:read_all'], providerUserId: '7' }), /tick the box/)
  assert.deepEqual(await identified({ scopes: ['activity:read'], providerUserId: '7' }), { providerUserId: '7' })
})

test('an account that the token answer does not name is asked for', async () => {
  assert.deepEqual(await identified({}, { 'api/athlete': { json: { id: 41289345 } } }), { providerUserId: '41289345' })
  await assert.rejects(identified({}, { 'api/athlete': { json: {} } }), /whose account/)
})

test('access is ended as the day wants it', async () => {
  const calls: [Address, Omit<HttpRequest, 'url'> | undefined][] = []
  let status = 200
  const end = (now: string) =>
    oauth.revoke!({
      tokens: { accessToken: 'access', refreshToken: 'refresh' },
      client,
      providerUserId: '7',
      now: Date.parse(now),
      send(at, request) {
        calls.push([at, request])
        return Promise.resolve(responseOf({ status, json: {} }))
      },
    })
  await end('2026-11-26T00:00:00Z')
  assert.equal(calls[0]![0].path, '/oauth/deauthorize')
  assert.deepEqual(calls[0]![1]?.headers, { authorization: 'Bearer access' })
  await end('2027-06-01T00:00:00Z')
  assert.equal(calls[1]![0].path, '/oauth/revoke')
  assert.deepEqual(calls[1]![1]?.form, { token: 'refresh' })
  assert.deepEqual(calls[1]![1]?.headers, { authorization: 'Basic Y2xpZW50OnNlY3JldA==' })
  status = 401
  await end('2026-11-26T00:00:00Z')
  status = 503
  await assert.rejects(end('2027-06-01T00:00:00Z'), /503/)
})

test('a missing scope looks like a missing token, and is none', () => {
  assert.equal(strava.statusOf!(responseOf({ status: 401, json: sample('missing-scope') })), 403)
  assert.equal(strava.statusOf!(responseOf({ status: 401, json: sample('unauthorized') })), 401)
  assert.equal(strava.statusOf!(responseOf({ status: 404, json: sample('missing-scope') })), 404)
})

test("an application that is not active is nobody's permission", () => {
  assert.throws(
    () => strava.statusOf!(responseOf({ status: 403, json: sample('inactive-application') })),
    (error) => error instanceof ProviderError && error.next === 'retry',
  )
  assert.equal(strava.statusOf!(responseOf({ status: 403, json: { message: 'Forbidden', errors: [] } })), 403)
})

test('a full window ends at the quarter of an hour, a full day at midnight in UTC', () => {
  const now = Date.parse('2026-11-26T15:52:30Z')
  const wait = (headers: Record<string, string>) =>
    strava.limits.waitSeconds!(responseOf({ status: 429, json: null }, headers), now)
  assert.equal(wait({}), 450)
  assert.equal(wait({ 'x-ratelimit-limit': '200,2000', 'x-ratelimit-usage': '201,700' }), 450)
  const day = 8 * 3600 + 7 * 60 + 30
  assert.equal(wait({ 'x-ratelimit-limit': '200,2000', 'x-ratelimit-usage': '12,2000' }), day)
  assert.equal(wait({ 'x-readratelimit-limit': '100,1000', 'x-readratelimit-usage': '101,1001' }), day)
})

test('the zone is that of the newest activity', () => {
  const at = (start_date: string, timezone: string) => ({ id: 1, start_date, timezone })
  const helsinki = at('2026-05-04T14:30:00Z', '(GMT+02:00) Europe/Helsinki')
  const tokyo = at('2026-05-01T14:30:00Z', '(GMT+09:00) Asia/Tokyo')
  assert.equal(strava.timeZone!('athlete_activities', [tokyo, helsinki]), 'Europe/Helsinki')
  assert.equal(strava.timeZone!('activity', tokyo), 'Asia/Tokyo')
  assert.equal(strava.timeZone!('athlete', { timezone: 'Asia/Tokyo', start_date: '2026-05-01T14:30:00Z' }), null)
  for (const odd of [null, 'x', [null], at('soon', 'Asia/Tokyo'), at('2026-05-01T14:30:00Z', '(GMT+09:00) Moon')]) {
    assert.equal(strava.timeZone!('activity', odd), null)
  }
})
