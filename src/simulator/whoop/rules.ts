// What WHOOP does its own way.
import type { LimitUsage, Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'WHOOP',
  name: 'WHOOP',
  oauth: {
    authorizePath: '/oauth/oauth2/auth',
    tokenPath: '/oauth/oauth2/token',
    scopeSeparator: ' ',
    pkce: 'none',
    clientAuthentication: 'body',
    scopeInRedirect: true,
    checkAuthorize: ({ state = '' }) => (state.length < 8 ? 'invalid_state' : null),
  },
  tokens: { accessSeconds: 3600, refresh: 'rotating', oneAccessToken: true },
  limits: [
    { requests: 100, seconds: 60, per: 'application' },
    { requests: 10_000, seconds: 86_400, per: 'application' },
  ],
  refuse,
  notifications: { retryAfterSeconds: [30, 120, 420, 900, 1800] },
}

const WORDS: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
}

function refuse({ what, status, retryAfterSeconds }: Problem): Response {
  if (what === 'token') return new Response('Authorization was not valid', { status })
  const response = Response.json({ error: WORDS[status] ?? 'Internal Server Error' }, { status })
  if (what !== 'limit') return response
  return withHeaders(response, 0, retryAfterSeconds ?? 17)
}

/** `now` by the clock that the windows were made with. */
export function withUsage(response: Response, usage: readonly LimitUsage[], now: number): Response {
  const [fullest] = usage
  if (fullest === undefined) return response
  const left = Math.max(0, fullest.requests - fullest.used)
  return withHeaders(response, left, Math.max(1, Math.ceil((fullest.resetAt - now) / 1000)))
}

function withHeaders(response: Response, remaining: number, resetSeconds: number): Response {
  response.headers.set('x-ratelimit-limit', '100, 100;window=60, 10000;window=86400')
  response.headers.set('x-ratelimit-remaining', String(remaining))
  response.headers.set('x-ratelimit-reset', String(resetSeconds))
  return response
}
