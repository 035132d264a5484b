// Stops sending to a destination that does nothing but fail, and finds out when it is back: one probe at a time, ever more
// rarely. What is due meanwhile is held and loses no attempt.

/** Failures in a row that open it. */
export const FAILURES_TO_OPEN = 10
const OPEN_MS = [5000, 10_000, 20_000, 40_000, 60_000]
/** A receiver that asks for time gets it as a whole, within bounds: one odd answer must not silence it for hours. */
const LONGEST_ASKED_MS = 600_000
const JITTER = 0.2

export interface Breaker {
  /** Since the last success. */
  failures: number
  /** How often it has opened since the last success. */
  opens: number
  /** What started until then tells nothing new. */
  openedAt: number
  /** Null: closed. */
  openUntil: number | null
}

export function closedBreaker(): Breaker {
  return { failures: 0, opens: 0, openedAt: 0, openUntil: null }
}

/** `half open`: one probe may go. */
export function phaseOf(breaker: Breaker, now: number): 'closed' | 'open' | 'half open' {
  if (breaker.openUntil === null) return 'closed'
  return now < breaker.openUntil ? 'open' : 'half open'
}

/** True when that closed it: someone is there again. */
export function noteSuccess(breaker: Breaker): boolean {
  breaker.failures = 0
  breaker.opens = 0
  if (breaker.openUntil === null) return false
  breaker.openUntil = null
  return true
}

/** True when that opened it, or opened it again. */
export function noteFailure(
  breaker: Breaker,
  call: { startedAt: number; now: number; askedMs: number; refused: boolean; random: number },
): boolean {
  breaker.failures++
  const wasClosed = breaker.openUntil === null
  if (wasClosed ? breaker.failures < FAILURES_TO_OPEN : call.startedAt <= breaker.openedAt) return false
  const wait = OPEN_MS[Math.min(breaker.opens, OPEN_MS.length - 1)]! * (1 - JITTER + 2 * JITTER * call.random)
  // Someone is there and refuses what was sent: the next event may fare better, so the wait grows no longer.
  if (!call.refused) breaker.opens++
  breaker.openedAt = call.now
  breaker.openUntil = call.now + Math.round(Math.max(wait, Math.min(call.askedMs, LONGEST_ASKED_MS)))
  return true
}

/** Another server has opened it (a time), probes it (a later time) or has closed it (null). True when that closed it here. */
export function follow(breaker: Breaker, openedUntil: number | null, now: number): boolean {
  const closes = breaker.openUntil !== null && openedUntil === null
  if (breaker.openUntil === null && openedUntil !== null) breaker.openedAt = now
  breaker.openUntil = openedUntil
  if (closes) breaker.opens = 0
  return closes
}
