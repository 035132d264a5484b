// Adding inbound work, in the transaction that made it necessary.
import { newId } from '../model/ids.ts'
import type { Transaction } from '../store/database.ts'
import { insertJob, type JobLane, type NewJobRow } from '../store/jobs.ts'
import { wakeJobs } from './wake.ts'

export interface NewJob {
  kind: string
  lane: JobLane
  environmentId: string | null
  userId: string | null
  /** Jobs with the same key that wait are one job. */
  dedupeKey: string
  payload: unknown
  /** Not before. */
  at: number
  /** One with the same key that waits is put off until then, but no longer than this after it was made. */
  delay?: { until: number; longestMs: number }
}

/** `trace` is the `traceparent` of what orders them. */
export async function enqueue(
  tx: Transaction,
  jobs: readonly NewJob[],
  now: number,
  trace: string | null = null,
): Promise<string[]> {
  if (jobs.length === 0) return []
  const rows = jobs.map((job): NewJobRow => rowOf(job, now, trace))
  const inserts = rows.map((row, i) => ({ key: row.dedupe_key, statement: insertJob(row, jobs[i]!.delay) }))
  // In one order: two that put off the same jobs do not wait for each other.
  const inOrder = inserts.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  await tx.batch(inOrder.map(({ statement }) => statement))
  const times = new Set(jobs.flatMap(({ at, delay }) => (delay === undefined ? [at] : [at, delay.until])))
  tx.afterCommit(() => {
    for (const at of times) wakeJobs(at)
  })
  return rows.map((row) => row.id)
}

function rowOf(job: NewJob, now: number, trace: string | null): NewJobRow {
  return {
    id: newId(),
    lane: job.lane,
    kind: job.kind,
    environment_id: job.environmentId,
    user_id: job.userId,
    dedupe_key: job.dedupeKey,
    payload: JSON.stringify(job.payload),
    progress: null,
    state: 'pending',
    attempts: 0,
    next_at: job.at,
    lease_id: null,
    lease_until: null,
    last_error: null,
    created_at: now,
    finished_at: null,
    trace,
  }
}
