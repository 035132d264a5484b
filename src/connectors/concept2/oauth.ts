import type { OAuth2 } from '../connector.ts'

/** `https://log-dev.concept2.com` is the development server, with accounts of its own. */
export const hosts = { log: 'https://log.concept2.com' }

const SCOPES = ['user:read', 'results:read'] as const

/** There is no call that ends a grant: the person removes the app in the profile's settings. */
export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'log', path: '/oauth/authorize' },
  token: { host: 'log', path: '/oauth/access_token' },
  scopes: SCOPES,
  scopeSeparator: ',',
  pkce: false,
  clientAuthentication: 'body',
  // Asked for again with every token.
  tokenForm: (form, { scopes }) => ({ ...form, scope: scopes.join(',') }),
}
