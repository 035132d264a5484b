// Days that a provider will send by itself, after we asked (Garmin's backfill).
import type { Sql, Statement } from './database.ts'

export interface PromiseRow {
  id: string
  user_id: string
  type: string
  start_day: string
  end_day: string
  asked_at: number
  /** When something of it last came. */
  arrived_at: number | null
  /** Nothing more is waited for after this. Comes nearer when something has arrived. */
  closes_at: number
}

/** The same days asked for again are the same promise, begun anew. */
export function putPromise(row: PromiseRow): Statement[] {
  return [
    {
      sql: `INSERT INTO promises (id, user_id, type, start_day, end_day, asked_at, arrived_at, closes_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (user_id, type, start_day, end_day) DO UPDATE SET asked_at = excluded.asked_at,
              arrived_at = excluded.arrived_at, closes_at = excluded.closes_at`,
      params: [row.id, row.user_id, row.type, row.start_day, row.end_day, row.asked_at, row.arrived_at, row.closes_at],
    },
    {
      sql: 'UPDATE connections SET promised_until = $2 WHERE user_id = $1 AND coalesce(promised_until, 0) < $2',
      params: [row.user_id, row.closes_at],
    },
  ]
}

export function promisesOf(sql: Sql, userId: string): Promise<PromiseRow[]> {
  return sql.all('SELECT * FROM promises WHERE user_id = $1 ORDER BY start_day', [userId])
}

/** Something of it came, or (`at` null) of another that was asked for along with it: the rest is on its way. */
export function promiseArrived(id: string, { at, closesAt }: { at: number | null; closesAt: number }): Statement {
  return { sql: 'UPDATE promises SET arrived_at = $2, closes_at = $3 WHERE id = $1', params: [id, at, closesAt] }
}

export function closedPromises(sql: Sql, userId: string | null, now: number, limit: number): Promise<PromiseRow[]> {
  if (userId !== null) {
    return sql.all('SELECT * FROM promises WHERE user_id = $1 AND closes_at <= $2 LIMIT $3', [userId, now, limit])
  }
  return sql.all('SELECT * FROM promises WHERE closes_at <= $1 ORDER BY closes_at LIMIT $2', [now, limit])
}

export function deletePromise(id: string, closesAt: number): Statement {
  return { sql: 'DELETE FROM promises WHERE id = $1 AND closes_at = $2', params: [id, closesAt] }
}
