// Data that a customer asks for: from the store where the days were read, else from the provider first.
import { TooMuchAtOnce } from '../credentials/prepaid.ts'
import { largeRequestProcessingEvent, rateLimitHitEvent } from '../model/events.ts'
import type { DataType } from '../model/data-type.ts'
import type { EnvironmentSettings } from '../model/environment-settings.ts'
import { countDays } from '../model/local-day.ts'
import { wireTimestamp } from '../model/timestamps.ts'
import { appendEvents, type NewEvent } from '../outbox/append.ts'
import { terraUser } from '../outbox/terra-user.ts'
import { ApiError, ProviderError } from '../platform/errors.ts'
import { enqueue } from '../queue/enqueue.ts'
import { finish, jobQueue } from '../queue/queue.ts'
import { type ConnectionRow, connectionById } from '../store/connections.ts'
import { traceOf } from '../store/traced.ts'
import type { Context } from '../store/context.ts'
import { settingsOf } from '../store/environments.ts'
import { type JobRow, saveJobProgress } from '../store/jobs.ts'
import { readRecords } from '../store/record-reads.ts'
import { type RecordRange, type RecordRow, recordsBetween } from '../store/records.ts'
import { mustBeSwitchedOn } from './fetch.ts'
import { daysOf, fillGaps, STEP_DAYS, type Steps } from './fill-gaps.ts'
import { type JobResult, LimitTold, triedAgainAt } from './jobs.ts'
import { boundsOf, planChunks, type RequestPayload, sendChunks } from './large-request.ts'
import { eventJson } from './record-events.ts'
import { shownRow } from './shown.ts'

/** Longer ranges are large requests: accepted at once, delivered in chunks. */
const LARGE_DAYS = 31
const WAIT_MS = 25_000
/** While a provider sends what it promised. */
const LOOK_AGAIN_MS = 30_000

export function isLarge(range: RecordRange): boolean {
  if ('startDay' in range) return countDays(range.startDay, range.endDay) > LARGE_DAYS
  return range.endAt - range.startAt > LARGE_DAYS * 86_400_000
}

/** The records as stored, oldest first. Reads missing days from the provider before. */
export async function readNow(
  ctx: Context,
  request: { connection: ConnectionRow; type: DataType; range: RecordRange; retryIfRateLimited?: boolean },
): Promise<RecordRow[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), WAIT_MS)
  })
  const filling = fillGaps(ctx, request.connection, request.type, request.range, 'live')
  // It goes on when the caller has gone; its failure is the caller's only while they wait.
  filling.catch(() => {})
  const outcome = await Promise.race([filling, late]).finally(() => clearTimeout(timer))
  if (outcome === 'late' || outcome === 'awaited') {
    throw new ApiError('processing', 200, 'Request is processing, try again later', {
      extra: { retry_after_seconds: 30 },
    })
  }
  const { connection, type, range } = request
  if (outcome === 'read' && (await connectionById(ctx.db, connection.user_id)) === null)
    throw new ApiError('user_not_found', 404, 'user not found')
  return readRecords(ctx, connection.user_id, (sql) =>
    recordsBetween(sql, connection.user_id, type, boundsOf(type, range)),
  )
}

