// How many calls a destination may get now, and of which kind: what is fresh, what has waited or failed before, and history.
// A backlog takes no more than half of the slots, so that it delays nothing fresh; fresh events leave it a third when it
// waits. Pure: the time is an argument.
import { type Breaker, closedBreaker, follow, noteFailure, noteSuccess, phaseOf } from './breaker.ts'
import { fullWindow, grow, recap, restart, shrink, type Window } from './window.ts'

export type Kind = 'fresh' | 'backlog' | 'backfill'
export const KINDS: readonly Kind[] = ['fresh', 'backlog', 'backfill']
const LIVE: readonly Kind[] = ['fresh', 'backlog']

export interface Caps {
  live: number
  backfill: number
}

export interface Slots {
  caps: Caps
  window: Window
  breaker: Breaker
  inFlight: Record<Kind, number>
  /** Whether this kind has something due, as far as we know. */
  waiting: Record<Kind, boolean>
  lastKind: Kind
  lastLive: Kind
}

export function createSlots(caps: Caps): Slots {
  return {
    caps,
    window: fullWindow(caps.live + caps.backfill),
    breaker: closedBreaker(),
    inFlight: { fresh: 0, backlog: 0, backfill: 0 },
    waiting: { fresh: false, backlog: false, backfill: false },
    lastKind: 'backfill',
    lastLive: 'backlog',
  }
}

export function recapSlots(slots: Slots, caps: Caps): void {
  if (slots.caps.live === caps.live && slots.caps.backfill === caps.backfill) return
  slots.caps = caps
  recap(slots.window, caps.live + caps.backfill)
}

/** How many more calls of this kind may begin. */
export function room(slots: Slots, kind: Kind, now: number): number {
  const { inFlight } = slots
  const all = inFlight.fresh + inFlight.backlog + inFlight.backfill
  const phase = phaseOf(slots.breaker, now)
  if (phase !== 'closed') return phase === 'half open' && all === 0 ? 1 : 0
  const size = Math.floor(slots.window.size)
  const free = Math.min(size - all, ownLimit(slots, kind, size) - inFlight[kind])
  if (free <= 0) return 0
  // The last slot goes round: of the live ones among those, and of all among those who then may. Two turns that know nothing of
  // each other could be those of two kinds, and nobody would go.
  const live = Math.min(slots.caps.live, size) - inFlight.fresh - inFlight.backlog
  const hasSlot = (each: Kind): boolean => ownLimit(slots, each, size) > inFlight[each]
  const mayGo = (each: Kind): boolean =>
    hasSlot(each) && (live !== 1 || each === 'backfill' || isNext(slots, each, LIVE, slots.lastLive, hasSlot))
  if (!mayGo(kind)) return 0
  return size - all === 1 && !isNext(slots, kind, KINDS, slots.lastKind, mayGo) ? 0 : free
}

/** Whether it is this kind's turn when there is one token for all: among those that have room for it. */
export function isTurnOf(slots: Slots, kind: Kind, now: number): boolean {
  return isNext(slots, kind, KINDS, slots.lastKind, (each) => room(slots, each, now) > 0)
}

/** Whether it is the first of those that wait and may go, counted from the one that had the slot last. */
function isNext(slots: Slots, kind: Kind, kinds: readonly Kind[], last: Kind, mayGo: (each: Kind) => boolean): boolean {
  const from = kinds.indexOf(last) + 1
  const inTurn = [...kinds.slice(from), ...kinds.slice(0, from)]
  return inTurn.find((each) => each === kind || (slots.waiting[each] && mayGo(each))) === kind
}

function ownLimit({ caps, window, inFlight, waiting }: Slots, kind: Kind, size: number): number {
  if (kind === 'backfill') {
    return Math.min(caps.backfill, Math.max(1, Math.floor((caps.backfill * size) / window.cap)))
  }
  const live = Math.min(caps.live, size)
  if (live === 1) return 1 - (kind === 'fresh' ? inFlight.backlog : inFlight.fresh)
  const share = kind === 'backlog' ? Math.floor(live / 2) : live - (waiting.backlog ? Math.ceil(live / 3) : 0)
  return Math.min(Math.max(1, share), live - (kind === 'fresh' ? inFlight.backlog : inFlight.fresh))
}

export function begin(slots: Slots, kind: Kind): void {
  slots.inFlight[kind]++
  slots.lastKind = kind
  if (kind !== 'backfill') slots.lastLive = kind
}

export interface Ended {
  kind: Kind
  startedAt: number
  now: number
  /** `neutral`: it says nothing about the other side. */
  outcome: 'success' | 'failure' | 'neutral'
  slowDown: boolean
  /** What `Retry-After` asked for. */
  askedMs: number
  /** It was answered, with a refusal of what was sent (HTTP 4xx). */
  refused: boolean
  /** 0 to 1. */
  random: number
}

/** Says what the other servers should be told: that the circuit opened, or closed. */
export function end(slots: Slots, call: Ended): 'opened' | 'closed' | null {
  slots.inFlight[call.kind]--
  if (call.outcome === 'neutral') return null
  if (call.outcome === 'success') {
    if (noteSuccess(slots.breaker)) {
      restart(slots.window)
      return 'closed'
    }
    if (call.slowDown) shrink(slots.window, call.startedAt, call.now)
    else grow(slots.window)
    return null
  }
  if (call.slowDown) shrink(slots.window, call.startedAt, call.now)
  return noteFailure(slots.breaker, call) ? 'opened' : null
}

/** All that began until now tells something new again. */
export function forgetTimes({ breaker, window }: Slots): void {
  breaker.openedAt = Number.NEGATIVE_INFINITY
  window.shrunkAt = Number.NEGATIVE_INFINITY
}

/** What the database says about the circuit, as written by another server or by whoever resumed the destination. */
export function followCircuit(slots: Slots, openedUntil: number | null, now: number): void {
  if (follow(slots.breaker, openedUntil, now)) restart(slots.window)
}
