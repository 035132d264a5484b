// How much of each environment's events and attempts there is, by the hour in which it was written. Counted once, when its hour or
// the next pass has come: a limit by size becomes a moment, and everything before that may go.
import type { Database, Sql } from './database.ts'

export const STORED_KINDS = ['events', 'attempts'] as const
export type StoredKind = (typeof STORED_KINDS)[number]

const HOUR_MS = 3_600_000
/** Whoever wrote a time has committed by then. */
const SETTLED_MS = 2 * 60_000
const MOST_AT_ONCE = 100_000

/** Beside the body: row, delivery and indexes, as measured (docs/scale.md). */
const ROW_BYTES: Record<StoredKind, number> = { events: 1200, attempts: 400 }

const TIME: Record<StoredKind, string> = { events: 'created_at', attempts: 'started_at' }
/** The length of a value is known without reading it, on both engines. */
const BYTES: Record<StoredKind, (dialect: Sql['dialect']) => string> = {
  events: (dialect) => (dialect === 'postgres' ? 'octet_length(body)' : 'length(body)'),
  attempts: () => `COALESCE(length(response), 0) + COALESCE(length(error), 0)`,
}

/** One step of counting; false when everything is counted that can be. */
export async function countStored(
  db: Database,
  environmentId: string,
  kind: StoredKind,
  now: number,
): Promise<boolean> {
  const time = TIME[kind]
  const last = await db.one<{ at: number | null }>(
    'SELECT max(counted_until) AS at FROM stored_hours WHERE environment_id = $1 AND kind = $2',
    [environmentId, kind],
  )
  const first = await db.one<{ at: number | null }>(
    `SELECT min(${time}) AS at FROM ${kind} WHERE environment_id = $1 AND ${time} >= $2`,
    [environmentId, last?.at ?? 0],
  )
  if (first?.at == null) return false
  const from = first.at
  const hour = Math.floor(from / HOUR_MS) * HOUR_MS
  let until = Math.min(hour + HOUR_MS, now - SETTLED_MS)
  if (until <= from) return false
  const beyond = await db.one<{ at: number }>(
    `SELECT ${time} AS at FROM ${kind} WHERE environment_id = $1 AND ${time} >= $2 AND ${time} < $3
     ORDER BY ${time} LIMIT 1 OFFSET ${MOST_AT_ONCE}`,
    [environmentId, from, until],
  )
  if (beyond !== null) until = Math.max(beyond.at, from + 1)
  await db.run(
    `INSERT INTO stored_hours (environment_id, kind, hour, items, bytes, counted_until)
     SELECT $1, $2, CAST($3 AS BIGINT), count(*), CAST(COALESCE(sum(${BYTES[kind](db.dialect)}), 0) + count(*) * ${ROW_BYTES[kind]} AS BIGINT),
       CAST($5 AS BIGINT)
     FROM ${kind} WHERE environment_id = $1 AND ${time} >= $4 AND ${time} < $5
     ON CONFLICT (environment_id, kind, hour) DO UPDATE SET items = stored_hours.items + excluded.items,
       bytes = stored_hours.bytes + excluded.bytes, counted_until = excluded.counted_until
     WHERE stored_hours.counted_until <= $4`,
    [environmentId, kind, hour, from, until],
  )
  return true
}

/** What is older than this is too much beside all that is younger; null while it is not. Within an hour it is an estimate. */
export async function cutoffBySize(
  sql: Sql,
  environmentId: string,
  kind: StoredKind,
  mostBytes: number,
): Promise<number | null> {
  const row = await sql.one<{ hour: number; bytes: number; counted_until: number; total: number }>(
    `SELECT hour, bytes, counted_until, total FROM (
       SELECT hour, bytes, counted_until, sum(bytes) OVER (ORDER BY hour DESC) AS total FROM stored_hours
       WHERE environment_id = $1 AND kind = $2) h
     WHERE total > CAST($3 AS BIGINT) ORDER BY hour DESC LIMIT 1`,
    [environmentId, kind, mostBytes],
  )
  if (row === null) return null
  const { hour, bytes, counted_until: until, total } = row
  return Math.ceil(hour + (until - hour) * Math.min(1, (total - mostBytes) / bytes))
}

/** What was written before is no longer counted: it is gone, or is still to be delivered. The last hour stays, as a mark. */
export async function forgetHours(sql: Sql, environmentId: string, kind: StoredKind, before: number): Promise<void> {
  await sql.run(
    `UPDATE stored_hours SET items = 0, bytes = 0
     WHERE environment_id = $1 AND kind = $2 AND hour < $3 AND (items > 0 OR bytes > 0)`,
    [environmentId, kind, Math.floor(before / HOUR_MS) * HOUR_MS],
  )
  await sql.run(
    `DELETE FROM stored_hours WHERE environment_id = $1 AND kind = $2 AND items = 0
       AND hour < (SELECT max(hour) FROM stored_hours WHERE environment_id = $1 AND kind = $2)`,
    [environmentId, kind],
  )
}

export interface Stored {
  environment_id: string
  kind: StoredKind
  items: number
  bytes: number
  /** Milliseconds. */
  counted_until: number
}

/** Of all environments, or of one. */
export async function storedSums(sql: Sql, environmentId = ''): Promise<Stored[]> {
  const rows = await sql.all<Stored>(
    `SELECT environment_id, kind, CAST(sum(items) AS BIGINT) AS items, CAST(sum(bytes) AS BIGINT) AS bytes,
       max(counted_until) AS counted_until
     FROM stored_hours WHERE $1 = '' OR environment_id = $1 GROUP BY environment_id, kind`,
    [environmentId],
  )
  return rows
}
