// A delivery in memory, under a lease of ours.
import type { OutgoingEvent } from '../destinations/destination.ts'
import type { DeliveryRow } from '../store/deliveries.ts'
import type { EventSummary } from '../store/events.ts'

export interface Held {
  delivery: DeliveryRow
  /** Null: it was deleted. */
  event: EventSummary | null
  /** Exactly the bytes that were committed; null until they are read. */
  body: Uint8Array | null
  /** Of the body, in memory or not. */
  bytes: number
  /** By the monotonic clock: when the database last said that it is ours. */
  confirmedAt: number
}

/** A live event never waits behind history: lanes share nothing but their destination. */
export const LANES = ['live', 'backfill'] as const
export type Lane = (typeof LANES)[number]

export function outgoing(event: EventSummary, body: Uint8Array, attempt: number): OutgoingEvent {
  return {
    id: event.id,
    type: event.type,
    reference: event.reference,
    traceId: event.trace_id,
    orderingAt: event.ordering_at,
    userId: event.user_id,
    referenceId: event.reference_id,
    provider: event.provider,
    createdAt: event.created_at,
    body,
    attempt,
  }
}
