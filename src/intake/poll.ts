// Looks by itself where nothing announces changes, and as a fallback where something should.
import { connectorOf } from '../connectors/index.ts'
import type { Connector } from '../connectors/connector.ts'
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
  const { kinds, daysBack = DAYS_BACK } = lookOf(connector.poll, connection, now)
  const days = { start: addDays(today, -daysBack), end: addDays(today, 1) }
  const payload: ReadPayload = { poll: true, orders: kinds.map((kind) => ({ kind, wanted: { days } })) }
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

const DAY_SECONDS = 86_400

/** Once a day the wide look, at a time of day that follows from the connection, so that not all come at once. */
function lookOf(
  poll: NonNullable<Connector['poll']>,
  { user_id: userId }: ConnectionRow,
  now: number,
): { kinds: readonly string[]; daysBack?: number } {
  const shift = Number.parseInt(userId.slice(0, 8), 16) % DAY_SECONDS
  const dayAt = (ms: number): number => Math.floor((ms / 1000 + shift) / DAY_SECONDS)
  return poll.deep !== undefined && dayAt(now) !== dayAt(now - poll.everySeconds * 1000) ? poll.deep : poll
}
