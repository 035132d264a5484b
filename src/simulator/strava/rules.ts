// What Strava does its own way.
import type { LimitUsage, Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'STRAVA',
  name: 'Strava',
  oauth: {
    authorizePath: '/oauth/authorize',
    tokenPath: '/oauth/token',
    scopeSeparator: ',',
    pkce: 'none',
    clientAuthentication: 'body',
    scopeInRedirect: true,
    redirectUriOptional: true,
  },
  tokens: { accessSeconds: 21_600, refresh: 'rotating', keepAccessAboveSeconds: 3600 },
  limits: [
    { requests: 100, seconds: 900, per: 'application' },
    { requests: 1000, seconds: 86_400, per: 'application' },
  ],
  refuse,
  // Older programs send the token as a parameter.
  readToken: (request) =>
    /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ??
    new URL(request.url).searchParams.get('access_token'),
  // Three tries in total, each within two seconds.
  notifications: { retryAfterSeconds: [15, 120], timeoutMs: 2000 },
}

export function fault(status: number, message: string, resource: string, field: string, code: string): Response {
  return Response.json({ message, errors: [{ resource, field, code }] }, { status })
}

function refuse({ what, status, usage }: Problem): Response {
  if (what === 'token') return fault(status, 'Authorization Error', 'Athlete', 'access_token', 'invalid')
  // Strava says 401 of a missing scope too.
  if (what === 'scope') return fault(401, 'Authorization Error', 'AccessToken', 'activity:read_permission', 'missing')
  if (what === 'missing') return fault(status, 'Record Not Found', 'Activity', 'id', 'not found')
  if (what === 'bad_request') return fault(status, 'Bad Request', 'Application', '', 'invalid')
  if (what === 'limit') {
    const response = fault(status, 'Rate Limit Exceeded', 'Application', 'rate limit', 'exceeded')
    return withUsage(response, usage === null ? [] : [usage])
  }
  const page = `<html><head><title>${status}</title></head><body>Strava is temporarily unavailable</body></html>`
  return new Response(page, { status, headers: { 'content-type': 'text/html' } })
}

/** Every answer says how much of the two windows is used; of a full one alone, the other is made up. */
export function withUsage(response: Response, usage: readonly LimitUsage[]): Response {
  const quarter = usage.find((each) => each.seconds < 86_400) ?? { requests: 100, used: 1 }
  const day = usage.find((each) => each.seconds >= 86_400) ?? { requests: 1000, used: 1 }
  const used = `${quarter.used},${day.used}`
  response.headers.set('x-ratelimit-limit', `${quarter.requests * 2},${day.requests * 2}`)
  response.headers.set('x-ratelimit-usage', used)
  response.headers.set('x-readratelimit-limit', `${quarter.requests},${day.requests}`)
  response.headers.set('x-readratelimit-usage', used)
  return response
}
