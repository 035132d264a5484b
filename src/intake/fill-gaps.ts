// Days that were never read, or that may have changed since, read from the provider.
import { connectorOf } from '../connectors/index.ts'
import type { Connector } from '../connectors/connector.ts'
import { connectionDegraded } from '../credentials/disconnect.ts'
import type { DataType } from '../model/data-type.ts'
import { addDays, countDays, daysBetween, localDayOf } from '../model/local-day.ts'
import { ProviderError } from '../platform/errors.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { coverageOf } from '../store/coverage.ts'
import type { Statement } from '../store/database.ts'
import type { RecordRange } from '../store/records.ts'
import { fetchAll, ordersForDays, typesOf } from './fetch.ts'
import { ingest } from './ingest.ts'
import { closePromises, openPromises, promiseStatements } from './promises.ts'

/** A day that lies so far back is not asked for again. */
const SETTLED_MS = 3 * 86_400_000
/** A younger day counts as read for this long. */
const FRESH_MS = 5 * 60_000
/** A day of which not all came, or came so that it could be read, counts as read for this long. */
const AGAIN_MS = 86_400_000
/** Read at once. */
export const STEP_DAYS = 15

/** History goes step by step, so that others get their turn and it can be stopped. */
export interface Steps {
  /** Of one step. */
  days: number
  /** Up to this day nothing is left to do, whether or not what came could be read. */
  readUpTo: string | null
  reached(day: string): Statement
}

/**
 * Reads the days of the range that were never read, or that may have changed since. `awaited`: the provider will send
 * some of them by itself. `filled`: nothing was missing. `begun`: the next step is due.
 */
export async function fillGaps(
  ctx: Context,
  connection: ConnectionRow,
  type: DataType,
  range: RecordRange,
  lane: 'live' | 'backfill',
  steps?: Steps,
): Promise<'filled' | 'read' | 'awaited' | 'begun'> {
  const connector = connectorOf(connection)
  if (connector === null || !typesOf(connector).includes(type)) return 'filled'
  const now = ctx.clock.now()
  const today = localDayOf(now, connection.time_zone)
  const asked = daysOf(range, connection.time_zone)
  const oldest =
    connector.historyDays === null ? asked.start : later(asked.start, addDays(today, -connector.historyDays))
  const end = earlier(asked.end, addDays(today, 1))
  if (oldest > end) return 'filled'
  const about = { userId: connection.user_id, types: [type], start: oldest, end }
  await closePromises(ctx, connection.user_id)
  const open = await openPromises(ctx.db, about, now)
  const sends = sendsFrom(connector, connection)
  const covered = new Map(
    (await coverageOf(ctx.db, connection.user_id, type, { start: oldest, end }, now)).map((row) => [row.day, row]),
  )
  const missing = daysBetween(oldest, end).filter((day) => {
    if (day <= (steps?.readUpTo ?? '')) return false
    if (sends !== null && day >= sends) return false
    if (open.some((row) => row.start_day <= day && day <= row.end_day)) return false
    const row = covered.get(day)
    if (row === undefined) return true
    // What changes afterwards is sent, too.
    const settled = sends !== null || row.read_at >= Date.parse(`${day}T00:00:00Z`) + SETTLED_MS
    if (settled && row.whole === 1) return false
    return now - row.read_at > (settled ? AGAIN_MS : FRESH_MS)
  })
  if (missing.length > 0 && connection.state === 'revoked') {
    throw new ProviderError('the person ended access at the provider', { next: 'reauthorize' })
  }
  let awaited = open.length > 0
  const runs = consecutive(missing, steps?.days ?? STEP_DAYS)
  for (const run of runs) {
    const also = steps === undefined ? [] : [steps.reached(run.end)]
    if (await readDays(ctx, connector, connection, type, run, lane, also)) awaited = true
    if (steps !== undefined && runs.length > 1) return 'begun'
  }
  if (awaited) return 'awaited'
  return runs.length > 0 ? 'read' : 'filled'
}

/** From this day on the provider sends everything by itself; null for providers that are asked. */
function sendsFrom(connector: Connector, connection: ConnectionRow): string | null {
  if (connector.poll !== null || connector.notifications === undefined) return null
  return localDayOf(connection.created_at, connection.time_zone)
}

async function readDays(
  ctx: Context,
  connector: Connector,
  connection: ConnectionRow,
  type: DataType,
  days: { start: string; end: string },
  lane: 'live' | 'backfill',
  reached: readonly Statement[],
): Promise<boolean> {
  const orders = ordersForDays(connector, [type], days)
  const { read, promised } = await fetchAll(ctx, connector, connection, orders, [type], lane).catch(async (error) => {
    // A refused token is an episode of the connection, whoever found out.
    if (error instanceof ProviderError && error.next === 'reauthorize')
      await connectionDegraded(ctx, connection.user_id)
    throw error
  })
  const also = [...promiseStatements(connection.user_id, promised, ctx.clock.now()), ...reached]
  await ingest(ctx, connector, connection.user_id, read, { lane: 'backfill', also })
  return promised.length > 0
}

/** Runs of neighbouring days, at most `most` long. */
function consecutive(days: readonly string[], most: number): { start: string; end: string }[] {
  const runs: { start: string; end: string }[] = []
  for (const day of days) {
    const run = runs.at(-1)
    if (run !== undefined && addDays(run.end, 1) === day && countDays(run.start, day) <= most) run.end = day
    else runs.push({ start: day, end: day })
  }
  return runs
}

/** Local days, both included. */
export function daysOf(range: RecordRange, timeZone: string | null): { start: string; end: string } {
  if ('startDay' in range) return { start: range.startDay, end: range.endDay }
  return {
    start: localDayOf(range.startAt, timeZone),
    end: localDayOf(Math.max(range.startAt, range.endAt - 1), timeZone),
  }
}

const later = (a: string, b: string): string => (a > b ? a : b)
const earlier = (a: string, b: string): string => (a < b ? a : b)
