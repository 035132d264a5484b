// The shape that every provider's connector has. The loop in `intake` knows this file and no provider.
import type { DataType } from '../model/data-type.ts'
import type { LocalDay } from '../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../model/records.ts'
import type { PlannedWorkout } from '../model/planned-workout.ts'
import type { HttpRequest, HttpResponse } from '../platform/http.ts'
import { sameText } from '../platform/seal.ts'

// ── Signing in ──────────────────────────────────────────────────────────────────────────────────────────────────────

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

// ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Already authorized and paced for one connection; never shows a token. */
export interface ConnectionHttp {
  /**
   * Sends and returns answers with status 2xx. Throws ProviderError otherwise: 401 (after one refresh) reauthorize,
   * 403 skip, 404 give_up with status 404, 429 retry after what the provider says, 5xx and no answer retry.
   * `expect` names other statuses to be returned as they are. `budget` takes `cost` (default 1) from one of
   * `limits.budgets` besides.
   */
  send(
    at: Address,
    request?: Omit<HttpRequest, 'url'> & { expect?: number[]; budget?: string; cost?: number },
  ): Promise<HttpResponse>
  /**
   * GET of an absolute URL that the provider gave, when its origin is one of the connector's hosts (or the sandbox's), or
   * that of `host` alone; anything else throws `give_up`. `authorized: false` for public or signed URLs.
   */
  follow(
    url: string,
    request?: {
      host?: string
      authorized?: boolean
      expect?: number[]
      headers?: Record<string, string>
      maxResponseBytes?: number
    },
  ): Promise<HttpResponse>
}

export interface DayRange {
  start: LocalDay
  /** Inclusive. */
  end: LocalDay
}

/** What to read: whole local days of the person, one object, or what only this provider understands. */
export type Wanted = { days: DayRange } | { object: string; day?: LocalDay | null } | { hint: Record<string, string> }

export interface FetchContext {
  http: ConnectionHttp
  wanted: Wanted
  providerUserId: string
  /** IANA name, fixed offset, or null when nobody said. */
  timeZone: string | null
  grantedScopes: string[] | null
  /** Milliseconds since the epoch. */
  now: number
}

/**
 * One answer of the provider, exactly as it came, and what had been asked (dates and ids that the answer may lack).
 * `payload` is JSON, or the bytes of a file where the kind's `input` is `file`.
 */
export interface Page {
  kind: string
  request: Record<string, string>
  payload: unknown
}

/** The provider says that something is gone (a 404 on an object that a notification named). */
export interface Gone {
  gone: { type: DataType; id: string } | { type: DataType; day: LocalDay }
}

/**
 * Everything of this type on these days has been yielded: stored records of the kind being read that were not among it
 * are gone. For collections where the provider drops or renames items (Oura's bedtime edits).
 */
export interface Listed {
  listed: { type: DataType; days: DayRange }
}

/**
 * The provider was asked and will send the data by notification, in minutes or hours (Garmin's backfill). The days do not
 * count as read; a customer who waits for them is told so.
 */
export interface Promised {
  promised: { types: readonly DataType[]; days: DayRange }
}

export type Fetched = Page | Gone | Listed | Promised

// ── Mapping ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface MapContext {
  /** What had been asked; empty for a page from a file or a push. */
  request: Record<string, string>
  timeZone: string | null
  receivedAt: number
  /** Reports a code that no table knows; it is counted in a metric, and the value maps to the contract's "unknown". */
  unknown(table: string, code: string): void
  /** Reports one document of a list that cannot be read while the others can: its place and what was expected there. */
  unreadable?(place: string, problem: string): void
}

/**
 * Which record a mapped part belongs to:
 * `id` the provider's own id; `day` the one record of that local day (daily, body, nutrition, menstruation);
 * `mainOf` whichever record of that type is the main one of the day (Oura's nightly scores come without the night's id);
 * of its series only what lies within that record counts.
 */
