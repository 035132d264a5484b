import type { OAuth2 } from '../connector.ts'

/** Login and tokens are still version 2. There is no call that ends a grant: the person does that in the account. */
export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'api', path: '/v2/oauth2/login' },
  token: { host: 'api', path: '/v2/oauth2/token' },
  scopes: ['offline_access'],
  scopeSeparator: ' ',
  pkce: false,
  clientAuthentication: 'body',
  tokenForm: (form, about) => ({ ...form, redirect_uri: form.redirect_uri ?? about.redirectUri }),
}
