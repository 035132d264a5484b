// What Polar does its own way.
import { randomBytes } from 'node:crypto'
import type { LimitUsage, Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'POLAR',
  name: 'Polar',
  oauth: {
    authorizePath: '/oauth2/authorization',
    tokenPath: '/v2/oauth2/token',
    scopeSeparator: ' ',
    pkce: 'none',
    clientAuthentication: 'basic',
    defaultScopes: ['accesslink.read_all'],
  },
  // A token is good until somebody ends it; a code that comes twice ends what it gave.
  tokens: { codeSeconds: 600, codeReuseRevokes: true, accessSeconds: 315_359_999, refresh: 'none' },
  limits: [
    { requests: 520, seconds: 900, per: 'application' },
    { requests: 5100, seconds: 86_400, per: 'application' },
  ],
  refuse,
  notifications: { retryAfterSeconds: [60, 600, 3600, 21_600] },
}

const WORDS: Record<Problem['what'], [type: string, message: string]> = {
  token: ['unauthorized', 'The access token is not valid'],
  scope: ['forbidden', 'User has not granted access'],
  limit: ['rate_limited', 'Rate limit exceeded'],
  missing: ['not_found', 'Not found'],
  bad_request: ['bad_request', 'Invalid date range'],
  ordered: ['internal_error', 'Internal error'],
}

function refuse({ what, status, retryAfterSeconds, usage }: Problem): Response {
  const [errorType, message] = WORDS[what]
  const response = problem(status, errorType, message)
  if (what !== 'limit') return response
  const reset = retryAfterSeconds ?? 60
  const day = usage !== null && usage.seconds >= 86_400
  response.headers.set('ratelimit-usage', day ? '12,5101' : '521,600')
  response.headers.set('ratelimit-limit', '520,5100')
  response.headers.set('ratelimit-reset', day ? `60,${reset}` : `${reset},70012`)
  return response
}

export function problem(status: number, errorType: string, message: string): Response {
  const timestamp = new Date(0).toISOString()
  return Response.json({ timestamp, status, errorType, message, corrId: randomBytes(8).toString('hex') }, { status })
}

/** Short and long window, on every answer. */
export function withUsage(response: Response, usage: readonly LimitUsage[], now: number): Response {
  const short = usage.find((each) => each.seconds < 86_400)
  const long = usage.find((each) => each.seconds >= 86_400)
  const left = (window: LimitUsage | undefined): number =>
    window === undefined ? 0 : Math.max(0, Math.ceil((window.resetAt - now) / 1000))
  response.headers.set('ratelimit-usage', `${short?.used ?? 0},${long?.used ?? 0}`)
  response.headers.set('ratelimit-limit', `${short?.requests ?? 520},${long?.requests ?? 5100}`)
  response.headers.set('ratelimit-reset', `${left(short)},${left(long)}`)
  return response
}
