// One destination in use. It keeps a bounded number of deliveries in memory for each lane, sends as many of them as its gate
// lets through, and looks in the database only for what nobody handed to it.
import type { Batch } from '../destinations/destination.ts'
import type { Handed, Lease } from '../outbox/handover.ts'
import { type DestinationRow, markCircuit, rememberedDestination } from '../store/destinations.ts'
import { isUnavailable } from '../store/errors.ts'
import { forgetRemembered, rememberedGeneration } from '../store/remembered.ts'
import { Gate } from './gate.ts'
import { HealthWatch } from './health.ts'
import type { Held, Lane } from './held.ts'
import { nextBatch } from './next-batch.ts'
import { type OpenDestination, openDestination, renewSecrets } from './open-destination.ts'
import type { OutletWorld } from './outlet-world.ts'
import { divided, partsOf } from './oversize.ts'
import { sendGroup } from './send-group.ts'
import { settlementOf } from './settlement.ts'
import { type Kind, KINDS } from './slots.ts'
import { Supply } from './supply.ts'
import { freshKind, Waiting } from './waiting.ts'

/** How old what we know of the destination may be. */
const KNOWN_FOR_MS = 1000
/** After the database could not be reached. */
const AGAIN_MS = 1000
const ONE_EVENT: Batch = { events: 1, bytes: 0 }

export class Outlet {
  readonly id: string
  readonly #world: OutletWorld
  readonly #waiting: Waiting
  readonly #gate: Gate
  readonly #supply: Supply
  readonly #health: HealthWatch
  #open: OpenDestination | null = null
  #known = { at: Number.NEGATIVE_INFINITY, generation: -1 }
  /** Writes about the circuit that are under way. */
  #telling = 0
  #scheduled = false
  #preparing = false
  #again = false
  /** Preparing failed a moment ago. */
  #resting = false
  #opening: NodeJS.Timeout | undefined

  constructor(id: string, world: OutletWorld) {
    this.id = id
    this.#world = world
    this.#waiting = new Waiting(world.held)
    this.#gate = new Gate(() => world.leases.now())
    this.#supply = new Supply(id, world, this.#waiting, this.#gate)
    this.#health = new HealthWatch(world.ctx)
  }

  // ── What others hand over ─────────────────────────────────────────────────────────────────────────────────────────

  reserve(row: DestinationRow, lane: Lane, bytes: number): Lease | null {
    if (row.state !== 'active' || !this.#gate.takes(freshKind(lane)) || this.#world.isStopped()) return null
    if (this.#world.alone.isQuiet) return null
    return this.#waiting.reserve(lane, bytes, this.#gate.mostInMemory, this.#world.leases)
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
    this.#supply.forgetUser(userId)
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
    // Else each event that comes would try and fail anew.
    if (this.#resting || !this.#needsDatabase()) return
    this.#preparing = true
    const work = (async () => {
      do {
        this.#again = false
        await this.#prepare()
      } while ((this.#again || this.#needsDatabase()) && !this.#world.isStopped())
    })()
      .catch((error) => {
        // While the database is away the loop says so: each destination would say it again.
        const level = isUnavailable(error) ? 'debug' : 'error'
        this.#world.ctx.log[level]({ err: error, destinationId: this.id }, 'preparing deliveries failed')
        this.#resting = true
        setTimeout(() => {
          this.#resting = false
          this.look()
        }, AGAIN_MS).unref()
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
    this.#tellGate()
    if (!this.#isKnown()) return KINDS.some((kind) => this.#waiting.any(kind))
    return this.#supply.isWanted()
  }

  /** The gate hears what there is, so that nothing waits for a turn that nobody takes. */
  #tellGate(): void {
    for (const kind of KINDS) this.#gate.waits(kind, this.#waiting.any(kind))
  }

  async #prepare(): Promise<void> {
    if (!(await this.#learn())) return
    const others = KINDS.filter((kind) => !this.#gate.serves(kind))
    for (const kind of others) this.#waiting.mayBeDue(kind, false)
    if (others.some((kind) => !this.#waiting.isEmpty(kind))) await this.giveBack(others)
    this.#tellGate()
    await this.#supply.fetch(batchOf(this.#open!), this.#open!.now.timeoutMs)
    this.#sendWhatMay()
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
        this.#world.gone(this.id)
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

  #sendWhatMay(): void {
    this.#tellGate()
    const batch = batchOf(this.#open!)
    for (const kind of KINDS) {
      while (!this.#world.isStopped() && this.#supply.mayGo(kind)) {
        const ready = this.#waiting.ready(kind, batch.events)
        if (ready.length === 0) break
        const together = this.#world.alone.isQuiet ? 1 : this.#gate.mostTogether
        const most = Math.min(this.#gate.room(kind).events, together)
        const group = this.#waiting.takeFirst(kind, nextBatch(ready, batch, most))
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
    const waitMs = Math.max(1, at - this.#world.leases.now())
    // The settings may have changed by then.
    this.#opening = setTimeout(() => this.pump(), Math.min(waitMs, KNOWN_FOR_MS))
    this.#opening.unref()
  }

  #start(kind: Kind, group: readonly Held[]): void {
    this.#gate.began(kind, group.length)
    const destination = this.#open!
    const { ctx, leases, settler, alone } = this.#world
    alone.began()
    const startedAt = ctx.clock.now()
    const beganAt = leases.now()
    const sending = sendGroup(ctx, destination, group).then(async (results) => {
      const circuit = this.#gate.ended(kind, results, beganAt)
      if (circuit !== undefined) this.#world.track(this.#tellCircuit(circuit.openedUntil))
      await this.#health.notice(destination, results)
      settler.add(group.map((held, i) => settlementOf(this.#world, destination, held, results[i]!, startedAt)))
      this.pump()
    })
    this.#world.track(sending.finally(() => alone.ended()))
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

  /** What waits in memory goes back to the database. */
  giveBack(kinds?: readonly Kind[]): Promise<void> {
    return this.#supply.giveBack(kinds)
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

function batchOf({ type }: OpenDestination): Batch {
  return type.batch ?? ONE_EVENT
}
