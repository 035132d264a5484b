import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../platform/errors.ts'
import type { HttpResponse } from '../platform/http.ts'
import { connectors, variantsOf } from './index.ts'
import { responseOf, textResponse } from './test-http.ts'
import { readStandardTokens, secondsIn } from './token-answers.ts'

function answer(status: number, body: unknown): HttpResponse {
  return body === undefined ? textResponse(status, '<html>') : responseOf({ status, json: body })
}

for (const [name, status, body, next] of [
  ['a void grant', 400, { error: 'invalid_grant' }, 'reauthorize'],
  ['a refusal without a code', 401, undefined, 'reauthorize'],
  ['a refusal by a code, whatever the status', 200, { error: 'invalid_grant' }, 'reauthorize'],
  ['another client', 401, { error: 'invalid_client' }, 'retry'],
  ['a scope that we ask for and nobody may have', 400, { error: 'invalid_scope' }, 'retry'],
  ['a way of asking that is not taken', 400, { error: 'unsupported_grant_type' }, 'retry'],
  ['trouble that says that it passes', 400, { error: 'temporarily_unavailable' }, 'retry'],
  ['too many', 429, undefined, 'retry'],
  ['away', 503, undefined, 'retry'],
  ['a page of maintenance', 200, undefined, 'retry'],
  ['a way to such a page', 302, undefined, 'retry'],
  ["a firewall's page", 403, undefined, 'retry'],
  ['the same in JSON', 403, { error: 'forbidden' }, 'retry'],
  ['an endpoint that is not there for a while', 404, undefined, 'retry'],
] as const) {
  test(`${name}, ${status}: ${next}`, () => {
    assert.throws(
      () => readStandardTokens(answer(status, body), ' '),
      (error) => error instanceof ProviderError && error.next === next,
    )
  })
}

test('how long a token lasts: a number or a text; what is no time is not known', () => {
  for (const [value, seconds] of [
    [3600, 3600],
    ['3600', 3600],
    [3600.0005, 3600],
    [1e300, 100 * 365 * 86_400],
    ...[0, -1, 0.4, '', ' ', 'soon', null, undefined, false, [], Number.NaN].map((none) => [none, null] as const),
  ] as const) {
    assert.equal(secondsIn(value), seconds, String(value))
  }
})

test('a refresh token that is empty is none: the one before stays', () => {
  const { refreshToken } = readStandardTokens(responseOf({ json: { access_token: 'a', refresh_token: '' } }), ' ')
  assert.equal(refreshToken, null)
})

test('at every source: a page in the place of an answer ends no connection, and renews none', () => {
  const about = {
    grant: 'refresh',
    client: { id: 'id', secret: 'secret', extra: {} },
    previous: { accessToken: 'old', refreshToken: 'older', providerUserId: 'account' },
    scopes: [],
    redirectUri: '',
  } as const
  for (const { auth, id } of connectors.flatMap((each) => [
    each,
    ...variantsOf(each).map((other) => other.connector),
  ])) {
    if (auth.kind !== 'oauth2') continue
    for (const status of [200, 302, 403, 404, 408, 429, 500, 503]) {
      for (const response of [textResponse(status, '<html>'), responseOf({ status, json: { message: 'not now' } })]) {
        assert.throws(
          () => auth.readTokens?.(response, about) ?? readStandardTokens(response, auth.scopeSeparator),
          (error) => error instanceof ProviderError && error.next === 'retry',
          `${id} ${status}`,
        )
      }
    }
  }
})
