// History in steps: newest first, resumable, each step's records and progress in one commit.
import { connectorOf } from '../connectors/index.ts'
import type { DataType } from '../model/data-type.ts'
import { addDays, countDays, type LocalDay } from '../model/local-day.ts'
import { newId } from '../model/ids.ts'
import { wakeJobs } from '../queue/wake.ts'
import { type ConnectionRow, connectionById } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { insertJob, type JobRow, saveJobProgress } from '../store/jobs.ts'
import { fetchAll, ordersForDays } from './fetch.ts'
import { ingest } from './ingest.ts'
import type { JobResult } from './jobs.ts'

/** Days of one step: few enough to hold in memory, many enough to be quick. */
const STEP_DAYS = 10

export interface BackfillPayload {
  types: DataType[] | null
  start: LocalDay
  end: LocalDay
  /** The last day that is still to be read; null before the first step. */
  cursor: LocalDay | null
}

export interface Progress {
  done: number
  total: number
}

/** Asks for history; answers the job's id. Events follow as records turn out to be new or different. */
export async function startBackfill(
  ctx: Context,
  order: { connection: ConnectionRow; types: DataType[] | null; start: LocalDay; end: LocalDay },
): Promise<string> {
  const now = ctx.clock.now()
  const id = newId()
  const payload: BackfillPayload = { types: order.types, start: order.start, end: order.end, cursor: null }
  const progress: Progress = { done: 0, total: countDays(order.start, order.end) }
  await ctx.db.transaction(async (tx) => {
    await tx.batch([
      insertJob({
        id,
        lane: 'backfill',
        kind: 'backfill',
        environment_id: order.connection.environment_id,
        user_id: order.connection.user_id,
        dedupe_key: `backfill:${id}`,
        payload: JSON.stringify(payload),
        progress: JSON.stringify(progress),
        state: 'pending',
        attempts: 0,
        next_at: now,
        lease_id: null,
        lease_until: null,
        last_error: null,
        created_at: now,
        finished_at: null,
      }),
    ])
    tx.afterCommit(wakeJobs)
  })
  return id
}

export async function runBackfill(ctx: Context, job: JobRow): Promise<JobResult> {
  const payload = JSON.parse(job.payload) as BackfillPayload
  const connection = job.user_id === null ? null : await connectionById(ctx.db, job.user_id)
  const connector = connection === null ? null : connectorOf(connection)
  if (connection === null || connector === null) return 'done'
  const last = payload.cursor ?? payload.end
  const first = addDays(last, 1 - STEP_DAYS)
  const days = { start: first > payload.start ? first : payload.start, end: last }
  const { read } = await fetchAll(
    ctx,
    connector,
    connection,
    ordersForDays(connector, payload.types, days),
    payload.types,
  )
  const cursor = addDays(days.start, -1)
  const finished = cursor < payload.start
  const total = countDays(payload.start, payload.end)
  const progress: Progress = { done: finished ? total : countDays(days.start, payload.end), total }
  await ingest(ctx, connector, connection.user_id, read, {
    lane: 'backfill',
    also: [saveJobProgress(job.id, job.lease_id!, JSON.stringify({ ...payload, cursor }), JSON.stringify(progress))],
  })
  return finished ? 'done' : { again: ctx.clock.now() }
}
