// What Omron does its own way. Errors besides those of RFC 6749 are a guess, as everything about them is.
import type { Problem, Rules } from '../kit/rules.ts'

export const rules: Rules = {
  id: 'OMRON',
  name: 'Omron',
  oauth: {
    authorizePath: '/connect/authorize',
    tokenPath: '/connect/token',
    scopeSeparator: ' ',
    pkce: 'none',
    clientAuthentication: 'body',
  },
  tokens: { accessSeconds: 3600, refreshSeconds: 30 * 86_400, refresh: 'rotating' },
  refuse,
}

function refuse({ status, detail, retryAfterSeconds }: Problem): Response {
  const headers: Record<string, string> = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }
  const body = status === 400 ? { status: 1, result: null, message: detail } : { message: titleOf(status, detail) }
  return Response.json(body, { status: status === 400 ? 200 : status, headers })
}

function titleOf(status: number, detail: string): string {
  return status === 401 ? 'Unauthorized' : detail
}
