// A sliding window in slices: never more than a limit allows in any window of its length, and all of that if need be.
import type { RateLimit } from '../connectors/connector.ts'

/** Slices of one window. More follow the clock more closely and cost more to keep. */
const SLICES = 30

export interface Slices {
  /** Calls by the number of the slice. */
  used: ReadonlyMap<number, number>
  /** The provider refused: nothing before this. */
  refusedUntil: number
}

export type Verdict = { take: { slot: number; count: number; endsAt: number } } | { waitMs: number }

/**
 * Takes between `cost` and `most` calls, or says how long to wait for `cost`. `keep` calls are left for others, who are more
 * urgent.
 */
export function takeFrom(
  slices: Slices,
  limit: RateLimit,
  { now, cost, most, keep }: { now: number; cost: number; most: number; keep: number },
): Verdict {
  const lengthMs = (limit.perSeconds * 1000) / SLICES
  const slot = Math.floor(now / lengthMs)
  if (slices.refusedUntil > now) return { waitMs: slices.refusedUntil - now }
  // What costs more than there ever is passes alone: the provider will say.
  const room = Math.max(limit.requests - keep, Math.min(cost, limit.requests), 1)
  // What lies ahead was counted before the clock was set back; the next slice may be another server's.
  const recent = [...slices.used]
    .filter(([each]) => each >= slot - SLICES && each <= slot + 1)
    .sort(([a], [b]) => a - b)
  let left = room - recent.reduce((sum, [, used]) => sum + used, 0)
  const needed = Math.min(cost, room)
  if (left >= needed) {
    const endsAt = (slot + SLICES + 1) * lengthMs
    return { take: { slot, count: Math.max(cost, Math.min(most, left)), endsAt: Math.ceil(endsAt) } }
  }
  for (const [each, used] of recent) {
    left += used
    if (left >= needed) return { waitMs: Math.max(1, Math.ceil((each + SLICES + 1) * lengthMs - now)) }
  }
  return { waitMs: Math.ceil(lengthMs) }
}

/** Part of a limit that nobody has taken in the window that ends now. */
export function leftOf({ used, refusedUntil }: Slices, limit: RateLimit, now: number): number {
  if (refusedUntil > now) return 0
  const first = Math.floor((now * SLICES) / (limit.perSeconds * 1000)) - SLICES
  let taken = 0
  for (const [slot, count] of used) if (slot >= first) taken += count
  return Math.max(0, 1 - taken / limit.requests)
}
