// The inbound loop: what was promised to be read, is read, whatever happens in between.
import { connectorOf } from '../connectors/index.ts'
import {
  connectionDegraded,
  revokeAtProvider,
  type RevokePayload,
  subscribeAtProvider,
} from '../credentials/disconnect.ts'
import { tendPartitions } from '../outbox/partitions.ts'
import { expire, expireAudit } from '../outbox/retention.ts'
import { runReplay } from '../outbox/replays.ts'
import { ProviderError } from '../platform/errors.ts'
import { createAlarm } from '../queue/alarm.ts'
import { claim, extend, finish, jobQueue, recover, retryAt } from '../queue/queue.ts'
import { claimInTurns } from '../queue/share.ts'
import { onJobs } from '../queue/wake.ts'
import { connectionById } from '../store/connections.ts'
import { deleteEndedSlots } from '../store/budgets.ts'
import type { Context } from '../store/context.ts'
import type { Statement } from '../store/database.ts'
import { isUnavailable, isUniqueViolation } from '../store/errors.ts'
import { deleteFinishedJobs, dropJob, saveJobProgress, type JobLane, type JobRow } from '../store/jobs.ts'
import { deleteOldSignInFailures } from '../store/sign-in-failures.ts'
import { traced } from '../store/traced.ts'
import { deleteExpiredAuth } from '../store/auth-flows.ts'
import { openAtOnce } from './at-once.ts'
import { runBackfill } from './backfill.ts'
import { runRead } from './read-job.ts'
import { runGone, runUnclaimed } from './accept.ts'
import { runPush } from './push-job.ts'
import { runRenormalize } from './renormalize.ts'
import { queuePolls } from './poll.ts'
import { closePromises } from './promises.ts'
import { runDataRequest } from './data-request.ts'
import { queueSubscriptions, runSubscribeSource, queueSourceSubscriptions } from './subscribe.ts'

const SLOTS: Record<JobLane, number> = { live: 64, backfill: 6 }
const LEASE_MS = 60_000
const BACKSTOP_MS = 1000
const SOON_MS = 20
/** While the database is away. */
const AGAIN_MS = 500
const POLL_EVERY_MS = 15_000
/** Not a multiple of the others: they take turns. */
const PARTITIONS_EVERY_MS = 10 * 60_000 + 7000
const SUBSCRIBE_EVERY_MS = 6 * 3600_000
const KEEP_FINISHED_MS = 7 * 86_400_000
const MAX_ATTEMPTS = 12
/** Their payload is health data: nothing of it stays here once it is stored. */
const CARRIERS = new Set(['push', 'unclaimed'])
const RETRY_BASE_MS = 2000
const RETRY_CAP_MS = 30 * 60_000

export interface Loop {
  stop(graceMs: number): Promise<void>
}

/** What a job's work answers. `again` keeps a long job going in steps, so that others get their turn. */
export type JobResult = 'done' | { again: number }

const workers: Record<string, (ctx: Context, job: JobRow) => Promise<JobResult>> = {
  read: runRead,
  backfill: runBackfill,
  request: runDataRequest,
  push: runPush,
  gone: runGone,
  unclaimed: runUnclaimed,
  renormalize: runRenormalize,
  replay: runReplay,
  subscribe_source: runSubscribeSource,
  async subscribe(ctx, job) {
    const connection = job.user_id === null ? null : await connectionById(ctx.db, job.user_id)
    const connector = connection === null ? null : connectorOf(connection)
    if (connection !== null && connector !== null) await subscribeAtProvider(ctx, connector, connection)
    return 'done'
  },
  async revoke(ctx, job) {
    const keep = async (payload: RevokePayload): Promise<void> => {
      await ctx.db.batch([saveJobProgress(job.id, job.lease_id!, JSON.stringify(payload), null)])
    }
    await revokeAtProvider(ctx, JSON.parse(job.payload) as RevokePayload, job.environment_id!, keep)
    return 'done'
  },
}

