// Token answers as RFC 6749 has them, and what a refusal means. For the loop, and for connectors that differ in parts.
import { ProviderError } from '../platform/errors.ts'
import { type HttpResponse, retryAfterSeconds } from '../platform/http.ts'
import type { Tokens } from './connector.ts'

/** Throws what `tokenRefusal` says when the answer is none. */
export function readStandardTokens(response: HttpResponse, scopeSeparator: string): Tokens {
  const body = jsonObject(response)
  if (response.status >= 200 && response.status < 300 && typeof body?.access_token === 'string') {
    return {
      accessToken: body.access_token,
      // Empty is as good as absent: the one before stays.
      refreshToken: typeof body.refresh_token === 'string' && body.refresh_token !== '' ? body.refresh_token : null,
      expiresInSeconds: secondsIn(body.expires_in),
      scopes: typeof body.scope === 'string' ? body.scope.split(scopeSeparator).filter(Boolean) : null,
      providerUserId: idIn(body.user_id),
      refreshExpiresInSeconds: typeof body.refresh_token_expires_in === 'number' ? body.refresh_token_expires_in : null,
    }
  }
  throw tokenRefusal(response, typeof body?.error === 'string' ? body.error : null)
}

function idIn(value: unknown): string | null {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : null
}

const LONGEST_LIFE_SECONDS = 100 * 365 * 86_400

/**
 * How long a token lasts, as a number or as text. Null for what is no time: a token that would have ended as it came would be
 * renewed with every call, and the provider's 401 says it anyway.
 */
export function secondsIn(value: unknown): number | null {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 1) return null
  return Math.min(Math.floor(seconds), LONGEST_LIFE_SECONDS)
}

/** 410: the endpoint is gone for good, and every grant with it. */
const REFUSING = new Set([400, 401, 410])
/** RFC 6749, and what some add: whatever the status, it is the grant that is meant. */
const OF_A_GRANT = /^(invalid|expired|access_denied|unsupported)/
/** Of our application or of how it asks, for everybody alike: nobody mends that by signing in again. */
const OURS = /^(invalid_client|unauthorized_client|invalid_scope|unsupported_grant_type|unsupported_response_type)$/
/** Says itself that it passes. */
const PASSING = /^(server_error|temporarily_unavailable|slow_down)$/

/** What a refusal of the token endpoint means: only the grant itself being void asks the person to sign in again. */
export function tokenRefusal(response: HttpResponse, code: string | null): ProviderError {
  const { status } = response
  const cause = { status, error: code }
  // A page for people in its place (of maintenance, of a firewall) refuses nobody's grant.
  const isRefusal = (REFUSING.has(status) || OF_A_GRANT.test(code ?? '')) && !PASSING.test(code ?? '')
  if (status === 429 || status >= 500 || !isRefusal) {
    const wait = retryAfterSeconds(response.headers, Date.now())
    return new ProviderError(`the token endpoint answered ${status}${status < 300 ? ' without tokens' : ''}`, {
      next: 'retry',
      afterSeconds: wait ?? 30,
      status,
      cause,
    })
  }
  if (OURS.test(code ?? '')) {
    const isClient = code === 'invalid_client' || code === 'unauthorized_client'
    const refused = isClient ? 'our client id and secret' : `how we ask for tokens (${code})`
    return new ProviderError(`the provider does not accept ${refused}`, {
      next: 'retry',
      afterSeconds: 3600,
      status,
      cause,
    })
  }
  return new ProviderError(`the provider refused the grant (${code ?? status})`, { next: 'reauthorize', status, cause })
}

/** The object that an answer holds; null when it holds none. */
export function jsonObject(response: HttpResponse): Record<string, unknown> | null {
  try {
    const value = response.json()
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
