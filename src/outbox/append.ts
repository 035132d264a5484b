// Events are written in the transaction that changed what they tell of, together with one delivery for every
// destination that wants them.
import { newId } from '../model/ids.ts'
import { announceEvents, wakeDeliveries } from '../queue/wake.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Statement, Transaction } from '../store/database.ts'
import { type DeliveryRow, insertDelivery } from '../store/deliveries.ts'
import { type DestinationRow, rememberedDestinations } from '../store/destinations.ts'
import { type EventSummary, insertEvent } from '../store/events.ts'
import { Handover } from './handover.ts'

export interface NewEvent {
  environmentId: string
  /** Whom it is about; null for operational events. */
  connection: ConnectionRow | null
  /** The wire event, with its `type`. */
  body: { type: string }
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
  const touched = new Set<string>()
  const ids: string[] = []
  let previous = new Map<string, string>()
  for (const event of events) {
    const id = newId()
    ids.push(id)
    const body = encoder.encode(JSON.stringify(event.body))
    const summary: EventSummary = {
      id,
      environment_id: event.environmentId,
      user_id: event.connection?.user_id ?? null,
      reference_id: event.connection?.reference_id ?? null,
      provider: event.connection?.provider ?? null,
      type: event.body.type,
      trace_id: event.traceId ?? id,
      // In the order of time, as all our ids: their index grows at its end.
      reference: event.reference ?? newId(),
      ordering_at: event.orderingAt === undefined ? now : event.orderingAt,
      byte_length: body.byteLength,
      record_count: event.recordCount ?? 0,
      created_at: now,
    }
    statements.push(insertEvent(summary, { toPack: body }))
    const deliveries = new Map<string, string>()
    for (const destination of await rememberedDestinations(ctx.db, tx, event.environmentId)) {
      if (!wants(destination, event)) continue
      const after = event.afterPrevious ? (previous.get(destination.id) ?? null) : null
      const fresh = deliveryRow({ eventId: id, destination, lane: event.lane, after, now })
      const row = after === null ? handover.offer(destination, fresh, summary, body) : fresh
      deliveries.set(destination.id, row.id)
      statements.push(insertDelivery(row))
      if (row.state === 'pending') waiting.add(destination.id)
    }
    previous = deliveries
    if (event.connection !== null) touched.add(event.connection.user_id)
    ctx.metrics.events.inc({ type: event.body.type })
  }
  for (const userId of touched) statements.push(touchConnection(userId, now))
  tx.later(statements)
  tx.afterCommit(() => {
    announceEvents()
    if (waiting.size > 0) wakeDeliveries(ctx.db, [...waiting])
  })
  return ids
}

const encoder = new TextEncoder()

/** Whether a destination's filters let this event through. A paused destination keeps its events until it goes on. */
export function wants(destination: DestinationRow, event: NewEvent): boolean {
  if (event.onlyDestinationId !== undefined) return destination.id === event.onlyDestinationId
  if (event.exceptDestinationId === destination.id) return false
  if (destination.event_types !== null && !includes(destination.event_types, event.body.type)) return false
  const provider = event.connection?.provider
  if (destination.providers !== null && provider !== undefined && !includes(destination.providers, provider)) {
    return false
  }
  return isOneOf(destination, event.connection)
}

/** By our id or by the customer's. Events of nobody go to everyone. */
function isOneOf({ user_ids, reference_ids }: DestinationRow, who: ConnectionRow | null): boolean {
  if ((user_ids === null && reference_ids === null) || who === null) return true
  if (user_ids !== null && includes(user_ids, who.user_id)) return true
  return reference_ids !== null && who.reference_id !== null && includes(reference_ids, who.reference_id)
}

function includes(listJson: string, value: string): boolean {
  return (JSON.parse(listJson) as string[]).includes(value)
}

export function deliveryRow(input: {
  eventId: string
  destination: Pick<DestinationRow, 'id' | 'environment_id'>
  lane: 'live' | 'backfill'
  after: string | null
  now: number
}): DeliveryRow {
  return {
    id: newId(),
    event_id: input.eventId,
    environment_id: input.destination.environment_id,
    destination_id: input.destination.id,
    lane: input.lane,
    after_id: input.after,
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
  }
}

function touchConnection(userId: string, now: number): Statement {
  return { sql: 'UPDATE connections SET last_webhook_update = $2 WHERE user_id = $1', params: [userId, now] }
}
