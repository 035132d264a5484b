// The deliveries of one destination that wait in memory, a bounded queue for each kind.
import type { Handed, Lease } from '../outbox/handover.ts'
import { LEASE_MS } from './claims.ts'
import type { Held, Lane } from './held.ts'
import type { Leases } from './leases.ts'
import { type Kind, KINDS } from './slots.ts'

const MOST_QUEUED: Record<Kind, number> = { fresh: 512, backlog: 256, backfill: 128 }
/** Bodies in the memory of one queue. */
const MOST_QUEUED_BYTES = 32 * 1024 * 1024
/** After this long in memory a delivery is sent only if the database says that it is still there and ours. */
const CONFIRM_AFTER_MS = 1000

interface Queue {
  held: Held[]
  bytes: number
  reserved: number
  reservedBytes: number
  /** The database may hold something that is due. */
  mayBeDue: boolean
  /** What waits there was passed over: it gets half of the room before anything newer. */
  behind: boolean
}

export class Waiting {
  readonly #queues: Record<Kind, Queue> = { fresh: emptyQueue(), backlog: emptyQueue(), backfill: emptyQueue() }
  /** Deliveries under a lease of this process: of all destinations. */
  readonly #leased: Set<string>

  constructor(leased: Set<string>) {
    this.#leased = leased
  }

  // ── Room for what is about to be committed ────────────────────────────────────────────────────────────────────────

  /** `mostInMemory`: as many as can go out before the database has to be asked again. */
  reserve(lane: Lane, bytes: number, mostInMemory: number, leases: Leases): Lease | null {
    const kind = freshKind(lane)
    const queue = this.#queues[kind]
    const most = Math.min(queue.behind ? MOST_QUEUED[kind] / 2 : MOST_QUEUED[kind], mostInMemory)
    const used = queue.bytes + queue.reservedBytes
    if (queue.held.length + queue.reserved >= most || (used > 0 && used + bytes > MOST_QUEUED_BYTES)) {
      queue.behind = true
      return null
    }
    queue.reserved++
    queue.reservedBytes += bytes
    return { id: leases.nextId(), until: leases.now() + LEASE_MS }
  }

  take(handed: readonly Handed[]): void {
    this.release(handed)
    const confirmedAt = performance.now()
    for (const { delivery, event, body } of handed) {
      this.add(freshKind(delivery.lane), [{ delivery, event, body, bytes: body.byteLength, confirmedAt }])
    }
  }

  release(handed: readonly Handed[]): void {
    for (const { delivery, body } of handed) {
      const queue = this.#queues[freshKind(delivery.lane)]
      queue.reserved--
      queue.reservedBytes -= body.byteLength
    }
  }

  // ── What waits ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Here, or perhaps in the database. */
  any(kind: Kind): boolean {
    return this.#queues[kind].held.length > 0 || this.#queues[kind].mayBeDue
  }

  isEmpty(kind: Kind): boolean {
    return this.#queues[kind].held.length === 0
  }

  first(kind: Kind): Held | undefined {
    return this.#queues[kind].held[0]
  }

  /** Those at the front that can go out as they are, at most that many. */
  ready(kind: Kind, most: number): readonly Held[] {
    const first = this.#queues[kind].held.slice(0, most)
    const unready = first.findIndex((each) => !isReady(each))
    return unready === -1 ? first : first.slice(0, unready)
  }

  /** The database is worth a look: something may be due there, and there is room for it. */
  wantsMore(kind: Kind): boolean {
    const { held, mayBeDue } = this.#queues[kind]
    return mayBeDue && held.length < MOST_QUEUED[kind] / 4
  }

  mayBeDue(kind: Kind, maybe: boolean): void {
    this.#queues[kind].mayBeDue = maybe
  }

  /** At most that many are claimed at once. */
  mostClaimed(kind: Kind): number {
    return MOST_QUEUED[kind] / 2
  }

  /** `all` that were asked for: there may be more. */
  claimed(kind: Kind, held: readonly Held[], all: boolean): void {
    const queue = this.#queues[kind]
    queue.mayBeDue ||= all
    queue.behind = all
    this.add(kind, held)
  }

  add(kind: Kind, held: readonly Held[]): void {
    for (const { delivery } of held) this.#leased.add(delivery.id)
    this.#queues[kind].held.push(...held)
    this.#queues[kind].bytes += sizeOf(held)
  }

  /** Out of the queue, still under our lease. */
  takeFirst(kind: Kind, count: number): Held[] {
    const queue = this.#queues[kind]
    const first = queue.held.splice(0, count)
    queue.bytes -= sizeOf(first)
    return first
  }

  /** At most a quarter of the queue, to be made ready together and put back. Their bytes stay counted. */
  takeToPrepare(kind: Kind, count: number): Held[] {
    return this.#queues[kind].held.splice(0, Math.min(count, MOST_QUEUED[kind] / 4))
  }

  putBack(kind: Kind, held: readonly Held[]): void {
    const queue = this.#queues[kind]
    queue.held.unshift(...held)
    // Their bodies may have been read meanwhile.
    queue.bytes = sizeOf(queue.held)
  }

  forgetUser(userId: string): void {
    for (const kind of KINDS) {
      const queue = this.#queues[kind]
      this.letGo(queue.held.filter((held) => held.event?.user_id === userId))
      queue.held = queue.held.filter((held) => held.event?.user_id !== userId)
      queue.bytes = sizeOf(queue.held)
    }
  }

  takeAll(kinds: readonly Kind[]): Held[] {
    const all = kinds.flatMap((kind) => this.#queues[kind].held.splice(0))
    for (const kind of kinds) this.#queues[kind].bytes = 0
    this.letGo(all)
    return all
  }

  /** No longer in our hands, whatever the database says of them. */
  letGo(held: readonly Held[]): void {
    for (const { delivery } of held) this.#leased.delete(delivery.id)
  }
}

function emptyQueue(): Queue {
  return { held: [], bytes: 0, reserved: 0, reservedBytes: 0, mayBeDue: false, behind: false }
}

/** What was just committed. */
export function freshKind(lane: Lane): Kind {
  return lane === 'live' ? 'fresh' : 'backfill'
}

export function isConfirmed(held: Held): boolean {
  return performance.now() - held.confirmedAt < CONFIRM_AFTER_MS
}

export function isReady(held: Held): boolean {
  return held.body !== null && isConfirmed(held)
}

function sizeOf(held: readonly Held[]): number {
  return held.reduce((sum, each) => sum + each.bytes, 0)
}
