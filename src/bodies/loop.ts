// Keeps the bucket in step with the rows, on one server at a time.
import type { BodyStore } from '../store/bodies.ts'
import { takeTurn } from '../store/body-moves.ts'
import type { Context } from '../store/context.ts'
import { writeInstanceSetting } from '../store/instance-settings.ts'
import { forgetBodies, sweepBodies } from './forget.ts'
import { MOVED_AFTER_MS, moveBodies } from './move.ts'

const EVERY_MS = 10_000
const TURN_MS = 20_000
/** Longer than a turn with the requests that it ends with. */
const LEASE_MS = 5 * 60_000

export function startBodies(ctx: Context, bodies: BodyStore): { stop(graceMs: number): Promise<void> } {
  let stopped = false
  let running: Promise<void> | null = null

  async function turn(): Promise<void> {
    const now = await ctx.db.now()
    if (!(await takeTurn(ctx.db, 'bodies_turn', now, now + LEASE_MS))) return
    const end = performance.now() + TURN_MS
    const until = (): boolean => stopped || performance.now() > end
    try {
      await forgetBodies(ctx, bodies, until)
      await moveBodies(ctx, bodies, { madeBefore: Date.now() - MOVED_AFTER_MS, until })
      await sweepBodies(ctx, bodies, until)
    } finally {
      await writeInstanceSetting(ctx.db, 'bodies_turn', '0')
    }
  }

  const timer = setInterval(() => {
    running ??= turn()
      .catch((error) => ctx.log.warn({ err: error }, 'bodies could not be moved or deleted; it is tried again'))
      .finally(() => {
        running = null
      })
  }, EVERY_MS)

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
