import { forgetNamed } from './body-moves.ts'
import { insertMany, placeholders, type Sql, type Statement, type Stored, type Transaction } from './database.ts'
import { type Cursor, type Slice, sliceOf } from './paging.ts'
import { beginningOf, Conditions, type Page, pageThrough, type Span } from './stretches.ts'

export interface EventRow {
  id: string
  environment_id: string
  user_id: string | null
  reference_id: string | null
  provider: string | null
  type: string
  /** `X-Terra-Trace-Id`: the same for every attempt and destination. */
  trace_id: string
  /** `terra-reference`. */
  reference: string
  /** `X-Terra-Ordering-Timestamp`, milliseconds; null when the event has no recency. */
  ordering_at: number | null
  byte_length: number
  record_count: number
  created_at: number
  /** `traceparent` of what made it; null unless traces are on. */
  trace: string | null
  /** Packed JSON: exactly the bytes that are signed and sent. */
  body: Uint8Array
}

export type EventSummary = Omit<EventRow, 'body'>

const SUMMARY = `id, environment_id, user_id, reference_id, provider, type, trace_id, reference, ordering_at, byte_length,
  record_count, created_at, trace`

const INSERT = `INSERT INTO events (${SUMMARY}, body) VALUES (${placeholders(14)})`
const INSERT_MANY = insertMany(INSERT)

export function insertEvent(row: EventSummary, body: Stored): Statement {
  return {
    sql: INSERT,
    many: INSERT_MANY,
    params: [
      row.id,
      row.environment_id,
      row.user_id,
      row.reference_id,
      row.provider,
      row.type,
      row.trace_id,
      row.reference,
      row.ordering_at,
      row.byte_length,
      row.record_count,
      row.created_at,
      row.trace,
      body,
    ],
  }
}

export function eventById(sql: Sql, environmentId: string, id: string): Promise<EventRow | null> {
  return sql.one('SELECT * FROM events WHERE environment_id = $1 AND id = $2', [environmentId, id])
}

/** Packed; whoever asks has been let in. */
export async function eventBody(sql: Sql, id: string): Promise<Uint8Array | null> {
  const row = await sql.one<{ body: Uint8Array }>('SELECT body FROM events WHERE id = $1', [id])
  return row?.body ?? null
}

export function eventsByIds(sql: Sql, ids: readonly string[]): Promise<EventRow[]> {
  return sql.all(`SELECT * FROM events WHERE id IN (${placeholders(ids.length)})`, ids)
}

const BY = ['created_at', 'id'] as const

export interface EventFilter extends Span {
  userId?: string
  type?: string
  provider?: string
  referenceId?: string
  reference?: string
  /** Of at least one of its deliveries. */
  state?: string
}

/** The newest first. */
export async function listEvents(
  sql: Sql,
  environmentId: string,
  { userId, type, provider, referenceId, reference, state, ...span }: EventFilter,
  page: Page,
): Promise<Slice<EventSummary>> {
  const rows = (after: Cursor, end: Cursor | null, limit: number): Promise<EventSummary[]> => {
    const where = new Conditions()
      .equals({ environment_id: environmentId, user_id: userId, type, provider, reference_id: referenceId, reference })
      .older(BY, after, end, span)
    if (state !== undefined) {
      where.add(`EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = events.id AND d.state = ${where.value(state)})`)
    }
    return sql.all(
      `SELECT ${SUMMARY} FROM events WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT ${where.value(limit)}`,
      where.params,
    )
  }
  const cursorOf = (row: EventSummary): Cursor => ({ at: row.created_at, id: row.id })
  // These have indexes of their own, and few rows each.
  if (userId !== undefined || reference !== undefined) {
    return sliceOf(await rows(beginningOf(page.cursor, span), null, page.limit + 1), page.limit, cursorOf)
  }
  const order = { table: 'events', by: BY, where: ['environment_id', environmentId], direction: 'DESC' } as const
  return pageThrough(sql, order, page, { ...span, rows, cursorOf })
}

export interface OldEvents {
  environmentId: string
  /** Milliseconds: what was written before. */
  before: number
  /** Those that are still to be delivered as well. */
  undelivered: boolean
  /** Where the last look ended. */
  after: Cursor | null
  limit: number
  /** Whether bodies may lie outside of the database. */
  movedAway: boolean
}

/**
 * Of the oldest those that have ended everywhere go, with their deliveries and attempts. By index; answers how many, and where the
 * look ended: null at the end; and how many deliveries were `lost`, still to be sent.
 */
export async function deleteOldEvents(
  tx: Transaction,
  { environmentId, before, undelivered, after, limit, movedAway }: OldEvents,
): Promise<{ deleted: number; lost: number; next: Cursor | null }> {
  const rows = await tx.all<{ id: string; created_at: number; has_ended: boolean | number }>(
    `SELECT e.id, e.created_at, $5 = 1 OR NOT EXISTS (
       SELECT 1 FROM deliveries d WHERE d.event_id = e.id AND d.state NOT IN ('delivered', 'failed')) AS has_ended
     FROM events e WHERE e.environment_id = $1 AND e.created_at < $2 AND e.created_at >= $3
       AND (e.created_at > $3 OR e.id > $4) ORDER BY e.created_at, e.id LIMIT $6`,
    [environmentId, before, after?.at ?? 0, after?.id ?? '', undelivered ? 1 : 0, limit],
  )
  const ids = rows.filter((row) => Boolean(row.has_ended)).map((row) => row.id)
  let lost = 0
  if (ids.length > 0) {
    const list = placeholders(ids.length)
    if (undelivered) lost = await stillToBeDelivered(tx, ids)
    if (movedAway) await forgetNamed(tx, 'events', ids)
    await tx.batch([
      { sql: `DELETE FROM deliveries WHERE event_id IN (${list})`, params: ids },
      { sql: `DELETE FROM events WHERE id IN (${list})`, params: ids },
    ])
  }
  const last = rows.at(-1)
  const more = rows.length === limit && last !== undefined
  return { deleted: ids.length, lost, next: more ? { at: last.created_at, id: last.id } : null }
}

async function stillToBeDelivered(tx: Transaction, eventIds: readonly string[]): Promise<number> {
  const row = await tx.one<{ n: number }>(
    `SELECT count(*) AS n FROM deliveries WHERE event_id IN (${placeholders(eventIds.length)})
       AND state NOT IN ('delivered', 'failed')`,
    eventIds,
  )
  return Number(row!.n)
}

/** Bodies and summaries of everything that was ever sent about this connection. */
export function deleteEventsOfUser(userId: string): Statement[] {
  return [
    { sql: 'DELETE FROM deliveries WHERE event_id IN (SELECT id FROM events WHERE user_id = $1)', params: [userId] },
    { sql: 'DELETE FROM events WHERE user_id = $1', params: [userId] },
  ]
}
