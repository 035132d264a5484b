// What iHealth does its own way: tokens by GET, tokens in queries, errors with HTTP 200 and numbers of their own.
import type { Problem, Rules } from '../kit/rules.ts'

export const AUTHORIZE = '/OpenApiV2/OAuthv2/userauthorization/'

export const rules: Rules = {
  id: 'IHEALTH',
  name: 'iHealth',
  oauth: {
    authorizePath: AUTHORIZE,
    tokenPath: AUTHORIZE,
    scopeSeparator: ' ',
    scopeParameter: 'APIName',
    dropsState: true,
    pkce: 'none',
    clientAuthentication: 'body',
  },
  tokens: { accessSeconds: 3_672_000, refreshSeconds: 365 * 86_400, refresh: 'rotating' },
  limits: [{ requests: 5000, seconds: 3600, per: 'application' }],
  refuse,
  readToken: (request) => new URL(request.url).searchParams.get('access_token'),
  // Two more tries, then it is dropped.
  notifications: { retryAfterSeconds: [60, 600] },
}

const ERRORS: Record<Problem['what'], [name: string, code: string | number]> = {
  token: ['unauthorized_token', 2002],
  scope: ['access_denied', '0001'],
  limit: ['limits_hour_error', '503'],
  missing: ['invalid_APIName', 5004],
  bad_request: ['invalid_parameter', 4001],
  ordered: ['server_error', 5000],
}

function refuse({ what, status, detail }: Problem): Response {
  const [name, code] = ERRORS[what]
  return what === 'ordered' ? new Response(detail, { status }) : problem(name, code, detail)
}

export function problem(name: string, code: string | number, description: string): Response {
  return Response.json({ Error: name, ErrorCode: code, ErrorDescription: description })
}
