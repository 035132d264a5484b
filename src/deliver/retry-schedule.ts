// When a delivery is tried again. Quick at first (a deploy, a blip), then doubling, for a little over a day.
const DELAYS_SECONDS = [5, 30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360, 8 * 3600, 8 * 3600] as const
const JITTER = 0.2

/** How often one delivery is tried at the most. */
export const MAX_ATTEMPTS = DELAYS_SECONDS.length + 1

/**
 * Milliseconds from the end of attempt number `attempt` (1 for the first) to the next; null after the last. `random` is
 * from 0 to 1 and spreads the retries of an outage over 20 % either way.
 */
export function retryDelayMs(attempt: number, random: number): number | null {
  const seconds = DELAYS_SECONDS[attempt - 1]
  if (seconds === undefined) return null
  return Math.round(seconds * 1000 * (1 - JITTER + 2 * JITTER * random))
}
