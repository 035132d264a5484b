// Who takes what was just committed. A delivery loop in this process that has room for a delivery gets it with its body in
// memory, leased to it by the transaction that made it: nobody needs to look for it or to read it again. What nobody has
// room for stays in the database until it is claimed.
import type { Database, Transaction } from '../store/database.ts'
import type { DeliveryRow } from '../store/deliveries.ts'
import type { DestinationRow } from '../store/destinations.ts'
import type { EventSummary } from '../store/events.ts'

/** One event for one destination, with the bytes that go out. */
export interface Handed {
  delivery: DeliveryRow
  event: EventSummary
  body: Uint8Array
}

export interface Lease {
  id: string
  until: number
}

export interface Taker {
  /** Room for one delivery of `bytes`, kept until it is taken or given up. Null: none, or not for this destination now. */
  reserve(destination: DestinationRow, lane: DeliveryRow['lane'], bytes: number): Lease | null
  /** Committed: it is the taker's now. */
  take(handed: readonly Handed[]): void
  /** Not committed after all. */
  giveUp(handed: readonly Handed[]): void
  /** Everything about this person was deleted: what waits in memory is not sent. */
  forgetUser(userId: string): void
}

const takers = new WeakMap<Database, Set<Taker>>()

/** Offers it what is committed to this database by this process, until the returned function is called. */
export function addTaker(db: Database, taker: Taker): () => void {
  const present = takers.get(db) ?? new Set()
  takers.set(db, present.add(taker))
  return () => present.delete(taker)
}

/** What one transaction hands over when it commits. */
export class Handover {
  readonly #takers: readonly Taker[]
  readonly #given = new Map<Taker, Handed[]>()

  constructor(db: Database, tx: Transaction) {
    this.#takers = [...(takers.get(db) ?? [])]
    tx.afterCommit(() => this.#given.forEach((handed, taker) => taker.take(handed)))
    tx.afterRollback(() => this.#given.forEach((handed, taker) => taker.giveUp(handed)))
  }

  /** The row to insert: leased when someone takes it, else as it came. */
  offer(destination: DestinationRow, row: DeliveryRow, event: EventSummary, body: Uint8Array): DeliveryRow {
    for (const taker of this.#takers) {
      const lease = taker.reserve(destination, row.lane, body.byteLength)
      if (lease === null) continue
      const delivery: DeliveryRow = {
        ...row,
        state: 'sending',
        attempts: row.attempts + 1,
        lease_id: lease.id,
        lease_until: lease.until,
      }
      const handed = this.#given.get(taker) ?? []
      this.#given.set(taker, handed)
      handed.push({ delivery, event, body })
      return delivery
    }
    return row
  }
}

/** To be called when the transaction that deleted this person's events has committed. */
export function forgetUserInMemory(db: Database, userId: string): void {
  for (const taker of takers.get(db) ?? []) taker.forgetUser(userId)
}
