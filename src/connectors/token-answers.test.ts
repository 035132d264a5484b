import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../platform/errors.ts'
import type { HttpResponse } from '../platform/http.ts'
import { responseOf, textResponse } from './test-http.ts'
import { readStandardTokens } from './token-answers.ts'

function answer(status: number, body: unknown): HttpResponse {
  return body === undefined ? textResponse(status, '<html>') : responseOf({ status, json: body })
}

for (const [name, status, body, next] of [
  ['a void grant', 400, { error: 'invalid_grant' }, 'reauthorize'],
  ['a refusal without a code', 401, undefined, 'reauthorize'],
  ['a refusal by a code, whatever the status', 200, { error: 'invalid_grant' }, 'reauthorize'],
  ['another client', 401, { error: 'invalid_client' }, 'retry'],
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
