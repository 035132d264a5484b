// How many requests a key may make. Several API servers each count for themselves.
import { ApiError } from '../../platform/errors.ts'
import type { Context } from '../../store/context.ts'
import type { Database } from '../../store/database.ts'
import { Buckets, waitHeaders } from './buckets.ts'

/** So much of a minute may come at once. */
const BURST_SECONDS = 10
const MOST_BUCKETS = 10_000

const bucketsOf = new WeakMap<Database, Buckets>()

export type LimitHeaders = Record<string, string>

/** Takes one from the key's bucket; answers what the caller is told. Throws 429 when it is empty. */
export function takeRequest(ctx: Context, keyId: string, perMinute: number): LimitHeaders {
  let buckets = bucketsOf.get(ctx.db)
  if (buckets === undefined) bucketsOf.set(ctx.db, (buckets = new Buckets(MOST_BUCKETS)))
  const perSecond = perMinute / 60
  const most = Math.max(1, Math.ceil(perSecond * BURST_SECONDS))
  const now = ctx.clock.now()
  const { isEnough, left, waitSeconds } = buckets.take(keyId, { most, perSecond }, now)
  const full = Math.ceil((most - left) / perSecond)
  const headers = {
    'ratelimit-policy': `"key";q=${most};w=${Math.ceil(most / perSecond)}`,
    ratelimit: `"key";r=${Math.floor(left)};t=${full}`,
  }
  if (isEnough) return headers
  throw new ApiError(
    'too_many_requests',
    429,
    `this key makes too many requests; try again in ${waitSeconds} seconds`,
    {
      headers: { ...headers, ...waitHeaders(waitSeconds, now) },
    },
  )
}
