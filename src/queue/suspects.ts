// Of the jobs that a process was at when it ended, one may have ended it; the others stood beside it. When that has happened
// to a job again and again it is a suspect, and tried alone: so what ends each process is known, and given up, and nothing else.
import { newId } from '../model/ids.ts'
import { type Database, type Sql, skipLocked } from '../store/database.ts'
import type { JobRow } from '../store/jobs.ts'
import { laterIfItEnds, SUSPECT_AFTER } from './queue.ts'

const SUSPECTS = `SELECT c.id FROM jobs c WHERE c.state = 'pending' AND c.crashes >= ${SUSPECT_AFTER} AND c.next_at <= $1
  AND NOT EXISTS (SELECT 1 FROM jobs b WHERE b.dedupe_key = c.dedupe_key AND b.state = 'running')
  AND (c.lane <> 'backfill' OR NOT EXISTS (
    SELECT 1 FROM jobs r WHERE r.state = 'running' AND r.lane = c.lane AND r.user_id = c.user_id))`

export async function isSuspectDue(sql: Sql, now: number): Promise<boolean> {
  return (await sql.one(`${SUSPECTS} LIMIT 1`, [now])) !== null
}

/** Takes one, of those that are the least suspect. Call it while nothing else runs, and begin nothing until it has ended. */
export async function claimSuspect(
  db: Database,
  { now, leaseMs, leaseId }: { now: number; leaseMs: number; leaseId?: string },
): Promise<JobRow | null> {
  const [job = null] = await db.all<JobRow>(
    `UPDATE jobs SET state = 'running', lease_id = $2, lease_until = $3, attempts = attempts + 1,
       next_at = ${laterIfItEnds('$1', 'crashes')}
     WHERE id IN (${SUSPECTS} ORDER BY c.crashes, c.next_at, c.id LIMIT 1${skipLocked(db)}) RETURNING *`,
    [now, leaseId ?? newId(), now + leaseMs],
  )
  return job
}
