// The inbound loop: what was promised to be read, is read, whatever happens in between.
import { tendPartitions } from '../outbox/partitions.ts'
import { expire, expireAudit, expireInspector } from '../outbox/retention.ts'
import { createAlarm } from '../queue/alarm.ts'
import { claim, jobQueue, recover } from '../queue/queue.ts'
import { LOOK_MS, Servers } from '../queue/servers.ts'
import { claimInTurns } from '../queue/share.ts'
import { claimSuspect, isSuspectDue } from '../queue/suspects.ts'
import { onJobs } from '../queue/wake.ts'
import { deleteEndedSlots } from '../store/budgets.ts'
import type { Context } from '../store/context.ts'
import type { JobLane, JobRow } from '../store/jobs.ts'
import { deleteOldSignInFailures } from '../store/sign-in-failures.ts'
import { deleteExpiredAuth } from '../store/auth-flows.ts'
import { endLongWaits } from '../store/shared-clock.ts'
import { openAtOnce } from './at-once.ts'
import { backToQueue, LEASE_MS, runJob } from './jobs.ts'
import { deleteOldJobs } from './old-jobs.ts'
import { queuePolls } from './poll.ts'
import { closePromises } from './promises.ts'
import { expireQuarantine, readQuarantined } from './quarantine.ts'
import { queueSubscriptions, queueSourceSubscriptions } from './subscribe.ts'
import { workers } from './workers.ts'

const SLOTS: Record<JobLane, number> = { live: 64, backfill: 6 }
const BACKSTOP_MS = 1000
/** No suspect waits longer until it is alone, nor is longer: what hangs would hold up everything. */
const ALONE_WITHIN_MS = 30_000
const SOON_MS = 20
const POLL_EVERY_MS = 15_000
/** Not a multiple of the others: they take turns. */
const PARTITIONS_EVERY_MS = 10 * 60_000 + 7000
const SUBSCRIBE_EVERY_MS = 6 * 3600_000

export interface Loop {
  stop(graceMs: number): Promise<void>
}

export async function startIntake(ctx: Context, options: { onlyProcess: boolean }): Promise<Loop> {
  const servers = new Servers(ctx.db, jobQueue, ctx.log)
  const announce = (): Promise<unknown> => servers.announce(ctx.clock.now())
  // Before it holds anything: else nobody would miss it.
  if (!options.onlyProcess) await announce()
  await recover(ctx.db, jobQueue, options.onlyProcess ? Number.POSITIVE_INFINITY : ctx.clock.now())
  await endLongWaits(ctx.db, ctx.clock.now())
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
        if (await tryAlone()) continue
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
    const wanted = { limit: free, now: ctx.clock.now(), leaseMs: LEASE_MS, leaseId: servers.nextLeaseId() }
    const jobs =
      lane === 'live' ? await claim<JobRow>(ctx.db, jobQueue, [lane], wanted) : await claimInTurns(ctx.db, lane, wanted)
    for (const job of jobs) await begin(job)
    more[lane] = jobs.length === free
    if (more[lane]) again = true
  }

  async function begin(job: JobRow): Promise<void> {
    if (stopped) return backToQueue(ctx, job, ctx.clock.now(), job.last_error, 'is none')
    inFlight[job.lane]++
    const work = runJob(ctx, job, workers[job.kind])
      .catch((error) => ctx.log.error({ err: error, jobId: job.id }, 'a job could not be settled'))
      .finally(() => {
        inFlight[job.lane]--
        running.delete(work)
        if (suspect === job.id) suspect = suspectSince = null
        if (more[job.lane]) pump()
        else pumpSoon()
      })
    running.add(work)
  }

  /** The suspect that runs; since when it does, or one waits until nothing else does. */
  let suspect: string | null = null
  let suspectSince: number | null = null

  /** True while nothing else may begin. */
  async function tryAlone(): Promise<boolean> {
    const isLong = suspectSince !== null && performance.now() - suspectSince > ALONE_WITHIN_MS
    if (suspect !== null) return !isLong
    if (!(await isSuspectDue(ctx.db, ctx.clock.now()))) {
      suspectSince = null
      return false
    }
    suspectSince ??= performance.now()
    if (running.size > 0 && !isLong) return true
    suspectSince = null
    const wanted = { now: ctx.clock.now(), leaseMs: LEASE_MS, leaseId: servers.nextLeaseId() }
    const job = await claimSuspect(ctx.db, wanted)
    // Another server was faster.
    if (job === null) return false
    ctx.log.warn({ jobId: job.id, kind: job.kind, crashes: job.crashes }, 'processes ended at a job: it is tried alone')
    suspect = job.id
    suspectSince = performance.now()
    await begin(job)
    return true
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
    await deleteOldJobs(ctx)
    await expireQuarantine(ctx)
    await deleteExpiredAuth(ctx.db, ctx.clock.now() - 86_400_000)
    await expireAudit(ctx)
    await expireInspector(ctx)
    await deleteOldSignInFailures(ctx.db, ctx.clock.now())
    await deleteEndedSlots(ctx.db, ctx.clock.now() - 86_400_000)
  })
  const readingAgain = guard('reading what could not be read', () => readQuarantined(ctx))
  const subscribing = guard('subscribing', () => queueSourceSubscriptions(ctx))
  const alarm = createAlarm(ctx.clock, pump)
  const timers = [
    setInterval(() => alarm.set(ctx.clock.now() + 1), BACKSTOP_MS),
    setInterval(housekeeping, POLL_EVERY_MS),
    setInterval(cleaning, 3600_000),
    setInterval(expireRows, POLL_EVERY_MS),
    setInterval(partitions, PARTITIONS_EVERY_MS),
    setInterval(subscribing, SUBSCRIBE_EVERY_MS),
    ...(options.onlyProcess ? [] : [setInterval(guard('announcing this server', announce), LOOK_MS)]),
  ]
  const unsubscribe = onJobs(alarm.set)
  const closeAtOnce = openAtOnce(ctx)
  pump()
  housekeeping()
  partitions()
  readingAgain()

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
      // What goes on when the process ends is missed as what a dead one held.
      if (!options.onlyProcess && running.size === 0) await servers.leave().catch(() => undefined)
    },
  }
}
