// What a caller is told when the provider does not give what was asked.
import { terraUser } from '../../outbox/terra-user.ts'
import { ApiError, type ProviderError } from '../../platform/errors.ts'
import type { ConnectionRow } from '../../store/connections.ts'

const DEFAULT_WAIT_SECONDS = 60

/** 400 for what only the person can mend, never 401: clients take that for wrong API credentials. */
export function connectionProblem(connection: ConnectionRow, error: ProviderError): ApiError {
  const degraded = (explanation: string, reason: string) =>
    new ApiError('connection_degraded', 400, `connection degraded: ${explanation}`, { extra: { reason }, cause: error })
  switch (error.next) {
    case 'reauthorize':
      return connection.state === 'revoked'
        ? degraded('the person ended access at the provider and must connect again', 'access_revoked')
        : degraded('the provider rejected the access token; the user must reauthenticate', 'connection_error')
    case 'skip':
      return degraded('the person did not allow this kind of data to be read', 'permission_missing')
    case 'give_up':
      return degraded(`the provider refused the request (${error.message})`, 'provider_refused')
    case 'retry':
      return new ApiError(
        'provider_unavailable',
        502,
        `${connection.provider} did not answer as it should; try again`,
        {
          headers: { 'retry-after': String(waitSeconds(error)) },
          extra: { reason: 'provider_unavailable' },
          cause: error,
        },
      )
  }
}

/** The body that older clients know (`type: "rate_limit"`) inside of the usual shape. */
export function rateLimited(connection: ConnectionRow, error: ProviderError): never {
  throw new ApiError('provider_rate_limit', 429, 'Rate limit exceeded', {
    headers: { 'retry-after': String(waitSeconds(error)) },
    extra: { type: 'rate_limit', user: terraUser(connection) },
    cause: error,
  })
}

function waitSeconds(error: ProviderError): number {
  return Math.max(1, Math.ceil(error.afterSeconds ?? DEFAULT_WAIT_SECONDS))
}
