// One job: its work is done, then how that ended is written.
import { connectionDegraded } from '../credentials/disconnect.ts'
import { ProviderError } from '../platform/errors.ts'
import { type Attempt, extend, finish, GUILTY_AFTER, jobQueue, LeaseLost, retryAt } from '../queue/queue.ts'
import type { Context } from '../store/context.ts'
import type { Statement } from '../store/database.ts'
import { isUnavailable, isUniqueViolation } from '../store/errors.ts'
import { dropJob, type JobRow } from '../store/jobs.ts'
import { traced } from '../store/traced.ts'

export const LEASE_MS = 60_000
/** While the database is away. */
const AGAIN_MS = 500
const MAX_ATTEMPTS = 12
/** Their payload is health data: nothing of it stays here once it is stored. */
const CARRIERS = new Set(['push', 'unclaimed'])
const RETRY_BASE_MS = 2000
const RETRY_CAP_MS = 30 * 60_000

/**
 * What a job's work answers. `again` keeps a long job going in steps, so that others get their turn; of what was ordered for somebody
 * who was being removed nothing stays (`gone`).
 */
export type JobResult = 'done' | 'gone' | { again: number }

export type Work = (ctx: Context, job: JobRow) => Promise<JobResult>

/** A limit of the provider's, of which was told when it is asked again: so it is asked then. */
export class LimitTold extends ProviderError {
  readonly againAt: number

  constructor(limit: ProviderError, againAt: number) {
    super(limit.message, { ...limit, cause: limit })
    this.againAt = againAt
  }
}

/** Each process that was at it ended without a word, the last ones while nothing else ran: killed, or out of memory. */
class ProcessEnds extends Error {
  constructor() {
    super(`the process ended each time at this, ${GUILTY_AFTER} times: look at its memory, then resume this`)
  }
}

export async function runJob(ctx: Context, job: JobRow, work: Work | undefined): Promise<void> {
  const lease = { id: job.id, leaseId: job.lease_id! }
  const beat = setInterval(() => {
    void extend(ctx.db, jobQueue, lease, ctx.clock.now() + LEASE_MS).catch(() => {})
  }, LEASE_MS / 3)
  try {
    if (work === undefined)
      throw new ProviderError(`no work is known for jobs of kind ${job.kind}`, { next: 'give_up' })
    // Whoever fails is judged before that. It would end every server, one after the other, for ever.
    if (job.crashes >= GUILTY_AFTER) throw new ProcessEnds()
    const about = {
      'loam.job.kind': job.kind,
      'loam.job.id': job.id,
      'loam.job.attempt': job.attempts,
      'loam.user_id': job.user_id,
    }
    const result = await traced(
      ctx,
      `job ${job.kind}`,
      { kind: 'consumer', parent: job.trace, attributes: about },
      (as) => work(as, job),
    )
    await settle(ctx, job, result)
    ctx.metrics.jobs.inc({ kind: job.kind, outcome: 'done' })
  } catch (error) {
    await settleFailure(ctx, job, error)
  } finally {
    clearInterval(beat)
  }
}

/** While the database is away nobody else takes the job: as long as it is ours, writing how it ended can wait. */
async function write(ctx: Context, { sql, params }: Statement): Promise<void> {
  const end = performance.now() + LEASE_MS
  for (;;) {
    try {
      await ctx.db.run(sql, params)
      return
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }
}

async function settle(ctx: Context, job: JobRow, result: JobResult): Promise<void> {
  const lease = { id: job.id, leaseId: job.lease_id! }
  const now = ctx.clock.now()
  if (result === 'done' || result === 'gone') {
    // What a push brought is kept as pages by now.
    const leavesNoTrace = result === 'gone' || CARRIERS.has(job.kind)
    await write(ctx, leavesNoTrace ? dropJob(lease) : finish(jobQueue, lease, 'done', now))
    return
  }
  // What failed before this step has passed: a year of history would be given up for twelve hiccups.
  await backToQueue(ctx, job, result.again, null, 'succeeded')
}

async function settleFailure(ctx: Context, job: JobRow, error: unknown): Promise<void> {
  if (error instanceof LeaseLost) return
  const now = ctx.clock.now()
  const isTold = error instanceof ProviderError || error instanceof ProcessEnds
  const message = isTold ? error.message : 'failed inside Loam; the log has the cause'
  const next = error instanceof ProviderError ? error.next : 'retry'
  const away = isUnavailable(error)
  if (!(error instanceof ProviderError) && !away)
    ctx.log.error({ err: error, jobId: job.id, kind: job.kind }, 'a job failed')
  if (next === 'reauthorize' && job.user_id !== null) await connectionDegraded(ctx, job.user_id)
  const hopeless = next === 'give_up' || next === 'skip' || next === 'reauthorize' || error instanceof ProcessEnds
  if (hopeless || (job.attempts >= MAX_ATTEMPTS && !away)) {
    ctx.metrics.jobs.inc({ kind: job.kind, outcome: 'failed' })
    await write(ctx, finish(jobQueue, { id: job.id, leaseId: job.lease_id! }, 'failed', now, { error: message }))
    return
  }
  ctx.metrics.jobs.inc({ kind: job.kind, outcome: 'retry' })
  const at = error instanceof LimitTold ? error.againAt : triedAgainAt(job, error, now)
  // A provider's limit is not the job's fault and does not use up its attempts.
  const limited = error instanceof ProviderError && error.rateLimited
  await backToQueue(ctx, job, at, message, limited || away ? 'is none' : 'counts')
}

/** When a job is tried again that failed now: not at the same time as others. */
export function triedAgainAt(job: JobRow, error: unknown, now: number): number {
  const asked = error instanceof ProviderError ? (error.afterSeconds ?? 0) * 1000 : 0
  const backoff = Math.min(RETRY_BASE_MS * 2 ** (job.attempts - 1), RETRY_CAP_MS) * (0.8 + 0.4 * Math.random())
  return Math.round(now + Math.max(asked, backoff))
}

export async function backToQueue(
  ctx: Context,
  job: JobRow,
  at: number,
  error: string | null,
  attempt: Attempt,
): Promise<void> {
  const lease = { id: job.id, leaseId: job.lease_id! }
  try {
    await write(ctx, retryAt(jobQueue, lease, Math.round(at), { error, attempt }))
  } catch (failure) {
    if (!isUniqueViolation(failure)) throw failure
    // The same work was ordered again meanwhile and waits already.
    await write(ctx, finish(jobQueue, lease, 'done', ctx.clock.now(), { error: 'another job does the same work' }))
  }
}
