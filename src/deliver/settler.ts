// Outcomes on their way to the database: all that come in one turn of the event loop, or while a commit is under way, go in
// one batch.
import { markFailing, markWell, stopDestination } from '../store/destinations.ts'
import { type AttemptRow, insertAttempt, releaseNext } from '../store/deliveries.ts'
import { type Outcome, settleDeliveries } from '../store/held-deliveries.ts'
import type { Context } from '../store/context.ts'
import type { Statement } from '../store/database.ts'
import { isUnavailable } from '../store/errors.ts'
import { forgetRemembered } from '../store/remembered.ts'

export interface Settlement {
  destinationId: string
  outcome: Outcome
  /** For the log of attempts; the one that delivered is in the outcome. */
  attempt: AttemptRow | null
  pause: { reason: string; at: number } | null
  /** Since when it fails, where that changed. */
  failingSince: number | null | undefined
}

const MOST_AT_ONCE = 256
/** Beyond these nothing more is sent: what was sent must be written down first. */
const MOST_WAITING = 4096
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5000

export class Settler {
  readonly #ctx: Context
  readonly #held: Set<string>
  /** Something that waited for another delivery may go now. */
  readonly #released: (destinationIds: readonly string[]) => void
  readonly #waiting: Settlement[] = []
  #flushing: Promise<void> | null = null
  #over = false

  /** What is settled is taken out of `held`. */
  constructor(ctx: Context, held: Set<string>, released: (destinationIds: readonly string[]) => void) {
    this.#ctx = ctx
    this.#held = held
    this.#released = released
  }

  get isFull(): boolean {
    return this.#waiting.length >= MOST_WAITING
  }

  add(settlements: readonly Settlement[]): void {
    this.#waiting.push(...settlements)
    this.#flushing ??= this.#flush()
  }

  /** Everything that was added is stored, or given up after `stop`. */
  async idle(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing
  }

  /** No more waiting for a database that is away. */
  stop(): void {
    this.#over = true
  }

  async #flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const next = this.#waiting.splice(0, MOST_AT_ONCE)
      await this.#store(next)
      for (const { outcome } of next) this.#held.delete(outcome.id)
    }
    this.#flushing = null
  }

  /** The receiver has the event: forgetting that would send it twice, so it is written as soon as it can be. */
  async #store(settlements: readonly Settlement[]): Promise<void> {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        await this.#write(settlements)
        return
      } catch (error) {
        if (!isUnavailable(error) && settlements.length > 1) {
          // One of them cannot be written: the others must not go with it.
          const half = settlements.length >> 1
          await this.#store(settlements.slice(0, half))
          await this.#store(settlements.slice(half))
          return
        }
        if (this.#over || !isUnavailable(error)) {
          const deliveryId = settlements[0]?.outcome.id
          this.#ctx.log.error({ err: error, deliveryId }, 'the outcome of a delivery could not be stored')
          return
        }
        this.#ctx.log.warn({ err: error }, 'outcomes of deliveries could not be stored; trying again')
        await new Promise((resolve) => setTimeout(resolve, wait))
      }
    }
  }

  async #write(settlements: readonly Settlement[]): Promise<void> {
    const { db, clock } = this.#ctx
    const ended = settlements.filter(({ outcome }) => outcome.state !== 'pending')
    const statements: Statement[] = settlements.flatMap(({ attempt, outcome }) =>
      attempt === null ? [] : [insertAttempt(db.dialect, attempt, outcome.lease_id)],
    )
    statements.push(
      ...settleDeliveries(
        db.dialect,
        settlements.map(({ outcome }) => outcome),
      ),
    )
    for (const { destinationId, pause, failingSince } of settlements) {
      if (pause !== null) statements.push(stopDestination(destinationId, 'paused', pause.reason, pause.at))
      if (failingSince === null) statements.push(markWell(destinationId))
      else if (failingSince !== undefined) statements.push(markFailing(destinationId, failingSince))
    }
    const release = releaseNext(
      db.dialect,
      ended.map(({ outcome }) => outcome.id),
      clock.now(),
    )
    const changes = await db.batch([...statements, ...release])
    if (settlements.some(({ pause }) => pause !== null)) forgetRemembered()
    if (release.length > 0 && changes.at(-1)! > 0) this.#released(ended.map((each) => each.destinationId))
  }
}
