// What Ultrahuman does its own way.
import type { Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'ULTRAHUMAN',
  name: 'Ultrahuman',
  oauth: {
    authorizePath: '/authorise',
    tokenPath: '/api/partners/oauth/token',
    scopeSeparator: ' ',
    pkce: 'none',
    clientAuthentication: 'body',
    redirectUriOptional: true,
  },
  tokens: { accessSeconds: 604_800, refresh: 'rotating' },
  refuse,
}

const SAID: Record<Problem['what'], string> = {
  token: 'Unauthorized',
  scope: 'No data sharing permission',
  limit: 'Too many requests',
  missing: 'User not found or no data sharing permission',
  bad_request: 'Invalid date',
  ordered: 'Something went wrong',
}

/** A guess for 429, which no document shows: without a `Retry-After`. */
function refuse({ what, status }: Problem): Response {
  return Response.json({ data: null, error: SAID[what], status }, { status })
}
