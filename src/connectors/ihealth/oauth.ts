// OAuth 2.0 with names of iHealth's own: tokens by GET, capital letters, scopes as APIName.
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { AuthorizedRequest, CallAccess, CredentialField, OAuth2, TokenRequest, Tokens } from '../connector.ts'
import { jsonObject, secondsIn, tokenRefusal } from '../token-answers.ts'
import { errorOf, httpStatusOf } from './errors.ts'

/** Europe and others have hosts of their own: an operator replaces this one. */
export const hosts = { api: 'https://api.ihealthlabs.com:8443' }

const PATH = '/OpenApiV2/OAuthv2/userauthorization/'
const DAY = 86_400

/** The types of data, each with the scope that it wants. Each has an `sv` of its own, given at registration. */
export const TYPES = {
  bp: 'OpenApiBP',
  weight: 'OpenApiWeight',
  glucose: 'OpenApiBG',
  spo2: 'OpenApiSpO2',
  activity: 'OpenApiActivity',
  sleep: 'OpenApiSleep',
  sport: 'OpenApiSport',
  userinfo: 'OpenApiUserInfo',
} as const
export type TypeName = keyof typeof TYPES

export const credentialFields: readonly CredentialField[] = [
  {
    name: 'sc',
    label: 'SC',
    help: 'The serial code of the application, in the mail that iHealth sent at registration.',
    secret: true,
    required: true,
  },
  ...Object.entries(TYPES).map(([type, scope]) => ({
    name: svName(type),
    label: `SV of ${scope}`,
    help: `The serial value of ${scope}, in the same mail. Without it this type is not read.`,
    secret: true,
    required: false,
  })),
  {
    name: 'subscription_id',
    label: 'Subscription id',
    help: 'Of the webhook, in the application settings. Notifications with another one are refused.',
    secret: false,
    required: false,
  },
]

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'api', path: PATH },
  token: { host: 'api', path: PATH },
  scopes: Object.values(TYPES),
  scopeSeparator: ' ',
  scopeParameter: 'APIName',
  stateIn: 'redirect',
  pkce: false,
  clientAuthentication: 'body',
  tokenRequest: 'query',
  tokenForm,
  readTokens,
  refreshBeforeSeconds: 3 * DAY,
}

function tokenForm(
  form: Record<string, string>,
  { grant, previous, redirectUri }: TokenRequest,
): Record<string, string> {
  if (grant === 'code') return form
  const { grant_type: _, ...rest } = form
  return {
    ...rest,
    response_type: 'refresh_token',
    redirect_uri: redirectUri,
    UserID: previous?.providerUserId ?? '',
  }
}

function readTokens(response: HttpResponse, about: TokenRequest): Tokens {
  const body = jsonObject(response)
  const error = errorOf(response)
  if (error === null && response.status < 300 && typeof body?.AccessToken === 'string') {
    const userId = typeof body.UserID === 'string' ? body.UserID : (about.previous?.providerUserId ?? null)
    return {
      accessToken: body.AccessToken,
      refreshToken: typeof body.RefreshToken === 'string' && body.RefreshToken !== '' ? body.RefreshToken : null,
      expiresInSeconds: secondsIn(body.Expires),
      scopes: typeof body.APIName === 'string' ? body.APIName.split(/[ ,]+/).filter(Boolean) : null,
      providerUserId: userId,
    }
  }
  throw refusal(response, error)
}

/** What is wrong with us and not with the grant: redirect, secret, client id. */
const OURS = new Set(['1001', '1002', '2001'])

function refusal(response: HttpResponse, error: ReturnType<typeof errorOf>): ProviderError {
  if (error === null) return tokenRefusal(response, null)
  const status = httpStatusOf(response)
  if (error.host !== null) {
    const where = `this account lives at ${error.host}: set the source's host to it`
    return new ProviderError(where, { next: 'give_up', status })
  }
  if (OURS.has(error.code)) {
    const problem = `iHealth does not accept our client id, secret or redirect (error ${error.code})`
    return new ProviderError(problem, { next: 'retry', afterSeconds: 3600, status })
  }
  if (status === 429) {
    return new ProviderError('iHealth answered: too many requests', { next: 'retry', afterSeconds: 600, status })
  }
  return new ProviderError(`iHealth refused the grant (error ${error.code})`, { next: 'reauthorize', status })
}

/** Every call has the application's credentials in its query; `sv` names the type until here. */
export function authorizeCall(
  request: AuthorizedRequest,
  { token, client, redirectUri }: CallAccess,
): AuthorizedRequest {
  const type = String(request.query?.sv ?? '')
  const { sc } = client.extra
  const sv = client.extra[svName(type)]
  if (!sc || !sv) {
    const missing = sc ? svName(type) : 'sc'
    throw new ProviderError(`iHealth's ${missing} is not among the source's credentials`, { next: 'skip' })
  }
  const own = { client_id: client.id, client_secret: client.secret, redirect_uri: redirectUri, access_token: token }
  return { ...request, query: { ...request.query, ...own, sc, sv } }
}

function svName(type: string): string {
  return `sv_${type}`
}
