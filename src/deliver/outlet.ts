// One destination in use. It keeps a bounded number of deliveries in memory for each lane, sends as many of them as its gate
// lets through, and looks in the database only for what nobody handed to it.
import { type Batch, rejected, retry, type SendResult } from '../destinations/destination.ts'
import { newId } from '../model/ids.ts'
import { assert } from '../platform/errors.ts'
import { HttpFailure } from '../platform/http.ts'
import type { Handed, Lease } from '../outbox/handover.ts'
import type { Context } from '../store/context.ts'
import { giveBackDeliveries } from '../store/deliveries.ts'
import { type DestinationRow, rememberedDestination } from '../store/destinations.ts'
import { rememberedGeneration } from '../store/remembered.ts'
import { claimHeld, confirmHeld, LEASE_MS, readBodies } from './claims.ts'
import { type Gate, slots } from './gate.ts'
import { type Held, type Lane, LANES, outgoing } from './held.ts'
import type { LeaseClock } from './lease-clock.ts'
import { nextBatch } from './next-batch.ts'
import { type OpenDestination, openDestination, renewSecrets } from './open-destination.ts'
import type { Settler } from './settler.ts'
import { settlementOf } from './settlement.ts'

const MOST_QUEUED: Record<Lane, number> = { live: 512, backfill: 128 }
/** Bodies in the memory of one lane. */
const MOST_QUEUED_BYTES = 32 * 1024 * 1024
/** After this long in memory a delivery is sent only if the database says that it is still there and ours. */
const CONFIRM_AFTER_MS = 1000
/** How old what we know of the destination may be. */
const KNOWN_FOR_MS = 1000
/** Made ready together, if so many wait. */
const FEWEST_READY = 32
/** After the database could not be reached. */
const AGAIN_MS = 1000
const ONE_EVENT: Batch = { events: 1, bytes: 0 }

/** What all outlets of a loop share. */
export interface OutletWorld {
  ctx: Context
  leases: LeaseClock
  settler: Settler
  /** Deliveries under a lease of this process. */
  held: Set<string>
  /** Work that a stopping loop waits for. */
  track(work: Promise<unknown>): void
  isStopped(): boolean
  /** The destination was removed. */
  gone(outlet: Outlet): void
}

interface LaneState {
  queue: Held[]
  bytes: number
  reserved: number
  reservedBytes: number
  /** The database may hold something that is due. */
  mayBeDue: boolean
  /** What waits there was passed over: it gets half of the room before anything newer. */
  behind: boolean
}

export class Outlet {
  readonly id: string
  readonly #world: OutletWorld
  readonly #lanes: Record<Lane, LaneState> = { live: emptyLane(), backfill: emptyLane() }
  readonly #gate: Gate = slots()
  #open: OpenDestination | null = null
  #known = { at: Number.NEGATIVE_INFINITY, generation: -1 }
  #scheduled = false
  #preparing = false
  #again = false
  #opening: NodeJS.Timeout | undefined

  constructor(id: string, world: OutletWorld) {
    this.id = id
    this.#world = world
  }

  // ── What others hand over ─────────────────────────────────────────────────────────────────────────────────────────

