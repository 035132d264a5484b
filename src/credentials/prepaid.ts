// Reading takes several calls, and half of them are worth nothing: what was read is read again with the rest. So they are taken
// together before the first one. Without that many who read at once would share a small limit such that none of them ever ends.
import { ProviderError } from '../platform/errors.ts'
import type { Context } from '../store/context.ts'
import { giveBack, type Lane, mostCalls } from './budgets.ts'
import type { Application } from './client.ts'
import { budgetsOf, type Prepaid, take } from './pace.ts'

/** It had all that the limits allow in one window, and that was not enough: less has to be asked for at once. */
export class TooMuchAtOnce extends ProviderError {}

const MAX_KNOWN = 5000
/** What is no longer needed is forgotten slowly: people differ. */
const FORGET = 1 / 8
/** Calls of the latest readings of one kind. In memory: whoever starts anew learns it with the first of them. */
const known = new Map<string, number>()

/** What is alike costs about as much. */
export interface Shape {
  userId: string
  lane: Lane
  /** The same for readings that cost about the same. */
  like: string
  /** Calls that it takes at least. */
  least: number
}

/** Runs `read` with its calls taken. Throws ProviderError `retry`, having asked nothing, when there are not enough of them. */
export async function withCallsTaken<T>(
  ctx: Context,
  application: Application,
  { userId, lane, like, least }: Shape,
  read: (prepaid: Prepaid) => Promise<T>,
): Promise<T> {
  const budgets = budgetsOf(application, { userId, lane })
  const most = Math.min(...budgets.map(({ limit }) => mostCalls(limit, lane)))
  const key = `${application.connector.id}:${application.variant ?? ''}:${lane}:${like}`
  const calls = Math.min(Math.max(known.get(key) ?? 0, least), most)
  const prepaid: Prepaid = { left: 0, used: 0 }
  const taken: typeof budgets = []
  try {
    if (Number.isFinite(most) && calls > 0) {
      for (const budget of budgets) {
        await take(ctx, budget, calls, lane)
        taken.push(budget)
      }
      prepaid.left = calls
    }
    const result = await read(prepaid)
    learn(key, Math.max(prepaid.used, Math.floor((known.get(key) ?? 0) * (1 - FORGET))))
    return result
  } catch (error) {
    if (!(error instanceof ProviderError) || !error.rateLimited || prepaid.used === 0) throw error
    learn(key, Math.max(known.get(key) ?? 0, prepaid.used * 2))
    if (calls < most) throw error
    throw new TooMuchAtOnce(error.message, { ...error, cause: error })
  } finally {
    const unused = taken.length < budgets.length ? calls : prepaid.left
    if (unused > 0) for (const budget of taken) giveBack(ctx, budget, unused, lane)
  }
}

function learn(key: string, calls: number): void {
  known.delete(key)
  known.set(key, calls)
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!)
}
