import type { Sql, Statement } from './database.ts'
import { type Cursor, type Slice, sliceOf } from './paging.ts'

export type JobLane = 'live' | 'backfill'
export type JobState = 'pending' | 'running' | 'done' | 'failed' | 'cancelled'

export interface JobRow {
  id: string
  lane: JobLane
  kind: string
  environment_id: string | null
  user_id: string | null
  /** While one waits, a second with the same key is not added: the same thing changed ten times is read once. */
  dedupe_key: string
  /** JSON; its shape belongs to `kind`. */
  payload: string
  /** JSON `{done, total}`; null before the first step and for short jobs. */
  progress: string | null
  state: JobState
  /** Those whose end was seen, and the one under way. */
  attempts: number
  /** How many processes in a row ended while they were at it. */
  crashes: number
  next_at: number
  lease_id: string | null
  lease_until: number | null
  last_error: string | null
  created_at: number
  finished_at: number | null
  /** `traceparent` of what ordered it; null unless traces are on. */
  trace: string | null
}

/** At none of them a process has ended. */
export type NewJobRow = Omit<JobRow, 'crashes'>

const INSERT = `INSERT INTO jobs (id, lane, kind, environment_id, user_id, dedupe_key, payload, progress, state, attempts,
  next_at, lease_id, lease_until, last_error, created_at, finished_at, trace)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
  ON CONFLICT (dedupe_key) WHERE state = 'pending'`
/** Never nearer: what waits for a limit goes on waiting. */
const PUT_OFF = `DO UPDATE
  SET next_at = CASE WHEN $18 < jobs.created_at + $19 THEN $18 ELSE jobs.created_at + $19 END
  WHERE jobs.next_at < $18 AND jobs.next_at < jobs.created_at + $19`

/**
 * Adds the job unless one with its key is waiting already. With `delay` that one is put off until then, but no longer than
 * `longestMs` after it was made.
 */
export function insertJob(row: NewJobRow, delay?: { until: number; longestMs: number }): Statement {
  return {
    sql: `${INSERT} ${delay === undefined ? 'DO NOTHING' : PUT_OFF}`,
    params: [
      row.id,
      row.lane,
      row.kind,
      row.environment_id,
      row.user_id,
      row.dedupe_key,
      row.payload,
      row.progress,
      row.state,
      row.attempts,
      row.next_at,
      row.lease_id,
      row.lease_until,
      row.last_error,
      row.created_at,
      row.finished_at,
      row.trace,
      ...(delay === undefined ? [] : [delay.until, delay.longestMs]),
    ],
  }
}

export function jobById(sql: Sql, id: string): Promise<JobRow | null> {
  return sql.one('SELECT * FROM jobs WHERE id = $1', [id])
}

export async function listJobs(
  sql: Sql,
  environmentId: string,
  filter: { userId?: string; kind?: string; state?: string },
  page: { cursor: Cursor | null; limit: number },
): Promise<Slice<JobRow>> {
  const { userId = '', kind = '', state = '' } = filter
  // Of one person by the person's index, not by that of the whole environment.
  const whose = userId === '' ? `environment_id = $1 AND $2 = ''` : `user_id = $2 AND COALESCE(environment_id, '') = $1`
  const rows = await sql.all<JobRow>(
    `SELECT * FROM jobs WHERE ${whose} AND ($3 = '' OR kind = $3) AND ($4 = '' OR state = $4) AND (created_at, id) < ($5, $6)
     ORDER BY created_at DESC, id DESC LIMIT $7`,
    [
      environmentId,
      userId,
      kind,
      state,
      page.cursor?.at ?? Number.MAX_SAFE_INTEGER,
      page.cursor?.id ?? '',
      page.limit + 1,
    ],
  )
  return sliceOf(rows, page.limit, (row) => ({ at: row.created_at, id: row.id }))
}

/** Saves how far a long job is, inside the transaction that did the step. */
export function saveJobProgress(id: string, leaseId: string, payload: string, progress: string | null): Statement {
  return {
    sql: 'UPDATE jobs SET payload = $3, progress = $4 WHERE id = $1 AND lease_id = $2',
    params: [id, leaseId, payload, progress],
  }
}

export function cancelJob(sql: Sql, environmentId: string, id: string, now: number): Promise<number> {
  return sql.run(
    `UPDATE jobs SET state = 'cancelled', finished_at = $3, lease_id = NULL, lease_until = NULL
     WHERE environment_id = $1 AND id = $2 AND state IN ('pending', 'running')`,
    [environmentId, id, now],
  )
}

/** Goes on where it stopped: its payload says how far it was. */
export function resumeJob(sql: Sql, environmentId: string, id: string, now: number): Promise<number> {
  return sql.run(
    `UPDATE jobs SET state = 'pending', attempts = 0, crashes = 0, next_at = $3, last_error = NULL, finished_at = NULL
     WHERE environment_id = $1 AND id = $2 AND state IN ('failed', 'cancelled')`,
    [environmentId, id, now],
  )
}

/** Ends a job that leaves no trace. */
export function dropJob(lease: { id: string; leaseId: string }): Statement {
  return { sql: 'DELETE FROM jobs WHERE id = $1 AND lease_id = $2', params: [lease.id, lease.leaseId] }
}

export function deleteJobsOfUser(userId: string): Statement {
  return { sql: 'DELETE FROM jobs WHERE user_id = $1', params: [userId] }
}

/** Those that ended before. `state`: only what ended so. */
export function deleteFinishedJobs(
  sql: Sql,
  kind: string,
  state: JobState | null,
  before: number,
  limit: number,
): Promise<number> {
  return sql.run(
    `DELETE FROM jobs WHERE id IN (
       SELECT id FROM jobs WHERE kind = $1 AND finished_at < $2 AND ($3 = '' OR state = $3) LIMIT $4)`,
    [kind, before, state ?? '', limit],
  )
}

/** What is due and not begun: for the metrics. */
export function dueJobs(sql: Sql, now: number): Promise<{ kind: string; lane: string; n: number; since: number }[]> {
  return sql.all(
    `SELECT kind, lane, count(*) AS n, min(next_at) AS since FROM jobs
     WHERE state = 'pending' AND lane IN ('live', 'backfill') AND next_at <= $1 GROUP BY kind, lane`,
    [now],
  )
}

/** Of the live lane, waiting or under way. */
export function openJobsOfKind(sql: Sql, kind: string): Promise<{ id: string; payload: string }[]> {
  return sql.all(`SELECT id, payload FROM jobs WHERE lane = 'live' AND state IN ('pending', 'running') AND kind = $1`, [
    kind,
  ])
}

/** Unless somebody wrote there meanwhile: then theirs counts. */
export function replacePayload(id: string, before: string, after: string): Statement {
  return { sql: 'UPDATE jobs SET payload = $3 WHERE id = $1 AND payload = $2', params: [id, before, after] }
}
