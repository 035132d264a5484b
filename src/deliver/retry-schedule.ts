// When a delivery is tried again.
const JITTER = 0.2

/**
 * Milliseconds from the end of attempt number `attempt` (1 for the first) to the next; null after the last. `random` is
 * from 0 to 1 and spreads the retries of an outage over 20 % either way.
 */
export function retryDelayMs(delaysSeconds: readonly number[], attempt: number, random: number): number | null {
  const seconds = delaysSeconds[attempt - 1]
  if (seconds === undefined) return null
  return Math.round(seconds * 1000 * (1 - JITTER + 2 * JITTER * random))
}
