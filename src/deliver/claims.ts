// Deliveries from the database: retries, what found no room in memory, what a crashed process left.
import { claim, deliveryQueue } from '../queue/queue.ts'
import { readBody } from '../store/bodies.ts'
import type { Context } from '../store/context.ts'
import type { Database } from '../store/database.ts'
import type { DeliveryRow } from '../store/deliveries.ts'
import { confirmLeases } from '../store/held-deliveries.ts'
import { eventsByIds } from '../store/events.ts'
import type { Held } from './held.ts'
import type { Leases } from './leases.ts'
import { partBytes, partLength, readPart } from './parts.ts'
import type { Kind } from './slots.ts'

export const LEASE_MS = 120_000
/** What came later than that before now and was not tried yet does not wait behind a backlog. */
const FRESH_MS = 30_000
/** Bodies read at once; one alone may be larger. */
const MOST_BYTES = 8 * 1024 * 1024

type Claimed = DeliveryRow & { byte_length: number | null }

/** Under a lease, without their bodies. */
export async function claimHeld(
  db: Database,
  destinationId: string,
  kind: Kind,
  limit: number,
  leases: Leases,
  suspects = false,
): Promise<Held[]> {
  const confirmedAt = performance.now()
  const now = leases.now()
  const rows = await claim<Claimed>(db, deliveryQueue, [destinationId, kind === 'backfill' ? 'backfill' : 'live'], {
    limit,
    now,
    leaseId: leases.nextId(),
    leaseMs: LEASE_MS,
    // The backlog is what has been due longest, new or not.
    suspects,
    ...(kind === 'fresh' ? { untriedSince: now - FRESH_MS } : {}),
  })
  // RETURNING gives no order.
  rows.sort((a, b) => a.next_at - b.next_at || (a.id < b.id ? -1 : 1))
  return rows.map(({ byte_length: bytes, ...delivery }) => ({
    delivery,
    event: null,
    body: null,
    bytes: bytesOf(delivery, bytes ?? 0),
    confirmedAt,
  }))
}

/** Reads the events of the first ones that have none yet, no more than fit. */
export async function readBodies({ db, bodies }: Pick<Context, 'db' | 'bodies'>, held: readonly Held[]): Promise<void> {
  let bytes = 0
  const missing: Held[] = []
  for (const each of held) {
    if (each.body !== null) continue
    bytes += each.bytes
    if (missing.length > 0 && bytes > MOST_BYTES) break
    missing.push(each)
  }
  if (missing.length === 0) return
  const rows = await eventsByIds(db, [...new Set(missing.map((each) => each.delivery.event_id))])
  const whole = await Promise.all(
    rows.map(async ({ body, ...event }) => ({ event, body: await readBody(bodies, body) })),
  )
  const byId = new Map(whole.map((each) => [each.event.id, each]))
  for (const each of missing) {
    const found = byId.get(each.delivery.event_id)
    // Without its body an event is gone.
    const body = found?.body ?? null
    each.event = body === null ? null : found!.event
    each.body = body === null ? new Uint8Array() : cut(body, each.delivery.part)
  }
}

function bytesOf({ part }: DeliveryRow, eventBytes: number): number {
  return part === null ? eventBytes : partLength(readPart(part), eventBytes)
}

function cut(body: Uint8Array, part: string | null): Uint8Array {
  return part === null ? body : partBytes(body, readPart(part))
}

/** Asks the database whether these are still ours and keeps them so. What is not is taken out of the list. */
export async function confirmHeld(db: Database, held: readonly Held[], now: number): Promise<Held[]> {
  const askedAt = performance.now()
  const ours = await confirmLeases(
    db,
    held.map((each) => each.delivery),
    now + LEASE_MS,
  )
  for (const each of held) each.confirmedAt = askedAt
  return held.filter((each) => ours.has(each.delivery.id))
}
