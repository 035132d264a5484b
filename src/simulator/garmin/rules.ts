// What Garmin does its own way.
import type { Problem, Rules } from '../kit/rules.ts'

/** What a person may switch on or off on the consent page. */
export const PERMISSIONS = [
  'ACTIVITY_EXPORT',
  'WORKOUT_IMPORT',
  'HEALTH_EXPORT',
  'COURSE_IMPORT',
  'HISTORICAL_DATA_EXPORT',
  'MCT_EXPORT',
] as const

export const rules: Rules = {
  id: 'GARMIN',
  name: 'Garmin',
  oauth: {
    authorizePath: '/oauth2Confirm',
    tokenPath: '/di-oauth2-service/oauth/token',
    scopeSeparator: ' ',
    pkce: 'required',
    clientAuthentication: 'body',
    defaultScopes: PERMISSIONS,
  },
  tokens: { accessSeconds: 86_400, refreshSeconds: 90 * 86_400, refresh: 'rotating' },
  limits: [{ requests: 3000, seconds: 60, per: 'application' }],
  refuse,
  notifications: { retryAfterSeconds: [10, 30, 60, 120, 300, 600, 1800, 3600] },
}

const TEXTS: Partial<Record<Problem['what'], string>> = {
  token: 'Invalid or expired token',
  limit: 'API rate limit exceeded',
}

function refuse({ what, status, detail, retryAfterSeconds }: Problem): Response {
  const headers: Record<string, string> = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }
  return Response.json({ errorMessage: TEXTS[what] ?? detail }, { status, headers })
}

export function fault(status: number, errorMessage: string): Response {
  return Response.json({ errorMessage }, { status })
}
