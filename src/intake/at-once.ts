// Pushed pages are stored before they are acknowledged, with the records and events that they make: one commit for all that
// arrives together, and no job in between. What finds no room, and what somebody else is at, becomes a job.
import { connectorOf } from '../connectors/index.ts'
import { asksForOrder } from '../outbox/order.ts'
import type { Context } from '../store/context.ts'
import type { Database } from '../store/database.ts'
import { isUnavailable } from '../store/errors.ts'
import { traceOf } from '../store/traced.ts'
import { soonest } from './coalesce.ts'
import { type Arrival, ingestTogether } from './ingest.ts'
import type { Push } from './push-job.ts'

/** Larger ones would keep others waiting for their acknowledgement. */
const LARGEST_BYTES = 256 * 1024
const MOST_INSIDE = 256
const MOST_INSIDE_BYTES = 16 * 1024 * 1024
/** Of one commit: mapping them keeps the event loop for some milliseconds. */
const MOST_TOGETHER = 32
const MOST_TOGETHER_BYTES = 1024 * 1024
/** While one commit waits for the disk, the next is made. */
const MOST_COMMITS = 2

interface Inside {
  arrival: Arrival
  bytes: number
  /** Shares its commit with no other: it takes places in lists that others take places in as well. */
  alone: boolean
  /** Whether it is stored; otherwise it has to become a job. */
  ended(stored: boolean): void
  failed(error: unknown): void
}

const open = new WeakMap<Database, AtOnce>()

/** While the inbound loop of this process runs. The answer ends it. */
export function openAtOnce(ctx: Context): () => Promise<void> {
  const atOnce = new AtOnce(ctx)
  open.set(ctx.db, atOnce)
  return () => {
    if (open.get(ctx.db) === atOnce) open.delete(ctx.db)
    return atOnce.idle()
  }
}

/** Answers what has to become a job, and not before when. */
export async function storeAtOnce(ctx: Context, pushes: readonly Push[]): Promise<{ push: Push; at: number }[]> {
  const left = await Promise.all(
    pushes.map(async (push) => {
      const at = soonest(push.key, push.at)
      // The same again within a moment waits, so that a storm of it is looked at once more, not a thousand times.
      const stored = at <= push.at && (await open.get(ctx.db)?.store(push, traceOf(ctx))) === true
      return stored ? [] : [{ push, at }]
    }),
  )
  return left.flat()
}

class AtOnce {
  readonly #ctx: Context
  readonly #waiting: Inside[] = []
  /** Whose data is being stored: the next of theirs waits for it. */
  readonly #busy = new Set<string>()
  readonly #commits = new Set<Promise<void>>()
  #inside = 0
  #insideBytes = 0

  constructor(ctx: Context) {
    this.#ctx = ctx
  }

  async store(push: Push, trace: string | null): Promise<boolean> {
    const bytes = push.digests.reduce((sum, { content }) => sum + content.length, 0)
    const connector = connectorOf(push.connection)
    if (connector === null || bytes > LARGEST_BYTES) return false
    if (this.#inside >= MOST_INSIDE || this.#insideBytes + bytes > MOST_INSIDE_BYTES) return false
    this.#inside++
    this.#insideBytes += bytes
    try {
      const alone = await asksForOrder(this.#ctx.db, push.connection.environment_id)
      const { pages, digests, listed } = push
      const read = { pages, gone: [], runAt: push.at, covered: [], listed }
      const arrival: Arrival = {
        connector,
        userId: push.connection.user_id,
        read,
        digests,
        options: { lane: 'live', trace },
      }
      return await new Promise<boolean>((ended, failed) => {
        this.#waiting.push({ arrival, bytes, alone, ended, failed })
        if (this.#commits.size < MOST_COMMITS) this.#begin()
      })
    } finally {
      this.#inside--
      this.#insideBytes -= bytes
    }
  }

  async idle(): Promise<void> {
    while (this.#commits.size > 0) await Promise.all(this.#commits)
  }

  #begin(): void {
    const work = this.#work().finally(() => this.#commits.delete(work))
    this.#commits.add(work)
  }

  async #work(): Promise<void> {
    // What else arrives in this turn of the event loop comes along.
    await new Promise((resolve) => setImmediate(resolve))
    for (let next = this.#next(); next.length > 0; next = this.#next()) {
      await this.#commit(next)
      for (const { arrival } of next) this.#busy.delete(arrival.userId)
    }
  }

  /** In the order in which they came, one for each person. */
  #next(): Inside[] {
    const chosen: Inside[] = []
    let bytes = 0
    for (let i = 0; i < this.#waiting.length && chosen.length < MOST_TOGETHER;) {
      const each = this.#waiting[i]!
      if (this.#busy.has(each.arrival.userId)) {
        i++
        continue
      }
      if (chosen.length > 0 && (each.alone || bytes + each.bytes > MOST_TOGETHER_BYTES)) break
      this.#waiting.splice(i, 1)
      this.#busy.add(each.arrival.userId)
      chosen.push(each)
      bytes += each.bytes
      if (each.alone) break
    }
    return chosen
  }

  async #commit(inside: readonly Inside[]): Promise<void> {
    const { log, metrics } = this.#ctx
    try {
      const results = await ingestTogether(
        this.#ctx,
        inside.map(({ arrival }) => arrival),
      )
      for (const [i, each] of inside.entries()) {
        if (results[i] !== null) metrics.jobs.inc({ kind: 'push', outcome: 'done' })
        each.ended(results[i] !== null)
      }
    } catch (error) {
      if (isUnavailable(error)) for (const each of inside) each.failed(error)
      // One of them is to blame; the others are not harmed.
      else if (inside.length > 1) for (const each of inside) await this.#commit([each])
      else {
        log.error({ err: error, userId: inside[0]!.arrival.userId }, 'a push could not be stored at once; it is a job')
        inside[0]!.ended(false)
      }
    }
  }
}
