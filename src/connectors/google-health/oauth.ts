import type { OAuth2 } from '../connector.ts'

const SCOPE = 'https://www.googleapis.com/auth/googlehealth.'

export const scopeOf = (what: string): string => `${SCOPE}${what}.readonly`

/** All restricted: before Google's review an application may have a hundred users, see the README. */
export const SCOPES = [
  'activity_and_fitness',
  'health_metrics_and_measurements',
  'sleep',
  'nutrition',
  'profile',
  'settings',
  'location',
  'ecg',
  'irn',
].map(scopeOf)

export const hosts = {
  accounts: 'https://accounts.google.com',
  oauth: 'https://oauth2.googleapis.com',
  api: 'https://health.googleapis.com',
  keys: 'https://www.gstatic.com',
}

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'accounts', path: '/o/oauth2/v2/auth' },
  token: { host: 'oauth', path: '/token' },
  scopes: SCOPES,
  scopeSeparator: ' ',
  pkce: true,
  clientAuthentication: 'body',
  // Without `prompt=consent` somebody who consented before comes back without a refresh token. `include_granted_scopes`
  // stays away: mixed with grants of the old fitness API it fails.
  authorizeParameters: { access_type: 'offline', prompt: 'consent' },
  async revoke({ tokens, send }) {
    const form = { token: tokens.refreshToken ?? tokens.accessToken }
    // 400 says that it had ended already.
    await send({ host: 'oauth', path: '/revoke' }, { method: 'POST', form })
  },
}
