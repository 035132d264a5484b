// Events and the log of attempts do not stay for ever: what is older than its environment keeps, or more, goes some at a time, the
// oldest first. What is still to be delivered stays unless the environment says otherwise.
import { deleteOldAudit } from '../store/audit.ts'
import type { Context } from '../store/context.ts'
import type { Database } from '../store/database.ts'
import { deleteOldAttempts } from '../store/deliveries.ts'
import { deleteOldEvents } from '../store/events.ts'
import { listEnvironments, settingsOf } from '../store/environments.ts'
import { deleteOldInspectorRequests } from '../store/inspector.ts'
import { asLeader } from '../store/leader.ts'
import type { Cursor } from '../store/paging.ts'
import { countStored, cutoffBySize, forgetHours, STORED_KINDS, type StoredKind } from '../store/stored.ts'

const AT_ONCE = 500
const MEGABYTE = 1_000_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const INSPECTOR_DAYS = 14
/** On PostgreSQL partitions are dropped whole (partitions.ts): only what is left some time later goes row by row. */
const LEFT_TO_PARTITIONS_MS = DAY_MS + HOUR_MS

/** Before which moment an environment's rows may go, by age and by size; null where there is no limit. */
export interface Expiry {
  environmentId: string
  events: Limits
  attempts: Limits
  dropUndelivered: boolean
}

interface Limits {
  byAge: number | null
  bySize: number | null
}

export async function expiryOf(ctx: Context, environmentId: string): Promise<Expiry> {
  const settings = await settingsOf(ctx.db, ctx.db, environmentId)
  const limits = async (kind: StoredKind): Promise<Limits> => {
    const { [`${kind}_retention_days` as const]: days, [`${kind}_retention_mb` as const]: most } = settings
    return {
      byAge: days === null ? null : ctx.clock.now() - days * DAY_MS,
      bySize: most === null ? null : await cutoffBySize(ctx.db, environmentId, kind, most * MEGABYTE),
    }
  }
  return {
    environmentId,
    events: await limits('events'),
    attempts: await limits('attempts'),
    dropUndelivered: settings.events_drop_undelivered,
  }
}

/** Everything before it may go. */
export function cutoffOf({ byAge, bySize }: Limits): number | null {
  return later(byAge, bySize)
}

function later(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other)
}

/** Rows of the audit log that are older than the operator keeps them. Answers how many went; the next call goes on. */
export async function expireAudit(ctx: Context, forMs = 60_000): Promise<number> {
  if (ctx.auditDays === undefined) return 0
  const before = ctx.clock.now() - ctx.auditDays * DAY_MS
  const until = performance.now() + forMs
  let gone = 0
  for (let more = true; more && performance.now() < until;) {
    const deleted = await deleteOldAudit(ctx.db, before, AT_ONCE)
    gone += deleted
    more = deleted === AT_ONCE
  }
  return gone
}

/** What the inspector received and nobody cleared. */
export async function expireInspector({ db, clock }: Pick<Context, 'db' | 'clock'>): Promise<number> {
  return deleteOldInspectorRequests(db, clock.now() - INSPECTOR_DAYS * DAY_MS)
}

/** Answers how many went. Ends after about `forMs`, so that nothing else waits for long. Of several servers one does it. */
export async function expire(ctx: Context, forMs = 2000): Promise<Record<StoredKind, number>> {
  const gone = { events: 0, attempts: 0 }
  await asLeader(ctx.db, 'retention', async () => {
    const until = performance.now() + forMs
    let rest: Expiry[] = []
    for (const { id } of await listEnvironments(ctx.db)) {
      await count(ctx, id, until)
      rest.push(await expiryOf(ctx, id))
    }
    // In turns: none waits until another has nothing left.
    while (rest.length > 0 && performance.now() < until) {
      const more: Expiry[] = []
      for (const expiry of rest) if (await step(ctx, expiry, gone)) more.push(expiry)
      rest = more
    }
  })
  for (const kind of STORED_KINDS) ctx.metrics.expired.inc({ kind, how: 'rows' }, gone[kind])
  return gone
}

async function count(ctx: Context, environmentId: string, until: number): Promise<void> {
  for (const kind of STORED_KINDS) {
    while (performance.now() < until && (await countStored(ctx.db, environmentId, kind, ctx.clock.now())));
  }
}

/** True when there may be more. */
async function step(ctx: Context, expiry: Expiry, gone: Record<StoredKind, number>): Promise<boolean> {
  const { environmentId } = expiry
  const events = await expireEvents(ctx, expiry)
  gone.events += events.deleted
  const before = byRows(ctx.db, expiry.attempts)
  const attempts = before === null ? 0 : await deleteOldAttempts(ctx.db, environmentId, before, AT_ONCE)
  gone.attempts += attempts
  if (events.again || attempts === AT_ONCE) return true
  const ofEvents = cutoffOf(expiry.events)
  // Attempts go with their event, however long they may stay by themselves.
  const cutoffs = { events: ofEvents, attempts: later(cutoffOf(expiry.attempts), ofEvents) }
  for (const kind of STORED_KINDS) {
    const all = cutoffs[kind]
    if (all !== null) await forgetHours(ctx.db, environmentId, kind, all)
  }
  return false
}

/** What its environment lets go although it was still to be delivered. */
export function tellLost(
  { log, metrics }: Pick<Context, 'log' | 'metrics'>,
  environmentId: string,
  deliveries: number,
  how: 'rows' | 'partition',
): void {
  if (deliveries === 0) return
  metrics.expired.inc({ kind: 'undelivered', how }, deliveries)
  log.warn({ environmentId, deliveries }, 'events went by their age or size before they were delivered: they are lost')
}

/** Where the look for what may go has come to: what is still to be delivered is not looked at again at every step. */
const places = new WeakMap<Database, Map<string, Cursor | null>>()

async function expireEvents(ctx: Context, expiry: Expiry): Promise<{ deleted: number; again: boolean }> {
  const { environmentId, dropUndelivered: undelivered } = expiry
  const before = byRows(ctx.db, expiry.events)
  if (before === null) return { deleted: 0, again: false }
  const own = places.get(ctx.db) ?? new Map<string, Cursor | null>()
  places.set(ctx.db, own)
  const after = own.get(environmentId) ?? null
  const { deleted, lost, next } = await ctx.db.transaction((tx) =>
    deleteOldEvents(tx, {
      environmentId,
      before,
      undelivered,
      after,
      limit: AT_ONCE,
      movedAway: ctx.bodies !== undefined,
    }),
  )
  own.set(environmentId, next)
  tellLost(ctx, environmentId, lost, 'rows')
  return { deleted, again: next !== null }
}

function byRows(db: Database, { byAge, bySize }: Limits): number | null {
  const late = db.dialect === 'postgres' ? LEFT_TO_PARTITIONS_MS : 0
  return cutoffOf({ byAge: byAge === null ? null : byAge - late, bySize })
}
