// What Suunto does its own way.
import type { Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'SUUNTO',
  name: 'Suunto',
  oauth: {
    authorizePath: '/oauth/authorize',
    tokenPath: '/oauth/token',
    scopeSeparator: ' ',
    pkce: 'none',
    clientAuthentication: 'basic',
    defaultScopes: ['workout'],
  },
  tokens: { accessSeconds: 86_399, refresh: 'rotating' },
  limits: [{ requests: 60, seconds: 60, per: 'application' }],
  refuse,
}

/** The gateway before the cloud speaks for itself: seconds stand in the sentence. */
function refuse({ what, status, detail, retryAfterSeconds }: Problem): Response {
  const said = {
    token: 'Access token is invalid or expired',
    scope: detail,
    limit: `Rate limit is exceeded. Try again in ${retryAfterSeconds ?? 30} seconds.`,
    missing: 'Resource not found',
    bad_request: detail,
    ordered: 'Internal server error',
  }[what]
  return Response.json({ statusCode: status, message: said }, { status })
}
