import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { CredentialField, OAuth2, Tokens } from '../connector.ts'
import { jsonObject, readStandardTokens, tokenRefusal } from '../token-answers.ts'

export const hosts = { oauth: 'https://cloudapi-oauth.suunto.com', api: 'https://cloudapi.suunto.com' }

const SUBSCRIPTION_KEY = 'subscription_key'

export const credentialFields: readonly CredentialField[] = [
  {
    name: SUBSCRIPTION_KEY,
    label: 'Subscription key',
    help: 'From the profile of the API portal: sent with every call beside the token.',
    secret: true,
    required: true,
  },
]

export function subscriptionKeyOf(extra: Record<string, string>): string {
  return extra[SUBSCRIPTION_KEY] ?? ''
}

/** Suunto's scope is fixed. */
const SCOPES = ['workout'] as const

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'oauth', path: '/oauth/authorize' },
  token: { host: 'oauth', path: '/oauth/token' },
  scopes: SCOPES,
  scopeSeparator: ' ',
  scopeParameter: null,
  pkce: false,
  clientAuthentication: 'basic',
  readTokens,
  async revoke({ tokens, client, send }) {
    const at = { host: 'oauth', path: '/oauth/deauthorize' }
    const headers = { authorization: `Bearer ${tokens.accessToken}` }
    const { status } = await send(at, { query: { client_id: client.id }, headers })
    // 401: it was ended already.
    if (status >= 300 && status !== 401) {
      throw new ProviderError(`Suunto answered ${status} when asked to end access`, { next: 'retry', status })
    }
  },
}

/** The account is named by its user name. A void grant is a 400 here; a 401 is about what our header says, the application. */
function readTokens(response: HttpResponse): Tokens {
  if (response.status === 401 && jsonObject(response)?.error !== 'invalid_grant')
    throw tokenRefusal(response, 'invalid_client')
  const tokens = readStandardTokens(response, ' ')
  const { user } = response.json() as { user?: unknown }
  return { ...tokens, providerUserId: typeof user === 'string' && user !== '' ? user : null }
}
