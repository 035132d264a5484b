// Connections that were made with an API that another one replaced, and those that took their place.
import type { ConnectionRow } from './connections.ts'
import type { Sql } from './database.ts'
import { type Cursor, type Slice, sliceOf } from './paging.ts'

export interface MoveRow {
  old: ConnectionRow
  /** Made with the new API by the same account; null while nobody consented again. */
  moved: ConnectionRow | null
}

/** The newest connection of the same account: its former id is the old one's id. */
const SUCCESSOR = `(SELECT n.user_id FROM connections n WHERE n.environment_id = o.environment_id
  AND n.provider = o.provider AND n.variant IS NULL AND n.former_user_id = o.provider_user_id
  ORDER BY n.created_at DESC, n.user_id DESC LIMIT 1)`

/** Newest first. */
export async function listMoves(
  sql: Sql,
  of: { environmentId: string; provider: string; variant: string },
  page: { cursor: Cursor | null; limit: number },
): Promise<Slice<MoveRow>> {
  const rows = await sql.all<ConnectionRow & { moved_to: string | null }>(
    `SELECT o.*, ${SUCCESSOR} AS moved_to FROM connections o
     WHERE o.environment_id = $1 AND o.provider = $2 AND o.variant = $3
       AND (o.created_at < $4 OR (o.created_at = $4 AND o.user_id < $5))
     ORDER BY o.created_at DESC, o.user_id DESC LIMIT $6`,
    [
      of.environmentId,
      of.provider,
      of.variant,
      page.cursor?.at ?? Number.MAX_SAFE_INTEGER,
      page.cursor?.id ?? '',
      page.limit + 1,
    ],
  )
  const ids = rows.flatMap(({ moved_to: id }) => (id === null ? [] : [id]))
  const found =
    ids.length === 0
      ? []
      : await sql.all<ConnectionRow>(
          `SELECT * FROM connections WHERE user_id IN (${ids.map((_, i) => `$${i + 1}`).join(', ')})`,
          ids,
        )
  const byId = new Map(found.map((row) => [row.user_id, row]))
  const moves = rows.map(({ moved_to: id, ...old }) => ({ old, moved: id === null ? null : (byId.get(id) ?? null) }))
  return sliceOf(moves, page.limit, ({ old }) => ({ at: old.created_at, id: old.user_id }))
}

/** The connection that took the place of this one. */
export async function successorOf(sql: Sql, old: ConnectionRow): Promise<ConnectionRow | null> {
  return sql.one(
    `SELECT * FROM connections WHERE environment_id = $1 AND provider = $2 AND variant IS NULL AND former_user_id = $3
     ORDER BY created_at DESC, user_id DESC LIMIT 1`,
    [old.environment_id, old.provider, old.provider_user_id],
  )
}

export interface MoveCounts {
  /** Still of the old API. */
  old: number
  /** Of these, with a successor beside them. */
  both: number
  /** Of the new API. */
  current: number
  /** Of these, with a refresh token that ends by itself, and when the first of them does. */
  ending: number
  first_ending: number | null
}

export async function countMoves(
  sql: Sql,
  of: { environmentId: string; provider: string; variant: string },
): Promise<MoveCounts> {
  const row = await sql.one<Record<keyof MoveCounts, number | string | null>>(
    `SELECT
       coalesce(sum(CASE WHEN o.variant = $3 THEN 1 ELSE 0 END), 0) AS old,
       coalesce(sum(CASE WHEN o.variant = $3 AND ${SUCCESSOR} IS NOT NULL THEN 1 ELSE 0 END), 0) AS both,
       coalesce(sum(CASE WHEN o.variant IS NULL THEN 1 ELSE 0 END), 0) AS current,
       coalesce(sum(CASE WHEN o.variant IS NULL AND o.refresh_ends_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS ending,
       min(CASE WHEN o.variant IS NULL THEN o.refresh_ends_at END) AS first_ending
     FROM connections o WHERE o.environment_id = $1 AND o.provider = $2`,
    [of.environmentId, of.provider, of.variant],
  )
  const number = (value: number | string | null | undefined): number => Number(value ?? 0)
  return {
    old: number(row?.old),
    both: number(row?.both),
    current: number(row?.current),
    ending: number(row?.ending),
    first_ending: row?.first_ending == null ? null : Number(row.first_ending),
  }
}

/** How many of the old one's records of that type the new one lacks, by their key at the provider. */
export async function countMissing(sql: Sql, oldUserId: string, newUserId: string, type: string): Promise<number> {
  const row = await sql.one<{ n: number | string }>(
    `SELECT count(*) AS n FROM records r WHERE r.user_id = $1 AND r.type = $3
       AND NOT EXISTS (SELECT 1 FROM records s WHERE s.user_id = $2 AND s.type = r.type AND s.key = r.key)`,
    [oldUserId, newUserId, type],
  )
  return Number(row?.n ?? 0)
}
