// What a provider does its own way, as data: the kit does the rest.

export interface Rules {
  /** The connector's id, upper case. */
  id: string
  /** As people say it, for the consent page. */
  name: string
  oauth: OauthRules
  tokens: TokenRules
  /** Every window counts; the tightest refuses. None: no limit until a lever sets one. */
  limits?: readonly LimitRule[]
  /** A refusal in the provider's own shape; errors as HTTP 200 begin here. */
  refuse(problem: Problem): Response
  /** The access token of a request. Default: `Authorization: Bearer`. */
  readToken?: (request: Request) => string | null
  notifications?: NotificationRules
}

export interface OauthRules {
  authorizePath: string
  tokenPath: string
  scopeSeparator: ' ' | ','
  /** What the authorize URL calls the scopes. Default `scope`. */
  scopeParameter?: string
  /** The redirect comes back without `state`. */
  dropsState?: boolean
  /** `required`: S256 or nothing. `optional`: checked when the application sent a challenge. */
  pkce: 'required' | 'optional' | 'none'
  clientAuthentication: 'basic' | 'body' | 'either'
  /** The redirect names the granted scopes. */
  scopeInRedirect?: boolean
  /** Scopes when the authorize URL has no `scope` parameter. */
  defaultScopes?: readonly string[]
  /** Some token endpoints want no redirect_uri; without this it must be the one of the authorize call. */
  redirectUriOptional?: boolean
  /** What else the authorize URL must have: an OAuth error to redirect with, or null. */
  checkAuthorize?: (query: Record<string, string>) => string | null
}

export interface TokenRules {
  /** Default 600. */
  codeSeconds?: number
  /** A code that comes twice ends what it had given. */
  codeReuseRevokes?: boolean
  accessSeconds: number
  refreshSeconds?: number
  /** `none`: the access token is all. `lasting`: one refresh token for good. `rotating`: each is good once. */
  refresh: 'none' | 'lasting' | 'rotating'
  /** A rotating token that was used goes on for a while: with the pair that it gave, or with new ones. */
  grace?: { seconds: number; answers: 'same pair' | 'new pair'; endsWithUse?: boolean }
  /** A refresh ends the access token that came before it. */
  oneAccessToken?: boolean
  /** A refresh answers with the present access token while that has more than this left. */
  keepAccessAboveSeconds?: number
  /** Before every token, so that one is recognised where it must not be. Default: the id and `SIM`. */
  prefix?: string
}

export interface LimitRule {
  requests: number
  seconds: number
  per: 'token' | 'application'
}

export interface LimitUsage extends LimitRule {
  used: number
  resetAt: number
}

export interface NotificationRules {
  /** Pauses before each further try of a notification that was not taken. */
  retryAfterSeconds: readonly number[]
  timeoutMs?: number
}

/** Why a request is refused. `status` is what most providers answer; a provider's `refuse` may know better. */
export interface Problem {
  what: 'token' | 'scope' | 'limit' | 'missing' | 'bad_request' | 'ordered'
  status: number
  detail: string
  retryAfterSeconds: number | null
  /** For `limit`: the window that is full; null when a test ordered it. */
  usage: LimitUsage | null
}
