// How fast tokens come, and how many may lie in stock.
import type { DeliverySettings } from '../model/delivery-settings.ts'
import type { Bucket } from '../store/destination-rates.ts'

/** What may go at once after a pause; small, because receivers count by the second. */
const BURST_SECONDS = 0.05
/** A server whose clock is this far ahead of ours is not waited for. */
const LONGEST_AHEAD_MS = 60_000

export interface Rate {
  perSecond: number
  burst: number
}

export function rateOf(settings: DeliverySettings): Rate | null {
  const perSecond =
    settings.rate_per_second ?? (settings.rate_per_minute === null ? null : settings.rate_per_minute / 60)
  return perSecond === null ? null : { perSecond, burst: Math.max(1, perSecond * BURST_SECONDS) }
}

/** `waitMs`: until there is a whole token again. */
export function takeFrom(
  rate: Rate,
  before: Bucket | null,
  want: number,
  now: number,
): { bucket: Bucket; taken: number; waitMs: number } {
  const filled = fill(rate, before, now)
  const taken = Math.max(0, Math.min(want, Math.floor(filled.tokens + 1e-9)))
  const tokens = filled.tokens - taken
  return { bucket: { ...filled, tokens }, taken, waitMs: Math.ceil(Math.max(0, 1 - tokens) * tokenMs(rate)) }
}

function fill(rate: Rate, before: Bucket | null, now: number): Bucket {
  if (before === null) return { tokens: 1, filled_at: now }
  // Never back in time: two servers with different clocks must not fill the same second twice.
  const at = before.filled_at > now + LONGEST_AHEAD_MS ? now : Math.max(before.filled_at, now)
  const elapsed = Math.max(0, at - before.filled_at)
  return { tokens: Math.min(rate.burst, before.tokens + (elapsed / 1000) * rate.perSecond), filled_at: at }
}

function tokenMs(rate: Rate): number {
  return 1000 / rate.perSecond
}
