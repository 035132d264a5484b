// How much of a destination may go out now: its slots, its circuit, its tokens.
import type { SendResult } from '../destinations/destination.ts'
import type { DeliverySettings } from '../model/delivery-settings.ts'
import { phaseOf } from './breaker.ts'
import { type Rate, rateOf } from './rate.ts'
import type { Share } from './servers.ts'
import {
  begin,
  createSlots,
  end,
  followCircuit,
  forgetTimes,
  isTurnOf,
  type Kind,
  KINDS,
  recapSlots,
  room,
  type Slots,
} from './slots.ts'

/** Tokens that nobody used are given up: together with newer ones they would be too many. */
const TOKENS_KEEP_MS = 1000
const MEMORY_SECONDS = 5

export interface Room {
  /** Calls of `send` that may begin. */
  calls: number
  /** Events that may go with them. */
  events: number
}

const NONE: Room = { calls: 0, events: 0 }

/** One for each destination in use, told of everything that begins and ends. It decides; the outlet does. */
export class Gate {
  readonly #now: () => number
  readonly #slots: Slots = createSlots({ live: 0, backfill: 0 })
  #rate: Rate | null = null
  #tokens = { count: 0, at: 0, againAt: 0 }
  /** Half of what took too long, and twice what went: a batch that never ends in time would come back whole for ever. */
  #mostTogether = Number.POSITIVE_INFINITY
  /** Until when the circuit's probe is ours; null: it is not. */
  #probeUntil: number | null = null
  #learntAt = Number.NEGATIVE_INFINITY

  /** By the clock that servers share. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** The settings as they are now: called before the first question, and again whenever they were read. */
  learn(settings: DeliverySettings, share: Share): void {
    const now = this.#now()
    if (now < this.#learntAt) this.#forgetTimes()
    this.#learntAt = now
    recapSlots(this.#slots, {
      live: share.of(settings.concurrency),
      backfill: share.of(settings.backfill_concurrency),
    })
    const rate = rateOf(settings)
    // The wait for the next token was that of the rate before.
    if (rate?.perSecond !== this.#rate?.perSecond) this.#tokens.againAt = 0
    this.#rate = rate
  }

  /** The clock was set back: nothing waits for a time that it may take days to come to again. */
  #forgetTimes(): void {
    this.#tokens.againAt = 0
    this.#probeUntil = null
    forgetTimes(this.#slots)
  }

  /** The circuit, as the database has it. */
  follow(openedUntil: number | null): void {
    if (openedUntil !== null && openedUntil === this.#probeUntil) return
    followCircuit(this.#slots, openedUntil, this.#now())
  }

  waits(kind: Kind, something: boolean): void {
    this.#slots.waiting[kind] = something
  }

  room(kind: Kind): Room {
    const calls = this.#slotsFor(kind)
    if (calls === 0 || this.wantsProbe()) return NONE
    if (this.#rate === null) return { calls, events: Number.POSITIVE_INFINITY }
    const events = this.#usableTokens()
    return events === 0 || (events === 1 && !isTurnOf(this.#slots, kind, this.#now())) ? NONE : { calls, events }
  }

  /** Events of one call, whatever the destination could take. A probe risks one. */
  get mostTogether(): number {
    return this.phase === 'closed' ? this.#mostTogether : 1
  }

  #slotsFor(kind: Kind): number {
    return room(this.#slots, kind, this.#now())
  }

  #usableTokens(): number {
    return this.#now() - this.#tokens.at > TOKENS_KEEP_MS ? 0 : this.#tokens.count
  }

  get phase(): 'closed' | 'open' | 'half open' {
    return phaseOf(this.#slots.breaker, this.#now())
  }

  /** When room may grow although nothing ends; null: only an end changes it. */
  opensAt(): number | null {
    if (this.phase === 'open') return this.#slots.breaker.openUntil
    if (this.#rate !== null && this.#usableTokens() === 0 && this.#couldBegin()) return this.#tokens.againAt
    return null
  }

  /** Whether new events may wait for it in memory. A destination that is known to be down leaves them in the database. */
  takes(kind: Kind): boolean {
    return this.phase === 'closed' && this.serves(kind)
  }

  /** False where other servers have all of its slots. */
  serves(kind: Kind): boolean {
    return (kind === 'backfill' ? this.#slots.caps.backfill : this.#slots.caps.live) > 0
  }

  /** What may wait in memory: no more than goes out soon, where there is a limit. */
  get mostInMemory(): number {
    return this.#rate === null ? Number.POSITIVE_INFINITY : Math.ceil(this.#rate.perSecond * MEMORY_SECONDS)
  }

  /** The circuit may be tried, if no other server tries it. */
  wantsProbe(): boolean {
    return this.phase === 'half open' && this.#probeUntil === null && this.#couldBegin()
  }

  /** The value of the circuit that a probe replaces. */
  get openUntil(): number | null {
    return this.#slots.breaker.openUntil
  }

  probe(until: number): void {
    this.#probeUntil = until
  }

  /** How many tokens it would take from the destination's bucket now; 0 for none. */
  wantsTokens(): { rate: Rate; count: number } | null {
    const { againAt } = this.#tokens
    if (this.#rate === null || this.#usableTokens() > 0 || this.#now() < againAt || !this.#couldBegin()) return null
    return { rate: this.#rate, count: Math.floor(this.#rate.burst) }
  }

  grant(count: number, waitMs: number): void {
    const now = this.#now()
    this.#tokens = { count, at: now, againAt: now + waitMs }
  }

  #couldBegin(): boolean {
    return KINDS.some((kind) => this.#slots.waiting[kind] && this.#slotsFor(kind) > 0)
  }

  began(kind: Kind, events: number): void {
    begin(this.#slots, kind)
    this.#tokens.count = Math.max(0, this.#tokens.count - events)
  }

  /** Says what other servers must know of the circuit; undefined: it stays as it is. */
  ended(kind: Kind, results: readonly SendResult[], startedAt: number): { openedUntil: number | null } | undefined {
    const said = verdict(results)
    if (said.outcome === 'success') {
      if (results.length >= this.#mostTogether) this.#mostTogether = results.length * 2
    } else if (said.slowDown && results.length <= this.#mostTogether) {
      this.#mostTogether = Math.max(1, Math.floor(results.length / 2))
    }
    const change = end(this.#slots, {
      kind,
      startedAt,
      now: this.#now(),
      random: Math.random(),
      ...said,
    })
    if (change === null) return undefined
    this.#probeUntil = null
    return { openedUntil: this.#slots.breaker.openUntil }
  }
}

function isRefusal({ status, slowDown, refused }: SendResult & { next: 'retry' }): boolean {
  return refused === true || (status !== null && status >= 400 && status < 500 && slowDown !== true)
}

/** What one call says of the other side: it is there if it took anything. */
function verdict(results: readonly SendResult[]): {
  outcome: 'success' | 'failure' | 'neutral'
  slowDown: boolean
  askedMs: number
  refused: boolean
} {
  const retries = results.filter((result) => result.next === 'retry')
  const failed = results.some((result) => result.next === 'retry' || result.next === 'pause')
  const taken = results.some((result) => result.next === 'delivered')
  return {
    outcome: taken ? 'success' : failed ? 'failure' : 'neutral',
    slowDown: retries.some((result) => result.slowDown === true),
    refused: retries.every(isRefusal),
    askedMs: Math.max(0, ...retries.map((result) => (result.afterSeconds ?? 0) * 1000)),
  }
}
