import type { Sql, Statement } from './database.ts'

export interface PageRow {
  id: string
  user_id: string
  kind: string
  /** JSON: what had been asked. */
  request: string
  /** Of kind, request and body: the same answer to the same question is kept once. */
  digest: string
  time_zone: string | null
  /** When the read that this page belongs to began; pages of one read complete each other. */
  run_at: number
  received_at: number
  body: Uint8Array
}

export function putPage(row: PageRow): Statement {
  return {
    sql: `INSERT INTO pages (id, user_id, kind, request, digest, time_zone, run_at, received_at, body)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
          ON CONFLICT (user_id, digest) DO UPDATE SET run_at = excluded.run_at, received_at = excluded.received_at,
            time_zone = excluded.time_zone`,
    params: [
      row.id,
      row.user_id,
      row.kind,
      row.request,
      row.digest,
      row.time_zone,
      row.run_at,
      row.received_at,
      row.body,
    ],
  }
}

/** In the order in which they came. */
export function pagesOf(sql: Sql, userId: string, after: { runAt: number; id: string }, limit: number): Promise<PageRow[]> {
  return sql.all(
    `SELECT * FROM pages WHERE user_id = $1 AND (run_at > $2 OR (run_at = $2 AND id > $3)) ORDER BY run_at, id LIMIT $4`,
    [userId, after.runAt, after.id, limit],
  )
}
