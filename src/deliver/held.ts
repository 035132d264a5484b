// A delivery in memory, under a lease of ours.
import type { OutgoingEvent } from '../destinations/destination.ts'
import { assert } from '../platform/errors.ts'
import type { DeliveryRow } from '../store/deliveries.ts'
import type { EventSummary } from '../store/events.ts'
import { partName, readPart } from './parts.ts'

export interface Held {
  delivery: DeliveryRow
  /** Null: it was deleted. */
  event: EventSummary | null
  /** Exactly the bytes that were committed, or the part of them that it carries; null until they are read. */
  body: Uint8Array | null
  /** Of the body, in memory or not. */
  bytes: number
  /** By the monotonic clock: when the database last said that it is ours. */
  confirmedAt: number
}

/** A live event never waits behind history: lanes share nothing but their destination. */
export const LANES = ['live', 'backfill'] as const
export type Lane = (typeof LANES)[number]

export function outgoing({ delivery, event, body }: Held): OutgoingEvent {
  assert(event !== null && body !== null)
  const part = delivery.part === null ? null : readPart(delivery.part)
  return {
    id: partName(event.id, part),
    type: event.type,
    reference: event.reference,
    traceId: partName(event.trace_id, part),
    orderingAt: event.ordering_at,
    userId: event.user_id,
    referenceId: event.reference_id,
    provider: event.provider,
    createdAt: event.created_at,
    ...(delivery.part !== null && { part: { eventId: event.id, stored: delivery.part } }),
    ...(event.trace !== null && { traceparent: event.trace }),
    body,
    attempt: delivery.attempts,
  }
}
