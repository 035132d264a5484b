import type { HttpResponse } from '../../platform/http.ts'
import type { OAuth2, TokenRequest, Tokens } from '../connector.ts'
import { jsonObject, secondsIn, tokenRefusal } from '../token-answers.ts'
import { refused, resultOf, statusIn } from './pages.ts'

/** The test server is https://opentest.coros.com. Files lie on the second host, under names that nobody guesses. */
export const hosts = { open: 'https://open.coros.com', oss: 'https://oss.coros.com' }

const LIFE_SECONDS = 30 * 86_400
/** A refresh extends the token that there is: long before it ends, for afterwards nothing can be extended. */
const REFRESH_BEFORE_SECONDS = 7 * 86_400

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'open', path: '/oauth2/authorize' },
  token: { host: 'open', path: '/oauth2/accesstoken' },
  refresh: { host: 'open', path: '/oauth2/refresh-token' },
  scopes: [],
  scopeSeparator: ' ',
  scopeParameter: null,
  pkce: false,
  clientAuthentication: 'body',
  refreshBeforeSeconds: REFRESH_BEFORE_SECONDS,
  readTokens,
  async revoke({ tokens, send }) {
    const at = { host: 'open', path: '/oauth2/deauthorize' }
    await send(at, { method: 'POST', query: { token: tokens.accessToken } })
  },
}

function readTokens(response: HttpResponse, { grant, previous }: TokenRequest): Tokens {
  const body = jsonObject(response) ?? {}
  // Trouble on COROS' own side says nothing of the grant.
  if (statusIn(response) === 503) throw tokenRefusal({ ...response, status: 503 }, null)
  if (response.status >= 300 || (body.result !== undefined && resultOf(response) !== '0000')) {
    if (typeof body.error === 'string' || response.status >= 300) {
      throw tokenRefusal(response, typeof body.error === 'string' ? body.error : null)
    }
    throw refused('the grant', response)
  }
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
  // Only a word of COROS's own extends a token: not a page of somebody else's in its place.
  const extended = grant === 'refresh' && body.result !== undefined ? (previous?.accessToken ?? null) : null
  const accessToken = text(body.access_token) ?? extended
  if (accessToken === null) throw tokenRefusal(response, typeof body.error === 'string' ? body.error : null)
  return {
    accessToken,
    refreshToken: text(body.refresh_token),
    expiresInSeconds: secondsIn(body.expires_in) ?? LIFE_SECONDS,
    scopes: null,
    providerUserId: text(body.openId),
  }
}
