// The outbound loop. Each destination has lanes of its own with a bounded number of deliveries in flight, so that a
// dead or slow one delays no other and a backfill delays no live data.
import { type Batch, type OutgoingEvent, rejected, retry, type SendResult } from '../destinations/destination.ts'
import { newId } from '../model/ids.ts'
import { assert } from '../platform/errors.ts'
import { HttpFailure } from '../platform/http.ts'
import { claim, deliveryQueue, finish, recover, retryAt } from '../queue/queue.ts'
import { onDeliveries } from '../queue/wake.ts'
import { unpackSync } from '../store/compress.ts'
import type { Context } from '../store/context.ts'
import type { Statement } from '../store/database.ts'
import { type AttemptRow, type DeliveryRow, insertAttempt, releaseNext } from '../store/deliveries.ts'
import { destinationById, markFailing, markWell, stopDestination } from '../store/destinations.ts'
import { isUnavailable } from '../store/errors.ts'
import type { EventRow } from '../store/events.ts'
import { type Due, inBatches } from './in-batches.ts'
import { type OpenDestination, openDestination, renewSecrets } from './open-destination.ts'
import { retryDelayMs } from './retry-schedule.ts'

/** Calls of `send` at a time. */
const SLOTS = { live: 16, backfill: 4 } as const
const MOST_CLAIMED = 256
const LEASE_MS = 120_000
const BACKSTOP_MS = 1000
const SOON_MS = 20
const SWEEP_MS = 5000
const KEPT_RESPONSE_CHARACTERS = 2048
const LONGEST_WAIT_SECONDS = 10 * 3600
const ONE_EVENT: Batch = { events: 1, bytes: 0 }

type Lane = keyof typeof SLOTS

export interface Loop {
  /** No new work; waits for what is in flight, at most `graceMs`. */
  stop(graceMs: number): Promise<void>
}

interface Outlet {
  inFlight: Record<Lane, number>
  pumping: boolean
  again: boolean
  /** More was due than there was room for: the next free slot looks again. Otherwise a hint or the clock does. */
  more: Record<Lane, boolean>
  open: OpenDestination | null
}

