// The shape that every provider's connector has. The loop in `intake` knows this file and no provider.
import type { DataType } from '../model/data-type.ts'
import type { LocalDay } from '../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../model/records.ts'
import type { HttpRequest, HttpResponse } from '../platform/http.ts'

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
  pkce: boolean
  clientAuthentication: 'body' | 'basic'
  /** Added to the authorize URL. */
  authorizeParameters?: Record<string, string>
  /** Changes the form of a token request before it is sent (Withings wants `action=requesttoken`). */
  tokenForm?: (form: Record<string, string>) => Record<string, string>
  /** Reads a token answer that is not RFC 6749's. Throws ProviderError. */
  readTokens?: (response: HttpResponse) => Tokens
  /** Ends the grant at the provider. Absent when it offers none. */
  revoke?: (tokens: Tokens, client: Client) => Omit<HttpRequest, 'url'> & { at: Address }
  /** Refresh when less than this is left. Default 300. */
  refreshBeforeSeconds?: number
}

export interface Client {
  id: string
  secret: string
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
}

export interface Identity {
  /** The provider's stable id of the account, as a string. */
  providerUserId: string
  scopes?: string[] | null
  /** IANA name or fixed offset (`+02:00`). Null or absent when the provider does not say. */
  timeZone?: string | null
}

// ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Already authorized and paced for one connection; never shows a token. */
export interface ConnectionHttp {
  /**
   * Sends and returns answers with status 2xx. Throws ProviderError otherwise: 401 (after one refresh) reauthorize,
   * 403 skip, 404 give_up with status 404, 429 retry after what the provider says, 5xx and no answer retry.
   * `expect` names other statuses to be returned as they are.
   */
  send(at: Address, request?: Omit<HttpRequest, 'url'> & { expect?: number[] }): Promise<HttpResponse>
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

/** One answer of the provider, exactly as it came, and what had been asked (dates and ids that the answer may lack). */
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

export type Fetched = Page | Gone | Listed

// ── Mapping ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface MapContext {
  /** What had been asked; empty for a page from a file or a push. */
  request: Record<string, string>
  timeZone: string | null
  receivedAt: number
  /** Reports a code that no table knows; it is counted in a metric, and the value maps to the contract's "unknown". */
  unknown(table: string, code: string): void
}

/**
 * Which record a mapped part belongs to:
 * `id` the provider's own id; `day` the one record of that local day (daily, body, nutrition, menstruation);
 * `mainOf` whichever record of that type is the main one of the day (Oura's nightly scores come without the night's id).
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
  /** Skipped when the person did not grant it. */
  scope?: string
  fetch(context: FetchContext): AsyncIterable<Fetched>
  /** Pure: the same payload and context give the same parts, in any year, on any machine. */
  map(payload: unknown, context: MapContext): Mapped[]
  /** Kinds that have no notification of their own and change when this one does. */
  alsoRead?: readonly string[]
  /** Longest range of one fetch, in days. Default 30. */
  maxDays?: number
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
  /** The notification carries the page itself. */
  | { what: 'page'; providerUserId: string; page: Page }
  | { what: 'gone'; providerUserId: string; gone: Gone['gone'] }
  | { what: 'revoked'; providerUserId: string }
  | { what: 'scopes'; providerUserId: string; scopes: string[] }

export interface Subscription {
  id: string
  /** Milliseconds since the epoch; null when it does not end. */
  expiresAt: number | null
}

export interface Notifications {
  /**
   * Answers a request that is no notification (a verification handshake); null when it is one. `verificationToken` is
   * what we gave when subscribing.
   */
  handshake?: (
    request: NotificationRequest,
    secrets: { client: Client; verificationToken: string },
  ) => { status: number; headers?: Record<string, string>; body: string } | null
  /** True when the request really comes from the provider. Constant-time comparison; no clock. */
  verify(request: NotificationRequest, secrets: { client: Client; verificationToken: string }): boolean
  /** What changed. Pure. Throws when the body cannot be read (the raw notification is kept and counted). */
  parse(request: NotificationRequest): Change[]
  /** For providers whose subscriptions belong to the application: makes what is missing, renews what ends soon. */
  subscribeApplication?: (context: {
    send: (at: Address, request?: Omit<HttpRequest, 'url'>) => Promise<HttpResponse>
    client: Client
    callbackUrl: string
    verificationToken: string
    now: number
  }) => Promise<void>
  /** For providers whose subscriptions belong to a connection. */
  subscribeConnection?: (context: {
    http: ConnectionHttp
    providerUserId: string
    callbackUrl: string
    verificationToken: string
  }) => Promise<void>
  unsubscribeConnection?: (context: {
    http: ConnectionHttp
    providerUserId: string
    callbackUrl: string
  }) => Promise<void>
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
  /** Host name → origin. `send` and the OAuth addresses name these keys. */
  hosts: Record<string, string>
  auth: OAuth2
  identify(context: { http: ConnectionHttp; tokens: Tokens }): Promise<Identity>
  /** Keyed by the provider's own name of the page, in order of precedence when two kinds give the same field. */
  reads: Record<string, Read>
  /** The offset or zone that a page shows, newest wins; keeps local days right for pages that lack it. */
  timeZone?: (kind: string, payload: unknown) => string | null
  notifications?: Notifications
  /** How often to look where nothing announces changes, and as a fallback where it does. */
  poll: { everySeconds: number; kinds: readonly string[] }
  /** The budget of one connection, and of the whole application where the provider has one. */
  limits: { connection?: RateLimit; application?: RateLimit }
  /** How far back the provider answers; null for no limit. */
  historyDays: number | null
  /** Turns an answer into an error where the status does not tell (errors as HTTP 200). Null: it is none. */
  readError?: (response: HttpResponse) => Error | null
}

export interface RateLimit {
  requests: number
  perSeconds: number
}
