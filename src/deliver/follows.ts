// What follows from a result: the loop asks here and nowhere else.
import type { SendResult } from '../destinations/destination.ts'
import type { DeliverySettings } from '../model/delivery-settings.ts'
import { retryDelayMs } from './retry-schedule.ts'

export type Follows =
  | { state: 'delivered' }
  /** Never tried again. */
  | { state: 'failed' }
  | { state: 'pending'; at: number; pause?: { reason: string } }

const LONGEST_WAIT_SECONDS = 10 * 3600

/** `attempt` is the number of the one that ended, `random` from 0 to 1. */
export function whatFollows(
  result: SendResult,
  settings: DeliverySettings,
  attempt: number,
  now: number,
  random: number,
): Follows {
  if (result.next === 'delivered') return { state: 'delivered' }
  if (result.next === 'rejected') return { state: 'failed' }
  if (result.next === 'pause' && settings.pause_on_gone) {
    return { state: 'pending', at: now, pause: { reason: result.message } }
  }
  const delay = retryDelayMs(settings.retry_delays_seconds, attempt, random)
  if (delay === null) return { state: 'failed' }
  const asked = result.next === 'retry' ? (result.afterSeconds ?? 0) : 0
  return { state: 'pending', at: now + Math.max(delay, Math.min(asked, LONGEST_WAIT_SECONDS) * 1000) }
}