export async function startIntake(ctx: Context, options: { onlyProcess: boolean }): Promise<Loop> {
  await recover(ctx.db, jobQueue, options.onlyProcess ? Number.POSITIVE_INFINITY : ctx.clock.now())
  const running = new Set<Promise<void>>()
  const inFlight: Record<JobLane, number> = { live: 0, backfill: 0 }
  /** More was due than there was room for: the next free slot looks again. Otherwise a hint or the clock does. */
  const more: Record<JobLane, boolean> = { live: false, backfill: false }
  let stopped = false
  let pumping: Promise<void> | null = null
  let again = false

  function pump(): void {
    again = true
    if (pumping !== null || stopped) return
    pumping = (async () => {
      while (again && !stopped) {
        again = false
        for (const lane of ['live', 'backfill'] as const) await fill(lane)
      }
    })()
      .catch((error) => ctx.log.warn({ err: error }, 'the inbound loop cannot reach the database'))
      .finally(() => {
        pumping = null
      })
  }

  /** What has ended may let something else begin: a next step, a twin. Looked at once for all that end together. */
  let soon: NodeJS.Timeout | undefined
  function pumpSoon(): void {
    soon ??= setTimeout(() => {
      soon = undefined
      pump()
    }, SOON_MS)
  }

  async function fill(lane: JobLane): Promise<void> {
    const free = SLOTS[lane] - inFlight[lane]
    if (free <= 0) {
      more[lane] = true
      return
    }
    const wanted = { limit: free, now: ctx.clock.now(), leaseMs: LEASE_MS }
    const jobs =
      lane === 'live' ? await claim<JobRow>(ctx.db, jobQueue, [lane], wanted) : await claimInTurns(ctx.db, lane, wanted)
    for (const job of jobs) {
      if (stopped) {
        await backToQueue(ctx, job, ctx.clock.now(), job.last_error, false)
        continue
      }
      inFlight[lane]++
      const work = runJob(ctx, job)
        .catch((error) => ctx.log.error({ err: error, jobId: job.id }, 'a job could not be settled'))
        .finally(() => {
          inFlight[lane]--
          running.delete(work)
          if (more[lane]) pump()
          else pumpSoon()
        })
      running.add(work)
    }
    more[lane] = jobs.length === free
    if (more[lane]) again = true
  }

  const guard = (name: string, work: () => Promise<unknown>) => () =>
    void (stopped ? Promise.resolve() : work()).catch((error) => ctx.log.warn({ err: error }, `${name} failed`))
  const housekeeping = guard('housekeeping', async () => {
    await recover(ctx.db, jobQueue, ctx.clock.now())
    await queuePolls(ctx)
    await closePromises(ctx)
    await queueSubscriptions(ctx)
  })
  let expiring: Promise<unknown> | null = null
  const expiry = (name: string, work: (ctx: Context) => Promise<unknown>) =>
    guard(name, async () => {
      if (expiring !== null) return
      expiring = work(ctx).finally(() => {
        expiring = null
      })
      await expiring
    })
  const expireRows = expiry('deleting old events', expire)
  const partitions = expiry('tending partitions', tendPartitions)
  const cleaning = guard('cleaning up', async () => {
    await deleteFinishedJobs(ctx.db, ctx.clock.now() - KEEP_FINISHED_MS)
    await deleteExpiredAuth(ctx.db, ctx.clock.now() - 86_400_000)
    await expireAudit(ctx)
    await deleteOldSignInFailures(ctx.db, ctx.clock.now())
    await deleteEndedSlots(ctx.db, ctx.clock.now() - 86_400_000)
  })
  const subscribing = guard('subscribing', () => queueSourceSubscriptions(ctx))
  const alarm = createAlarm(ctx.clock, pump)
  const timers = [
    setInterval(() => alarm.set(ctx.clock.now() + 1), BACKSTOP_MS),
    setInterval(housekeeping, POLL_EVERY_MS),
    setInterval(cleaning, 3600_000),
    setInterval(expireRows, POLL_EVERY_MS),
    setInterval(partitions, PARTITIONS_EVERY_MS),
    setInterval(subscribing, SUBSCRIBE_EVERY_MS),
  ]
  const unsubscribe = onJobs(alarm.set)
  const closeAtOnce = openAtOnce(ctx)
  pump()
  housekeeping()
  partitions()

  return {
    async stop(graceMs) {
      stopped = true
      unsubscribe()
      for (const timer of timers) clearInterval(timer)
      alarm.stop()
      clearTimeout(soon)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, graceMs)
      })
      const atOnce = closeAtOnce()
      await Promise.race([
        Promise.resolve(pumping).then(() => Promise.allSettled([...running, expiring, atOnce])),
        late,
      ])
      clearTimeout(timer)
    },
  }
}

