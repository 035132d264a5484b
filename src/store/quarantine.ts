// Verified notifications that could not be read.
import { unpackSync } from './compress.ts'
import type { Sql, Stored } from './database.ts'

export interface QuarantineRow {
  /** Ids are in the order of time. */
  id: string
  provider: string
  variant: string | null
  /** JSON: for whom it was verified; null for what a Loam kept that did not know. */
  environment_ids: string | null
  reason: string
  /** JSON, by name in lower case: those that say how to read it, and none that proves who sent it. */
  headers: string
  /** Packed. */
  body: Uint8Array
  received_at: number
}

export async function putQuarantined(sql: Sql, row: Omit<QuarantineRow, 'body'> & { body: Stored }): Promise<void> {
  const { id, provider, variant, environment_ids: ids, reason, headers, body, received_at: at } = row
  await sql.run(
    `INSERT INTO quarantined_notifications (id, provider, variant, environment_ids, reason, headers, body, received_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, provider, variant, ids, reason, headers, body, at],
  )
}

/** One after another, for bodies can be large. */
export function nextQuarantined(sql: Sql, after: string): Promise<QuarantineRow | null> {
  return sql.one(
    `SELECT * FROM quarantined_notifications WHERE id > $1 AND environment_ids IS NOT NULL ORDER BY id LIMIT 1`,
    [after],
  )
}

export async function dropQuarantined(sql: Sql, id: string): Promise<void> {
  await sql.run('DELETE FROM quarantined_notifications WHERE id = $1', [id])
}

/** What came before, and the oldest of what is more than `bytes`. Answers how many. */
export async function expireQuarantined(sql: Sql, before: number, bytes: number): Promise<number> {
  return sql.run(
    `DELETE FROM quarantined_notifications WHERE received_at < $1 OR id IN (
       SELECT id FROM (SELECT id, sum(length(body)) OVER (ORDER BY id DESC) AS upto FROM quarantined_notifications) q
       WHERE upto > $2)`,
    [before, bytes],
  )
}

/** What names this account of the provider's: nobody could read whose data it is. */
export async function forgetQuarantined(sql: Sql, provider: string, account: string): Promise<void> {
  const rows = await sql.all<{ id: string }>(
    'SELECT id FROM quarantined_notifications WHERE provider = $1 ORDER BY id',
    [provider],
  )
  for (const { id } of rows) {
    const row = await sql.one<Pick<QuarantineRow, 'environment_ids' | 'body'>>(
      'SELECT environment_ids, body FROM quarantined_notifications WHERE id = $1',
      [id],
    )
    if (row === null) continue
    // What a Loam kept that did not know for whom lies there as it came.
    const body = row.environment_ids === null ? row.body : unpackSync(row.body)
    if (Buffer.from(body).includes(account)) await dropQuarantined(sql, id)
  }
}
