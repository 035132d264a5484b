// Events are written in the transaction that changed what they tell of, together with one delivery for every
// destination that wants them.
import { newId } from '../model/ids.ts'
import { announceEvents, wakeDeliveries } from '../queue/wake.ts'
import { bytesOf } from '../store/compress.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Statement, Transaction } from '../store/database.ts'
import { type DeliveryRow, insertDelivery, type Place } from '../store/deliveries.ts'
import { type DestinationRow, rememberedDestinations } from '../store/destinations.ts'
import { type EventSummary, insertEvent } from '../store/events.ts'
import { traceOf } from '../store/traced.ts'
import { passes } from './filters.ts'
import { Handover } from './handover.ts'
import { placeFor, tookPlace } from './order.ts'
import { touch } from './touched.ts'

export interface NewEvent {
  environmentId: string
  /** Whom it is about; null for operational events. */
  connection: ConnectionRow | null
  /** Of whom it tells where there is no connection: a sign-in that failed. */
  attempted?: { provider: string; referenceId: string | null }
  /** The wire event, with its `type`. */
  body: { type: string }
  /** Its JSON, where that was written already: then `body` needs no more than the type. */
  json?: readonly Uint8Array[]
  lane: 'live' | 'backfill'
  /** `terra-reference`: the request's for requested data, else one of its own. */
  reference?: string
  /** `X-Terra-Trace-Id`; the event's own id unless told. */
  traceId?: string
  /** Epoch milliseconds; null for events that have no recency. Default: now. */
  orderingAt?: number | null
  recordCount?: number
  /** Held back at each destination until the event before it in the list is delivered or has failed for good. */
  afterPrevious?: boolean
  /** Only to this destination. */
  onlyDestinationId?: string
  /** Not to this one. */
  exceptDestinationId?: string
}

/**
 * `also` are statements of the same change. All of it goes to the database with the commit, and what a delivery loop of this
 * process has room for goes to it in memory.
 */
export async function appendEvents(
  ctx: Context,
  tx: Transaction,
  events: readonly NewEvent[],
  also: readonly Statement[] = [],
): Promise<string[]> {
  tx.later(also)
  if (events.length === 0) return []
  const now = ctx.clock.now()
  const statements: Statement[] = []
  const handover = new Handover(ctx.db, tx)
  const waiting = new Set<string>()
  const ids: string[] = []
  let previous = new Map<string, string>()
  for (const event of events) {
    const id = newId()
    ids.push(id)
    const pieces = event.json ?? [bytesOf(JSON.stringify(event.body))]
    const body = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    const summary: EventSummary = {
      id,
      environment_id: event.environmentId,
      user_id: event.connection?.user_id ?? null,
      reference_id: event.connection?.reference_id ?? event.attempted?.referenceId ?? null,
      provider: event.connection?.provider ?? event.attempted?.provider ?? null,
      type: event.body.type,
      trace_id: event.traceId ?? id,
      // In the order of time, as all our ids: their index grows at its end.
      reference: event.reference ?? newId(),
      ordering_at: event.orderingAt === undefined ? now : event.orderingAt,
      byte_length: body.byteLength,
      record_count: event.recordCount ?? 0,
      created_at: now,
      trace: traceOf(ctx),
    }
    statements.push(insertEvent(summary, { toPack: pieces }))
    const deliveries = new Map<string, string>()
    for (const destination of await rememberedDestinations(ctx.db, tx, event.environmentId)) {
      if (!wants(destination, event, summary)) continue
      const place = await placeFor(tx, destination, summary.user_id)
      const after = place?.after ?? (event.afterPrevious ? (previous.get(destination.id) ?? null) : null)
      const fresh = deliveryRow({ eventId: id, destination, lane: event.lane, after, place, now })
      tookPlace(ctx, tx, fresh)
      const row = after === null ? handover.offer(destination, fresh, summary, body) : fresh
      deliveries.set(destination.id, row.id)
      statements.push(insertDelivery(row))
      if (row.state === 'pending') waiting.add(destination.id)
    }
    previous = deliveries
    ctx.metrics.events.inc({ type: event.body.type })
  }
  const about = events.flatMap(({ connection }) => connection ?? [])
  statements.push(...touch(ctx.db, tx, about, now))
  tx.later(statements)
  tx.afterCommit(() => {
    announceEvents()
    if (waiting.size > 0) wakeDeliveries(ctx.db, [...waiting])
  })
  return ids
}

/** A paused destination keeps its events until it goes on. */
function wants(destination: DestinationRow, event: NewEvent, summary: EventSummary): boolean {
  if (event.onlyDestinationId !== undefined) return destination.id === event.onlyDestinationId
  return event.exceptDestinationId !== destination.id && passes(destination, summary)
}

export function deliveryRow(input: {
  eventId: string
  destination: Pick<DestinationRow, 'id' | 'environment_id'>
  lane: 'live' | 'backfill'
  after: string | null
  place?: Place | null
  part?: string | null
  now: number
}): DeliveryRow {
  return {
    id: newId(),
    event_id: input.eventId,
    environment_id: input.destination.environment_id,
    destination_id: input.destination.id,
    lane: input.lane,
    after_id: input.after,
    order_key: input.place?.key ?? null,
    order_no: input.place?.no ?? null,
    state: input.after === null ? 'pending' : 'waiting',
    attempts: 0,
    next_at: input.now,
    lease_id: null,
    lease_until: null,
    last_status: null,
    last_error: null,
    created_at: input.now,
    finished_at: null,
    sent_at: null,
    duration_ms: null,
    response: null,
    part: input.part ?? null,
  }
}
