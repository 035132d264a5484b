// One destination in use. It keeps a bounded number of deliveries in memory for each lane, sends as many of them as its gate
// lets through, and looks in the database only for what nobody handed to it.
import type { Batch, SendResult } from '../destinations/destination.ts'
import type { Handed, Lease } from '../outbox/handover.ts'
import type { Context } from '../store/context.ts'
import { giveBackDeliveries } from '../store/deliveries.ts'
import { takeTokens } from '../store/destination-rates.ts'
import { type DestinationRow, markCircuit, rememberedDestination, takeProbe } from '../store/destinations.ts'
import { forgetRemembered, rememberedGeneration } from '../store/remembered.ts'
import { claimHeld, confirmHeld, readBodies } from './claims.ts'
import { Gate } from './gate.ts'
import { giveNotice, metBy, noticeFor } from './health.ts'
import type { Held, Lane } from './held.ts'
import type { SharedClock } from '../store/shared-clock.ts'
import { nextBatch } from './next-batch.ts'
import { type OpenDestination, openDestination, renewSecrets } from './open-destination.ts'
import { divided, partsOf } from './oversize.ts'
import { takeFrom } from './rate.ts'
import { GRACE_MS, sendGroup } from './send-group.ts'
import type { Share } from './servers.ts'
import type { Settler } from './settler.ts'
import { type Kind, KINDS } from './slots.ts'
import { settlementOf } from './settlement.ts'
import { freshKind, isConfirmed, isReady, Waiting } from './waiting.ts'

/** How old what we know of the destination may be. */
const KNOWN_FOR_MS = 1000
/** Made ready together, if so many wait. */
const FEWEST_READY = 32
/** After the database could not be reached. */
const AGAIN_MS = 1000
/** More than can begin now is claimed, so that the next ones are at hand; not much more, where it is slow. */
const CLAIMED_AHEAD = 16
const ONE_EVENT: Batch = { events: 1, bytes: 0 }

/** What all outlets of a loop share. */
export interface OutletWorld {
  ctx: Context
  leases: SharedClock
  settler: Settler
  share(): Share
  /** Deliveries under a lease of this process. */
  held: Set<string>
  /** Work that a stopping loop waits for. */
  track(work: Promise<unknown>): void
  isStopped(): boolean
  /** The destination was removed. */
  gone(outlet: Outlet): void
}

export class Outlet {
  readonly id: string
  readonly #world: OutletWorld
  readonly #waiting: Waiting
  readonly #gate: Gate
  #open: OpenDestination | null = null
  #known = { at: Number.NEGATIVE_INFINITY, generation: -1 }
  /** Writes about the circuit that are under way. */
  #telling = 0
  #noticing = false
  #scheduled = false
  #preparing = false
  /** Who was deleted while something was out of its queue to be prepared. */
  readonly #forgotten = new Set<string>()
  #again = false
  #opening: NodeJS.Timeout | undefined

  constructor(id: string, world: OutletWorld) {
    this.id = id
    this.#world = world
    this.#waiting = new Waiting(world.held)
    this.#gate = new Gate(() => world.leases.now())
  }

  // ── What others hand over ─────────────────────────────────────────────────────────────────────────────────────────

