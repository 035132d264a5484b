import { ProviderError } from '../../platform/errors.ts'
import type { OAuth2 } from '../connector.ts'

export const hosts = { auth: 'https://auth.ultrahuman.com', partner: 'https://partner.ultrahuman.com' }

/** The spelling that works; the page that describes it spells it `/authorize`. */
const AUTHORIZE = '/authorise'
const SCOPES = ['profile', 'ring_data', 'cgm_data'] as const

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'auth', path: AUTHORIZE },
  token: { host: 'partner', path: '/api/partners/oauth/token' },
  scopes: SCOPES,
  scopeSeparator: ' ',
  pkce: false,
  clientAuthentication: 'body',
  refreshBeforeSeconds: 600,
  async revoke({ tokens, client, send }) {
    const form = {
      token: tokens.refreshToken ?? tokens.accessToken,
      client_id: client.id,
      client_secret: client.secret,
    }
    const { status } = await send({ host: 'partner', path: '/api/partners/oauth/revoke' }, { method: 'POST', form })
    // 401: it was ended already.
    if (status >= 300 && status !== 401) {
      throw new ProviderError(`Ultrahuman answered ${status} when asked to end access`, { next: 'retry', status })
    }
  },
}
