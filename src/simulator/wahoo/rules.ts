// What Wahoo does its own way.
import type { LimitUsage, Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'WAHOO',
  name: 'Wahoo',
  oauth: {
    authorizePath: '/oauth/authorize',
    tokenPath: '/oauth/token',
    scopeSeparator: ' ',
    pkce: 'optional',
    clientAuthentication: 'body',
  },
  tokens: { accessSeconds: 7200, refresh: 'rotating' },
  limits: [
    { requests: 200, seconds: 300, per: 'application' },
    { requests: 1000, seconds: 3600, per: 'application' },
    { requests: 5000, seconds: 86_400, per: 'application' },
  ],
  refuse,
  notifications: { retryAfterSeconds: [1800, 14_400, 86_400, 259_200] },
}

const SAID: Record<Problem['what'], string> = {
  token: 'The access token is invalid',
  scope: 'The access token does not have the required scope',
  limit: 'Rate limit exceeded',
  missing: 'Not found',
  bad_request: 'Bad request',
  ordered: 'Internal server error',
}

function refuse({ what, status, retryAfterSeconds, usage }: Problem): Response {
  const response = Response.json({ error: SAID[what] }, { status })
  return what === 'limit' ? withUsage(response, usage === null ? [] : [usage], retryAfterSeconds ?? 60) : response
}

function withUsage(response: Response, usage: readonly LimitUsage[], resetSeconds: number): Response {
  response.headers.set('x-ratelimit-limit', '5000, 1000, 200')
  const [fullest] = usage
  if (fullest !== undefined) {
    response.headers.set('x-ratelimit-remaining', String(Math.max(0, fullest.requests - fullest.used)))
  }
  response.headers.set('x-ratelimit-reset', String(resetSeconds))
  return response
}