  reserve(row: DestinationRow, lane: Lane, bytes: number): Lease | null {
    const state = this.#lanes[lane]
    if (row.state !== 'active' || !this.#gate.takes() || this.#world.isStopped()) return null
    const most = state.behind ? MOST_QUEUED[lane] / 2 : MOST_QUEUED[lane]
    const used = state.bytes + state.reservedBytes
    if (state.queue.length + state.reserved >= most || (used > 0 && used + bytes > MOST_QUEUED_BYTES)) {
      state.behind = true
      return null
    }
    state.reserved++
    state.reservedBytes += bytes
    return { id: newId(), until: this.#world.leases.now() + LEASE_MS }
  }

  take(handed: readonly Handed[]): void {
    this.#release(handed)
    const confirmedAt = performance.now()
    for (const { delivery, event, body } of handed) {
      this.#enqueue(delivery.lane, [{ delivery, event, body, bytes: body.byteLength, confirmedAt }])
    }
    if (this.#world.isStopped()) this.#world.track(this.giveBack())
    else this.pump()
  }

  giveUp(handed: readonly Handed[]): void {
    this.#release(handed)
  }

  #release(handed: readonly Handed[]): void {
    for (const { delivery, body } of handed) {
      this.#lanes[delivery.lane].reserved--
      this.#lanes[delivery.lane].reservedBytes -= body.byteLength
    }
  }

  forgetUser(userId: string): void {
    for (const lane of LANES) {
      const state = this.#lanes[lane]
      const gone = state.queue.filter((held) => held.event?.user_id === userId)
      this.#letGo(gone)
      state.queue = state.queue.filter((held) => !gone.includes(held))
      state.bytes = sizeOf(state.queue)
    }
  }

  /** Something is due in the database, or may be. */
  look(): void {
    for (const lane of LANES) this.#lanes[lane].mayBeDue = true
    this.pump()
  }

  // ── The loop ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Soon: everything that ends or arrives in one turn of the event loop is looked at once. */
  pump(): void {
    if (this.#scheduled || this.#world.isStopped()) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#run()
    })
  }

  #run(): void {
    if (this.#preparing) {
      this.#again = true
      return
    }
    if (this.#isKnown()) this.#sendWhatMay()
    if (!this.#needsDatabase()) return
    this.#preparing = true
    const work = (async () => {
      do {
        this.#again = false
        await this.#prepare()
      } while ((this.#again || this.#needsDatabase()) && !this.#world.isStopped())
    })()
      .catch((error) => {
        this.#world.ctx.log.error({ err: error, destinationId: this.id }, 'preparing deliveries failed')
        setTimeout(() => this.look(), AGAIN_MS).unref()
      })
      .finally(() => {
        this.#preparing = false
      })
    this.#world.track(work)
  }

  #isKnown(): boolean {
    return (
      this.#open?.row.state === 'active' &&
      this.#known.generation === rememberedGeneration() &&
      performance.now() - this.#known.at < KNOWN_FOR_MS
    )
  }

  /** Whether anything could go now that only the database can make ready. */
  #needsDatabase(): boolean {
    if (this.#world.isStopped()) return false
    return LANES.some((lane) => {
      const { queue, mayBeDue } = this.#lanes[lane]
      if (queue.length === 0) return mayBeDue
      if (!this.#isKnown()) return true
      const mayGo = this.#mayGo(lane)
      return mayGo && (!isReady(queue[0]!) || (mayBeDue && queue.length < MOST_QUEUED[lane] / 4))
    })
  }

  #mayGo(lane: Lane): boolean {
    const room = this.#gate.room(lane)
    return room.calls > 0 && room.events > 0 && !this.#world.settler.isFull
  }

  async #prepare(): Promise<void> {
    if (!(await this.#learn())) return
    for (const lane of LANES) {
      const state = this.#lanes[lane]
      if (state.mayBeDue && state.queue.length < MOST_QUEUED[lane] / 4) await this.#claim(lane)
      await this.#makeReady(lane)
    }
    this.#sendWhatMay()
  }

  /** The destination as it is now. False when nothing may be sent to it. */
  async #learn(): Promise<boolean> {
    const { ctx } = this.#world
    const known = { at: performance.now(), generation: rememberedGeneration() }
    const row = await rememberedDestination(ctx.db, ctx.db, this.id)
    if (row === null || row.state !== 'active') {
      for (const lane of LANES) this.#lanes[lane].mayBeDue = false
      if (row === null) {
        // Its deliveries went with it.
        for (const lane of LANES) this.#letGo(this.#lanes[lane].queue.splice(0))
        this.close()
        this.#world.gone(this)
      } else await this.giveBack()
      return false
    }
    if (this.#open?.row.updated_at !== row.updated_at) {
      this.close()
      this.#open = openDestination(ctx, row)
    }
    this.#open.row = row
    await renewSecrets(ctx, this.#open)
    this.#gate.learn(row, this.#open.delivery)
    this.#known = known
    return true
  }

  async #claim(lane: Lane): Promise<void> {
    const { ctx, leases } = this.#world
    const state = this.#lanes[lane]
    const limit = MOST_QUEUED[lane] / 2
    state.mayBeDue = false
    const claimed = await claimHeld(ctx.db, this.id, lane, { limit, now: leases.now() })
    state.mayBeDue ||= claimed.length === limit
    state.behind = claimed.length === limit
    this.#enqueue(lane, claimed)
    if (this.#world.isStopped()) await this.giveBack()
  }

  /** The first ones of the queue: still ours, and with their bodies. */
  async #makeReady(lane: Lane): Promise<void> {
    const { ctx, leases } = this.#world
    const state = this.#lanes[lane]
    if (state.queue.length === 0 || !this.#mayGo(lane) || isReady(state.queue[0]!)) return
    // Out of the queue while the database is asked: what is forgotten meanwhile is not found again.
    const batch = this.#open!.type.batch ?? ONE_EVENT
    const soon = Math.max(FEWEST_READY, this.#gate.room(lane).calls * batch.events)
    const first = state.queue.splice(0, Math.min(soon, MOST_QUEUED[lane] / 4))
    let ours = first
    try {
      if (first.some((held) => !isConfirmed(held))) ours = await confirmHeld(ctx.db, first, leases.now())
      this.#letGo(first.filter((held) => !ours.includes(held)))
      await readBodies(ctx.db, ours)
    } catch (error) {
      state.queue.unshift(...first)
      throw error
    }
    state.queue.unshift(...ours)
    state.bytes = sizeOf(state.queue)
    if (this.#world.isStopped()) await this.giveBack()
  }

  #enqueue(lane: Lane, held: readonly Held[]): void {
    for (const { delivery } of held) this.#world.held.add(delivery.id)
    this.#lanes[lane].queue.push(...held)
    this.#lanes[lane].bytes += sizeOf(held)
  }

  /** No longer in our hands, whatever the database says of them. */
  #letGo(held: readonly Held[]): void {
    for (const { delivery } of held) this.#world.held.delete(delivery.id)
  }

  #sendWhatMay(): void {
    const batch = this.#open!.type.batch ?? ONE_EVENT
    for (const lane of LANES) {
      const state = this.#lanes[lane]
      while (state.queue.length > 0 && isReady(state.queue[0]!) && !this.#world.isStopped() && this.#mayGo(lane)) {
        const unready = state.queue.findIndex((held) => !isReady(held))
        const ready = unready === -1 ? state.queue : state.queue.slice(0, unready)
        const group = state.queue.splice(0, nextBatch(ready, batch, this.#gate.room(lane).events))
        state.bytes -= sizeOf(group)
        this.#start(lane, group)
      }
    }
    this.#wakeWhenItOpens()
  }

  #wakeWhenItOpens(): void {
    const at = this.#gate.opensAt()
    clearTimeout(this.#opening)
    if (at === null || LANES.every((lane) => this.#lanes[lane].queue.length === 0)) return
    this.#opening = setTimeout(() => this.pump(), Math.max(1, at - this.#world.ctx.clock.now()))
    this.#opening.unref()
  }

  #start(lane: Lane, group: readonly Held[]): void {
    this.#gate.began(lane, group.length)
    const destination = this.#open!
    const { ctx, settler } = this.#world
    const startedAt = ctx.clock.now()
    const work = this.#send(destination, group).then((results) => {
      this.#gate.ended(lane, results)
      settler.add(group.map((held, i) => settlementOf(this.#world, destination, held, results[i]!, startedAt)))
      this.pump()
    })
    this.#world.track(work)
  }

  async #send(destination: OpenDestination, group: readonly Held[]): Promise<SendResult[]> {
    const known = group.flatMap(({ delivery, event, body }) =>
      event === null ? [] : [outgoing(event, body!, delivery.attempts)],
    )
    const answers = (await this.#answers(destination, known)).values()
    return group.map(({ event }) => (event === null ? rejected('the event was deleted') : answers.next().value!))
  }

  async #answers(destination: OpenDestination, events: ReturnType<typeof outgoing>[]): Promise<SendResult[]> {
    if (events.length === 0) return []
    try {
      const results = await destination.sender.send(events, destination.now)
      assert(results.length === events.length, 'a destination gives one result for each event')
      return results
    } catch (error) {
      this.#world.ctx.log.error({ err: error, destinationId: this.id }, 'sending failed unexpectedly')
      const message = error instanceof HttpFailure ? error.message : 'sending failed inside Loam; the log has the cause'
      return events.map(() => retry(message))
    }
  }

  // ── The end ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What waits in memory goes back to the database: nothing was tried. */
  async giveBack(): Promise<void> {
    const held = LANES.flatMap((lane) => this.#lanes[lane].queue.splice(0))
    for (const lane of LANES) this.#lanes[lane].bytes = 0
    this.#letGo(held)
    if (held.length > 0) await this.#world.ctx.db.batch(giveBackDeliveries(held.map(({ delivery }) => delivery)))
  }

  /** Its connections end when what they carry is through. */
  close(): void {
    clearTimeout(this.#opening)
    const open = this.#open
    this.#open = null
    if (open === null) return
    const { ctx, track } = this.#world
    track(
      open.sender
        .close()
        .catch((error) => ctx.log.warn({ err: error, destinationId: this.id }, 'a destination did not close')),
    )
  }
}

function emptyLane(): LaneState {
  return { queue: [], bytes: 0, reserved: 0, reservedBytes: 0, mayBeDue: false, behind: false }
}

function isConfirmed(held: Held): boolean {
  return performance.now() - held.confirmedAt < CONFIRM_AFTER_MS
}

function isReady(held: Held): boolean {
  return held.body !== null && isConfirmed(held)
}

function sizeOf(held: readonly Held[]): number {
  return held.reduce((sum, each) => sum + each.bytes, 0)
}