async function runJob(ctx: Context, job: JobRow): Promise<void> {
  const lease = { id: job.id, leaseId: job.lease_id! }
  const beat = setInterval(() => {
    void extend(ctx.db, jobQueue, lease, ctx.clock.now() + LEASE_MS).catch(() => {})
  }, LEASE_MS / 3)
  try {
    const work = workers[job.kind]
    if (work === undefined)
      throw new ProviderError(`no work is known for jobs of kind ${job.kind}`, { next: 'give_up' })
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
  if (result === 'done') {
    // What a push brought is kept as pages by now.
    await write(ctx, CARRIERS.has(job.kind) ? dropJob(lease) : finish(jobQueue, lease, 'done', now))
    return
  }
  // A further step is no failed attempt.
  await backToQueue(ctx, job, result.again, null, false)
}

async function settleFailure(ctx: Context, job: JobRow, error: unknown): Promise<void> {
  const now = ctx.clock.now()
  const message = error instanceof ProviderError ? error.message : 'failed inside Loam; the log has the cause'
  const next = error instanceof ProviderError ? error.next : 'retry'
  const away = isUnavailable(error)
  if (!(error instanceof ProviderError) && !away)
    ctx.log.error({ err: error, jobId: job.id, kind: job.kind }, 'a job failed')
  if (next === 'reauthorize' && job.user_id !== null) await connectionDegraded(ctx, job.user_id)
  const hopeless = next === 'give_up' || next === 'skip' || next === 'reauthorize'
  if (hopeless || (job.attempts >= MAX_ATTEMPTS && !away)) {
    ctx.metrics.jobs.inc({ kind: job.kind, outcome: 'failed' })
    await write(ctx, finish(jobQueue, { id: job.id, leaseId: job.lease_id! }, 'failed', now, { error: message }))
    return
  }
  ctx.metrics.jobs.inc({ kind: job.kind, outcome: 'retry' })
  const asked = error instanceof ProviderError ? (error.afterSeconds ?? 0) * 1000 : 0
  const backoff = Math.min(RETRY_BASE_MS * 2 ** (job.attempts - 1), RETRY_CAP_MS) * (0.8 + 0.4 * Math.random())
  // A provider's limit is not the job's fault and does not use up its attempts.
  const limited = error instanceof ProviderError && error.rateLimited
  await backToQueue(ctx, job, now + Math.max(asked, backoff), message, !limited && !away)
}

async function backToQueue(
  ctx: Context,
  job: JobRow,
  at: number,
  error: string | null,
  countAttempt: boolean,
): Promise<void> {
  const lease = { id: job.id, leaseId: job.lease_id! }
  try {
    await write(ctx, retryAt(jobQueue, lease, Math.round(at), { error, countAttempt }))
  } catch (failure) {
    if (!isUniqueViolation(failure)) throw failure
    // The same work was ordered again meanwhile and waits already.
    await write(ctx, finish(jobQueue, lease, 'done', ctx.clock.now(), { error: 'another job does the same work' }))
  }
}
