// The connections of an environment, as its customer and its operator look for them.
import type { ConnectionRow } from './connections.ts'
import type { Sql } from './database.ts'
import { type Cursor, type Slice, sliceOf } from './paging.ts'

export function connectionsByReference(sql: Sql, environmentId: string, referenceId: string): Promise<ConnectionRow[]> {
  return sql.all(
    'SELECT * FROM connections WHERE environment_id = $1 AND reference_id = $2 ORDER BY created_at, user_id',
    [environmentId, referenceId],
  )
}

export function connectionsByIds(
  sql: Sql,
  environmentId: string,
  userIds: readonly string[],
): Promise<ConnectionRow[]> {
  if (userIds.length === 0) return Promise.resolve([])
  const list = userIds.map((_, i) => `$${i + 2}`).join(', ')
  return sql.all(`SELECT * FROM connections WHERE environment_id = $1 AND user_id IN (${list})`, [
    environmentId,
    ...userIds,
  ])
}

export async function countConnections(sql: Sql, environmentId: string): Promise<number> {
  const row = await sql.one<{ n: number }>('SELECT count(*) AS n FROM connections WHERE environment_id = $1', [
    environmentId,
  ])
  return Number(row?.n ?? 0)
}

/** Oldest first, for Terra's numbered pages. */
export function connectionsPage(
  sql: Sql,
  environmentId: string,
  offset: number,
  limit: number,
): Promise<ConnectionRow[]> {
  return sql.all(
    'SELECT * FROM connections WHERE environment_id = $1 ORDER BY created_at, user_id LIMIT $2 OFFSET $3',
    [environmentId, limit, offset],
  )
}

export async function listConnections(
  sql: Sql,
  environmentId: string,
  filter: { provider?: string; referenceId?: string; userId?: string; state?: string },
  page: { cursor: Cursor | null; limit: number },
): Promise<Slice<ConnectionRow>> {
  const rows = await sql.all<ConnectionRow>(
    `SELECT * FROM connections WHERE environment_id = $1
       AND ($2 = '' OR provider = $2) AND ($3 = '' OR reference_id = $3) AND ($4 = '' OR user_id = $4)
       AND ($5 = '' OR state = $5)
       AND (created_at < $6 OR (created_at = $6 AND user_id < $7))
     ORDER BY created_at DESC, user_id DESC LIMIT $8`,
    [
      environmentId,
      filter.provider ?? '',
      filter.referenceId ?? '',
      filter.userId ?? '',
      filter.state ?? '',
      page.cursor?.at ?? Number.MAX_SAFE_INTEGER,
      page.cursor?.id ?? '',
      page.limit + 1,
    ],
  )
  return sliceOf(rows, page.limit, (row) => ({ at: row.created_at, id: row.user_id }))
}
