import { insertMany, placeholders, type Sql, type Statement } from './database.ts'
import { type Cursor, type Slice, sliceOf } from './paging.ts'
import { beginningOf, Conditions, type Page, pageThrough } from './stretches.ts'

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
  /** In strict order: whose it is, and its place among those of this user and destination. */
  order_key: string | null
  order_no: number | null
  state: DeliveryState
  attempts: number
  next_at: number
  lease_id: string | null
  lease_until: number | null
  last_status: number | null
  last_error: string | null
  created_at: number
  finished_at: number | null
  /** The attempt that delivered it; null before, and for those of a version that kept all attempts apart. */
  sent_at: number | null
  duration_ms: number | null
  response: string | null
  /** Which bytes of its event it carries; null: all. */
  part: string | null
}

/** A try that did not deliver; the one that did is part of the delivery. */
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

const INSERT = `INSERT INTO deliveries (id, event_id, environment_id, destination_id, lane, after_id, state, attempts,
  next_at, lease_id, lease_until, last_status, last_error, created_at, finished_at, order_key, order_no, part)
  VALUES (${placeholders(18)})`
const INSERT_MANY = insertMany(INSERT)

export function insertDelivery(row: DeliveryRow): Statement {
  return {
    sql: INSERT,
    many: INSERT_MANY,
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
      row.order_key,
      row.order_no,
      row.part,
    ],
  }
}

export interface Place {
  key: string
  no: number
  /** The delivery before it, while that has not ended. */
  after: string | null
}

export function lastInOrder(
  sql: Sql,
  destinationId: string,
  key: string,
): Promise<{ id: string; order_no: number; state: DeliveryState } | null> {
  return sql.one(
    `SELECT id, order_no, state FROM deliveries WHERE destination_id = $1 AND order_key = $2
     ORDER BY order_no DESC LIMIT 1`,
    [destinationId, key],
  )
}

const BEFORE_HAS_ENDED = `NOT EXISTS (SELECT 1 FROM deliveries b WHERE b.id = deliveries.after_id
  AND b.state NOT IN ('delivered', 'failed'))`

/** It may go if what it waits for has ended already. */
export function releaseIfReady(id: string, now: number): Statement {
  return {
    sql: `UPDATE deliveries SET state = 'pending', next_at = $2
          WHERE id = $1 AND state = 'waiting' AND ${BEFORE_HAS_ENDED}`,
    params: [id, now],
  }
}

/** What waits for a delivery that has ended or is gone: nobody else lets it go. Answers how many there were. */
export function releaseStranded(sql: Sql, now: number): Promise<number> {
  return sql.run(
    `UPDATE deliveries SET state = 'pending', next_at = $1 WHERE state = 'waiting' AND ${BEFORE_HAS_ENDED}`,
    [now],
  )
}

/**
 * Only while the delivery is ours: nobody waits for the outcome of one that was deleted or taken over. One that is being deleted
 * in this moment is waited for, or its attempt would stay.
 */
