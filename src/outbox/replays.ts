// Many events once more, as a job that goes on where it stopped: the place it has reached is committed together with the
// deliveries up to there, so a crash neither leaves events out nor sends them a second time.
import { newId } from '../model/ids.ts'
import { ProviderError } from '../platform/errors.ts'
import { enqueue } from '../queue/enqueue.ts'
import { LeaseLost } from '../queue/queue.ts'
import { wakeDeliveries } from '../queue/wake.ts'
import { audit } from '../store/audit.ts'
import type { Context } from '../store/context.ts'
import { deliveriesOfEvent, type DeliveryRow, insertDelivery } from '../store/deliveries.ts'
import type { Sql } from '../store/database.ts'
import { type DestinationRow, listDestinations } from '../store/destinations.ts'
import { type JobRow, saveJobProgress } from '../store/jobs.ts'
import type { Cursor } from '../store/paging.ts'
import {
  beginning,
  type Counted,
  countToReplay,
  nextToReplay,
  type ReplayedEvent,
  type ReplayFilter,
} from '../store/replays.ts'
import { deliveryRow } from './append.ts'
import { passes, passesAll } from './filters.ts'
import { placeFor, tookPlace } from './order.ts'

const MOST_AT_ONCE = 100
/** A step of a slower replay is a second's worth. */
const STEP_MS = 1000

export interface ReplayOrder {
  filter: ReplayFilter
  /** Null: where the filter says that it went or failed, else every destination whose filters want the event. */
  destinationId: string | null
  ratePerSecond: number
}

export interface ReplayState extends ReplayOrder {
  after: Cursor
  done: number
  /** Null: too many to count beforehand. */
  total: number | null
}

/** How many would be sent: of those for whoever wants them, what nobody wants is none. */
export async function countReplay(
  sql: Sql,
  { filter, destinationId }: Pick<ReplayOrder, 'filter' | 'destinationId'>,
  deadlineMs: number,
): Promise<Counted> {
  if (destinationId !== null || filter.sentTo !== null || filter.onlyFailed) {
    return countToReplay(sql, filter, deadlineMs)
  }
  const destinations = await listDestinations(sql, filter.environmentId)
  const all = destinations.some((row) => passesAll(row))
  return countToReplay(sql, filter, deadlineMs, all ? null : (about) => destinations.some((row) => passes(row, about)))
}

/** `total` is how many were counted, if all were. */
export async function startReplay(ctx: Context, order: ReplayOrder, total: number | null): Promise<string> {
  const now = ctx.clock.now()
  const payload: ReplayState = { ...order, after: beginning(order.filter), done: 0, total }
  const { environmentId, userId, types, onlyFailed } = order.filter
  const job = { environmentId, userId, dedupeKey: `replay:${newId()}`, payload, at: now }
  return ctx.db.transaction(async (tx) => {
    const [id] = await enqueue(tx, [{ kind: 'replay', lane: 'backfill', ...job }], now)
    const details = { events: total, types, only_failed: onlyFailed, destination: order.destinationId }
    audit(ctx, tx, { action: 'replay.started', environmentId, userId, subject: id!, details })
    return id!
  })
}

/** What was asked for, and how far it is. */
export function replayState(job: Pick<JobRow, 'payload'>): ReplayState {
  return JSON.parse(job.payload) as ReplayState
}

/** One step of a replay; the loop comes back for the next one. */
export async function runReplay(ctx: Context, job: JobRow): Promise<'done' | { again: number }> {
  return ctx.db.transaction(async (tx) => {
    const payload = replayState(job)
    const { filter, ratePerSecond } = payload
    const limit = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor((ratePerSecond * STEP_MS) / 1000)))
    const { events, next } = await nextToReplay(tx, filter, payload.after, limit)
    const destinations = await listDestinations(tx, filter.environmentId)
    checkTarget(payload, destinations)
    const rows: DeliveryRow[] = []
    let sent = 0
    for (const event of events) {
      const wanting = await targets(tx, payload, event, destinations)
      if (wanting.length > 0) sent++
      for (const { destination, part } of wanting) {
        const place = await placeFor(tx, destination, event.user_id)
        const after = place?.after ?? null
        const now = ctx.clock.now()
        const row = deliveryRow({ eventId: event.id, destination, lane: 'backfill', after, place, part, now })
        tookPlace(ctx, tx, row)
        rows.push(row)
      }
    }
    payload.done += sent
    payload.after = next ?? payload.after
    const { done } = payload
    // More may fit than were counted, and fewer where some were deleted since.
    if (next === null) payload.total = done
    else if (payload.total !== null) payload.total = Math.max(payload.total, done)
    const { total } = payload
    const progress = total === null ? null : JSON.stringify({ done, total })
    const changed = await tx.batch([
      ...rows.map(insertDelivery),
      saveJobProgress(job.id, job.lease_id!, JSON.stringify(payload), progress),
    ])
    if (changed.at(-1) === 0) throw new LeaseLost()
    if (rows.length > 0) {
      tx.afterCommit(() => wakeDeliveries(ctx.db, [...new Set(rows.map((row) => row.destination_id))]))
    }
    if (next === null) return 'done'
    // From when this step was due: that it came a little late does not slow down the whole.
    const now = ctx.clock.now()
    const from = Math.max(job.next_at, now - STEP_MS)
    return { again: Math.max(now, from + Math.ceil((sent / ratePerSecond) * 1000)) }
  })
}

/** Going on without it would end as done, and nothing would have been sent. */
function checkTarget({ destinationId, filter: { sentTo } }: ReplayState, all: readonly DestinationRow[]): void {
  const only = destinationId ?? sentTo
  if (only === null || all.some(({ id }) => id === only)) return
  throw new ProviderError('the destination was removed; send the rest to another one by a new replay', {
    next: 'give_up',
  })
}

interface Target {
  destination: DestinationRow
  part: string | null
}

async function targets(
  tx: Sql,
  { filter, destinationId }: ReplayState,
  event: ReplayedEvent,
  all: readonly DestinationRow[],
): Promise<Target[]> {
  const only = destinationId ?? (filter.onlyFailed ? null : filter.sentTo)
  if (only !== null) {
    return all.filter(({ id }) => id === only).map((destination) => ({ destination, part: null }))
  }
  if (!filter.onlyFailed) {
    return all.filter((row) => passes(row, event)).map((destination) => ({ destination, part: null }))
  }
  // The latest of each destination and part, where that one failed. What went whole stands for parts before it, and parts
  // for the whole.
  const latest = new Map<string, DeliveryRow[]>()
  for (const row of await deliveriesOfEvent(tx, event.id)) {
    const others = (latest.get(row.destination_id) ?? []).filter(
      ({ part }) => part !== null && row.part !== null && part !== row.part,
    )
    latest.set(row.destination_id, [...others, row])
  }
  return [...latest.values()]
    .flat()
    .filter(({ state, destination_id: id }) => state === 'failed' && (filter.sentTo === null || filter.sentTo === id))
    .flatMap(({ destination_id: id, part }) => {
      const destination = all.find((row) => row.id === id)
      return destination === undefined ? [] : [{ destination, part }]
    })
}
