// OpenID Connect, of which Loam reads one thing: `sub`, the account.
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { OAuth2, TokenRequest, Tokens } from '../connector.ts'
import { jsonObject, readStandardTokens } from '../token-answers.ts'

/** Omron gives `weight`, and in Europe more, to applications that it grants them to: an operator adds those. */
const SCOPES = ['bloodpressure', 'activity', 'openid', 'offline_access'] as const

export interface Hosts {
  [name: string]: string
  login: string
  tokens: string
  data: string
}

/** The United States as they are now. */
export const hosts: Hosts = {
  login: 'https://prd-oauth-website.ohiomron.com',
  tokens: 'https://prd-oauth.ohiomron.com/prd',
  data: 'https://prd-oauth.ohiomron.com/prd',
}

/** Their staging, and the older Omron Wellness, whose applications go on there. Other regions have hosts of their own. */
export const otherHosts: Record<'staging' | 'wellness', Hosts> = {
  staging: {
    login: 'https://stg-oauth-website.ohiomron.com',
    tokens: 'https://stg-oauth.ohiomron.com/stg',
    data: 'https://stg-oauth.ohiomron.com/stg',
  },
  wellness: {
    login: 'https://oauth.omronwellness.com',
    tokens: 'https://oauth.omronwellness.com',
    data: 'https://api.omronwellness.com',
  },
}

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'login', path: '/connect/authorize' },
  token: { host: 'tokens', path: '/connect/token' },
  scopes: SCOPES,
  scopeSeparator: ' ',
  pkce: false,
  clientAuthentication: 'body',
  tokenForm: (form, { grant, scopes, redirectUri }) =>
    grant === 'code' ? { ...form, scope: scopes.join(' ') } : { ...form, redirect_uri: redirectUri },
  readTokens,
  /** It existed and stands in no present document: tried, and whatever it answers is accepted. */
  async revoke({ tokens, client, send }) {
    const form = {
      token: tokens.refreshToken ?? tokens.accessToken,
      token_type_hint: tokens.refreshToken === null ? 'access_token' : 'refresh_token',
      client_id: client.id,
      client_secret: client.secret,
    }
    await send({ host: 'tokens', path: '/connect/revocation' }, { method: 'POST', form })
  },
}

function readTokens(response: HttpResponse, { previous }: TokenRequest): Tokens {
  const tokens = readStandardTokens(response, oauth.scopeSeparator)
  const idToken = jsonObject(response)?.id_token
  const account = typeof idToken === 'string' ? subjectOf(idToken) : (previous?.providerUserId ?? null)
  if (account === null) throw new ProviderError('Omron did not say whose account it is', { next: 'give_up' })
  return { ...tokens, providerUserId: account }
}

/** Not verified: it came from the token endpoint itself, in an answer to our secret. */
function subjectOf(idToken: string): string | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const subject = (claims as { sub?: unknown } | null)?.sub
    return typeof subject === 'string' && subject !== '' ? subject : null
  } catch {
    return null
  }
}
