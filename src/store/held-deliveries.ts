// What a delivery loop does to deliveries that it holds. Nothing changes where the lease was lost.
import type { Database, Sql, Statement } from './database.ts'
import type { DeliveryState } from './deliveries.ts'
import { storableJson } from './storable.ts'

/** What became of a delivery that we hold. */
export interface Outcome {
  id: string
  lease_id: string
  state: 'pending' | 'delivered' | 'failed'
  /** When it is tried again; null leaves it as it is. */
  next_at: number | null
  finished_at: number | null
  last_status: number | null
  last_error: string | null
  sent_at: number | null
  duration_ms: number | null
  response: string | null
}

/** Changes nothing where the lease was lost. Many in one statement on PostgreSQL, one each on SQLite. */
export function settleDeliveries(dialect: Sql['dialect'], outcomes: readonly Outcome[]): Statement[] {
  if (outcomes.length === 0) return []
  if (dialect === 'postgres') {
    return [
      {
        sql: `UPDATE deliveries d SET state = v.state, next_at = COALESCE(v.next_at, d.next_at), finished_at = v.finished_at,
                last_status = v.last_status, last_error = v.last_error, sent_at = v.sent_at, duration_ms = v.duration_ms,
                response = v.response, lease_id = NULL, lease_until = NULL, crashes = 0
              FROM (SELECT * FROM json_to_recordset($1::json) AS each(id text, lease_id text, state text, next_at bigint,
                  finished_at bigint, last_status bigint, last_error text, sent_at bigint, duration_ms bigint, response text)
                LIMIT $2) v
              WHERE d.id = v.id AND d.lease_id = v.lease_id`,
        // How many there are is for the planner: where it takes them for more, it reads the whole table instead.
        params: [storableJson(outcomes), outcomes.length],
      },
    ]
  }
  return outcomes.map((row) => ({
    sql: `UPDATE deliveries SET state = $3, next_at = COALESCE($4, next_at), finished_at = $5, last_status = $6,
            last_error = $7, sent_at = $8, duration_ms = $9, response = $10, lease_id = NULL, lease_until = NULL, crashes = 0
          WHERE id = $1 AND lease_id = $2`,
    params: [
      row.id,
      row.lease_id,
      row.state,
      row.next_at,
      row.finished_at,
      row.last_status,
      row.last_error,
      row.sent_at,
      row.duration_ms,
      row.response,
    ],
  }))
}

/**
 * One delivery becomes several that carry a part each: new ones for all parts but the last, which the delivery itself keeps,
 * so that whoever waits for it waits for all of them where they go `inOrder`. Nothing changes where the lease was lost.
 */
export function divideDelivery(
  held: { id: string; lease_id: string | null },
  parts: readonly { id: string; part: string }[],
  options: { inOrder: boolean; now: number },
): Statement[] {
  const fresh = parts.slice(0, -1)
  const afterOf = (i: number): string | null => (options.inOrder ? (fresh[i - 1]?.id ?? null) : null)
  const stateAfter = (after: string | null): DeliveryState => (after === null ? 'pending' : 'waiting')
  const statements: Statement[] = fresh.map(({ id, part }, i) => ({
    sql: `INSERT INTO deliveries (id, event_id, environment_id, destination_id, lane, after_id, state, attempts, next_at,
            created_at, part)
          SELECT $1, event_id, environment_id, destination_id, lane, $4, $5, 0, $6, created_at, $7
          FROM deliveries WHERE id = $2 AND lease_id = $3`,
    params: [id, held.id, held.lease_id, afterOf(i), stateAfter(afterOf(i)), options.now, part],
  }))
  const after = afterOf(fresh.length)
  statements.push({
    sql: `UPDATE deliveries SET part = $3, after_id = $4, state = $5, next_at = $6, attempts = 0, lease_id = NULL,
            lease_until = NULL
          WHERE id = $1 AND lease_id = $2`,
    params: [held.id, held.lease_id, parts.at(-1)!.part, after, stateAfter(after), options.now],
  })
  return statements
}

/** Held and not tried: whoever comes next sends them, and nothing was counted. */
export function giveBackDeliveries(held: readonly { id: string; lease_id: string | null }[]): Statement[] {
  return held.map((row) => ({
    sql: `UPDATE deliveries SET state = 'pending', attempts = attempts - 1, lease_id = NULL, lease_until = NULL
          WHERE id = $1 AND lease_id = $2`,
    params: [row.id, row.lease_id],
  }))
}

/** Those of these that are still ours, now until `until`. The others were deleted, or taken over. */
export async function confirmLeases(
  db: Database,
  held: readonly { id: string; lease_id: string | null }[],
  until: number,
): Promise<Set<string>> {
  const changed = await db.batch(
    held.map((row) => ({
      sql: 'UPDATE deliveries SET lease_until = $3 WHERE id = $1 AND lease_id = $2',
      params: [row.id, row.lease_id, until],
    })),
  )
  return new Set(held.filter((_, i) => changed[i] === 1).map((row) => row.id))
}
