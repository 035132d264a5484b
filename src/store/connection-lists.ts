// The connections of an environment, as its customer and its operator look for them.
import type { ConnectionRow } from './connections.ts'
import type { Sql } from './database.ts'
import { type Cursor, type Slice, sliceOf } from './paging.ts'
import { beginningOf, Conditions, type Page, pageThrough } from './stretches.ts'

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

const BY = ['created_at', 'user_id'] as const

/** The newest first. */
export async function listConnections(
  sql: Sql,
  environmentId: string,
  {
    userId,
    referenceId,
    provider,
    state,
  }: { provider?: string; referenceId?: string; userId?: string; state?: string },
  page: Page,
): Promise<Slice<ConnectionRow>> {
  const rows = (after: Cursor, end: Cursor | null, limit: number): Promise<ConnectionRow[]> => {
    const where = new Conditions()
      .equals({ environment_id: environmentId, user_id: userId, reference_id: referenceId, provider, state })
      .older(BY, after, end)
    return sql.all(
      `SELECT * FROM connections WHERE ${where} ORDER BY created_at DESC, user_id DESC LIMIT ${where.value(limit)}`,
      where.params,
    )
  }
  const cursorOf = (row: ConnectionRow): Cursor => ({ at: row.created_at, id: row.user_id })
  // These have indexes of their own, and few rows each.
  if (userId !== undefined || referenceId !== undefined) {
    return sliceOf(await rows(beginningOf(page.cursor, {}), null, page.limit + 1), page.limit, cursorOf)
  }
  const order = { table: 'connections', by: BY, where: ['environment_id', environmentId], direction: 'DESC' } as const
  return pageThrough(sql, order, page, { rows, cursorOf })
}
