// What Fitbit's old Web API does its own way: rotating refresh tokens, 150 requests an hour, errors in a list.
import type { Problem, Rules } from '../kit/rules.ts'

const TYPES: Record<Problem['what'], string> = {
  token: 'expired_token',
  scope: 'insufficient_scope',
  limit: 'rate_limited',
  missing: 'not_found',
  bad_request: 'validation',
  ordered: 'system',
}

export const rules: Rules = {
  id: 'FITBIT-LEGACY',
  name: 'Fitbit (old Web API)',
  oauth: {
    authorizePath: '/oauth2/authorize',
    tokenPath: '/oauth2/token',
    scopeSeparator: ' ',
    pkce: 'optional',
    clientAuthentication: 'basic',
  },
  tokens: {
    accessSeconds: 28_800,
    refresh: 'rotating',
    refreshSeconds: 3650 * 86_400,
    // A refresh that comes twice within two minutes is answered alike.
    grace: { seconds: 120, answers: 'same pair' },
  },
  limits: [{ requests: 150, seconds: 3600, per: 'token' }],
  refuse,
  notifications: { retryAfterSeconds: [5, 30, 120], timeoutMs: 5000 },
}

function refuse({ what, status, detail, retryAfterSeconds, usage }: Problem): Response {
  const headers: Record<string, string> = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }
  if (what === 'limit') {
    headers['fitbit-rate-limit-limit'] = String(usage?.requests ?? 150)
    headers['fitbit-rate-limit-remaining'] = '0'
    if (retryAfterSeconds !== null) headers['fitbit-rate-limit-reset'] = String(retryAfterSeconds)
    // Answered by what stands before the API.
    const error = {
      code: 429,
      message: 'Resource has been exhausted (e.g. check quota).',
      status: 'RESOURCE_EXHAUSTED',
    }
    return Response.json({ error }, { status, headers })
  }
  return Response.json(errors(TYPES[what], detail), { status, headers })
}

export function errors(errorType: string, message: string, fieldName?: string): object {
  return { errors: [{ errorType, ...(fieldName === undefined ? {} : { fieldName }), message }], success: false }
}
