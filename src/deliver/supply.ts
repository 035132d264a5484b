// What one destination's queues get from the database, and give back to it.
import type { Batch } from '../destinations/destination.ts'
import { giveBackDeliveries } from '../store/held-deliveries.ts'
import { takeTokens } from '../store/destination-rates.ts'
import { takeProbe } from '../store/destinations.ts'
import { forgetRemembered } from '../store/remembered.ts'
import { claimHeld, confirmHeld, readBodies } from './claims.ts'
import type { Gate } from './gate.ts'
import type { OutletWorld } from './outlet-world.ts'
import { takeFrom } from './rate.ts'
import { GRACE_MS } from './send-group.ts'
import { type Kind, KINDS } from './slots.ts'
import { isConfirmed, isReady, type Waiting } from './waiting.ts'

/** Made ready together, if so many wait. */
const FEWEST_READY = 32
/** More than can begin now is claimed, so that the next ones are at hand; not much more, where it is slow. */
const CLAIMED_AHEAD = 16

export class Supply {
  readonly #id: string
  readonly #world: OutletWorld
  readonly #waiting: Waiting
  readonly #gate: Gate
  /** Who was deleted while something was out of its queue to be prepared; null while nothing is. */
  #forgotten: Set<string> | null = null

  constructor(id: string, world: OutletWorld, waiting: Waiting, gate: Gate) {
    this.#id = id
    this.#world = world
    this.#waiting = waiting
    this.#gate = gate
  }

  forgetUser(userId: string): void {
    this.#forgotten?.add(userId)
    this.#waiting.forgetUser(userId)
  }

  /** Whether anything could go now that only the database can make ready. */
  isWanted(): boolean {
    if (!this.#world.alone.mayBegin(this.#id)) return false
    if (this.#gate.wantsProbe() || this.#gate.wantsTokens() !== null) return true
    return KINDS.some((kind) => {
      if (!this.mayGo(kind)) return false
      const first = this.#waiting.first(kind)
      return (first !== undefined && !isReady(first)) || this.#waiting.wantsMore(kind)
    })
  }

  mayGo(kind: Kind): boolean {
    const room = this.#gate.room(kind)
    return room.calls > 0 && room.events > 0 && !this.#world.settler.isFull && this.#world.alone.mayBegin(this.#id)
  }

  /** All that may go now. `timeoutMs` is how long one call may take. */
  async fetch(batch: Batch, timeoutMs: number): Promise<void> {
    if (!this.#world.alone.mayBegin(this.#id)) return
    const forgotten = (this.#forgotten = new Set<string>())
    try {
      if (this.#gate.wantsProbe()) await this.#askToProbe(timeoutMs)
      await this.#fetchTokens()
      for (const kind of KINDS) {
        if (this.#waiting.wantsMore(kind) && this.mayGo(kind)) await this.#claim(kind, batch)
        await this.#makeReady(kind, batch, forgotten)
      }
    } finally {
      this.#forgotten = null
    }
  }

  /** One server at a time tries a destination whose circuit is open. */
  async #askToProbe(timeoutMs: number): Promise<void> {
    const { ctx, leases } = this.#world
    const seen = this.#gate.openUntil!
    const until = leases.now() + timeoutMs + 2 * GRACE_MS
    if (await takeProbe(ctx.db, this.#id, seen, until)) this.#gate.probe(until)
    else forgetRemembered()
  }

  async #fetchTokens(): Promise<void> {
    const { ctx, leases } = this.#world
    const wanted = this.#gate.wantsTokens()
    if (wanted === null) return
    const { rate, count } = wanted
    const { taken, waitMs } = await takeTokens(ctx.db, this.#id, (before) =>
      takeFrom(rate, before, count, leases.now()),
    )
    this.#gate.grant(taken, waitMs)
  }

  async #claim(kind: Kind, batch: Batch): Promise<void> {
    const { ctx, leases } = this.#world
    const { calls, events } = this.#gate.room(kind)
    const ahead = this.#gate.phase === 'closed' ? CLAIMED_AHEAD : 1
    const isSuspects = this.#world.alone.isTurnOf(this.#id)
    if (isSuspects && KINDS.some((each) => !this.#waiting.isEmpty(each))) return
    const most = Math.min(this.#waiting.mostClaimed(kind), calls * batch.events * ahead, events)
    const limit = isSuspects ? 1 : most
    this.#waiting.mayBeDue(kind, false)
    const claimed = await claimHeld(ctx.db, this.#id, kind, limit, leases, isSuspects)
    this.#waiting.claimed(kind, claimed, claimed.length === limit)
    if (this.#world.isStopped()) await this.giveBack()
  }

  /** The first ones of the queue: still ours, and with their bodies. */
  async #makeReady(kind: Kind, batch: Batch, forgotten: Set<string>): Promise<void> {
    const { ctx, leases } = this.#world
    const next = this.#waiting.first(kind)
    if (next === undefined || !this.mayGo(kind) || isReady(next)) return
    // Out of the queue while the database is asked.
    const soon = Math.max(FEWEST_READY, this.#gate.room(kind).calls * batch.events)
    // Who was deleted before is in no queue any more; but what tells of it may be.
    forgotten.clear()
    const first = this.#waiting.takeToPrepare(kind, soon)
    let ours = first
    try {
      if (first.some((held) => !isConfirmed(held))) ours = await confirmHeld(ctx.db, first, leases.now())
      this.#waiting.letGo(first.filter((held) => !ours.includes(held)))
      await readBodies(ctx, ours)
    } finally {
      const gone = ours.filter((held) => forgotten.has(held.event?.user_id ?? ''))
      this.#waiting.letGo(gone)
      this.#waiting.putBack(
        kind,
        ours.filter((held) => !gone.includes(held)),
      )
    }
    if (this.#world.isStopped()) await this.giveBack()
  }

  /** What waits in memory goes back to the database: nothing was tried. */
  async giveBack(kinds: readonly Kind[] = KINDS): Promise<void> {
    const held = this.#waiting.takeAll(kinds)
    if (held.length > 0) await this.#world.ctx.db.batch(giveBackDeliveries(held.map(({ delivery }) => delivery)))
  }
}
