// What Hammerhead does its own way.
import type { Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'HAMMERHEAD',
  name: 'Hammerhead',
  oauth: {
    authorizePath: '/v1/auth/oauth/authorize',
    tokenPath: '/v1/auth/oauth/token',
    scopeSeparator: ' ',
    pkce: 'none',
    clientAuthentication: 'body',
  },
  tokens: { accessSeconds: 52_000, refresh: 'rotating' },
  limits: [{ requests: 60, seconds: 60, per: 'token' }],
  refuse,
}

const SAID: Record<Problem['what'], string> = {
  token: 'Unauthorized',
  scope: 'Forbidden resource',
  limit: 'Too Many Requests',
  missing: 'Not Found',
  bad_request: 'Bad Request',
  ordered: 'Internal server error',
}

function refuse({ what, status, retryAfterSeconds }: Problem): Response {
  const headers = retryAfterSeconds === null ? undefined : { 'retry-after': String(retryAfterSeconds) }
  return Response.json({ message: SAID[what], statusCode: status }, { status, headers })
}
