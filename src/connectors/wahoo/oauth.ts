import { ProviderError } from '../../platform/errors.ts'
import type { OAuth2 } from '../connector.ts'

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
  async revoke({ tokens, send }) {
    const headers = { authorization: `Bearer ${tokens.accessToken}` }
    const { status } = await send({ host: 'api', path: '/v1/permissions' }, { method: 'DELETE', headers })
    // 401: it was ended already.
    if (status >= 300 && status !== 401) {
      throw new ProviderError(`Wahoo answered ${status} when asked to end access`, { next: 'retry', status })
    }
  },
}
