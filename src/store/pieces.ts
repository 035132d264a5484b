import type { Sql, Statement } from './database.ts'

/** One of the items that a kind's contribution to the records of a day is made of. */
export interface PieceRow {
  user_id: string
  kind: string
  day: string
  id: string
  /** When it came; the latest counts. */
  version: number
  /** Packed JSON, as the provider sent it. */
  body: Uint8Array
}

/** In the order in which they came. */
export function piecesOf(sql: Sql, userId: string, kind: string, days: readonly string[]): Promise<PieceRow[]> {
  if (days.length === 0) return Promise.resolve([])
  const list = days.map((_, i) => `$${i + 3}`).join(', ')
  return sql.all(`SELECT * FROM pieces WHERE user_id = $1 AND kind = $2 AND day IN (${list}) ORDER BY version, id`, [
    userId,
    kind,
    ...days,
  ])
}

export function putPiece(row: PieceRow): Statement {
  return {
    sql: `INSERT INTO pieces (user_id, kind, day, id, version, body) VALUES ($1, $2, $3, $4, $5, $6)
          ON CONFLICT (user_id, kind, day, id) DO UPDATE SET version = excluded.version, body = excluded.body`,
    params: [row.user_id, row.kind, row.day, row.id, row.version, row.body],
  }
}
