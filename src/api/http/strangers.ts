// Requests without a valid key, or with an unknown dev-id, cost a look into the database each: an address gets so many a minute.
import { ApiError } from '../../platform/errors.ts'
import type { Context } from '../../store/context.ts'
import type { Database } from '../../store/database.ts'
import { Buckets, waitHeaders } from './buckets.ts'
import { networkOf } from './client-address.ts'

export const MOST_ADDRESSES = 10_000
const bucketsOf = new WeakMap<Database, Buckets>()

/**
 * Runs `identify`, which throws an ApiError for whoever is not let in: that costs the address one. Throws 429 when it has none
 * left, unless what was shown `wasRight` before: a good key goes on beside a bad one of the same address.
 */
export async function asStranger<T>(
  ctx: Context,
  { client, wasRight }: { client: string | null; wasRight: boolean },
  identify: () => Promise<T>,
): Promise<T> {
  const perMinute = ctx.strangersPerMinute ?? 0
  if (perMinute === 0 || wasRight) return identify()
  let buckets = bucketsOf.get(ctx.db)
  if (buckets === undefined) bucketsOf.set(ctx.db, (buckets = new Buckets(MOST_ADDRESSES)))
  const address = networkOf(client)
  const now = ctx.clock.now()
  // Taken first: of many at once no more than there are may look.
  const { isEnough, left, waitSeconds } = buckets.take(address, { most: perMinute, perSecond: perMinute / 60 }, now)
  if (!isEnough) {
    throw new ApiError(
      'too_many_requests',
      429,
      `too many requests without a valid key or dev-id came from this address; try again in ${waitSeconds} seconds`,
      { headers: waitHeaders(waitSeconds, now) },
    )
  }
  try {
    const found = await identify()
    buckets.giveBack(address)
    return found
  } catch (error) {
    if (!(error instanceof ApiError)) buckets.giveBack(address)
    else if (left < 1) ctx.log.warn({ client }, 'an address sends many requests without a valid key: further ones wait')
    throw error
  }
}
