// What the logbook does its own way.
import type { Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'CONCEPT2',
  name: 'Concept2',
  oauth: {
    authorizePath: '/oauth/authorize',
    tokenPath: '/oauth/access_token',
    scopeSeparator: ',',
    pkce: 'none',
    clientAuthentication: 'body',
  },
  tokens: { accessSeconds: 7 * 86_400, refreshSeconds: 365 * 86_400, refresh: 'rotating' },
  refuse,
  notifications: { retryAfterSeconds: [60, 600, 3600] },
}

const MESSAGES: Record<number, string> = {
  401: 'Failed to authenticate because of bad credentials or an invalid authorization header.',
  403: 'You do not have permission to access this resource',
  404: 'Could not find a resource with that id',
}

function refuse({ status, detail, retryAfterSeconds }: Problem): Response {
  const headers: Record<string, string> = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }
  return Response.json({ message: MESSAGES[status] ?? detail, status_code: status }, { status, headers })
}
