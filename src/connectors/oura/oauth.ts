import type { OAuth2 } from '../connector.ts'

/** The scopes in the spelling of Oura's API description; the application page may show `spo2` instead of `spo2Daily`. */
const SCOPES = ['email', 'personal', 'daily', 'heartrate', 'workout', 'tag', 'session', 'spo2Daily'] as const

export const hosts = { cloud: 'https://cloud.ouraring.com', api: 'https://api.ouraring.com' }

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'cloud', path: '/oauth/authorize' },
  token: { host: 'api', path: '/oauth/token' },
  scopes: SCOPES,
  scopeSeparator: ' ',
  pkce: false,
  clientAuthentication: 'body',
  async revoke({ tokens, send }) {
    await send({ host: 'api', path: '/oauth/revoke' }, { method: 'POST', query: { access_token: tokens.accessToken } })
  },
}