  reserve(row: DestinationRow, lane: Lane, bytes: number): Lease | null {
    if (row.state !== 'active' || !this.#gate.takes(freshKind(lane)) || this.#world.isStopped()) return null
    return this.#waiting.reserve(lane, bytes, this.#gate.mostInMemory, this.#world.leases.now())
  }

  take(handed: readonly Handed[]): void {
    this.#waiting.take(handed)
    if (this.#world.isStopped()) this.#world.track(this.giveBack())
    else this.pump()
  }

  giveUp(handed: readonly Handed[]): void {
    this.#waiting.release(handed)
  }

  forgetUser(userId: string): void {
    if (this.#preparing) this.#forgotten.add(userId)
    this.#waiting.forgetUser(userId)
  }

  /** Something is due in the database, or may be. */
  look(): void {
    for (const kind of KINDS) this.#waiting.mayBeDue(kind, true)
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
        this.#forgotten.clear()
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
    this.#tellGate()
    if (!this.#isKnown()) return KINDS.some((kind) => this.#waiting.any(kind))
    if (this.#gate.wantsProbe() || this.#gate.wantsTokens() !== null) return true
    return KINDS.some((kind) => {
      if (!this.#mayGo(kind)) return false
      const first = this.#waiting.first(kind)
      return (first !== undefined && !isReady(first)) || this.#waiting.wantsMore(kind)
    })
  }

  /** The gate hears what there is, so that nothing waits for a turn that nobody takes. */
  #tellGate(): void {
    for (const kind of KINDS) this.#gate.waits(kind, this.#waiting.any(kind))
  }

  #mayGo(kind: Kind): boolean {
    const room = this.#gate.room(kind)
    return room.calls > 0 && room.events > 0 && !this.#world.settler.isFull
  }

  async #prepare(): Promise<void> {
    if (!(await this.#learn())) return
    const others = KINDS.filter((kind) => !this.#gate.serves(kind))
    for (const kind of others) this.#waiting.mayBeDue(kind, false)
    if (others.some((kind) => !this.#waiting.isEmpty(kind))) await this.giveBack(others)
    this.#tellGate()
    if (this.#gate.wantsProbe()) await this.#askToProbe()
    await this.#fetchTokens()
    for (const kind of KINDS) {
      if (this.#waiting.wantsMore(kind) && this.#mayGo(kind)) await this.#claim(kind)
      await this.#makeReady(kind)
    }
    this.#sendWhatMay()
  }

  /** One server at a time tries a destination whose circuit is open. */
  async #askToProbe(): Promise<void> {
    const { ctx, leases } = this.#world
    const seen = this.#gate.openUntil!
    const until = leases.now() + this.#open!.now.timeoutMs + 2 * GRACE_MS
    if (await takeProbe(ctx.db, this.id, seen, until)) this.#gate.probe(until)
    else forgetRemembered()
  }

  async #fetchTokens(): Promise<void> {
    const { ctx, leases } = this.#world
    const wanted = this.#gate.wantsTokens()
    if (wanted === null) return
    const { rate, count } = wanted
    const { taken, waitMs } = await takeTokens(ctx.db, this.id, (before) => takeFrom(rate, before, count, leases.now()))
    this.#gate.grant(taken, waitMs)
  }

  /** The destination as it is now. False when nothing may be sent to it. */
  async #learn(): Promise<boolean> {
    const { ctx } = this.#world
    const known = { at: performance.now(), generation: rememberedGeneration() }
    const row = await rememberedDestination(ctx.db, ctx.db, this.id)
    if (row === null || row.state !== 'active') {
      for (const kind of KINDS) this.#waiting.mayBeDue(kind, false)
      if (row === null) {
        // Its deliveries went with it.
        this.#waiting.takeAll(KINDS)
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
    this.#gate.learn(this.#open.delivery, this.#world.share())
    // What we told and is not yet written, or was read before it was, is no news.
    if (this.#telling === 0 && known.generation === rememberedGeneration()) this.#gate.follow(row.opened_until)
    this.#known = known
    return true
  }

  async #claim(kind: Kind): Promise<void> {
    const { ctx, leases } = this.#world
    const { calls, events } = this.#gate.room(kind)
    const batch = this.#open!.type.batch ?? ONE_EVENT
    const ahead = this.#gate.phase === 'closed' ? CLAIMED_AHEAD : 1
    const limit = Math.min(this.#waiting.mostClaimed(kind), calls * batch.events * ahead, events)
    this.#waiting.mayBeDue(kind, false)
    const claimed = await claimHeld(ctx.db, this.id, kind, { limit, now: leases.now() })
    this.#waiting.claimed(kind, claimed, claimed.length === limit)
    if (this.#world.isStopped()) await this.giveBack()
  }

  /** The first ones of the queue: still ours, and with their bodies. */
  async #makeReady(kind: Kind): Promise<void> {
    const { ctx, leases } = this.#world
    const next = this.#waiting.first(kind)
    if (next === undefined || !this.#mayGo(kind) || isReady(next)) return
    // Out of the queue while the database is asked.
    const batch = this.#open!.type.batch ?? ONE_EVENT
    const soon = Math.max(FEWEST_READY, this.#gate.room(kind).calls * batch.events)
    const first = this.#waiting.takeToPrepare(kind, soon)
    let ours = first
    try {
      if (first.some((held) => !isConfirmed(held))) ours = await confirmHeld(ctx.db, first, leases.now())
      this.#waiting.letGo(first.filter((held) => !ours.includes(held)))
      await readBodies(ctx, ours)
    } finally {
      const gone = ours.filter((held) => this.#forgotten.has(held.event?.user_id ?? ''))
      this.#waiting.letGo(gone)
      this.#waiting.putBack(
        kind,
        ours.filter((held) => !gone.includes(held)),
      )
    }
    if (this.#world.isStopped()) await this.giveBack()
  }

  #sendWhatMay(): void {
    this.#tellGate()
    const batch = this.#open!.type.batch ?? ONE_EVENT
    for (const kind of KINDS) {
      while (!this.#world.isStopped() && this.#mayGo(kind)) {
        const ready = this.#waiting.ready(kind, batch.events)
        if (ready.length === 0) break
        const group = this.#waiting.takeFirst(kind, nextBatch(ready, batch, this.#gate.room(kind).events))
        const whole = this.#divideLarge(group)
        if (whole.length > 0) this.#start(kind, whole)
      }
    }
    this.#wakeWhenItOpens()
  }

  /** Takes out what has to go in parts: they come back as deliveries of their own. */
  #divideLarge(group: readonly Held[]): readonly Held[] {
    const destination = this.#open!
    const large = group.flatMap((held) => {
      const parts = partsOf(held, destination)
      return parts === null ? [] : [{ held, parts }]
    })
    if (large.length === 0) return group
    const { ctx, leases } = this.#world
    const inOrder = destination.delivery.strict_order
    const statements = large.flatMap(({ held, parts }) => divided(held, parts, inOrder, leases.now()))
    const taken = large.map(({ held }) => held)
    const work = ctx.db.batch(statements).finally(() => {
      // Where that failed the lease ends, and it is tried again.
      this.#waiting.letGo(taken)
      this.look()
    })
    this.#world.track(work)
    return group.filter((held) => !taken.includes(held))
  }

  #wakeWhenItOpens(): void {
    this.#tellGate()
    const at = this.#gate.opensAt()
    clearTimeout(this.#opening)
    if (at === null || !KINDS.some((kind) => this.#waiting.any(kind))) return
    this.#opening = setTimeout(() => this.pump(), Math.max(1, at - this.#world.leases.now()))
    this.#opening.unref()
  }

  #start(kind: Kind, group: readonly Held[]): void {
    this.#gate.began(kind, group.length)
    const destination = this.#open!
    const { ctx, leases, settler } = this.#world
    const startedAt = ctx.clock.now()
    const beganAt = leases.now()
    const work = sendGroup(ctx, destination, group).then(async (results) => {
      const circuit = this.#gate.ended(kind, results, beganAt)
      if (circuit !== undefined) this.#world.track(this.#tellCircuit(circuit.openedUntil))
      await this.#notice(destination, results)
      settler.add(group.map((held, i) => settlementOf(this.#world, destination, held, results[i]!, startedAt)))
      this.pump()
    })
    this.#world.track(work)
  }

  /** A destination that has to be stopped is, before its events become due again. */
  async #notice(destination: OpenDestination, results: readonly SendResult[]): Promise<void> {
    const { ctx } = this.#world
    const met = metBy(results)
    if (met === undefined || this.#noticing) return
    const notice = noticeFor(destination.row, destination.delivery, met, ctx.clock.now())
    if (notice === null) return
    this.#noticing = true
    try {
      await giveNotice(ctx, destination.row, notice)
    } catch (error) {
      ctx.log.warn({ err: error, destinationId: this.id }, 'the state of a destination could not be told')
    } finally {
      this.#noticing = false
      forgetRemembered()
    }
  }

  /** Other servers hear that the circuit opened or closed; when it opened, what waits in memory waits in the database. */
  async #tellCircuit(openedUntil: number | null): Promise<void> {
    const { ctx } = this.#world
    this.#telling++
    try {
      await ctx.db.batch([markCircuit(this.id, openedUntil)])
      if (openedUntil !== null) {
        ctx.log.info({ destinationId: this.id, openedUntil }, 'a destination fails; its events are held')
        await this.giveBack()
        for (const kind of KINDS) this.#waiting.mayBeDue(kind, true)
      }
    } finally {
      this.#telling--
      forgetRemembered()
      this.pump()
    }
  }

  // ── The end ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What waits in memory goes back to the database: nothing was tried. */
  async giveBack(kinds: readonly Kind[] = KINDS): Promise<void> {
    const held = this.#waiting.takeAll(kinds)
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
