import { ProviderError } from '../../platform/errors.ts'
import type { OAuth2 } from '../connector.ts'

export const hosts = { api: 'https://api.prod.whoop.com' }

/** Without `offline` there is no refresh token, and the connection ends after an hour. */
const OFFLINE = 'offline'
const SCOPES = [
  OFFLINE,
  'read:recovery',
  'read:cycles',
  'read:workout',
  'read:sleep',
  'read:profile',
  'read:body_measurement',
] as const

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'api', path: '/oauth/oauth2/auth' },
  token: { host: 'api', path: '/oauth/oauth2/token' },
  scopes: SCOPES,
  scopeSeparator: ' ',
  pkce: false,
  clientAuthentication: 'body',
  tokenForm: (form, { grant }) => (grant === 'refresh' ? { ...form, scope: OFFLINE } : form),
  // Stops the notifications of that person, too.
  async revoke({ tokens, send }) {
    const headers = { authorization: `Bearer ${tokens.accessToken}` }
    const { status } = await send({ host: 'api', path: '/developer/v2/user/access' }, { method: 'DELETE', headers })
    // 401: it was ended already.
    if (status >= 300 && status !== 401) {
      throw new ProviderError(`WHOOP answered ${status} when asked to end access`, { next: 'retry', status })
    }
  },
}
