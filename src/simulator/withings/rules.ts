// What Withings does its own way: errors with HTTP 200, codes of 30 seconds, a refresh token that outlives its use.
import type { Problem, Rules } from '../kit/rules.ts'

const HOUR = 3600

export const rules: Rules = {
  id: 'WITHINGS',
  name: 'Withings',
  oauth: {
    authorizePath: '/oauth2_user/authorize2',
    tokenPath: '/v2/oauth2',
    scopeSeparator: ',',
    pkce: 'none',
    clientAuthentication: 'body',
  },
  tokens: {
    codeSeconds: 30,
    accessSeconds: 3 * HOUR,
    refreshSeconds: 365 * 24 * HOUR,
    refresh: 'rotating',
    // The old refresh token dies eight hours later, or as soon as the new access token is used.
    grace: { seconds: 8 * HOUR, answers: 'new pair', endsWithUse: true },
    oneAccessToken: true,
  },
  limits: [{ requests: 120, seconds: 60, per: 'application' }],
  refuse,
  // About 10 s, 1 min, 1 h and 4 h later, two tries each.
  notifications: { retryAfterSeconds: [10, 10, 60, 60, HOUR, HOUR, 4 * HOUR, 4 * HOUR], timeoutMs: 2000 },
}

export const STATUS = {
  unauthorized: 401,
  scope: 214,
  badParameters: 503,
  unknownAction: 2554,
  callback: 293,
  noSubscription: 343,
  tooMany: 601,
} as const

function refuse({ what, status, detail, retryAfterSeconds, usage }: Problem): Response {
  if (what === 'token') return problem(STATUS.unauthorized, `XRequestID: Not provided invalid_token: ${detail}`)
  if (what === 'scope') return problem(STATUS.scope, `insufficient_scope: ${detail}`)
  if (what === 'limit') {
    // Not documented: some answers have it. Here the ones of our own window do, and those that a test orders with a wait.
    const wait = usage === null ? retryAfterSeconds : Math.max(1, retryAfterSeconds ?? 1)
    return problem(STATUS.tooMany, 'Too Many Requests', wait === null ? {} : { wait_seconds: wait })
  }
  if (what === 'missing') return problem(STATUS.unknownAction, `Unspecified error: ${detail}`)
  if (what === 'bad_request') return problem(STATUS.badParameters, `Invalid Params: ${detail}`)
  return new Response(detail, { status })
}

export function ok(body: object): Response {
  return Response.json({ status: 0, body })
}

export function problem(status: number, error: string, body: object = {}): Response {
  return Response.json({ status, body, error })
}
