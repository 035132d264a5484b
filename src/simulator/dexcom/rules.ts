// What Dexcom does its own way.
import type { Problem, Rules } from '../kit/rules.ts'

export function rulesOf(id: string, name: string): Rules {
  return {
    id,
    name,
    oauth: {
      authorizePath: '/v2/oauth2/login',
      tokenPath: '/v2/oauth2/token',
      scopeSeparator: ' ',
      pkce: 'none',
      clientAuthentication: 'body',
    },
    tokens: { codeSeconds: 60, accessSeconds: 7200, refresh: 'rotating' },
    limits: [{ requests: 60_000, seconds: 3600, per: 'application' }],
    refuse,
  }
}

function refuse({ what, status, detail, retryAfterSeconds }: Problem): Response {
  if (what === 'token') {
    const fault = { faultstring: 'Invalid Access Token', detail: { errorcode: 'keymanagement.service.invalid_token' } }
    return Response.json({ fault }, { status })
  }
  const headers = retryAfterSeconds === null ? undefined : { 'retry-after': String(retryAfterSeconds) }
  return Response.json({ error: detail }, { status, headers })
}
