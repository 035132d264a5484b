// What Oura does its own way.
import type { Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'OURA',
  name: 'Oura',
  oauth: {
    authorizePath: '/oauth/authorize',
    tokenPath: '/oauth/token',
    scopeSeparator: ' ',
    pkce: 'optional',
    clientAuthentication: 'either',
    scopeInRedirect: true,
  },
  tokens: { accessSeconds: 86_400, refreshSeconds: 400 * 86_400, refresh: 'rotating' },
  limits: [{ requests: 5000, seconds: 300, per: 'token' }],
  refuse,
  notifications: { retryAfterSeconds: Array.from({ length: 10 }, (_, i) => 4 * 2 ** i) },
}

const TITLES: Record<number, string> = { 401: 'Unauthorized', 403: 'Forbidden' }

function refuse({ what, status, detail, retryAfterSeconds, usage }: Problem): Response {
  const title = TITLES[status]
  const body = title === undefined ? { detail } : { status, title, detail }
  const headers: Record<string, string> = {}
  if (retryAfterSeconds !== null) headers['retry-after'] = String(retryAfterSeconds)
  if (what === 'limit' && usage !== null) {
    headers['x-ratelimit-limit'] = String(usage.requests)
    headers['x-ratelimit-window'] = String(usage.seconds)
    headers['x-ratelimit-reset'] = String(Math.ceil(usage.resetAt / 1000))
    headers['x-ratelimit-tier'] = 'default'
  }
  return Response.json(body, { status, headers })
}
