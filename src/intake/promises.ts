// What a provider will send by itself after we asked. Nobody says when it is all: a promise closes when it has been quiet
// for a while after something came, or when nothing came for hours, sooner if other types of these days came meanwhile; its days
// count as read then. What comes later still is stored and sent.
import type { Promised } from '../connectors/connector.ts'
import type { DataType } from '../model/data-type.ts'
import { newId } from '../model/ids.ts'
import { addDays, daysBetween } from '../model/local-day.ts'
import type { Context } from '../store/context.ts'
import type { Sql, Statement } from '../store/database.ts'
import {
  closedPromises,
  deletePromise,
  promiseArrived,
  type PromiseRow,
  promisesOf,
  putPromise,
} from '../store/promises.ts'
import { putCoverage } from '../store/coverage.ts'

/** Garmin: "minutes to hours later". */
const WAIT_MS = 6 * 3600_000
/** Providers send what belongs together within minutes. */
const QUIET_MS = 3 * 60_000
/** Of what nothing came at all, while other types of the same days did: most likely the person has none of it. */
const OTHERS_QUIET_MS = 15 * 60_000
const BATCH = 200

/** To be committed with what else the asking brought. */
export function promiseStatements(userId: string, promised: readonly Promised['promised'][], now: number): Statement[] {
  return promised.flatMap(({ types, days }) =>
    types.flatMap((type) =>
      putPromise({
        id: newId(),
        user_id: userId,
        type,
        start_day: days.start,
        end_day: days.end,
        asked_at: now,
        arrived_at: null,
        closes_at: now + WAIT_MS,
      }),
    ),
  )
}

/** What is still to come for these types on these days. */
export async function openPromises(
  sql: Sql,
  about: { userId: string; types: readonly DataType[]; start: string; end: string },
  now: number,
): Promise<PromiseRow[]> {
  return (await promisesOf(sql, about.userId)).filter(
    (row) =>
      row.closes_at > now &&
      about.types.some((type) => type === row.type) &&
      row.start_day <= about.end &&
      row.end_day >= about.start,
  )
}

/**
 * The promise that a record of this day keeps; null when nobody had asked for it. Providers are asked for instants, so the
 * neighbouring days come along.
 */
export function keptBy(open: readonly PromiseRow[], record: { type: DataType; day: string }): PromiseRow | null {
  const kept = open.find(
    (row) =>
      row.type === record.type && addDays(row.start_day, -1) <= record.day && record.day <= addDays(row.end_day, 1),
  )
  return kept ?? null
}

/** What keeps a promise and lies before the day of asking: the slow lane is for that. */
export function isPromisedHistory(open: readonly PromiseRow[], record: { type: DataType; day: string }): boolean {
  const kept = keptBy(open, record)
  return kept !== null && record.day < new Date(kept.asked_at).toISOString().slice(0, 10)
}

/** Something came of these; the others of their days have as long again as it took. */
export function arrivedStatements(kept: Iterable<PromiseRow>, open: readonly PromiseRow[], now: number): Statement[] {
  const arrived = new Set(kept)
  const statements = [...arrived].map((row) =>
    promiseArrived(row.id, { at: now, closesAt: Math.min(row.asked_at + WAIT_MS, now + QUIET_MS) }),
  )
  for (const row of open) {
    if (row.arrived_at !== null || arrived.has(row)) continue
    const took = [...arrived].filter((each) => sameDays(each, row)).map((each) => now - each.asked_at)
    if (took.length === 0) continue
    const closesAt = Math.max(now + OTHERS_QUIET_MS, row.asked_at + 2 * Math.max(...took))
    statements.push(promiseArrived(row.id, { at: null, closesAt: Math.min(row.asked_at + WAIT_MS, closesAt) }))
  }
  return statements
}

function sameDays(a: PromiseRow, b: PromiseRow): boolean {
  return a.start_day <= b.end_day && b.start_day <= a.end_day
}

/** Turns closed promises, of one connection or of all, into days that were read. Returns how many. */
export async function closePromises(ctx: Context, userId: string | null = null): Promise<number> {
  const now = ctx.clock.now()
  const closed = await closedPromises(ctx.db, userId, now, BATCH)
  for (const row of closed) {
    await ctx.db.transaction(async (tx) => {
      await tx.lock(`connection:${row.user_id}`)
      // Something came in this moment: it stays open.
      const [deleted] = await tx.batch([deletePromise(row.id, row.closes_at)])
      if (deleted !== 1) return
      const days = daysBetween(row.start_day, row.end_day)
      await tx.batch(putCoverage(row.user_id, row.type as DataType, days, { at: row.closes_at, whole: true, now }))
    })
  }
  return closed.length
}
