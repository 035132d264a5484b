// Looks by itself where nothing announces changes, and as a fallback where something should.
import { connectorOf } from '../connectors/index.ts'
import { addDays, localDayOf } from '../model/local-day.ts'
import { enqueue, type NewJob } from '../queue/enqueue.ts'
import { type ConnectionRow, connectionsToPoll, markPolled } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { ReadPayload } from './read-job.ts'

const BATCH = 200
/** Enough for devices that sync a day or two late; older changes come by notification or are asked for. */
const DAYS_BACK = 2

/** Queues a read for every connection whose time has come. */
export async function queuePolls(ctx: Context): Promise<number> {
  const now = ctx.clock.now()
  const due = await connectionsToPoll(ctx.db, now, BATCH)
  for (const connection of due) {
    const job = pollJob(connection, now)
    const connector = connectorOf(connection)
    await ctx.db.transaction(async (tx) => {
      if (job !== null) await enqueue(tx, [job], now)
      const next = connector?.poll ? now + connector.poll.everySeconds * 1000 : null
      await markPolled(tx, connection.user_id, null, next)
    })
  }
  return due.length
}

export function pollJob(connection: ConnectionRow, now: number): NewJob | null {
  const connector = connectorOf(connection)
  if (connector === null || connector.poll === null) return null
  const today = localDayOf(now, connection.time_zone)
  const days = { start: addDays(today, -(connector.poll.daysBack ?? DAYS_BACK)), end: addDays(today, 1) }
  const payload: ReadPayload = { poll: true, orders: connector.poll.kinds.map((kind) => ({ kind, wanted: { days } })) }
  return {
    kind: 'read',
    lane: 'live',
    environmentId: connection.environment_id,
    userId: connection.user_id,
    dedupeKey: `poll:${connection.user_id}`,
    payload,
    at: now,
  }
}