export async function startDelivering(ctx: Context, options: { onlyProcess: boolean }): Promise<Loop> {
  const outlets = new Map<string, Outlet>()
  const sending = new Set<Promise<void>>()
  const pumping = new Set<Promise<void>>()
  const closing = new Set<Promise<void>>()
  const over = new AbortController()
  let stopped = false

  await recover(ctx.db, deliveryQueue, options.onlyProcess ? Number.POSITIVE_INFINITY : ctx.clock.now())

  function outletOf(destinationId: string): Outlet {
    let outlet = outlets.get(destinationId)
    if (outlet === undefined) {
      outlet = {
        inFlight: { live: 0, backfill: 0 },
        pumping: false,
        again: false,
        more: { live: false, backfill: false },
        open: null,
      }
      outlets.set(destinationId, outlet)
    }
    return outlet
  }

  function pump(destinationId: string): void {
    const outlet = outletOf(destinationId)
    outlet.again = true
    if (outlet.pumping || stopped) return
    outlet.pumping = true
    const work = (async () => {
      while (outlet.again && !stopped) {
        outlet.again = false
        await fill(destinationId, outlet)
      }
    })()
      .catch((error) => ctx.log.error({ err: error, destinationId }, 'claiming deliveries failed'))
      .finally(() => {
        outlet.pumping = false
        pumping.delete(work)
      })
    pumping.add(work)
  }

  /** What was delivered may let the next one go (`auth` after `user_reauth`): looked at once for all that end together. */
  const ended = new Set<string>()
  let soon: NodeJS.Timeout | undefined
  function pumpSoon(destinationId: string): void {
    ended.add(destinationId)
    soon ??= setTimeout(() => {
      soon = undefined
      const ids = [...ended]
      ended.clear()
      ids.forEach(pump)
    }, SOON_MS)
  }

  async function fill(destinationId: string, outlet: Outlet): Promise<void> {
    if (outlet.inFlight.live >= SLOTS.live && outlet.inFlight.backfill >= SLOTS.backfill) {
      outlet.more = { live: true, backfill: true }
      return
    }
    const row = await destinationById(ctx.db, destinationId)
    if (row === null) {
      letGo(outlet.open)
      outlets.delete(destinationId)
      return
    }
    if (row.state !== 'active') return
    if (outlet.open?.row.updated_at !== row.updated_at) {
      letGo(outlet.open)
      outlet.open = openDestination(ctx, row)
    }
    outlet.open.row = row
    await renewSecrets(ctx, outlet.open)
    for (const lane of ['live', 'backfill'] as const) {
      const free = SLOTS[lane] - outlet.inFlight[lane]
      outlet.more[lane] = free <= 0
      if (free <= 0) continue
      const batch = outlet.open.type.batch ?? ONE_EVENT
      const limit = Math.min(free * batch.events, MOST_CLAIMED)
      const claimed = await claim<DeliveryRow>(ctx.db, deliveryQueue, [destinationId, lane], {
        limit,
        now: ctx.clock.now(),
        leaseMs: LEASE_MS,
      })
      outlet.more[lane] = claimed.length === limit
      if (claimed.length === 0) continue
      if (stopped) {
        await giveBack(ctx, claimed)
        return
      }
      const events = await eventsOf(ctx, claimed)
      for (const group of inBatches(claimed, events, batch)) {
        outlet.inFlight[lane]++
        const work = deliverTogether(ctx, outlet.open, group, over.signal)
          .catch((error) => ctx.log.error({ err: error, destinationId }, 'deliveries could not be settled'))
          .finally(() => {
            outlet.inFlight[lane]--
            sending.delete(work)
            if (outlet.more[lane]) pump(destinationId)
            else pumpSoon(destinationId)
          })
        sending.add(work)
      }
      if (claimed.length === limit) outlet.again = true
    }
  }

  /** Its connections end when what they carry is through. */
  function letGo(open: OpenDestination | null): void {
    if (open === null) return
    const end = open.sender
      .close()
      .catch((error) => ctx.log.warn({ err: error, destinationId: open.row.id }, 'a destination did not close'))
      .finally(() => closing.delete(end))
    closing.add(end)
  }

  async function backstop(): Promise<void> {
    const due = await ctx.db.all<{ id: string }>(
      `SELECT id FROM destinations d WHERE state = 'active' AND EXISTS (
         SELECT 1 FROM deliveries x WHERE x.destination_id = d.id AND x.lane IN ('live', 'backfill')
           AND x.state = 'pending' AND x.next_at <= $1)`,
      [ctx.clock.now()],
    )
    for (const { id } of due) pump(id)
  }

  const unsubscribe = onDeliveries((ids) => ids.forEach(pump))
  const guard = (work: () => Promise<unknown>) => () =>
    void work().catch((error) => ctx.log.warn({ err: error }, 'the delivery loop cannot reach the database'))
  const look = setInterval(guard(backstop), BACKSTOP_MS)
  const sweep = setInterval(
    guard(() => recover(ctx.db, deliveryQueue, ctx.clock.now())),
    SWEEP_MS,
  )
  guard(backstop)()

  return {
    async stop(graceMs) {
      stopped = true
      unsubscribe()
      clearInterval(look)
      clearTimeout(soon)
      clearInterval(sweep)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, graceMs)
      })
      // What was being claimed comes to an end first: it may still have sent something.
      await Promise.race([Promise.allSettled(pumping).then(() => Promise.allSettled(sending)), late])
      for (const outlet of outlets.values()) letGo(outlet.open)
      await Promise.race([Promise.allSettled(closing), late])
      clearTimeout(timer)
      over.abort()
    },
  }
}

/** Claimed as the loop was told to stop: another start sends them, and nothing was tried. */
async function giveBack(ctx: Context, claimed: readonly DeliveryRow[]): Promise<void> {
  const now = ctx.clock.now()
  await ctx.db.batch(
    claimed.map((row) =>
      retryAt(deliveryQueue, { id: row.id, leaseId: row.lease_id! }, now, {
        error: row.last_error,
        status: row.last_status,
        countAttempt: false,
      }),
    ),
  )
}

async function eventsOf(ctx: Context, deliveries: DeliveryRow[]): Promise<Map<string, EventRow>> {
  const ids = [...new Set(deliveries.map((row) => row.event_id))]
  const list = ids.map((_, i) => `$${i + 1}`).join(', ')
  const rows = await ctx.db.all<EventRow>(`SELECT * FROM events WHERE id IN (${list})`, ids)
  return new Map(rows.map((row) => [row.id, row]))
}

