// History in steps: newest first, resumable, each step's records and progress in one commit.
import { connectorOf } from '../connectors/index.ts'
import type { Connector } from '../connectors/connector.ts'
import type { DataType } from '../model/data-type.ts'
import { addDays, countDays, daysBetween, localDayOf, type LocalDay } from '../model/local-day.ts'
import { newId } from '../model/ids.ts'
import { TooMuchAtOnce } from '../credentials/prepaid.ts'
import { wakeJobs } from '../queue/wake.ts'
import { type ConnectionRow, connectionById } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Statement } from '../store/database.ts'
import { insertJob, type JobRow, saveJobProgress } from '../store/jobs.ts'
import { traceOf } from '../store/traced.ts'
import { fetchAll, mustBeSwitchedOn, ordersForDays, typesOf } from './fetch.ts'
import { ingest } from './ingest.ts'
import type { JobResult } from './jobs.ts'
import { openPromises, promiseStatements } from './promises.ts'

/** Days of one step: few enough to hold in memory, many enough to be quick. */
const STEP_DAYS = 10
/** While a provider sends what it promised. */
const LOOK_AGAIN_MS = 60_000

export interface BackfillPayload {
  types: DataType[] | null
  start: LocalDay
  end: LocalDay
  /** The last day that is still to be read; null before the first step. */
  cursor: LocalDay | null
  /** Days of one step, where they had to become fewer than usual: more were too much for a provider's limits. */
  stepDays?: number
}

export interface Progress {
  done: number
  total: number
}

/**
 * Asks for history; answers the job's id, or null when the person was removed meanwhile. Events follow as records turn out to be new
 * or different. `also` are statements of the same change.
 */
export async function startBackfill(
  ctx: Context,
  order: { connection: ConnectionRow; types: DataType[] | null; start: LocalDay; end: LocalDay },
  also: readonly Statement[] = [],
): Promise<string | null> {
  const now = ctx.clock.now()
  const id = newId()
  const payload: BackfillPayload = { types: order.types, start: order.start, end: order.end, cursor: null }
  const progress: Progress = { done: 0, total: countDays(order.start, order.end) }
  return ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${order.connection.user_id}`)
    if ((await connectionById(tx, order.connection.user_id)) === null) return null
    tx.later(also)
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
        trace: traceOf(ctx),
      }),
    ])
    tx.afterCommit(wakeJobs)
    return id
  })
}

export async function runBackfill(ctx: Context, job: JobRow): Promise<JobResult> {
  const payload = JSON.parse(job.payload) as BackfillPayload
  const connection = job.user_id === null ? null : await connectionById(ctx.db, job.user_id)
  const connector = connection === null ? null : connectorOf(connection)
  if (connection === null) return 'gone'
  if (connector === null) return 'done'
  mustBeSwitchedOn(connection)
  const now = ctx.clock.now()
  const last = payload.cursor ?? payload.end
  const oldest = oldestOf(connector, connection, now)
  const start = oldest !== null && oldest > payload.start ? oldest : payload.start
  if (last < start) return waitForPromised(ctx, job, connection, connector, payload)
  const stepDays = payload.stepDays ?? connector.backfillDays ?? STEP_DAYS
  const first = addDays(last, 1 - stepDays)
  const days = { start: first > start ? first : start, end: last }
  const { read, promised } = await fetchAll(
    ctx,
    connector,
    connection,
    ordersForDays(connector, payload.types, days),
    payload.types,
    'backfill',
  ).catch(async (error) => {
    if (error instanceof TooMuchAtOnce && stepDays > 1) {
      const smaller = { ...payload, stepDays: Math.ceil(stepDays / 2) }
      await ctx.db.batch([saveJobProgress(job.id, job.lease_id!, JSON.stringify(smaller), job.progress)])
    }
    throw error
  })
  const cursor = addDays(days.start, -1)
  const total = countDays(payload.start, payload.end)
  const asked = cursor < start ? total : countDays(days.start, payload.end)
  const progress: Progress = { done: promised.length > 0 ? Math.min(asked, total - 1) : asked, total }
  await ingest(ctx, connector, connection.user_id, read, {
    lane: 'backfill',
    also: [
      ...promiseStatements(connection.user_id, promised, now),
      saveJobProgress(job.id, job.lease_id!, JSON.stringify({ ...payload, cursor }), JSON.stringify(progress)),
    ],
  })
  // Everything is asked for; what was promised may still be to come.
  if (cursor < start) return waitForPromised(ctx, job, connection, connector, { ...payload, cursor })
  return { again: ctx.clock.now() }
}

/** Done when nothing is awaited any more; looks again until then. */
async function waitForPromised(
  ctx: Context,
  job: JobRow,
  connection: ConnectionRow,
  connector: Connector,
  payload: BackfillPayload,
): Promise<JobResult> {
  const { start, end } = payload
  const about = { userId: connection.user_id, types: payload.types ?? typesOf(connector), start, end }
  const open = await openPromises(ctx.db, about, ctx.clock.now())
  const total = countDays(start, end)
  // By type: one that a person has none of keeps its promise open for hours.
  const awaited = new Set(
    open.flatMap(({ type, start_day: from, end_day: to }) =>
      daysBetween(later(from, start), earlier(to, end)).map((day) => `${type} ${day}`),
    ),
  )
  const progress: Progress = { done: Math.floor(total - awaited.size / about.types.length), total }
  await ctx.db.batch([saveJobProgress(job.id, job.lease_id!, JSON.stringify(payload), JSON.stringify(progress))])
  return open.length === 0 ? 'done' : { again: ctx.clock.now() + LOOK_AGAIN_MS }
}

/** The first day that the provider answers for anything; null when it has no such limit. */
function oldestOf(connector: Connector, connection: ConnectionRow, now: number): LocalDay | null {
  if (connector.historyDays === null) return null
  return addDays(localDayOf(now, connection.time_zone), -connector.historyDays)
}

const later = (a: string, b: string): string => (a > b ? a : b)
const earlier = (a: string, b: string): string => (a < b ? a : b)
