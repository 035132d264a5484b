// Secrets at rest, wherever they lie: read by whoever seals them anew under another key.
import { placeholders, type Sql } from './database.ts'
import { forgetRemembered } from './remembered.ts'

export interface SealedColumn {
  table: string
  column: string
  /** What the table's rows are told apart by. */
  key: readonly string[]
}

export interface SealedRow {
  key: string[]
  sealed: string
}

/** Those that do not begin with `current`, in the order of their keys, after the one that is named. */
export async function sealedOtherwise(
  sql: Sql,
  { table, column, key }: SealedColumn,
  { current, after, limit }: { current: string; after: readonly string[] | null; limit: number },
): Promise<SealedRow[]> {
  const names = key.join(', ')
  const later = after === null ? '' : `AND (${names}) > (${placeholders(key.length, 3)})`
  const rows = await sql.all<Record<string, string>>(
    `SELECT ${names}, ${column} AS sealed FROM ${table} WHERE ${column} NOT LIKE $1 ${later} ORDER BY ${names} LIMIT $2`,
    [`${current}%`, limit, ...(after ?? [])],
  )
  return rows.map((row) => ({ key: key.map((name) => row[name]!), sealed: row.sealed! }))
}

/** Unless somebody wrote there meanwhile: then theirs counts. */
export async function replaceSealed(
  sql: Sql,
  { table, column, key }: SealedColumn,
  rows: readonly (SealedRow & { anew: string })[],
): Promise<void> {
  const named = key.map((name, i) => `${name} = $${i + 3}`).join(' AND ')
  await sql.batch(
    rows.map((row) => ({
      sql: `UPDATE ${table} SET ${column} = $2 WHERE ${column} = $1 AND ${named}`,
      params: [row.sealed, row.anew, ...row.key],
    })),
  )
  forgetRemembered(sql)
}
