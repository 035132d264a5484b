// Of the deliveries that a server held when it ended, one may have ended it; the others stood beside it. Where that happened to one
// again and again it is a suspect, and sent while nothing else is: so what ends servers is known, and given up, and nothing else.
import { GUILTY_AFTER } from '../queue/queue.ts'
import type { Context } from '../store/context.ts'
import { destinationsOfSuspects, failGuilty } from '../store/suspects.ts'

/** No longer is waited until nothing is on its way, or for one that hangs: everything else waits as well. */
const MOST_MS = 15_000
/** One after the other for so long, then everybody's turn. */
const TURN_MS = 1000
/** What did not begin in time, as its destination has a limit of its own, waits for this long. */
const LATER_MS = 30_000

interface Turn {
  destinationId: string
  since: number
  /** Since when nothing else is on its way; null while something is. */
  aloneSince: number | null
}

interface Outlets {
  /** What waits in memory goes back: it would count as held, if this server ended. */
  giveBack(): void
  look(destinationId: string): void
  lookAtAll(): void
}

export class Alone {
  readonly #ctx: Context
  readonly #now: () => number
  readonly #outlets: Outlets
  readonly #later = new Map<string, number>()
  #turn: Turn | null = null
  #underWay = 0

  constructor(ctx: Context, now: () => number, outlets: Outlets) {
    this.#ctx = ctx
    this.#now = now
    this.#outlets = outlets
  }

  /** A suspect's turn: nothing else begins. */
  get isQuiet(): boolean {
    return this.#turn !== null
  }

  /** Only suspects of this destination may go, and one at a time. */
  isTurnOf(destinationId: string): boolean {
    return this.#turn?.destinationId === destinationId
  }

  mayBegin(destinationId: string): boolean {
    return this.#turn === null || (this.isTurnOf(destinationId) && this.#underWay === 0)
  }

  began(): void {
    this.#underWay++
  }

  /** It is being settled. */
  ended(): void {
    this.#underWay--
    if (this.#turn !== null && this.#underWay === 0) void this.#next(this.#turn).catch(() => this.#end())
  }

  async #next(turn: Turn): Promise<void> {
    turn.aloneSince ??= performance.now()
    const isOver = performance.now() - turn.aloneSince > TURN_MS
    const due = isOver ? [] : await destinationsOfSuspects(this.#ctx.db, this.#now())
    if (this.#turn !== turn) return
    if (due.includes(turn.destinationId)) this.#outlets.look(turn.destinationId)
    else this.#end()
  }

  #end(): void {
    this.#turn = null
    this.#outlets.lookAtAll()
  }

  /** To be called every second or so. */
  async look(): Promise<void> {
    const at = performance.now()
    const turn = this.#turn
    if (turn !== null) {
      const hangs = at - turn.since > MOST_MS
      const doesNotBegin = this.#underWay === 0 && turn.aloneSince !== null && at - turn.aloneSince > 2 * TURN_MS
      if (!hangs && !doesNotBegin) return
      this.#later.set(turn.destinationId, at + LATER_MS)
      return this.#end()
    }
    const due = await destinationsOfSuspects(this.#ctx.db, this.#now())
    const destinationId = due.find((id) => (this.#later.get(id) ?? 0) <= at)
    if (destinationId === undefined) return
    this.#turn = { destinationId, since: at, aloneSince: null }
    this.#outlets.giveBack()
    if (this.#underWay === 0) await this.#next(this.#turn)
  }

  /** After what dead servers held was given back. */
  async giveUpGuilty(): Promise<void> {
    const { db, clock, log } = this.#ctx
    const error = `${GUILTY_AFTER} servers ended while they sent this, the last ones nothing else: look at their memory, then send it again`
    for (const row of await failGuilty(db, { crashes: GUILTY_AFTER, now: clock.now(), error })) {
      const { id: deliveryId, event_id: eventId, destination_id: destinationId } = row
      log.error({ deliveryId, eventId, destinationId }, 'a delivery was given up: servers ended while they sent it')
    }
  }
}
