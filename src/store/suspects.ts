// Deliveries at which servers ended: again and again, so that they may have ended them.
import type { Database, Sql } from './database.ts'
import { releaseNext } from './deliveries.ts'

/** As the index has it. */
const SUSPECT = `x.state = 'pending' AND x.crashes >= 3`

/** Active destinations with a suspect that is due, those with the least suspect one first. */
export async function destinationsOfSuspects(sql: Sql, now: number): Promise<string[]> {
  const rows = await sql.all<{ id: string }>(
    `SELECT d.id FROM destinations d JOIN (
       SELECT destination_id, min(crashes) AS crashes, min(next_at) AS next_at FROM deliveries x
       WHERE ${SUSPECT} AND x.next_at <= $1 GROUP BY destination_id) s ON s.destination_id = d.id
     WHERE d.state = 'active' AND (d.opened_until IS NULL OR d.opened_until <= $1)
     ORDER BY s.crashes, s.next_at, d.id`,
    [now],
  )
  return rows.map(({ id }) => id)
}

/** Those at which so many servers ended fail for good. */
export async function failGuilty(
  db: Database,
  { crashes, now, error }: { crashes: number; now: number; error: string },
): Promise<{ id: string; event_id: string; destination_id: string }[]> {
  const failed = await db.all<{ id: string; event_id: string; destination_id: string }>(
    `UPDATE deliveries SET state = 'failed', finished_at = $2, last_error = $3
     WHERE id IN (SELECT x.id FROM deliveries x WHERE ${SUSPECT} AND x.crashes >= $1) AND state = 'pending'
     RETURNING id, event_id, destination_id`,
    [crashes, now, error],
  )
  const next = releaseNext(
    db.dialect,
    failed.map(({ id }) => id),
    now,
  )
  if (next.length > 0) await db.batch(next)
  return failed
}