export type RecordKey = { id: string } | { day: LocalDay } | { mainOf: LocalDay } | { only: true }

export interface MappedOf<T extends DataType> {
  type: T
  key: RecordKey
  /** The provider's own label of the day, for records kept by id. */
  day?: LocalDay | null
  /** Parts addressed to `mainOf` this record's day belong to it. */
  main?: boolean
  /** Revision number or update time in milliseconds; larger wins. Absent: the time of receipt decides. */
  version?: number | null
  /** Only what this page says. Null: the record is gone. */
  record: DeepPartial<RecordOf<T>> | null
}

export type Mapped = { [T in DataType]: MappedOf<T> }[DataType]

/** A payload that is not what its kind should be. Names the place and what is expected there. */
export class UnreadablePage extends Error {
  constructor(kind: string, path: string, problem: string) {
    super(path === '' ? `this is no page of kind ${kind}: expected ${problem}` : `${kind}: ${path}: ${problem}`)
    this.name = 'UnreadablePage'
  }
}

// ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Read {
  /** The record types that its pages contribute to. */
  types: readonly DataType[]
  /** Other names that people know its pages by, such as the API's action; case, `_` and `-` make no difference. */
  aliases?: readonly string[]
  /** Skipped when the person did not grant it. */
  scope?: string
  /** `file`: its pages are bytes, `map` gets a Uint8Array, `loam map` reads the file as it is. Default `json`. */
  input?: 'json' | 'file'
  /** Absent for kinds that only notifications bring. */
  fetch?: (context: FetchContext) => AsyncIterable<Fetched>
  /** Pure: the same payload and context give the same parts, in any year, on any machine. */
  map(payload: unknown, context: MapContext): Mapped[]
  /**
   * For kinds that bring what one record is made of in pieces that arrive apart (Garmin pushes this hour's epochs, this
   * morning's weight): the pieces of a page. The loop keeps the latest version of each, and `map` gets a bare list of all
   * that belong to a day. Without it, a page holds all that its kind has to say of a record.
   */
  pieces?: (payload: unknown, context: MapContext) => Piece[]
  /** Lists that count only while no kind before this one gives them: `heart_rate_data.detailed.hr_samples`. */
  fallbackLists?: readonly string[]
  /** Kinds that have no notification of their own and change when this one does. */
  alsoRead?: readonly string[]
  /** Longest range of one fetch, in days. Default 30. */
  maxDays?: number
  /** How far back this kind is answered, if less than the connector's `historyDays`. */
  historyDays?: number
}

export interface Piece {
  /** The same piece again replaces itself. */
  id: string
  /** The days whose records it adds to: of parts with the key `day` or `mainOf`. */
  days: readonly LocalDay[]
  item: unknown
}

// ── Notifications ───────────────────────────────────────────────────────────────────────────────────────────────────

export interface NotificationRequest {
  method: string
  /** Names in lower case. */
  headers: Record<string, string>
  query: Record<string, string>
  body: Uint8Array
}

export type Change =
  /** Something is new or different: read it. */
  | { what: 'changed'; providerUserId: string; kind: string; wanted: Wanted }
  /** The notification carries the page itself; `listed` as in `Listed`. */
  | { what: 'page'; providerUserId: string; page: Page; listed?: readonly Listed['listed'][] }
  /** `providerUserId` null: the provider names the record only; whoever has it loses it. */
  | { what: 'gone'; providerUserId: string | null; gone: Gone['gone'] }
  | { what: 'revoked'; providerUserId: string }
  | { what: 'scopes'; providerUserId: string; scopes: string[] }

export interface Subscription {
  id: string
  /** Milliseconds since the epoch; null when it does not end. */
  expiresAt: number | null
}

/** What checking a notification may use. `send` is for the provider's public keys alone; answers are kept a while. */
export interface NotificationSecrets {
  client: Client
  /** What we gave when subscribing, and the `key` of the callback URL where `unsigned`. */
  verificationToken: string
  now: number
  send(at: Address): Promise<HttpResponse>
}

