// The job behind a notification or a poll: read what is said to be new, store what changed.
import { connectorOf } from '../connectors/index.ts'
import type { Wanted } from '../connectors/connector.ts'
import { addDays, localDayOf } from '../model/local-day.ts'
import { connectionById, markPolled } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { JobRow } from '../store/jobs.ts'
import { type FetchOrder, fetchAll } from './fetch.ts'
import { ingest } from './ingest.ts'
import type { JobResult } from './jobs.ts'
import { promiseStatements } from './promises.ts'

export interface ReadPayload {
  orders: FetchOrder[]
  /** True when a schedule, not a notification, asked. */
  poll?: boolean
}

export async function runRead(ctx: Context, job: JobRow): Promise<JobResult> {
  const payload = JSON.parse(job.payload) as ReadPayload
  const connection = job.user_id === null ? null : await connectionById(ctx.db, job.user_id)
  const connector = connection === null ? null : connectorOf(connection)
  if (connection === null) return 'gone'
  if (connector === null || connection.active !== 1) return 'done'
  const today = localDayOf(ctx.clock.now(), connection.time_zone)
  const orders = withCompanions(connector.reads, payload.orders, today)
  const { read, promised } = await fetchAll(ctx, connector, connection, orders, null)
  const also = promiseStatements(connection.user_id, promised, ctx.clock.now())
  // Single kinds do not make a day complete.
  await ingest(ctx, connector, connection.user_id, { ...read, covered: [] }, { lane: 'live', also })
  if (payload.poll === true && connector.poll !== null) {
    const now = ctx.clock.now()
    await markPolled(ctx.db, connection.user_id, now, now + connector.poll.everySeconds * 1000)
  }
  return 'done'
}

/** Kinds without a notification of their own are read when the one that they go with is announced. */
function withCompanions(
  reads: Record<string, { alsoRead?: readonly string[] }>,
  orders: readonly FetchOrder[],
  today: string,
): FetchOrder[] {
  const all = [...orders]
  for (const order of orders) {
    for (const kind of reads[order.kind]?.alsoRead ?? []) {
      if (all.some((each) => each.kind === kind)) continue
      const days: Wanted = 'days' in order.wanted ? order.wanted : { days: { start: addDays(today, -1), end: today } }
      all.push({ kind, wanted: days })
    }
  }
  return all
}
