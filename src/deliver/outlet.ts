// One destination in use. It keeps a bounded number of deliveries in memory for each lane, sends as many of them as its gate
// lets through, and looks in the database only for what nobody handed to it.
import { type Batch, type OutgoingEvent, retry, type SendResult } from '../destinations/destination.ts'
import { newId } from '../model/ids.ts'
import { assert } from '../platform/errors.ts'
import { HttpFailure } from '../platform/http.ts'
import type { Handed, Lease } from '../outbox/handover.ts'
import type { Context } from '../store/context.ts'
import { giveBackDeliveries } from '../store/deliveries.ts'
import { takeTokens } from '../store/destination-rates.ts'
import { type DestinationRow, markCircuit, rememberedDestination, takeProbe } from '../store/destinations.ts'
import { forgetRemembered, rememberedGeneration } from '../store/remembered.ts'
import { claimHeld, confirmHeld, LEASE_MS, readBodies } from './claims.ts'
import { Gate } from './gate.ts'
import { giveNotice, type Met, noticeFor } from './health.ts'
import { type Held, type Lane } from './held.ts'
import type { LeaseClock } from './lease-clock.ts'
import { nextBatch } from './next-batch.ts'
import { type OpenDestination, openDestination, renewSecrets } from './open-destination.ts'
import { divided, goingOut, partsOf } from './oversize.ts'
import { takeFrom } from './rate.ts'
import type { Share } from './servers.ts'
import type { Settler } from './settler.ts'
import { type Kind, KINDS } from './slots.ts'
import { settlementOf } from './settlement.ts'

const MOST_QUEUED: Record<Kind, number> = { fresh: 512, backlog: 256, backfill: 128 }
/** Bodies in the memory of one queue. */
const MOST_QUEUED_BYTES = 32 * 1024 * 1024
/** After this long in memory a delivery is sent only if the database says that it is still there and ours. */
const CONFIRM_AFTER_MS = 1000
/** How old what we know of the destination may be. */
const KNOWN_FOR_MS = 1000
/** Made ready together, if so many wait. */
const FEWEST_READY = 32
/** After the database could not be reached. */
const AGAIN_MS = 1000
/** More than can begin now is claimed, so that the next ones are at hand; not much more, where it is slow. */
const CLAIMED_AHEAD = 16
/** A sender that does not keep its time is given up this much later. */
const GRACE_MS = 2000
const ONE_EVENT: Batch = { events: 1, bytes: 0 }

/** What all outlets of a loop share. */
export interface OutletWorld {
  ctx: Context
  leases: LeaseClock
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

interface QueueState {
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
  readonly #queues: Record<Kind, QueueState> = { fresh: emptyQueue(), backlog: emptyQueue(), backfill: emptyQueue() }
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
    this.#gate = new Gate(() => world.leases.now())
  }

  // ── What others hand over ─────────────────────────────────────────────────────────────────────────────────────────

