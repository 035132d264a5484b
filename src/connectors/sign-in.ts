// How somebody signs in, and what comes of it: OAuth 2.0 as data, a form of ours, tokens, the account.
import type { HttpRequest, HttpResponse } from '../platform/http.ts'

/** An address at one of the connector's hosts. The sandbox replaces the host and nothing else. */
export interface Address {
  host: string
  path: string
}

/** OAuth 2.0 authorization code, as data. A provider that does it otherwise has one small function for the difference. */
export interface OAuth2 {
  kind: 'oauth2'
  authorize: Address
  token: Address
  /** Asked for when the environment names none of its own. */
  scopes: readonly string[]
  scopeSeparator: ' ' | ','
  /** What the authorize URL calls the scopes (iHealth: `APIName`). Default `scope`; null: it takes none. */
  scopeParameter?: string | null
  /** `redirect`: the provider may drop `state`, so it stands in the query of the redirect. Default `parameter`. */
  stateIn?: 'parameter' | 'redirect'
  pkce: boolean
  clientAuthentication: 'body' | 'basic'
  /** Added to the authorize URL. */
  authorizeParameters?: Record<string, string>
  /** Changes the form of a token request before it is sent (Withings wants `action=requesttoken`). */
  tokenForm?: (form: Record<string, string>, about: TokenRequest) => Record<string, string>
  /** Where the request for a refresh goes, if elsewhere than the exchange of the code. */
  refresh?: Address
  /** `query`: a GET with the form as its query. Default `form`. */
  tokenRequest?: 'form' | 'json' | 'query'
  /** Reads a token answer that is not RFC 6749's. Throws ProviderError. */
  readTokens?: (response: HttpResponse, about: TokenRequest) => Tokens
  /** Ends the grant at the provider. Absent when it offers none. Throws what ConnectionHttp would. */
  revoke?: (ending: Ending) => Promise<void>
  /** Refresh when less than this is left. Default 300. */
  refreshBeforeSeconds?: number
}

/** What a token request was for. `previous`: what is stored until now, for providers that only extend it. */
export interface TokenRequest {
  grant: 'code' | 'refresh'
  client: Client
  previous: { accessToken: string; refreshToken: string | null; providerUserId: string } | null
  /** As they are asked for, and the registered redirect: some providers want them here again. */
  scopes: readonly string[]
  redirectUri: string
}

/** A connection that ends by our side: its rows are gone already. */
export interface Ending {
  tokens: { accessToken: string; refreshToken: string | null }
  client: Client
  providerUserId: string
  now: number
  /** Not authorized by itself; answers of any status come back. */
  send(at: Address, request?: Omit<HttpRequest, 'url'>): Promise<HttpResponse>
}

/**
 * For providers without a redirect: the widget shows a form of ours. What is needed to sign in again later is kept as
 * `refreshToken`, sealed like every token.
 */
export interface PasswordLogin {
  kind: 'password'
  /** For the widget's form, in order. */
  fields: readonly { name: string; label: string; secret: boolean }[]
  scopes: readonly string[]
  /** Throws ProviderError with `reauthorize` when the provider refuses what was typed. */
  signIn(context: PasswordContext & { answers: Record<string, string> }): Promise<Tokens>
  renew(context: PasswordContext & { refreshToken: string }): Promise<Tokens>
  refreshBeforeSeconds?: number
}

export interface PasswordContext {
  client: Client
  send(at: Address, request?: Omit<HttpRequest, 'url'>): Promise<HttpResponse>
}

export interface Client {
  id: string
  secret: string
  /** What else the operator typed in: `credentialFields` by name. In the sandbox `sandbox-<name>`. */
  extra: Record<string, string>
}

/** A credential besides client id and secret (Suunto's subscription key, Google's service account). */
export interface CredentialField {
  name: string
  label: string
  help: string
  /** Write-only and sealed. */
  secret: boolean
  required: boolean
}

export interface Tokens {
  accessToken: string
  refreshToken: string | null
  /** Seconds from now; null when the provider does not say. */
  expiresInSeconds: number | null
  /** What was really granted, in the provider's spelling; null when the answer does not say. */
  scopes: string[] | null
  /** Some token answers name the account. */
  providerUserId?: string | null
  /** Seconds until the refresh token ends, where the provider says so (Google, while the application is in testing). */
  refreshExpiresInSeconds?: number | null
}

export interface Identity {
  /** The provider's stable id of the account, as a string. */
  providerUserId: string
  scopes?: string[] | null
  /** IANA name or fixed offset (`+02:00`). Null or absent when the provider does not say. */
  timeZone?: string | null
  /** The account's id at the API that this one `replaces`: joins what was connected there. */
  formerUserId?: string | null
}

export type AuthorizedRequest = Omit<HttpRequest, 'url'>

export interface CallAccess {
  token: string
  client: Client
  /** Null while the account is not known yet. */
  providerUserId: string | null
  redirectUri: string
}
