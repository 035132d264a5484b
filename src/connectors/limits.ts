// What a provider allows.
import type { HttpResponse } from '../platform/http.ts'

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
