// What is counted as it happens, and what is looked up when somebody asks.
import { budgetsLeft } from '../credentials/budgets.ts'
import type { Metrics } from '../platform/metrics.ts'
import { withinTime } from '../platform/within-time.ts'
import type { Context } from '../store/context.ts'
import { bodiesWaiting } from '../store/body-state.ts'
import { deliveryBacklog } from '../store/deliveries.ts'
import { allDestinations } from '../store/destinations.ts'
import { isUnavailable } from '../store/errors.ts'
import { dueJobs } from '../store/jobs.ts'
import { storedSums } from '../store/stored.ts'

/** A database that keeps silent keeps no scrape waiting. */
const MOST_MS = 3000

/** While the database is away, all that is counted here is told, and nothing that is looked up there. */
export async function metricsText(ctx: Context): Promise<string> {
  const { metrics } = ctx
  const looks = [lookAtDeliveries, lookAtJobs, lookAtBudgets, lookAtStored, lookAtBodies]
  const isThere = !(await Promise.all(looks.map((look) => isLookedUp(look(ctx))))).includes(false)
  if (!isThere) for (const gauge of lookedUp(metrics)) gauge.reset()
  metrics.databaseUp.set(isThere ? 1 : 0)
  for (const { name, lagMs } of ctx.replicas?.states() ?? []) {
    metrics.replicaLag.set({ replica: name }, lagMs === null ? -1 : lagMs / 1000)
  }
  return metrics.registry.metrics()
}

function lookedUp(metrics: Metrics): { reset(): void }[] {
  const {
    backlog,
    oldestDelivery,
    jobsDue,
    jobsLate,
    budgetLeft,
    storedItems,
    storedBytes,
    bodiesWaiting,
    bodiesLate,
  } = metrics
  return [backlog, oldestDelivery, jobsDue, jobsLate, budgetLeft, storedItems, storedBytes, bodiesWaiting, bodiesLate]
}

async function isLookedUp(look: Promise<void>): Promise<boolean> {
  try {
    return (
      (await withinTime(
        look.then(() => true),
        MOST_MS,
      )) ?? false
    )
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return false
  }
}

async function lookAtDeliveries({ db, clock, metrics }: Context): Promise<void> {
  const [backlog, destinations] = await Promise.all([deliveryBacklog(db), allDestinations(db)])
  const types = new Map(destinations.map((row) => [row.id, row.type]))
  const now = clock.now()
  metrics.backlog.reset()
  metrics.oldestDelivery.reset()
  for (const row of backlog) {
    const destination = types.get(row.destination_id) ?? 'removed'
    const labels = { destination, destination_id: row.destination_id, lane: row.lane }
    metrics.backlog.set(labels, Number(row.n))
    metrics.oldestDelivery.set(labels, Math.max(0, (now - row.oldest_at) / 1000))
  }
}

async function lookAtJobs({ db, clock, metrics }: Context): Promise<void> {
  const now = clock.now()
  const due = await dueJobs(db, now)
  metrics.jobsDue.reset()
  metrics.jobsLate.reset()
  for (const lane of ['live', 'backfill']) {
    const own = due.filter((row) => row.lane === lane)
    for (const { kind, n } of own) metrics.jobsDue.set({ kind, lane }, Number(n))
    metrics.jobsLate.set({ lane }, Math.max(0, ...own.map(({ since }) => (now - since) / 1000)))
  }
}

/** Of several applications at one provider, the one that has least left. */
async function lookAtBudgets(ctx: Context): Promise<void> {
  const least = new Map<string, { labels: Record<'provider' | 'budget' | 'window', string>; left: number }>()
  for (const { name, limit, left } of await budgetsLeft(ctx)) {
    const [, provider = '', , , budget = ''] = name.split(':')
    const labels = { provider, budget, window: String(limit.perSeconds) }
    const key = Object.values(labels).join(' ')
    least.set(key, { labels, left: Math.min(left, least.get(key)?.left ?? 1) })
  }
  ctx.metrics.budgetLeft.reset()
  for (const { labels, left } of least.values()) ctx.metrics.budgetLeft.set(labels, left)
}

async function lookAtStored({ db, metrics }: Context): Promise<void> {
  const stored = await storedSums(db)
  for (const gauge of [metrics.storedItems, metrics.storedBytes]) gauge.reset()
  for (const { kind, items, bytes } of stored) {
    metrics.storedItems.inc({ kind }, Number(items))
    metrics.storedBytes.inc({ kind }, Number(bytes))
  }
}

async function lookAtBodies({ db, bodies, metrics }: Context): Promise<void> {
  if (bodies === undefined) return
  for (const { table, rows, lateMs } of await bodiesWaiting(db, Date.now())) {
    metrics.bodiesWaiting.set({ table }, rows)
    metrics.bodiesLate.set({ table }, lateMs / 1000)
  }
}
