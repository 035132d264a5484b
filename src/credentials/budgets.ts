// What providers allow, counted: in memory where one process is all there is, else in the database for all servers, which take
// some calls in advance so that not every one costs a trip.
import type { RateLimit } from '../connectors/connector.ts'
import type { BudgetSlotRow } from '../store/budgets.ts'
import { REFUSAL, refuseBudget, slotsOfBudgets, useBudget } from '../store/budgets.ts'
import type { Context } from '../store/context.ts'
import { leftOf, type Slices, takeFrom, type Verdict } from './window.ts'

const MAX_BUDGETS = 50_000
/** Part of a limit that one server takes at once, and for how long it may hold on to it. */
const ADVANCE = 1 / 25
const MOST_IN_ADVANCE = 20
const HOLD_MS = 2000
/** Part of a limit that history leaves for what is new. */
const KEPT_FOR_LIVE = 0.2

export type Lane = 'live' | 'backfill'

export interface Budget {
  name: string
  limit: RateLimit
}

interface Held {
  count: number
  until: number
}

const inMemory = new Map<string, { used: Map<number, number>; refusedUntil: number }>()
const held = new Map<string, Held>()
const asking = new Map<string, Promise<void>>()
/** What this process has asked of, other than for one person: what the metrics tell of. */
const shared = new Map<string, RateLimit>()
const MAX_SHARED = 1000

/** Zero when the calls are taken; else the milliseconds to wait before asking again. */
export async function takeCalls(ctx: Context, budget: Budget, cost: number, lane: Lane): Promise<number> {
  const keep = keptFrom(budget.limit, lane)
  const now = ctx.clock.now()
  if (budget.name.startsWith('application:') && shared.size < MAX_SHARED) shared.set(budget.name, budget.limit)
  if (ctx.db.dialect === 'sqlite') return takeInMemory(budget, { now, cost, most: cost, keep })
  const key = `${lane} ${budget.name}`
  // One question at a time for each budget: what it brings serves those who wait behind it.
  while (!takeHeld(key, cost, ctx.clock.now())) {
    const running = asking.get(key)
    if (running !== undefined) {
      await running
      continue
    }
    let waitMs = 0
    const question = askShared(ctx, budget, key, cost, keep).then((wait) => {
      waitMs = wait
    })
    const settled = question.catch(() => {})
    asking.set(key, settled)
    try {
      await question
    } finally {
      asking.delete(key)
    }
    if (waitMs > 0) return waitMs
  }
  return 0
}

function keptFrom(limit: RateLimit, lane: Lane): number {
  return lane === 'backfill' ? Math.floor(limit.requests * KEPT_FOR_LIVE) : 0
}

/** The most calls of one window that a lane may have. */
export function mostCalls(limit: RateLimit, lane: Lane): number {
  return Math.max(1, limit.requests - keptFrom(limit, lane))
}

/** Calls that were taken and not made. */
export function giveBack(ctx: Context, { name }: Budget, count: number, lane: Lane): void {
  if (ctx.db.dialect === 'sqlite') {
    const { used } = slicesInMemory(name)
    let left = count
    // The oldest first: what stays is counted for too long rather than for too short a time.
    for (const slot of [...used.keys()].sort((a, b) => a - b)) {
      const back = Math.min(left, used.get(slot)!)
      used.set(slot, used.get(slot)! - back)
      left -= back
    }
    return
  }
  hold(`${lane} ${name}`, count, ctx.clock.now())
}

/** The provider said that it is too much: nobody asks until it ends. */
export async function refuseCalls(ctx: Context, name: string, until: number): Promise<void> {
  if (ctx.db.dialect === 'sqlite') {
    const slices = slicesInMemory(name)
    slices.refusedUntil = Math.max(slices.refusedUntil, until)
    return
  }
  for (const lane of ['live', 'backfill']) held.delete(`${lane} ${name}`)
  await refuseBudget(ctx.db, name, until)
}

/** The clock was set back to `now`: refusals end as much earlier. Those of the database follow its own clock. */
export function bringRefusalsForward(byMs: number, now: number): void {
  for (const slices of inMemory.values()) if (slices.refusedUntil > now) slices.refusedUntil -= byMs
}

function takeInMemory({ name, limit }: Budget, how: { now: number; cost: number; most: number; keep: number }): number {
  const slices = slicesInMemory(name)
  const verdict = takeFrom(slices, limit, how)
  if ('waitMs' in verdict) return verdict.waitMs
  const { slot, count } = verdict.take
  for (const old of slices.used.keys()) if (old < slot - 60 || old > slot) slices.used.delete(old)
  slices.used.set(slot, (slices.used.get(slot) ?? 0) + count)
  return 0
}

function slicesInMemory(name: string): { used: Map<number, number>; refusedUntil: number } {
  const slices = inMemory.get(name) ?? { used: new Map<number, number>(), refusedUntil: 0 }
  inMemory.delete(name)
  inMemory.set(name, slices)
  if (inMemory.size > MAX_BUDGETS) inMemory.delete(inMemory.keys().next().value!)
  return slices
}

function takeHeld(key: string, cost: number, now: number): boolean {
  const own = held.get(key)
  if (own === undefined || own.until < now || own.count < cost) return false
  own.count -= cost
  if (own.count === 0) held.delete(key)
  return true
}

async function askShared(
  ctx: Context,
  { name, limit }: Budget,
  key: string,
  cost: number,
  keep: number,
): Promise<number> {
  const advance = Math.min(MOST_IN_ADVANCE, Math.ceil(limit.requests * ADVANCE))
  const now = ctx.clock.now()
  const missing = Math.max(1, cost - heldOf(key, now))
  const verdict = await useBudget<Verdict>(ctx.db, name, (rows) => {
    const answer = takeFrom(slicesOf(rows), limit, { now, cost: missing, most: Math.max(missing, advance), keep })
    if ('waitMs' in answer) return { add: null, answer }
    const { slot, count, endsAt } = answer.take
    return { add: { slot, used: count, ends_at: endsAt }, answer }
  })
  if ('waitMs' in verdict) return verdict.waitMs
  hold(key, verdict.take.count, now)
  if (held.size > MAX_BUDGETS) held.delete(held.keys().next().value!)
  return 0
}

function heldOf(key: string, now: number): number {
  const own = held.get(key)
  return own === undefined || own.until < now ? 0 : own.count
}

/** Besides what is held already. */
function hold(key: string, more: number, now: number): void {
  const count = heldOf(key, now) + more
  held.delete(key)
  held.set(key, { count, until: now + HOLD_MS })
}

function slicesOf(rows: readonly BudgetSlotRow[]): Slices {
  const refusal = rows.find((row) => row.slot === REFUSAL)
  const used = new Map(rows.filter((row) => row.slot !== REFUSAL).map((row) => [row.slot, row.used]))
  return { used, refusedUntil: refusal?.ends_at ?? 0 }
}

/** What is left of each limit of our applications at the providers, 0 to 1, as all servers have used it. */
export async function budgetsLeft(ctx: Context): Promise<{ name: string; limit: RateLimit; left: number }[]> {
  const now = ctx.clock.now()
  const rows = ctx.db.dialect === 'sqlite' ? [] : await slotsOfBudgets(ctx.db, [...shared.keys()])
  const stored = Map.groupBy(rows, (row) => row.name)
  return [...shared].map(([name, limit]) => {
    const slices =
      ctx.db.dialect === 'sqlite'
        ? (inMemory.get(name) ?? { used: new Map<number, number>(), refusedUntil: 0 })
        : slicesOf(stored.get(name) ?? [])
    return { name, limit, left: leftOf(slices, limit, now) }
  })
}
