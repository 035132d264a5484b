// The shape that every provider's connector has. The loop in `intake` knows this file and no provider.
import type { LocalDay } from '../model/local-day.ts'
import type { HttpResponse } from '../platform/http.ts'
import type { ConnectionHttp } from './asking.ts'
import type { Limits } from './limits.ts'
import type { Notifications } from './notices.ts'
import type { PlannedWorkouts } from './planned-workouts.ts'
import type { Read } from './reading.ts'
import type {
  AuthorizedRequest,
  CallAccess,
  Client,
  CredentialField,
  Identity,
  OAuth2,
  PasswordLogin,
  Tokens,
} from './sign-in.ts'

export * from './asking.ts'
export * from './limits.ts'
export * from './mapping.ts'
export * from './notices.ts'
export * from './planned-workouts.ts'
export * from './reading.ts'
export * from './sign-in.ts'

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
   * statuses holds of this one then: 401 refreshes, 429 waits, `expect` names it. Throws ProviderError where the answer is
   * about our application and nobody's connection.
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