/** Queues the request; its events carry `reference`. False: the person was removed meanwhile, nothing may come of them any more. */
export async function readLater(
  ctx: Context,
  request: { connection: ConnectionRow; type: DataType; range: RecordRange; withSamples: boolean; reference: string },
): Promise<boolean> {
  const { user_id: userId } = request.connection
  const now = ctx.clock.now()
  const large = isLarge(request.range)
  const payload: RequestPayload = {
    type: request.type,
    range: request.range,
    withSamples: request.withSamples,
    reference: request.reference,
    large,
  }
  return ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${userId}`)
    const connection = await connectionById(tx, userId)
    if (connection === null) return false
    if (large) {
      await appendEvents(ctx, tx, [
        {
          environmentId: connection.environment_id,
          connection,
          body: largeRequestProcessingEvent(terraUser(connection), request.reference),
          lane: 'backfill',
          reference: request.reference,
        },
      ])
    }
    await enqueue(
      tx,
      [
        {
          kind: 'request',
          lane: large ? 'backfill' : 'live',
          environmentId: connection.environment_id,
          userId: connection.user_id,
          dedupeKey: `request:${request.reference}`,
          payload,
          at: now,
        },
      ],
      now,
      traceOf(ctx),
    )
    return true
  })
}

/** The job behind `readLater`. */
export async function runDataRequest(ctx: Context, job: JobRow): Promise<JobResult> {
  const payload = JSON.parse(job.payload) as RequestPayload
  const connection = job.user_id === null ? null : await connectionById(ctx.db, job.user_id)
  if (connection === null) return 'gone'
  mustBeSwitchedOn(connection)
  if (payload.chunks !== undefined) return sendChunks(ctx, job, payload)
  const lane = payload.large ? 'backfill' : 'live'
  try {
    // The answer is whole or late: what the provider promised is waited for.
    const steps = payload.large ? stepsOf(job, payload, connection.time_zone) : undefined
    const filled = await fillGaps(ctx, connection, payload.type, payload.range, lane, steps)
    if (filled === 'begun') return { again: ctx.clock.now() }
    if (filled === 'awaited') return { again: ctx.clock.now() + LOOK_AGAIN_MS }
  } catch (error) {
    if (error instanceof ProviderError && error.rateLimited) throw await limited(ctx, job, connection, payload, error)
    // What is stored already is still an answer when the provider will not give more.
    if (!(error instanceof ProviderError) || error.next === 'retry') throw error
    ctx.log.info({ userId: connection.user_id, next: error.next }, 'a request is answered from the store alone')
  }
  if (payload.large) return planChunks(ctx, job, payload)
  await ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${connection.user_id}`)
    const current = await connectionById(tx, connection.user_id)
    // Ended by the commit that answers: nobody answers a second time, and nobody what was stopped.
    const lease = { id: job.id, leaseId: job.lease_id! }
    const [ours] = await tx.batch([finish(jobQueue, lease, 'done', ctx.clock.now())])
    if (current === null || ours === 0) return
    const rows = await recordsBetween(tx, current.user_id, payload.type, boundsOf(payload.type, payload.range))
    const settings = await settingsOf(ctx.db, tx, current.environment_id)
    await appendEvents(ctx, tx, answerOf(current, settings, payload, rows))
  })
  return 'done'
}

function answerOf(
  connection: ConnectionRow,
  settings: EnvironmentSettings,
  { type, reference, withSamples }: RequestPayload,
  rows: readonly RecordRow[],
): NewEvent[] {
  if (type === 'athlete' && rows.length === 0) return []
  const records = rows.map((row) => shownRow(settings, type, row, withSamples))
  return [
    {
      environmentId: connection.environment_id,
      connection,
      reference,
      body: { type },
      json: eventJson(type, connection, records),
      lane: 'live',
      orderingAt: rows.length === 0 ? undefined : Math.max(...rows.map((row) => row.version)),
      recordCount: records.length,
    },
  ]
}

/**
 * Tells the first limit that a request meets, and asks for fewer days at once where that is what it takes. Answers what the job fails
 * with: it is tried again when that was told.
 */
async function limited(
  ctx: Context,
  job: JobRow,
  connection: ConnectionRow,
  payload: RequestPayload,
  error: ProviderError,
): Promise<LimitTold> {
  const next: RequestPayload = { ...payload, limitTold: true }
  if (error instanceof TooMuchAtOnce) next.stepDays = Math.ceil((payload.stepDays ?? STEP_DAYS) / 2)
  const { start, end } = daysOf(payload.range, connection.time_zone)
  const againAt = triedAgainAt(job, error, ctx.clock.now())
  await ctx.db.transaction(async (tx) => {
    const [ours] = await tx.batch([saveJobProgress(job.id, job.lease_id!, JSON.stringify(next), job.progress)])
    if (ours === 0 || payload.limitTold === true) return
    await appendEvents(ctx, tx, [
      {
        environmentId: connection.environment_id,
        connection,
        lane: 'live',
        reference: payload.reference,
        body: rateLimitHitEvent({ user: terraUser(connection), start, end, retryingAt: wireTimestamp(againAt) }),
      },
    ])
  })
  return new LimitTold(error, againAt)
}

function stepsOf(job: JobRow, payload: RequestPayload, timeZone: string | null): Steps {
  const { start, end } = daysOf(payload.range, timeZone)
  const total = countDays(start, end)
  return {
    days: payload.stepDays ?? STEP_DAYS,
    readUpTo: payload.readUpTo ?? null,
    reached(readUpTo) {
      const progress = JSON.stringify({ done: countDays(start, readUpTo), total, unit: 'days' })
      return saveJobProgress(job.id, job.lease_id!, JSON.stringify({ ...payload, readUpTo }), progress)
    },
  }
}
