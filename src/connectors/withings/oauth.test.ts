import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import { oauth } from './oauth.ts'
import { signature } from './signature.ts'
import { httpStatusOf, waitSecondsOf } from './status.ts'

const client = { id: 'id', secret: 'secret', extra: {} }
const about = { grant: 'code', client, previous: null, scopes: [], redirectUri: '' } as const

function answer(text: string, status = 200): HttpResponse {
  const body = Buffer.from(text)
  return { status, headers: {}, body, truncated: false, text: () => text, json: () => JSON.parse(text) as unknown }
}

function sample(name: string): HttpResponse {
  return answer(readFileSync(new URL(`samples/${name}.json`, import.meta.url), 'utf8'))
}

test("signatures are those of Withings' own rule", () => {
  const vectors = sample('tokens/signature-vectors').json() as Record<string, Record<string, string>> & {
    client_id: string
    client_secret: string
  }
  const own = { id: vectors.client_id, secret: vectors.client_secret }
  for (const action of ['getnonce', 'requesttoken', 'revoke']) {
    const { timestamp, nonce, signature: expected } = vectors[action]!
    assert.equal(signature(action, own, (timestamp ?? nonce)!), expected)
    assert.notEqual(signature(action, { ...own, secret: 'another' }, (timestamp ?? nonce)!), expected)
  }
})

test('tokens stand in the envelope, the account is a number or text', () => {
  const tokens = oauth.readTokens!(sample('tokens/code'), about)
  assert.equal(tokens.accessToken, 'f29bc91bbdab169fc0c0a326965953d11c7dff83')
  assert.equal(tokens.refreshToken, '5573e39b6600496d40f493d00ec7658479a19607')
  assert.deepEqual(tokens.scopes, ['user.info', 'user.metrics', 'user.activity', 'user.sleepevents'])
  assert.deepEqual([tokens.providerUserId, tokens.expiresInSeconds], ['41873320', 10_800])
  assert.deepEqual(oauth.readTokens!(sample('tokens/partial-scope'), about).scopes, ['user.metrics'])
  const text = answer(JSON.stringify({ status: 0, body: { userid: '41873320', access_token: 'a' } }))
  assert.deepEqual(oauth.readTokens!(text, about), {
    accessToken: 'a',
    refreshToken: null,
    expiresInSeconds: null,
    scopes: null,
    providerUserId: '41873320',
  })
  assert.equal(oauth.tokenForm!({ code: 'c' }, about).action, 'requesttoken')
})

test('refusals: only a void grant asks the person to sign in again', () => {
  const next = (response: HttpResponse): unknown => {
    try {
      return oauth.readTokens!(response, { ...about, grant: 'refresh' })
    } catch (error) {
      assert.ok(error instanceof ProviderError)
      return [error.next, error.afterSeconds]
    }
  }
  assert.deepEqual(next(sample('errors/oauth-401-refresh-revoked')), ['reauthorize', null])
  assert.deepEqual(next(sample('errors/oauth-503-invalid-code')), ['reauthorize', null])
  assert.deepEqual(next(sample('errors/601-too-many-requests')), ['retry', 21])
  assert.deepEqual(next(sample('errors/522-timeout')), ['retry', 30])
  assert.deepEqual(next(answer('bad gateway', 502)), ['retry', 30])
  assert.deepEqual(next(answer('{"status":503,"body":{},"error":"Invalid Params: invalid client_secret"}')), [
    'retry',
    3600,
  ])
  assert.deepEqual(next(answer('{"status":2557,"body":{}}')), ['retry', 300])
  assert.deepEqual(next(answer('{"status":0,"body":{}}')), ['retry', 300])
  assert.deepEqual(next(answer('<html>')), ['retry', 300])
})

test('the HTTP status that an error amounts to', () => {
  const expected: Record<string, number> = {
    '214-insufficient-scope': 403,
    '2554-unknown-action': 403,
    '277-unauthorized': 403,
    '293-notify-callback-unreachable': 400,
    '343-notify-not-found': 404,
    '401-invalid-token': 401,
    '503-invalid-params': 400,
    '522-timeout': 504,
    '601-too-many-requests': 429,
    'oauth-401-refresh-revoked': 401,
    'oauth-503-invalid-code': 400,
  }
  const names = readdirSync(new URL('samples/errors', import.meta.url)).map((file) => file.replace('.json', ''))
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, httpStatusOf(sample(`errors/${name}`))])), expected)
  assert.equal(httpStatusOf(answer('{"status":0,"body":{}}')), 200)
  assert.equal(httpStatusOf(answer('{"status":100}')), 401)
  assert.equal(httpStatusOf(answer('{"status":601}', 500)), 500)
  assert.equal(httpStatusOf(answer('{"sta')), 200, 'half an answer is no error of this kind')
  assert.equal(waitSecondsOf(answer('{"status":601,"body":{}}')), null)
})
