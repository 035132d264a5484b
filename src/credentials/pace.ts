// Stays below what a provider allows instead of finding out: which budgets a call is taken from, and the wait for them.
import { createHash } from 'node:crypto'
import type { RateLimit } from '../connectors/connector.ts'
import { ProviderError } from '../platform/errors.ts'
import type { Context } from '../store/context.ts'
import { type Budget, type Lane, refuseCalls, takeCalls } from './budgets.ts'
import type { Application } from './client.ts'

/** Longer waits go back to the queue instead of holding a worker. */
const LONGEST_WAIT_MS = 5000

/** Calls that were taken before the first of them. */
export interface Prepaid {
  left: number
  used: number
}

export interface Paced {
  /** Null while somebody signs in. */
  userId: string | null
  lane: Lane
  /** One of `limits.budgets`, besides the others. */
  budget?: string | undefined
  cost?: number | undefined
  prepaid?: Prepaid | undefined
}

/** Waits for its turn. Throws ProviderError `retry` when that would take long. */
export async function pace(ctx: Context, application: Application, paced: Paced): Promise<void> {
  const { cost = 1, lane, prepaid } = paced
  const paid = prepaid !== undefined && prepaid.left > 0
  if (prepaid !== undefined) prepaid.used++
  if (paid) prepaid.left--
  for (const budget of budgetsOf(application, paced)) {
    const named = paced.budget !== undefined && budget.name.startsWith(namedPrefix(application, paced.budget))
    if (paid && !named) continue
    // What a named budget counts is its own; calls are counted one by one.
    await take(ctx, budget, named ? cost : 1, lane)
  }
}

/** After a 429: the budget that it most likely spoke of is closed to everyone until `until`. */
export async function refused(ctx: Context, application: Application, paced: Paced, until: number): Promise<void> {
  const all = budgetsOf(application, paced)
  const named =
    paced.budget === undefined
      ? []
      : all.filter((each) => each.name.startsWith(namedPrefix(application, paced.budget!)))
  const own = all.filter((each) => each.name.startsWith('connection:'))
  const [closed] = named.length > 0 ? named : own.length > 0 ? own : all
  if (closed !== undefined) await refuseCalls(ctx, closed.name, until)
}

/** All that a call is taken from. */
export function budgetsOf(application: Application, { userId, budget }: Paced): Budget[] {
  const { limits } = application.connector
  const prefix = applicationPrefix(application)
  const named = budget === undefined ? undefined : limits.budgets?.[budget]
  if (budget !== undefined && named === undefined) {
    throw new Error(`${application.connector.id} names no budget ${budget}`)
  }
  return [
    // The narrowest first: what is refused there costs the others nothing.
    ...(userId === null ? [] : numbered(`connection:${userId}`, limits.connection)),
    ...(budget === undefined ? [] : numbered(namedPrefix(application, budget), named)),
    ...numbered(`${prefix}calls`, limits.application),
  ]
}

function numbered(name: string, limits: RateLimit | readonly RateLimit[] | undefined): Budget[] {
  const all = limits === undefined ? [] : Array.isArray(limits) ? limits : [limits as RateLimit]
  return all.map((limit, i) => ({ name: `${name}:${i}`, limit }))
}

/** One application at the provider, in however many environments it is used. */
function applicationPrefix({ connector, variant, client }: Application): string {
  const who = createHash('sha256').update(client.id).digest('base64url').slice(0, 16)
  return `application:${connector.id}:${variant ?? ''}:${who}:`
}

function namedPrefix(application: Application, budget: string): string {
  return `${applicationPrefix(application)}${budget}`
}

/** Waits for its turn, if that is soon. */
export async function take(ctx: Context, budget: Budget, cost: number, lane: Lane): Promise<void> {
  for (let waited = 0; ;) {
    const waitMs = await takeCalls(ctx, budget, cost, lane)
    if (waitMs === 0) return
    if (waited + waitMs > LONGEST_WAIT_MS) {
      throw new ProviderError('the budget of calls to the provider is used up', {
        next: 'retry',
        afterSeconds: Math.ceil(waitMs / 1000),
        rateLimited: true,
        cause: { budget: budget.name },
      })
    }
    waited += waitMs
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}