  reserve(row: DestinationRow, lane: Lane, bytes: number): Lease | null {
    const kind = freshKind(lane)
    const state = this.#queues[kind]
    if (row.state !== 'active' || !this.#gate.takes(kind) || this.#world.isStopped()) return null
    const most = Math.min(state.behind ? MOST_QUEUED[kind] / 2 : MOST_QUEUED[kind], this.#gate.mostInMemory)
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
      this.#enqueue(freshKind(delivery.lane), [{ delivery, event, body, bytes: body.byteLength, confirmedAt }])
    }
    if (this.#world.isStopped()) this.#world.track(this.giveBack())
    else this.pump()
  }

  giveUp(handed: readonly Handed[]): void {
    this.#release(handed)
  }

  #release(handed: readonly Handed[]): void {
    for (const { delivery, body } of handed) {
      this.#queues[freshKind(delivery.lane)].reserved--
      this.#queues[freshKind(delivery.lane)].reservedBytes -= body.byteLength
    }
  }

  forgetUser(userId: string): void {
    if (this.#preparing) this.#forgotten.add(userId)
    for (const kind of KINDS) {
      const state = this.#queues[kind]
      const gone = state.queue.filter((held) => held.event?.user_id === userId)
      this.#letGo(gone)
      state.queue = state.queue.filter((held) => !gone.includes(held))
      state.bytes = sizeOf(state.queue)
    }
  }

  /** Something is due in the database, or may be. */
  look(): void {
    for (const kind of KINDS) this.#queues[kind].mayBeDue = true
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
    if (!this.#isKnown()) return KINDS.some((kind) => this.#waits(kind))
    if (this.#gate.wantsProbe() || this.#gate.wantsTokens() !== null) return true
    return KINDS.some((kind) => {
      const { queue, mayBeDue } = this.#queues[kind]
      if (!this.#mayGo(kind)) return false
      if (queue.length === 0) return mayBeDue
      return !isReady(queue[0]!) || (mayBeDue && queue.length < MOST_QUEUED[kind] / 4)
    })
  }

  #waits(kind: Kind): boolean {
    return this.#queues[kind].queue.length > 0 || this.#queues[kind].mayBeDue
  }

  /** The gate hears what there is, so that nothing waits for a turn that nobody takes. */
  #tellGate(): void {
    for (const kind of KINDS) this.#gate.waits(kind, this.#waits(kind))
  }

  #mayGo(kind: Kind): boolean {
    const room = this.#gate.room(kind)
    return room.calls > 0 && room.events > 0 && !this.#world.settler.isFull
  }

  async #prepare(): Promise<void> {
    if (!(await this.#learn())) return
    const others = KINDS.filter((kind) => !this.#gate.serves(kind))
    for (const kind of others) this.#queues[kind].mayBeDue = false
    if (others.some((kind) => this.#queues[kind].queue.length > 0)) await this.giveBack(others)
    this.#tellGate()
    if (this.#gate.wantsProbe()) await this.#askToProbe()
    await this.#fetchTokens()
    for (const kind of KINDS) {
      const state = this.#queues[kind]
      if (state.mayBeDue && state.queue.length < MOST_QUEUED[kind] / 4 && this.#mayGo(kind)) await this.#claim(kind)
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
      for (const kind of KINDS) this.#queues[kind].mayBeDue = false
      if (row === null) {
        // Its deliveries went with it.
        for (const kind of KINDS) this.#letGo(this.#queues[kind].queue.splice(0))
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
    const state = this.#queues[kind]
    const { calls, events } = this.#gate.room(kind)
    const batch = this.#open!.type.batch ?? ONE_EVENT
    const ahead = this.#gate.phase === 'closed' ? CLAIMED_AHEAD : 1
    const limit = Math.min(MOST_QUEUED[kind] / 2, calls * batch.events * ahead, events)
    state.mayBeDue = false
    const claimed = await claimHeld(ctx.db, this.id, kind, { limit, now: leases.now() })
    state.mayBeDue ||= claimed.length === limit
    state.behind = claimed.length === limit
    this.#enqueue(kind, claimed)
    if (this.#world.isStopped()) await this.giveBack()
  }

  /** The first ones of the queue: still ours, and with their bodies. */
  async #makeReady(kind: Kind): Promise<void> {
    const { ctx, leases } = this.#world
    const state = this.#queues[kind]
    if (state.queue.length === 0 || !this.#mayGo(kind) || isReady(state.queue[0]!)) return
    // Out of the queue while the database is asked.
    const batch = this.#open!.type.batch ?? ONE_EVENT
    const soon = Math.max(FEWEST_READY, this.#gate.room(kind).calls * batch.events)
    const first = state.queue.splice(0, Math.min(soon, MOST_QUEUED[kind] / 4))
    let ours = first
    try {
      if (first.some((held) => !isConfirmed(held))) ours = await confirmHeld(ctx.db, first, leases.now())
      this.#letGo(first.filter((held) => !ours.includes(held)))
      await readBodies(ctx.db, ours)
    } finally {
      const gone = ours.filter((held) => this.#forgotten.has(held.event?.user_id ?? ''))
      this.#letGo(gone)
      state.queue.unshift(...ours.filter((held) => !gone.includes(held)))
      state.bytes = sizeOf(state.queue)
    }
    if (this.#world.isStopped()) await this.giveBack()
  }

  #enqueue(kind: Kind, held: readonly Held[]): void {
    for (const { delivery } of held) this.#world.held.add(delivery.id)
    this.#queues[kind].queue.push(...held)
    this.#queues[kind].bytes += sizeOf(held)
  }

  /** No longer in our hands, whatever the database says of them. */
  #letGo(held: readonly Held[]): void {
    for (const { delivery } of held) this.#world.held.delete(delivery.id)
  }

  #sendWhatMay(): void {
    this.#tellGate()
    const batch = this.#open!.type.batch ?? ONE_EVENT
    for (const kind of KINDS) {
      const state = this.#queues[kind]
      while (state.queue.length > 0 && isReady(state.queue[0]!) && !this.#world.isStopped() && this.#mayGo(kind)) {
        const unready = state.queue.findIndex((held) => !isReady(held))
        const ready = unready === -1 ? state.queue : state.queue.slice(0, unready)
        const group = state.queue.splice(0, nextBatch(ready, batch, this.#gate.room(kind).events))
        state.bytes -= sizeOf(group)
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
      this.#letGo(taken)
      this.look()
    })
    this.#world.track(work)
    return group.filter((held) => !taken.includes(held))
  }

  #wakeWhenItOpens(): void {
    this.#tellGate()
    const at = this.#gate.opensAt()
    clearTimeout(this.#opening)
    if (at === null || !KINDS.some((kind) => this.#waits(kind))) return
    this.#opening = setTimeout(() => this.pump(), Math.max(1, at - this.#world.leases.now()))
    this.#opening.unref()
  }

  #start(kind: Kind, group: readonly Held[]): void {
    this.#gate.began(kind, group.length)
    const destination = this.#open!
    const { ctx, leases, settler } = this.#world
    const startedAt = ctx.clock.now()
    const beganAt = leases.now()
    const work = this.#send(destination, group).then(async (results) => {
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
        for (const kind of KINDS) this.#queues[kind].mayBeDue = true
      }
    } finally {
      this.#telling--
      forgetRemembered()
      this.pump()
    }
  }

  async #send(destination: OpenDestination, group: readonly Held[]): Promise<SendResult[]> {
    const going = await Promise.all(
      group.map((held) =>
        goingOut(held, destination).catch((error) => {
          this.#world.ctx.log.error({ err: error, deliveryId: held.delivery.id }, 'an event could not be made ready')
          return retry('making it ready failed inside Loam; the log has the cause')
        }),
      ),
    )
    const answers = await this.#answers(
      destination,
      going.filter((each): each is OutgoingEvent => !('next' in each)),
    )
    const next = answers.values()
    return going.map((each) => ('next' in each ? each : next.next().value!))
  }

  async #answers(destination: OpenDestination, events: OutgoingEvent[]): Promise<SendResult[]> {
    if (events.length === 0) return []
    try {
      const { sender, now } = destination
      const results = await withinTime(sender.send(events, now), now.timeoutMs + GRACE_MS)
      if (results === null) return events.map(() => retry('it took longer than its timeout allows', true))
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
  async giveBack(kinds: readonly Kind[] = KINDS): Promise<void> {
    const held = kinds.flatMap((kind) => this.#queues[kind].queue.splice(0))
    for (const kind of kinds) this.#queues[kind].bytes = 0
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

function emptyQueue(): QueueState {
  return { queue: [], bytes: 0, reserved: 0, reservedBytes: 0, mayBeDue: false, behind: false }
}

/** What was just committed. */
function freshKind(lane: Lane): Kind {
  return lane === 'live' ? 'fresh' : 'backfill'
}

/** What one call met; null when something was delivered, undefined when it says nothing. */
function metBy(results: readonly SendResult[]): Met | undefined {
  let met: Met | undefined
  for (const result of results) {
    if (result.next === 'delivered') return null
    if (result.next !== 'rejected') met = { error: result.message, gone: result.next === 'pause' }
  }
  return met
}

/** Null when that takes longer. */
async function withinTime<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // Nobody waits for it any more, but it may still fail.
    work.catch(() => undefined)
  }
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
