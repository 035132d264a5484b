import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { OAuth2, Tokens } from '../connector.ts'
import { readStandardTokens } from '../token-answers.ts'

/** Files of workouts lie on the second host, under names that nobody guesses. */
export const hosts = { api: 'https://api.wahooligan.com', cdn: 'https://cdn.wahooligan.com' }

/** Without `offline_data` there are no notifications, and the refresh token is short-lived. */
const SCOPES = ['email', 'user_read', 'workouts_read', 'offline_data'] as const

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'api', path: '/oauth/authorize' },
  token: { host: 'api', path: '/oauth/token' },
  scopes: SCOPES,
  scopeSeparator: ' ',
  pkce: false,
  clientAuthentication: 'body',
  readTokens,
  async revoke({ tokens, send }) {
    const headers = { authorization: `Bearer ${tokens.accessToken}` }
    const { status } = await send({ host: 'api', path: '/v1/permissions' }, { method: 'DELETE', headers })
    // 401: it was ended already.
    if (status >= 300 && status !== 401) {
      throw new ProviderError(`Wahoo answered ${status} when asked to end access`, { next: 'retry', status })
    }
  },
}

/** So long does an access token last: then one of the ten that an account may have is free again. */
const LIFE_SECONDS = 7200
const TOO_MANY = /too many unrevoked/i

/** More than ten live tokens are refused; the grant is as good as before, and signing in again would make one more. */
function readTokens(response: HttpResponse): Tokens {
  if (response.status === 403 && TOO_MANY.test(response.text())) {
    throw new ProviderError('Wahoo takes no more tokens of this account for a while', {
      next: 'retry',
      afterSeconds: LIFE_SECONDS,
      status: 403,
    })
  }
  return readStandardTokens(response, ' ')
}
