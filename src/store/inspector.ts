import type { Sql, Statement } from './database.ts'
import { type Cursor, type Slice, sliceOf } from './paging.ts'

export interface InspectorRequestRow {
  id: string
  bin: string
  method: string
  path: string
  /** JSON object. */
  headers: string
  signature_valid: number | null
  received_at: number
  body: Uint8Array
  /** Whose event it is; null where the body names nobody. */
  user_id: string | null
}

export async function insertInspectorRequest(sql: Sql, row: InspectorRequestRow, keep: number): Promise<void> {
  await sql.batch([
    {
      sql: `INSERT INTO inspector_requests (id, bin, method, path, headers, signature_valid, received_at, body, user_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      params: [
        row.id,
        row.bin,
        row.method,
        row.path,
        row.headers,
        row.signature_valid,
        row.received_at,
        row.body,
        row.user_id,
      ],
    },
    {
      sql: `DELETE FROM inspector_requests WHERE bin = $1 AND id IN
              (SELECT id FROM inspector_requests WHERE bin = $1 ORDER BY received_at DESC, id DESC LIMIT 100 OFFSET $2)`,
      params: [row.bin, keep],
    },
  ])
}

export async function listInspectorRequests(
  sql: Sql,
  bin: string,
  page: { cursor: Cursor | null; limit: number },
): Promise<Slice<InspectorRequestRow>> {
  const rows = await sql.all<InspectorRequestRow>(
    `SELECT * FROM inspector_requests WHERE bin = $1 AND (received_at < $2 OR (received_at = $2 AND id < $3))
     ORDER BY received_at DESC, id DESC LIMIT $4`,
    [bin, page.cursor?.at ?? Number.MAX_SAFE_INTEGER, page.cursor?.id ?? '', page.limit + 1],
  )
  return sliceOf(rows, page.limit, (row) => ({ at: row.received_at, id: row.id }))
}

export function listBins(sql: Sql): Promise<{ bin: string; requests: number; last_at: number }[]> {
  return sql.all(
    `SELECT bin, count(*) AS requests, max(received_at) AS last_at FROM inspector_requests GROUP BY bin
     ORDER BY max(received_at) DESC LIMIT 100`,
  )
}

export function clearBin(sql: Sql, bin: string): Promise<number> {
  return sql.run('DELETE FROM inspector_requests WHERE bin = $1', [bin])
}

export function deleteInspectorRequestsOfUser(userId: string): Statement {
  return { sql: 'DELETE FROM inspector_requests WHERE user_id = $1', params: [userId] }
}

export function deleteOldInspectorRequests(sql: Sql, before: number): Promise<number> {
  return sql.run('DELETE FROM inspector_requests WHERE received_at < $1', [before])
}
