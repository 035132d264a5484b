// What Eight Sleep does its own way: no redirect, no refresh, a password each time.
import type { Problem, Rules } from '../kit/rules.ts'

export const TOKENS = '/v1/tokens'

export const rules: Rules = {
  id: 'EIGHT',
  name: 'Eight Sleep',
  oauth: {
    // There is none: the widget's own form asks.
    authorizePath: '/no-redirect',
    tokenPath: TOKENS,
    scopeSeparator: ' ',
    pkce: 'none',
    clientAuthentication: 'body',
  },
  tokens: { accessSeconds: 72_000, refresh: 'none' },
  refuse,
}

const TITLES: Record<number, [error: string, message: string]> = {
  401: ['Unauthorized', 'Invalid or expired token'],
  403: ['Forbidden', 'An active subscription is required for this feature'],
  404: ['Not Found', 'Not Found'],
  429: ['Too many requests', 'Rate limit exceeded'],
}

function refuse({ status, detail, retryAfterSeconds }: Problem): Response {
  const [error, message] = TITLES[status] ?? ['Internal Server Error', detail]
  const headers: Record<string, string> = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }
  return Response.json({ error, message }, { status, headers })
}
