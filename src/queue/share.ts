// Who is next when many wait for few slots: environments take turns, and inside one its users do. One environment's thousand
// backfills do not keep another's single one waiting.
import { type Database, type Sql, skipLocked } from '../store/database.ts'
import { newId } from '../model/ids.ts'
import type { JobRow } from '../store/jobs.ts'
import { innocentClause, jobQueue } from './queue.ts'

/** Takes up to `limit` due jobs of the lane, from the environments with the fewest under way first. */
export async function claimInTurns(
  db: Database,
  lane: string,
  options: { limit: number; now: number; leaseMs: number; leaseId?: string },
): Promise<JobRow[]> {
  const running = new Map<string, number>()
  for (const each of await environmentsWaiting(db, lane, options.now)) {
    running.set(each.environment_id, Number(each.running))
  }
  const claimed: JobRow[] = []
  while (claimed.length < options.limit && running.size > 0) {
    for (const [environmentId, limit] of turnsOf(running, options.limit - claimed.length)) {
      const jobs = await claimOf(db, lane, environmentId, { ...options, limit })
      claimed.push(...jobs)
      // Who has no more leaves the rest of the slots to the others.
      if (jobs.length < limit) running.delete(environmentId)
      else running.set(environmentId, running.get(environmentId)! + jobs.length)
    }
  }
  return claimed
}

interface Waiting {
  environment_id: string
  /** How many of its jobs are under way, on all servers. */
  running: number
  due_at: number
}

/** Hops from one environment to the next in the index instead of reading every job that waits. */
function environmentsWaiting(sql: Sql, lane: string, now: number): Promise<Waiting[]> {
  return sql.all<Waiting>(
    `WITH RECURSIVE each_one (id) AS (
       SELECT min(environment_id) FROM jobs WHERE lane = $1 AND state = 'pending'
       UNION ALL
       SELECT (SELECT min(environment_id) FROM jobs WHERE lane = $1 AND state = 'pending' AND environment_id > each_one.id)
       FROM each_one WHERE each_one.id IS NOT NULL)
     SELECT * FROM (
       SELECT each_one.id AS environment_id,
         (SELECT count(*) FROM jobs b WHERE b.state = 'running' AND b.lane = $1 AND b.environment_id = each_one.id) AS running,
         (SELECT min(next_at) FROM jobs p WHERE p.state = 'pending' AND p.lane = $1 AND p.environment_id = each_one.id) AS due_at
       FROM each_one WHERE each_one.id IS NOT NULL) waiting
     WHERE due_at <= $2 ORDER BY running, due_at, environment_id LIMIT 100`,
    [lane, now],
  )
}

/** Slots, one at a time, to whoever has the fewest. */
function turnsOf(running: ReadonlyMap<string, number>, slots: number): Map<string, number> {
  const has = new Map(running)
  const turns = new Map<string, number>()
  for (let slot = 0; slot < slots; slot++) {
    const [next, count] = [...has].reduce((least, each) => (each[1] < least[1] ? each : least))
    has.set(next, count + 1)
    turns.set(next, (turns.get(next) ?? 0) + 1)
  }
  return turns
}

/** The oldest due of one environment, at most one for each user that has none under way. */
function claimOf(
  db: Database,
  lane: string,
  environmentId: string,
  { limit, now, leaseMs, leaseId }: { limit: number; now: number; leaseMs: number; leaseId?: string },
): Promise<JobRow[]> {
  return db.all<JobRow>(
    `UPDATE jobs SET state = 'running', lease_id = $1, lease_until = $2, attempts = attempts + 1
       WHERE id IN (SELECT c.id FROM jobs c WHERE c.lane = $5 AND c.environment_id = $6 AND c.state = 'pending'
         AND c.next_at <= $3${innocentClause(jobQueue)}
         AND NOT EXISTS (SELECT 1 FROM jobs b WHERE b.dedupe_key = c.dedupe_key AND b.state = 'running')
         AND NOT EXISTS (SELECT 1 FROM jobs r WHERE r.state = 'running' AND r.lane = c.lane AND r.user_id = c.user_id)
         AND NOT EXISTS (SELECT 1 FROM jobs e WHERE e.state = 'pending' AND e.lane = c.lane AND e.user_id = c.user_id
           AND e.next_at <= $3 AND (e.next_at < c.next_at OR (e.next_at = c.next_at AND e.id < c.id)))
         ORDER BY c.next_at, c.id LIMIT $4${skipLocked(db)})
       RETURNING *`,
    [leaseId ?? newId(), now + leaseMs, now, limit, lane, environmentId],
  )
}