export interface NotificationAnswer {
  status: number
  headers?: Record<string, string>
  body: string
}

export interface Notifications {
  /**
   * The provider signs nothing: the callback URL carries `?key=<verificationToken>`, which `verify` compares
   * (`hasKey` below), and what it says is a hint only.
   */
  unsigned?: boolean
  /** Answers a request that is no notification (a verification handshake, a health check); null when it is one. */
  handshake?: (request: NotificationRequest, secrets: NotificationSecrets) => NotificationAnswer | null
  /** True when the request really comes from the provider. Constant-time comparison. */
  verify(request: NotificationRequest, secrets: NotificationSecrets): boolean | Promise<boolean>
  /** What changed. Pure. Throws when the body cannot be read (the raw notification is kept and counted). */
  parse(request: NotificationRequest): Change[]
  /** What the provider wants to hear once all is committed. Default 200 `ok`. */
  accepted?: NotificationAnswer
  /** Bodies up to this many bytes are taken. Default 2 MB. */
  maxBytes?: number
  /**
   * For providers whose subscriptions belong to the application: makes what is missing, renews what ends soon. What it
   * answers is kept, sealed, and stands in `client.extra` from then on (Polar tells a webhook's secret once).
   */
  subscribeApplication?: (context: {
    send: (at: Address, request?: Omit<HttpRequest, 'url'>) => Promise<HttpResponse>
    client: Client
    callbackUrl: string
    verificationToken: string
    now: number
  }) => Promise<void | Record<string, string>>
  /** For providers whose subscriptions belong to a connection. Called when it begins and once a day: mends what is gone. */
  subscribeConnection?: (context: ConnectionSubscription) => Promise<void>
  /** Called before `revoke`, with tokens that still work. */
  unsubscribeConnection?: (context: ConnectionSubscription) => Promise<void>
}

export interface ConnectionSubscription {
  http: ConnectionHttp
  providerUserId: string
  client: Client
  callbackUrl: string
  verificationToken: string
  now: number
}

/** For `verify` of unsigned notifications. */
export function hasKey(request: NotificationRequest, { verificationToken }: { verificationToken: string }): boolean {
  return request.query.key !== undefined && sameText(request.query.key, verificationToken)
}

