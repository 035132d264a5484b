import { ProviderError } from '../../platform/errors.ts'
import { type OAuth2 } from '../connector.ts'
import { jsonObject, readStandardTokens } from '../token-answers.ts'

export const hosts = {
  flow: 'https://flow.polar.com',
  remote: 'https://polarremote.com',
  api: 'https://www.polaraccesslink.com',
}

/** There are no refresh tokens: an access token is good until somebody ends it. */
export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'flow', path: '/oauth2/authorization' },
  token: { host: 'remote', path: '/v2/oauth2/token' },
  scopes: ['accesslink.read_all'],
  scopeSeparator: ' ',
  pkce: false,
  clientAuthentication: 'basic',
  readTokens(response) {
    const id = jsonObject(response)?.x_user_id
    const known = typeof id === 'number' || (typeof id === 'string' && id !== '')
    // The years that it names are a way of saying never: nothing could be done before they end.
    return {
      ...readStandardTokens(response, ' '),
      refreshToken: null,
      expiresInSeconds: null,
      providerUserId: known ? String(id) : null,
    }
  },
  async revoke({ tokens, providerUserId, send }) {
    const headers = { authorization: `Bearer ${tokens.accessToken}`, accept: 'application/json' }
    const path = `/v3/users/${encodeURIComponent(providerUserId)}`
    const { status } = await send({ host: 'api', path }, { method: 'DELETE', headers })
    // 401 and 403: it was ended already.
    if (status >= 300 && status !== 401 && status !== 403 && status !== 404) {
      throw new ProviderError(`Polar answered ${status} when asked to end access`, { next: 'retry', status })
    }
  },
}
