// The result of one attempt, as it is stored, counted and logged.
import type { SendResult } from '../destinations/destination.ts'
import { newId } from '../model/ids.ts'
import { whatFollows } from './follows.ts'
import type { Held } from './held.ts'
import type { OpenDestination } from './open-destination.ts'
import type { OutletWorld } from './outlet-world.ts'
import type { Settlement } from './settler.ts'

const KEPT_RESPONSE_CHARACTERS = 2048

export function settlementOf(
  { ctx, leases }: Pick<OutletWorld, 'ctx' | 'leases'>,
  { row: destination, delivery: settings }: OpenDestination,
  { delivery, event }: Held,
  result: SendResult,
  startedAt: number,
): Settlement {
  const now = ctx.clock.now()
  const delivered = result.next === 'delivered'
  const durationMs = Math.max(0, now - startedAt)
  const error = delivered ? null : result.message
  const response = result.response?.slice(0, KEPT_RESPONSE_CHARACTERS) ?? null
  const follows = whatFollows(result, settings, delivery.attempts, leases.now(), Math.random())
  const outcome = result.next === 'pause' ? 'retry' : result.next
  ctx.metrics.attempts.inc({ destination: destination.type, outcome })
  ctx.metrics.attemptSeconds.observe({ destination: destination.type, outcome }, durationMs / 1000)
  if (delivered && event !== null) {
    ctx.metrics.deliverySeconds.observe({ destination: destination.type }, (now - event.created_at) / 1000)
  }
  const level = delivered ? 'debug' : 'info'
  ctx.log[level](
    {
      deliveryId: delivery.id,
      eventId: delivery.event_id,
      destinationId: delivery.destination_id,
      attempt: delivery.attempts,
      status: result.status,
      durationMs,
      error,
    },
    `delivery ${result.next}`,
  )
  return {
    destinationId: destination.id,
    outcome: {
      id: delivery.id,
      lease_id: delivery.lease_id!,
      state: follows.state,
      next_at: follows.state === 'pending' ? follows.at : null,
      finished_at: follows.state === 'pending' ? null : now,
      last_status: result.status,
      last_error: error,
      sent_at: delivered ? startedAt : null,
      duration_ms: delivered ? durationMs : null,
      response: delivered ? response : null,
    },
    attempt:
      outcome === 'delivered'
        ? null
        : {
            id: newId(),
            delivery_id: delivery.id,
            number: delivery.attempts,
            started_at: startedAt,
            duration_ms: durationMs,
            outcome,
            status: result.status,
            error,
            response,
          },
    pause: follows.state === 'pending' && follows.pause !== undefined ? { ...follows.pause, at: now } : null,
    // What was refused for what it is says nothing about the destination.
    failingSince: result.next === 'rejected' ? undefined : healthChange(destination, delivered, now),
  }
}

/** Since when every attempt has failed; undefined when that stays as it is. */
function healthChange(destination: OpenDestination['row'], delivered: boolean, now: number): number | null | undefined {
  if (delivered === (destination.failing_since === null)) return undefined
  destination.failing_since = delivered ? null : now
  return destination.failing_since
}
