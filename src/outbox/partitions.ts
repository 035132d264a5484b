// On PostgreSQL a day's events, deliveries and attempts are a partition each: made some days ahead, and dropped whole as soon as
// hardly anything in it is still wanted. That costs nothing per row; deleting the rows costs a tenth of having written them. What of it
// lies in a bucket is found by the daily look through that (bodies/forget.ts).
import type { Context } from '../store/context.ts'
import { listEnvironments } from '../store/environments.ts'
import { asLeader } from '../store/leader.ts'
import {
  analyze,
  type Cutoffs,
  dropAttempts,
  dropEvents,
  keptByAge,
  lostIn,
  makePartitions,
  type Partition,
  partitionsOf,
  timeOfId,
  unanalyzed,
  undeliveredIn,
} from '../store/partitions.ts'
import { cutoffOf, expiryOf, tellLost } from './retention.ts'

/** So many events are moved out of a partition that goes; where more are wanted it stays, and its rows go one by one. */
const MOST_MOVED = 1000

/** Answers which were dropped. Of several servers one does it. */
export async function tendPartitions(ctx: Context): Promise<string[]> {
  if (ctx.db.dialect !== 'postgres') return []
  const dropped = await asLeader(ctx.db, 'partitions', async () => {
    await makePartitions(ctx.db, ctx.clock.now())
    const names = await dropOld(ctx)
    await analyzeTables(ctx)
    return names
  })
  return dropped ?? []
}

async function analyzeTables(ctx: Context): Promise<void> {
  for (const table of await unanalyzed(ctx.db)) {
    await analyze(ctx.db, table).catch((error) =>
      ctx.log.warn({ err: error, table }, 'a partitioned table was not analyzed; it is tried again'),
    )
  }
}

async function dropOld(ctx: Context): Promise<string[]> {
  const events = new Map<string, number>()
  const attempts = new Map<string, number>()
  const lossy: string[] = []
  for (const { id } of await listEnvironments(ctx.db)) {
    const expiry = await expiryOf(ctx, id)
    const before = cutoffOf(expiry.events) ?? 0
    events.set(id, before)
    attempts.set(id, cutoffOf(expiry.attempts) ?? before)
    if (expiry.dropUndelivered) lossy.push(id)
  }
  const dropped: string[] = []
  for (const partition of await oldPartitions(ctx, 'events', events)) {
    const kept = await wanted(ctx, partition, events, lossy)
    if (kept === null) continue
    const lost = await lostIn(ctx.db, partition, lossy, kept)
    await dropEvents(ctx.db, partition, kept)
    for (const { environment_id: id, n } of lost) tellLost(ctx, id, Number(n), 'partition')
    ctx.metrics.expired.inc({ kind: 'events', how: 'partition' })
    ctx.log.info({ partition: partition.name, moved: kept.length }, 'a partition of old events is gone')
    dropped.push(partition.name)
  }
  for (const partition of await oldPartitions(ctx, 'attempts', attempts)) {
    if ((await keptByAge(ctx.db, 'attempts', partition, attempts, 1)).length > 0) continue
    await dropAttempts(ctx.db, partition)
    ctx.metrics.expired.inc({ kind: 'attempts', how: 'partition' })
    dropped.push(partition.name)
  }
  return dropped
}

/** Those in which nothing is younger than what the environment that keeps the least keeps. */
async function oldPartitions(ctx: Context, table: 'events' | 'attempts', cutoffs: Cutoffs): Promise<Partition[]> {
  const latest = Math.max(0, ...cutoffs.values())
  return (await partitionsOf(ctx.db, table)).filter(({ toId }) => timeOfId(toId) <= latest)
}

/** Which events have to be moved; null when they are too many. */
async function wanted(
  ctx: Context,
  partition: Partition,
  cutoffs: Cutoffs,
  lossy: readonly string[],
): Promise<string[] | null> {
  const young = await keptByAge(ctx.db, 'events', partition, cutoffs, MOST_MOVED + 1)
  if (young.length > MOST_MOVED) return null
  const open = await undeliveredIn(ctx.db, partition, lossy, MOST_MOVED + 1)
  const ids = new Set([...young, ...open].map(({ id }) => id))
  return ids.size > MOST_MOVED ? null : [...ids]
}
