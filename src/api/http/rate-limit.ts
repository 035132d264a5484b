// How many requests a key may make: a bucket that fills by itself, in the memory of this process. Several API servers each count
// for themselves.
import { ApiError } from '../../platform/errors.ts'
import type { Context } from '../../store/context.ts'
import type { Database } from '../../store/database.ts'

/** So much of a minute may come at once. */
const BURST_SECONDS = 10
const MOST_BUCKETS = 10_000

interface Bucket {
  tokens: number
  at: number
}

const bucketsOf = new WeakMap<Database, Map<string, Bucket>>()

export type LimitHeaders = Record<string, string>

/** Takes one from the key's bucket; answers what the caller is told. Throws 429 when it is empty. */
export function takeRequest(ctx: Context, keyId: string, perMinute: number): LimitHeaders {
  let buckets = bucketsOf.get(ctx.db)
  if (buckets === undefined) bucketsOf.set(ctx.db, (buckets = new Map()))
  const perSecond = perMinute / 60
  const size = Math.max(1, Math.ceil(perSecond * BURST_SECONDS))
  const now = ctx.clock.now()
  const before = buckets.get(keyId) ?? { tokens: size, at: now }
  const tokens = Math.min(size, before.tokens + (Math.max(0, now - before.at) / 1000) * perSecond)
  const isEnough = tokens >= 1
  const left = isEnough ? tokens - 1 : tokens
  if (buckets.size >= MOST_BUCKETS && !buckets.has(keyId)) buckets.delete(buckets.keys().next().value!)
  buckets.set(keyId, { tokens: left, at: now })
  const full = Math.ceil((size - left) / perSecond)
  const headers = {
    'ratelimit-policy': `"key";q=${size};w=${Math.ceil(size / perSecond)}`,
    ratelimit: `"key";r=${Math.floor(left)};t=${full}`,
  }
  if (isEnough) return headers
  const wait = Math.max(1, Math.ceil((1 - tokens) / perSecond))
  throw new ApiError('too_many_requests', 429, `this key makes too many requests; try again in ${wait} seconds`, {
    headers: {
      ...headers,
      'retry-after': String(wait),
      // What the SDKs look at where `retry-after` is out of their reach.
      'x-ratelimit-reset': String(Math.ceil(now / 1000) + wait),
    },
  })
}