// ── The whole ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Connector {
  /** As the API spells it: upper case. */
  id: string
  name: string
  /** One line for the widget: what it is. */
  tagline: string
  /** Where credentials come from, for the dashboard. */
  credentialsUrl: string
  /** Besides client id and secret. */
  credentialFields?: readonly CredentialField[]
  /**
   * Host name → origin. `send` and the OAuth addresses name these keys. An operator may replace single ones (staging,
   * regions) in the source's settings.
   */
  hosts: Record<string, string>
  auth: OAuth2 | PasswordLogin
  /** Puts the access token where the provider wants it. Default: `Authorization: Bearer`. */
  authorizeCall?: (request: AuthorizedRequest, access: CallAccess) => AuthorizedRequest
  /**
   * Whose account it is. Called once, before the connection is stored, and the place for what a provider wants done
   * first (Polar's registration). `userId` is our id of the connection.
   */
  identify(context: { http: ConnectionHttp; tokens: Tokens; client: Client; userId: string }): Promise<Identity>
  /** Keyed by the provider's own name of the page, in order of precedence when two kinds give the same field. */
  reads: Record<string, Read>
  /** The offset or zone that a page shows, newest wins; keeps local days right for pages that lack it. */
  timeZone?: (kind: string, payload: unknown) => string | null
  notifications?: Notifications
  /**
   * How often to look where nothing announces changes, and as a fallback where it does. Null: never (the provider
   * forbids it, and sends everything by itself: the days since somebody connected count as read). `daysBack`: days before
   * today that each look covers, default 2. `deep`: a wider look once a day, for what is uploaded late or changed unsaid.
   */
  poll: {
    everySeconds: number
    kinds: readonly string[]
    daysBack?: number
    deep?: { kinds: readonly string[]; daysBack: number }
  } | null
  limits: Limits
  /** Days of one step of a backfill: many where each call is dear. Default 10. */
  backfillDays?: number
  /** How far back the provider answers; null for no limit. */
  historyDays: number | null
  /**
   * The HTTP status that an answer amounts to, for providers that answer errors with 200. What `ConnectionHttp` says of
   * statuses holds of this one then: 401 refreshes, 429 waits, `expect` names it.
   */
  statusOf?: (response: HttpResponse) => number
  /** Writes to the person's calendar at the provider. */
  plannedWorkouts?: PlannedWorkouts
  /**
   * Other APIs of the same source, chosen by the source's setting `api` when somebody connects: FITBIT's `legacy`. A
   * connection stays with the one that it was made with. Same `id`, kinds of their own.
   */
  variants?: Record<string, Connector>
  /**
   * Of a variant: the `credentialFields` of the source that hold this API's own client, so that both APIs work at once while
   * people move. Without them it speaks as the source's client, which has to be the variant's then (`api` names it).
   */
  ownClient?: { id: string; secret: string }
  /** This API took the place of one of `variants`, and its people have to consent again (`loam migrate`). */
  replaces?: Replaced
  /** An interface that the provider does not offer to the public: off until an operator switches it on by name. */
  unofficial?: boolean
  /** What the operator must know before switching it on (terms, retention); for the dashboard. */
  notice?: string
}

export interface Replaced {
  variant: string
  /** The first day on which it answered no more. */
  endedOn: LocalDay
  /** Scopes that the provider gives to reviewed applications only, and how many people may connect before. */
  restricted: { scopes: readonly string[]; people: number }
  /** Fields on which the two differ by themselves, by their path or its end, and why. */
  differs: Record<string, string>
}

export type AuthorizedRequest = Omit<HttpRequest, 'url'>

export interface CallAccess {
  token: string
  client: Client
  /** Null while the account is not known yet. */
  providerUserId: string | null
  redirectUri: string
}

/** All limits hold at the same time, and every server on one database shares them. */
export interface Limits {
  /** The budget of one connection. */
  connection?: RateLimit | readonly RateLimit[]
  /** The budget of the whole application, where the provider has one. */
  application?: RateLimit | readonly RateLimit[]
  /** Budgets of their own that single calls name, per application (Garmin: days of history per minute). */
  budgets?: Record<string, RateLimit | readonly RateLimit[]>
  /** How long a 429 asks to wait, where it is not in `Retry-After`. Null: it does not say. */
  waitSeconds?: (response: HttpResponse, now: number) => number | null
}

export interface RateLimit {
  requests: number
  perSeconds: number
}

/**
 * Workouts in the shape of `model/planned-workout.ts`, whole: unknown members are null. The id is the provider's of the
 * plan. Throws PlanRefused for what cannot be said to this provider, else what ConnectionHttp throws.
 */
export interface PlannedWorkouts {
  create(context: { http: ConnectionHttp; workout: PlannedWorkout }): Promise<{ id: string }>
  list(context: { http: ConnectionHttp; days: DayRange }): Promise<PlannedWorkout[]>
  /** Null when there is none. */
  read?(context: { http: ConnectionHttp; id: string }): Promise<PlannedWorkout | null>
  /** To another day. False when there is none. */
  move?(context: { http: ConnectionHttp; id: string; day: LocalDay }): Promise<boolean>
  delete(context: { http: ConnectionHttp; id: string }): Promise<void>
}

/** A workout that the provider has no words for: the field, and what would be right. Goes to the caller. */
export class PlanRefused extends Error {
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`)
    this.name = 'PlanRefused'
  }
}
