import type { Sql, Statement } from './database.ts'
import { type Cursor, type Slice, sliceOf } from './paging.ts'

export type DeliveryState =
  /** Due at `next_at`. */
  | 'pending'
  /** Another delivery comes first (`after_id`). */
  | 'waiting'
  | 'sending'
  | 'delivered'
  /** No more attempts; the event stays and can be sent again. */
  | 'failed'

export interface DeliveryRow {
  id: string
  event_id: string
  environment_id: string
  destination_id: string
  lane: 'live' | 'backfill'
  after_id: string | null
  state: DeliveryState
  attempts: number
  next_at: number
  lease_id: string | null
  lease_until: number | null
  last_status: number | null
  last_error: string | null
  created_at: number
  finished_at: number | null
}

export interface AttemptRow {
  id: string
  delivery_id: string
  number: number
  started_at: number
  duration_ms: number
  outcome: 'delivered' | 'retry' | 'rejected'
  status: number | null
  error: string | null
  /** The first bytes of the answer, as text. */
  response: string | null
}

export function insertDelivery(row: DeliveryRow): Statement {
  return {
    sql: `INSERT INTO deliveries (id, event_id, environment_id, destination_id, lane, after_id, state, attempts, next_at,
            lease_id, lease_until, last_status, last_error, created_at, finished_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    params: [
      row.id,
      row.event_id,
      row.environment_id,
      row.destination_id,
      row.lane,
      row.after_id,
      row.state,
      row.attempts,
      row.next_at,
      row.lease_id,
      row.lease_until,
      row.last_status,
      row.last_error,
      row.created_at,
      row.finished_at,
    ],
  }
}

/** Only while the delivery is ours: nobody waits for the outcome of one that was deleted or taken over. */
export function insertAttempt(row: AttemptRow, leaseId: string): Statement {
  return {
    sql: `INSERT INTO attempts (id, delivery_id, number, started_at, duration_ms, outcome, status, error, response)
          SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM deliveries WHERE id = $2 AND lease_id = $10`,
    params: [
      row.id,
      row.delivery_id,
      row.number,
      row.started_at,
      row.duration_ms,
      row.outcome,
      row.status,
      row.error,
      row.response,
      leaseId,
    ],
  }
}

/** `auth` waits for its `user_reauth`: when that one is delivered or has failed for good, the next may go. */
export function releaseNext(deliveryId: string, now: number): Statement {
  return {
    sql: `UPDATE deliveries SET state = 'pending', next_at = $2 WHERE after_id = $1 AND state = 'waiting'`,
    params: [deliveryId, now],
  }
}

export function deliveryById(sql: Sql, environmentId: string, id: string): Promise<DeliveryRow | null> {
  return sql.one('SELECT * FROM deliveries WHERE environment_id = $1 AND id = $2', [environmentId, id])
}

export function deliveriesOfEvent(sql: Sql, eventId: string): Promise<DeliveryRow[]> {
  return sql.all('SELECT * FROM deliveries WHERE event_id = $1 ORDER BY created_at, id', [eventId])
}

export function attemptsOf(sql: Sql, deliveryId: string): Promise<AttemptRow[]> {
  return sql.all('SELECT * FROM attempts WHERE delivery_id = $1 ORDER BY number, started_at', [deliveryId])
}

export type DeliveryListing = DeliveryRow & { event_type: string; user_id: string | null; trace_id: string }

export async function listDeliveries(
  sql: Sql,
  environmentId: string,
  filter: { state?: string; destinationId?: string; userId?: string; type?: string },
  page: { cursor: Cursor | null; limit: number },
): Promise<Slice<DeliveryListing>> {
  const rows = await sql.all<DeliveryListing>(
    `SELECT d.*, e.type AS event_type, e.user_id AS user_id, e.trace_id AS trace_id
     FROM deliveries d JOIN events e ON e.id = d.event_id
     WHERE d.environment_id = $1 AND ($2 = '' OR d.state = $2) AND ($3 = '' OR d.destination_id = $3)
       AND ($4 = '' OR e.user_id = $4) AND ($5 = '' OR e.type = $5)
       AND (d.created_at < $6 OR (d.created_at = $6 AND d.id < $7))
     ORDER BY d.created_at DESC, d.id DESC LIMIT $8`,
    [
      environmentId,
      filter.state ?? '',
      filter.destinationId ?? '',
      filter.userId ?? '',
      filter.type ?? '',
      page.cursor?.at ?? Number.MAX_SAFE_INTEGER,
      page.cursor?.id ?? '',
      page.limit + 1,
    ],
  )
  return sliceOf(rows, page.limit, (row) => ({ at: row.created_at, id: row.id }))
}

/** How much stands before each destination, and since when: for the dashboard and the metrics. */
export function deliveryBacklog(
  sql: Sql,
): Promise<{ destination_id: string; lane: string; n: number; oldest_at: number }[]> {
  return sql.all(
    `SELECT destination_id, lane, count(*) AS n, min(created_at) AS oldest_at FROM deliveries
     WHERE state = 'pending' GROUP BY destination_id, lane`,
  )
}

/** Destinations and lanes with something due, or the time when the next becomes due. */
export function dueLanes(sql: Sql): Promise<{ destination_id: string; lane: string; next_at: number }[]> {
  return sql.all(
    `SELECT destination_id, lane, min(next_at) AS next_at FROM deliveries WHERE state = 'pending'
     GROUP BY destination_id, lane`,
  )
}
