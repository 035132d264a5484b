// The outbound loop. Each destination has an outlet of its own with a bounded number of deliveries in flight, so that a dead
// or slow one delays no other and a backfill delays no live data.
import { addTaker, type Handed } from '../outbox/handover.ts'
import { deliveryQueue, recover } from '../queue/queue.ts'
import { LOOK_MS, Servers } from '../queue/servers.ts'
import { DELIVERIES_CHANNEL, onDeliveries } from '../queue/wake.ts'
import type { Context } from '../store/context.ts'
import { dueDestinations, releaseStranded } from '../store/deliveries.ts'
import { Alone } from './alone.ts'
import { openLeases } from './leases.ts'
import { Outlet } from './outlet.ts'
import type { OutletWorld } from './outlet-world.ts'
import { everything, shareOf } from './servers.ts'
import { Settler } from './settler.ts'

const BACKSTOP_MS = 1000
/** Hints of other processes are looked into together. */
const HINT_MS = 50
const RELEASE_MS = 60_000

export interface Loop {
  /** No new work; waits for what is in flight, at most `graceMs`. */
  stop(graceMs: number): Promise<void>
}

export async function startDelivering(ctx: Context, options: { onlyProcess: boolean }): Promise<Loop> {
  const outlets = new Map<string, Outlet>()
  const working = new Set<Promise<unknown>>()
  const servers = new Servers(ctx.db, deliveryQueue, ctx.log)
  const leases = await openLeases(ctx.db, ctx.clock, servers)
  /** Deliveries under a lease of this process: in a queue, on their way, or being settled. */
  const held = new Set<string>()
  let share = everything
  let stopped = false

  const alone = new Alone(ctx, () => leases.now(), {
    giveBack: () => outlets.forEach((outlet) => world.track(outlet.giveBack())),
    look,
    lookAtAll: () => outlets.forEach((_, id) => look(id)),
  })
  const world: OutletWorld = {
    alone,
    ctx,
    leases,
    held,
    share: () => share,
    settler: new Settler(ctx, held, (ids) => new Set(ids).forEach(look)),
    track(work) {
      working.add(work)
      void work
        .catch((error) => ctx.log.error({ err: error }, 'the delivery loop stumbled'))
        .finally(() => working.delete(work))
    },
    isStopped: () => stopped,
    gone: (id) => void outlets.delete(id),
  }

  function outletOf(destinationId: string): Outlet {
    let outlet = outlets.get(destinationId)
    if (outlet === undefined) {
      outlet = new Outlet(destinationId, world)
      outlets.set(destinationId, outlet)
    }
    return outlet
  }

  function look(destinationId: string): void {
    if (!stopped) outletOf(destinationId).look()
  }

  function byOutlet(handed: readonly Handed[], give: (outlet: Outlet, own: Handed[]) => void): void {
    const groups = Map.groupBy(handed, ({ delivery }) => delivery.destination_id)
    for (const [id, own] of groups) give(outletOf(id), own)
  }

  /** Several loops share every limit of a destination, and what one that died held goes to the others. */
  async function announce(): Promise<void> {
    if (!options.onlyProcess) share = shareOf(await servers.announce(leases.now()), servers.id)
  }

  await announce()
  await recover(ctx.db, deliveryQueue, options.onlyProcess ? Number.POSITIVE_INFINITY : leases.now())
  await alone.giveUpGuilty()
  await releaseStranded(ctx.db, leases.now())
  const leave = addTaker(ctx.db, {
    reserve: (row, lane, bytes) => (stopped ? null : outletOf(row.id).reserve(row, lane, bytes)),
    take: (handed) => byOutlet(handed, (outlet, own) => outlet.take(own)),
    giveUp: (handed) => byOutlet(handed, (outlet, own) => outlet.giveUp(own)),
    forgetUser: (userId) => outlets.forEach((outlet) => outlet.forgetUser(userId)),
  })
  const unsubscribe = onDeliveries((ids) => ids.forEach(look))

  /** One at a time; all that are asked for meanwhile are one more. */
  const guard = (work: () => Promise<unknown>) => {
    let [busy, again] = [false, false]
    return function turn(): void {
      if (stopped) return
      if (busy) {
        again = true
        return
      }
      busy = true
      void work()
        .catch((error) => ctx.log.warn({ err: error }, 'the delivery loop cannot reach the database'))
        .finally(() => {
          busy = false
          if (!again) return
          again = false
          turn()
        })
    }
  }
  const backstop = guard(async () => {
    await alone.look()
    for (const id of await dueDestinations(ctx.db, leases.now())) look(id)
  })
  let hinted: NodeJS.Timeout | undefined
  const unlisten = ctx.db.listen(DELIVERIES_CHANNEL, () => {
    hinted ??= setTimeout(() => {
      hinted = undefined
      backstop()
    }, HINT_MS)
  })
  const looking = setInterval(backstop, BACKSTOP_MS)
  const sweeping = setInterval(
    guard(async () => {
      await leases.look()
      await announce()
      await recover(ctx.db, deliveryQueue, leases.now(), (id) => held.has(id))
      await alone.giveUpGuilty()
    }),
    LOOK_MS,
  )
  const releasing = setInterval(
    guard(() => releaseStranded(ctx.db, leases.now())),
    RELEASE_MS,
  )
  backstop()

  return {
    async stop(graceMs) {
      stopped = true
      leave()
      unsubscribe()
      unlisten()
      clearInterval(looking)
      clearInterval(sweeping)
      clearInterval(releasing)
      clearTimeout(hinted)
      for (const outlet of outlets.values()) world.track(outlet.giveBack())
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, graceMs, 'late')
      })
      const ended = (async () => {
        while (working.size > 0) await Promise.allSettled(working)
        await world.settler.idle()
        for (const outlet of outlets.values()) outlet.close()
        while (working.size > 0) await Promise.allSettled(working)
      })()
      await Promise.race([ended, late])
      clearTimeout(timer)
      world.settler.stop()
      if (!options.onlyProcess) await servers.leave().catch(() => undefined)
      for (const outlet of outlets.values()) outlet.close()
    },
  }
}