export function insertAttempt(dialect: Sql['dialect'], row: AttemptRow, leaseId: string): Statement {
  return {
    sql: `INSERT INTO attempts (id, delivery_id, number, started_at, duration_ms, outcome, status, error, response,
            environment_id)
          SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, environment_id FROM deliveries
          WHERE id = $2 AND lease_id = $10 ${dialect === 'postgres' ? 'FOR UPDATE' : ''}`,
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

/** The oldest of the log; the deliveries themselves stay. */
export function deleteOldAttempts(sql: Sql, environmentId: string, before: number, limit: number): Promise<number> {
  return sql.run(
    `DELETE FROM attempts WHERE id IN (
       SELECT id FROM attempts WHERE environment_id = $1 AND started_at < $2 ORDER BY started_at LIMIT $3)`,
    [environmentId, before, limit],
  )
}

/** `auth` waits for its `user_reauth`: when that one is delivered or has failed for good, the next may go. */
export function releaseNext(dialect: Sql['dialect'], deliveryIds: readonly string[], now: number): Statement[] {
  if (deliveryIds.length === 0) return []
  const list = dialect === 'postgres' ? 'json_array_elements_text($1::json)' : 'json_each($1)'
  return [
    {
      sql: `UPDATE deliveries SET state = 'pending', next_at = $2
            WHERE after_id IN (SELECT value FROM ${list}) AND state = 'waiting'`,
      params: [JSON.stringify(deliveryIds), now],
    },
  ]
}

export function deliveryById(sql: Sql, environmentId: string, id: string): Promise<DeliveryRow | null> {
  return sql.one('SELECT * FROM deliveries WHERE environment_id = $1 AND id = $2', [environmentId, id])
}

export function deliveriesOfEvent(sql: Sql, eventId: string): Promise<DeliveryRow[]> {
  return sql.all('SELECT * FROM deliveries WHERE event_id = $1 ORDER BY created_at, id', [eventId])
}

/** Every attempt, the one that delivered it included. */
export async function attemptsOf(sql: Sql, delivery: DeliveryRow): Promise<Omit<AttemptRow, 'id'>[]> {
  const before = await sql.all<AttemptRow>(
    'SELECT * FROM attempts WHERE delivery_id = $1 ORDER BY number, started_at',
    [delivery.id],
  )
  if (delivery.state !== 'delivered' || delivery.sent_at === null) return before
  return [
    ...before,
    {
      delivery_id: delivery.id,
      number: delivery.attempts,
      started_at: delivery.sent_at,
      duration_ms: delivery.duration_ms ?? 0,
      outcome: 'delivered',
      status: delivery.last_status,
      error: null,
      response: delivery.response,
    },
  ]
}

export type DeliveryListing = DeliveryRow & { event_type: string; user_id: string | null; trace_id: string }

const BY = ['d.created_at', 'd.id'] as const

/** Deliveries of few events, by these. In this order, also where no statistics tell a planner that it is the short way. */
function ofEvents(dialect: Sql['dialect']): string {
  return dialect === 'postgres'
    ? 'events e CROSS JOIN LATERAL (SELECT * FROM deliveries WHERE event_id = e.id OFFSET 0) d'
    : 'events e CROSS JOIN deliveries d INDEXED BY deliveries_event ON d.event_id = e.id'
}

/** The newest first. */
export async function listDeliveries(
  sql: Sql,
  environmentId: string,
  filter: { state?: string; destinationId?: string; userId?: string; eventId?: string; type?: string },
  page: Page,
): Promise<Slice<DeliveryListing>> {
  const { state, destinationId, userId, eventId, type } = filter
  const few = userId !== undefined || eventId !== undefined
  const tables = few ? ofEvents(sql.dialect) : 'deliveries d JOIN events e ON e.id = d.event_id'
  const rows = (after: Cursor, end: Cursor | null, limit: number): Promise<DeliveryListing[]> => {
    const where = new Conditions()
      .equals({ 'e.id': eventId, 'e.user_id': userId, 'd.environment_id': environmentId })
      .equals({ 'd.state': state, 'd.destination_id': destinationId, 'e.type': type })
      .older(BY, after, end)
    return sql.all(
      `SELECT d.*, e.type AS event_type, e.user_id AS user_id, e.trace_id AS trace_id
       FROM ${tables} WHERE ${where}
       ORDER BY d.created_at DESC, d.id DESC LIMIT ${where.value(limit)}`,
      where.params,
    )
  }
  const cursorOf = (row: DeliveryListing): Cursor => ({ at: row.created_at, id: row.id })
  if (few) {
    return sliceOf(await rows(beginningOf(page.cursor, {}), null, page.limit + 1), page.limit, cursorOf)
  }
  const where = ['d.environment_id', environmentId] as const
  return pageThrough(sql, { table: 'deliveries d', by: BY, where, direction: 'DESC' }, page, { rows, cursorOf })
}

/** How much stands before each destination, and since when: for the dashboard and the metrics. */
export function deliveryBacklog(
  sql: Sql,
): Promise<{ destination_id: string; lane: string; n: number; oldest_at: number }[]> {
  return sql.all(
    // Out of one index: ids are in the order of time. A million rows are counted here while a receiver is down.
    `SELECT b.destination_id, b.lane, b.n, d.created_at AS oldest_at
     FROM (SELECT destination_id, lane, count(*) AS n, min(id) AS oldest FROM deliveries
       WHERE state = 'pending' GROUP BY destination_id, lane) b JOIN deliveries d ON d.id = b.oldest`,
  )
}

/** Active destinations with something due. */
export async function dueDestinations(sql: Sql, now: number): Promise<string[]> {
  const rows = await sql.all<{ id: string }>(
    `SELECT id FROM destinations d WHERE state = 'active' AND EXISTS (
       SELECT 1 FROM deliveries x WHERE x.destination_id = d.id AND x.lane IN ('live', 'backfill')
         AND x.state = 'pending' AND x.next_at <= $1)`,
    [now],
  )
  return rows.map((row) => row.id)
}