async function deliverTogether(
  ctx: Context,
  destination: OpenDestination,
  group: readonly Due[],
  over: AbortSignal,
): Promise<void> {
  const startedAt = ctx.clock.now()
  const known = group.flatMap(({ delivery, event }) => (event === null ? [] : [outgoing(event, delivery.attempts)]))
  const answers = (await send(ctx, destination, known)).values()
  const settled = group.map(({ delivery, event }) => {
    const result = event === null ? rejected('the event was deleted') : answers.next().value!
    return { delivery, event, result, attempt: attemptOf(ctx, delivery, result, startedAt) }
  })
  for (const { event, result, attempt } of settled) {
    ctx.metrics.attempts.inc({ destination: destination.row.type, outcome: attempt.outcome })
    if (result.next === 'delivered' && event !== null) {
      ctx.metrics.deliverySeconds.observe(
        { destination: destination.row.type },
        (ctx.clock.now() - event.created_at) / 1000,
      )
    }
  }
  await settleUntilStored(
    ctx,
    over,
    settled.flatMap(({ delivery, attempt, result }) => settlement(ctx, destination, delivery, attempt, result)),
  )
  for (const { delivery, result, attempt } of settled) {
    ctx.log[result.next === 'delivered' ? 'debug' : 'info'](
      {
        deliveryId: delivery.id,
        eventId: delivery.event_id,
        destinationId: delivery.destination_id,
        attempt: attempt.number,
        status: attempt.status,
        durationMs: attempt.duration_ms,
        error: attempt.error,
      },
      `delivery ${result.next}`,
    )
  }
}

function attemptOf(ctx: Context, delivery: DeliveryRow, result: SendResult, startedAt: number): AttemptRow {
  return {
    id: newId(),
    delivery_id: delivery.id,
    number: delivery.attempts,
    started_at: startedAt,
    duration_ms: Math.max(0, ctx.clock.now() - startedAt),
    outcome: result.next === 'pause' ? 'retry' : result.next,
    status: result.status,
    error: result.next === 'delivered' ? null : result.message,
    response: result.response?.slice(0, KEPT_RESPONSE_CHARACTERS).replaceAll('\0', '') ?? null,
  }
}

async function send(
  ctx: Context,
  destination: OpenDestination,
  events: readonly OutgoingEvent[],
): Promise<SendResult[]> {
  if (events.length === 0) return []
  try {
    const results = await destination.sender.send(events, destination.now)
    assert(results.length === events.length, 'a destination gives one result for each event')
    return results
  } catch (error) {
    ctx.log.error({ err: error, destinationId: destination.row.id }, 'sending failed unexpectedly')
    const message = error instanceof HttpFailure ? error.message : 'sending failed inside Loam; the log has the cause'
    return events.map(() => retry(message))
  }
}

function outgoing(event: EventRow, attempt: number): OutgoingEvent {
  return {
    id: event.id,
    type: event.type,
    reference: event.reference,
    traceId: event.trace_id,
    orderingAt: event.ordering_at,
    userId: event.user_id,
    referenceId: event.reference_id,
    provider: event.provider,
    createdAt: event.created_at,
    body: unpackSync(event.body),
    attempt,
  }
}

/** The attempt and what follows from it, in one trip. */
function settlement(
  ctx: Context,
  destination: OpenDestination,
  delivery: DeliveryRow,
  attempt: AttemptRow,
  result: SendResult,
): Statement[] {
  const now = ctx.clock.now()
  const lease = { id: delivery.id, leaseId: delivery.lease_id! }
  const details = { error: attempt.error, status: attempt.status }
  const statements = [insertAttempt(attempt, lease.leaseId)]
  const { pause_on_gone, retry_delays_seconds } = destination.delivery
  const delay = retryDelayMs(retry_delays_seconds, delivery.attempts, Math.random())
  if (result.next === 'pause' && pause_on_gone) {
    statements.push(retryAt(deliveryQueue, lease, now, details))
    statements.push(stopDestination(destination.row.id, 'paused', result.message, now))
  } else if ((result.next === 'retry' || result.next === 'pause') && delay !== null) {
    const asked = result.next === 'retry' ? (result.afterSeconds ?? 0) : 0
    const wait = Math.max(delay, Math.min(asked, LONGEST_WAIT_SECONDS) * 1000)
    statements.push(retryAt(deliveryQueue, lease, now + wait, details))
  } else {
    const state = result.next === 'delivered' ? 'delivered' : 'failed'
    statements.push(finish(deliveryQueue, lease, state, now, details), releaseNext(delivery.id, now))
  }
  const failing = result.next !== 'delivered'
  if (failing !== (destination.row.failing_since !== null)) {
    destination.row.failing_since = failing ? now : null
    statements.push(failing ? markFailing(destination.row.id, now) : markWell(destination.row.id))
  }
  return statements
}

/** The receiver has the event: forgetting that would send it twice, so the outcome is written as soon as it can be. */
async function settleUntilStored(ctx: Context, over: AbortSignal, statements: readonly Statement[]): Promise<void> {
  for (let wait = 100; ; wait = Math.min(wait * 2, 5000)) {
    try {
      await ctx.db.batch(statements)
      return
    } catch (error) {
      if (over.aborted || !isUnavailable(error)) throw error
      ctx.log.warn({ err: error }, 'a delivery outcome could not be stored; trying again')
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}
