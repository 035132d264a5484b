// What COROS does its own way: whatever goes wrong is told with 200.
import type { Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'COROS',
  name: 'COROS',
  oauth: {
    authorizePath: '/oauth2/authorize',
    tokenPath: '/oauth2/accesstoken',
    scopeSeparator: ' ',
    pkce: 'none',
    clientAuthentication: 'body',
    defaultScopes: ['all'],
  },
  tokens: { accessSeconds: 30 * 86_400, refresh: 'lasting' },
  limits: [{ requests: 60, seconds: 60, per: 'token' }],
  refuse,
  /** Between the address and its parameters stands the token. */
  readToken: (request) => new URL(request.url).searchParams.get('token'),
}

function refuse({ what, status, detail, retryAfterSeconds }: Problem): Response {
  if (what === 'token') return Response.json({ result: '1001', message: 'Access token is invalid or expired' })
  if (what === 'bad_request') return Response.json({ result: '1002', message: 'Parameter error' })
  const headers = retryAfterSeconds === null ? undefined : { 'retry-after': String(retryAfterSeconds) }
  return Response.json({ result: String(status), message: detail }, { status, headers })
}
