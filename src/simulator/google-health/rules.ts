// What Google does its own way: google.rpc's errors, refresh tokens that stay, 300 requests a minute.
import type { Problem, Rules } from '../kit/rules.ts'

const STATUSES: Record<number, { status: string; reason: string | null }> = {
  400: { status: 'INVALID_ARGUMENT', reason: null },
  401: { status: 'UNAUTHENTICATED', reason: 'ACCESS_TOKEN_EXPIRED' },
  403: { status: 'PERMISSION_DENIED', reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' },
  404: { status: 'NOT_FOUND', reason: null },
  429: { status: 'RESOURCE_EXHAUSTED', reason: 'RATE_LIMIT_EXCEEDED' },
  500: { status: 'INTERNAL', reason: null },
  503: { status: 'UNAVAILABLE', reason: null },
}

export function rulesOf(id: string, name: string): Rules {
  return {
    id,
    name,
    oauth: {
      authorizePath: '/o/oauth2/v2/auth',
      tokenPath: '/token',
      scopeSeparator: ' ',
      pkce: 'optional',
      clientAuthentication: 'body',
      // Without it nobody gets a refresh token, and the connection would end within the hour.
      checkAuthorize: (query) => (query.access_type === 'offline' ? null : 'invalid_request'),
    },
    tokens: { accessSeconds: 3599, refresh: 'lasting', refreshSeconds: 180 * 86_400, prefix: 'ya29.sim' },
    limits: [
      { requests: 300, seconds: 60, per: 'token' },
      { requests: 120_000, seconds: 60, per: 'application' },
    ],
    refuse,
    notifications: { retryAfterSeconds: Array.from({ length: 12 }, (_, i) => 5 * 2 ** i) },
  }
}

function refuse({ status, detail, retryAfterSeconds }: Problem): Response {
  const known = STATUSES[status] ?? { status: 'UNKNOWN', reason: null }
  const headers = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }
  return Response.json(errorBody(status, known.status, detail, known.reason), { status, headers })
}

export function errorBody(code: number, status: string, message: string, reason: string | null): object {
  const details =
    reason === null
      ? {}
      : {
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason,
              domain: 'googleapis.com',
              metadata: { service: 'health.googleapis.com' },
            },
          ],
        }
  return { error: { code, message, status, ...details } }
}
