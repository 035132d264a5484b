// What a provider announces: how it is checked, and what it says.
import type { HttpRequest, HttpResponse } from '../platform/http.ts'
import type { ConnectionHttp, Gone, Listed, Page, Wanted } from './asking.ts'
import type { Address, Client } from './sign-in.ts'
import { sameText } from '../platform/seal.ts'

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

/** Some of the notices in a notification could not be read. The others count; the whole is kept, and counted as unreadable. */
export class PartlyReadable extends Error {
  readonly changes: readonly Change[]

  constructor(changes: readonly Change[], cause: unknown) {
    super('a part of the notification could not be read', { cause })
    this.name = 'PartlyReadable'
    this.changes = changes
  }
}

/**
 * What each notice of a list says, which may be of different people: one that cannot be read takes no other with it. Throws
 * PartlyReadable then, and what `read` threw where none could be.
 */
export function changesOfEach(notices: readonly unknown[], read: (notice: unknown) => Change[]): Change[] {
  const failures: unknown[] = []
  const changes = notices.flatMap((notice) => {
    try {
      return read(notice)
    } catch (error) {
      failures.push(error)
      return []
    }
  })
  if (failures.length === 0) return changes
  throw failures.length === notices.length ? failures[0] : new PartlyReadable(changes, failures[0])
}

export interface Subscription {
  id: string
  /** Milliseconds since the epoch; null when it does not end. */
  expiresAt: number | null
}

/**
 * What checking a notification may use. `send` is for the provider's public keys alone: an answer is kept for an hour, and
 * `fresh` asks again, once a minute at most, when a key is not among those.
 */
export interface NotificationSecrets {
  client: Client
  /** What we gave when subscribing, and the `key` of the callback URL where `unsigned`. */
  verificationToken: string
  now: number
  send(at: Address, how?: { fresh: boolean }): Promise<HttpResponse>
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
  /**
   * Answers a request that is no notification (a verification handshake, a health check); null when it is one. What it
   * answers to a wrong secret is what anybody gets, whatever `secrets` are.
   */
  handshake?: (
    request: NotificationRequest,
    secrets: Pick<NotificationSecrets, 'client' | 'verificationToken'>,
  ) => NotificationAnswer | null
  /** True when the request really comes from the provider. Constant-time comparison. */
  verify(request: NotificationRequest, secrets: NotificationSecrets): boolean | Promise<boolean>
  /** What the provider wants to hear of a request that `verify` did not believe; null when it is none of its kind. Default 401. */
  refused?: (request: NotificationRequest) => NotificationAnswer | null
  /**
   * What changed, from the body and its content type. Pure. Throws when the body cannot be read (the raw notification is kept
   * and counted); PartlyReadable when some of it can (`changesOfEach`).
   */
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
