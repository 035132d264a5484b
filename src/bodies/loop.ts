// Keeps the bucket in step with the rows, or brings all of it back into them: on one server at a time.
import { BodiesUnavailable, type BodyStore } from '../store/bodies.ts'
import { endTurn, takeTurn } from '../store/body-moves.ts'
import { beginMoving, bodiesTrouble, MOVED_AFTER_MS, noteSuccess, noteTrouble } from '../store/body-state.ts'
import type { Context } from '../store/context.ts'
import { forgetBodies, sweepBodies } from './forget.ts'
import { moveBodies } from './move.ts'
import { returnBodies } from './return.ts'
import { type BodiesReturn, MARK } from './setting.ts'

export interface BodiesOptions {
  /** `off`: they are moved out. */
  back?: BodiesReturn
  everyMs?: number
  turnMs?: number
  /** Longer than a turn with the requests that it ends with: after it another server goes on. */
  leaseMs?: number
}

const TURN = 'bodies_turn'

export function startBodies(
  ctx: Context,
  bodies: BodyStore,
  { back = 'off', everyMs = 10_000, turnMs = 20_000, leaseMs = 5 * 60_000 }: BodiesOptions = {},
): { stop(graceMs: number): Promise<void> } {
  let stopped = false
  let running: Promise<void> | null = null

  async function turn(): Promise<void> {
    const until = (await ctx.db.now()) + leaseMs
    if (!(await takeTurn(ctx.db, TURN, until - leaseMs, until))) return
    const end = performance.now() + turnMs
    try {
      await work(() => stopped || performance.now() > end)
    } catch (error) {
      ctx.metrics.bodiesFailed.inc()
      ctx.log.warn({ err: error }, 'bodies could not be moved or deleted; it is tried again')
      await noteTrouble(ctx.db, Date.now(), (error as Error).message)
    } finally {
      await endTurn(ctx.db, TURN, until)
    }
  }

  async function work(until: () => boolean): Promise<void> {
    if (back === 'off') await mustBeThere(bodies)
    await forgetBodies(ctx, bodies, until)
    let moved: number
    if (back === 'off') {
      await beginMoving(ctx.db, bodies.place)
      moved = await moveBodies(ctx, bodies, { madeBefore: Date.now() - MOVED_AFTER_MS, until })
      ctx.metrics.bodiesMoved.inc({ way: 'out' }, moved)
    } else {
      moved = await returnBodies(ctx, bodies, { withoutMissing: back === 'without-missing', until })
      ctx.metrics.bodiesMoved.inc({ way: 'back' }, moved)
    }
    // A turn whose time was up before it came to anything says nothing of what failed.
    const works = moved > 0 || !until()
    await sweepBodies(ctx, bodies, until)
    if (works && (await bodiesTrouble(ctx.db)) !== null) await noteSuccess(ctx.db)
  }

  const timer = setInterval(() => {
    running ??= turn()
      .catch((error) => ctx.log.warn({ err: error }, 'bodies wait for the database'))
      .finally(() => {
        running = null
      })
  }, everyMs)

  return {
    async stop(graceMs) {
      stopped = true
      clearInterval(timer)
      let late: NodeJS.Timeout | undefined
      await Promise.race([running, new Promise((resolve) => (late = setTimeout(resolve, graceMs)))])
      clearTimeout(late)
    },
  }
}

/** Looked at in every turn: that a place is away is known before somebody needs what lies there. */
async function mustBeThere(bodies: BodyStore): Promise<void> {
  if ((await bodies.get(MARK)) === null) throw new BodiesUnavailable(`${bodies.place}: ${MARK} is not there`)
}
