// What a connector asks with, what it is asked for, and what it yields.
import type { DataType } from '../model/data-type.ts'
import type { LocalDay } from '../model/local-day.ts'
import type { HttpRequest, HttpResponse } from '../platform/http.ts'
import type { Address } from './sign-in.ts'

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
  /** What the same read brought before. */
  earlier?: readonly Page[]
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
