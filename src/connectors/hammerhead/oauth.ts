import { ProviderError } from '../../platform/errors.ts'
import type { OAuth2 } from '../connector.ts'

export const hosts = { api: 'https://api.hammerhead.io' }

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'api', path: '/v1/auth/oauth/authorize' },
  token: { host: 'api', path: '/v1/auth/oauth/token' },
  scopes: ['activity:read'],
  scopeSeparator: ' ',
  pkce: false,
  clientAuthentication: 'body',
  async revoke({ tokens, client, send }) {
    const form = { client_id: client.id, client_secret: client.secret, token: tokens.accessToken }
    const { status } = await send({ host: 'api', path: '/v1/auth/oauth/deauthorize' }, { method: 'POST', form })
    // 401: it was ended already.
    if (status >= 300 && status !== 401) {
      throw new ProviderError(`Hammerhead answered ${status} when asked to end access`, { next: 'retry', status })
    }
  },
}
