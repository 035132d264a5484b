// Events, deliveries and attempts on PostgreSQL: a partition for each day. Ids begin with the time at which they were made, and
// rows are placed by them, so that a look-up by id reads one partition. What has no partition of its own (what was kept of one
// that is gone, ids from a wrong clock) is in the default one.
import type { Database, Sql, Transaction } from './database.ts'

export const PARTITIONED = ['events', 'deliveries', 'attempts'] as const
export type Partitioned = (typeof PARTITIONED)[number]

/** What is updated stays on its page where there is room; a packed body of some kilobytes stays in its row. */
const STORAGE: Partial<Record<Partitioned, string>> = {
  deliveries: 'fillfactor = 70',
  events: 'toast_tuple_target = 4080',
}

export interface Partition {
  name: string
  /** Null: from the first on. */
  fromId: string | null
  toId: string
}

const DAY_MS = 86_400_000
const AHEAD_MS = 3 * DAY_MS
/** Whoever has the same table in use at the moment goes on first; we come again. */
const LOCK_WAIT_MS = 500
/** Rows that servers write at this moment have found their place before a partition begins. */
const SOON_MS = 5 * 60_000

/** No id made before that time is as great, none made later is smaller. */
export function idAt(ms: number): string {
  const digits = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`
}

export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** Oldest first; without the default one. */
export async function partitionsOf(sql: Sql, table: Partitioned): Promise<Partition[]> {
  const rows = await sql.all<{ name: string; bound: string }>(
    `SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i
     JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass AND NOT i.inhdetachpending`,
    [table],
  )
  const partitions = rows.flatMap(({ name, bound }): Partition[] => {
    const match = /^FOR VALUES FROM \((?:MINVALUE|'([^']+)')\) TO \('([^']+)'\)$/.exec(bound)
    return match === null ? [] : [{ name, fromId: match[1] ?? null, toId: match[2]! }]
  })
  return partitions.sort((a, b) => (a.toId < b.toId ? -1 : 1))
}

/** There are partitions for each of the next days, with the same bounds in all tables. Answers how many were made of each. */
export async function makePartitions(db: Database, now: number): Promise<number> {
  for (let made = 0; ; made++) {
    if (!(await db.transaction((tx) => makeNext(tx, now)))) return made
  }
}

async function makeNext(tx: Transaction, now: number): Promise<boolean> {
  await tx.lock('partitions')
  const starts: number[] = []
  for (const table of PARTITIONED) {
    const last = (await partitionsOf(tx, table)).at(-1)
    starts.push(await startOf(tx, table, last === undefined ? null : timeOfId(last.toId), now))
  }
  const from = Math.max(...starts)
  if (from > now + AHEAD_MS) return false
  const to = (Math.floor(from / DAY_MS) + 1) * DAY_MS
  const name = new Date(from).toISOString().replace(/\D/g, '').slice(0, 14)
  await waitBriefly(tx)
  for (const table of PARTITIONED) {
    const storage = STORAGE[table] === undefined ? '' : ` WITH (${STORAGE[table]})`
    await tx.run(
      `CREATE TABLE ${table}_${name} PARTITION OF ${table} FOR VALUES FROM ('${idAt(from)}') TO ('${idAt(to)}')${storage}`,
    )
  }
  return true
}

/** Where the last one ends; after a gap, or at first, today. After what the default one has of that day, where it has any. */
async function startOf(tx: Transaction, table: Partitioned, end: number | null, now: number): Promise<number> {
  const wanted = Math.max(end ?? 0, Math.floor(now / DAY_MS) * DAY_MS)
  const last = await tx.one<{ id: string | null }>(
    `SELECT max(id) AS id FROM ${table}_default WHERE id >= $1 AND id < $2`,
    [idAt(wanted), idAt((Math.floor(wanted / DAY_MS) + 1) * DAY_MS)],
  )
  if (last?.id == null) return wanted
  return Math.max(now, timeOfId(last.id)) + SOON_MS
}

async function waitBriefly(tx: Transaction): Promise<void> {
  await tx.run(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`)
}

const LONGEST_ANALYZE_MS = 50_000
/** Autovacuum makes room for whoever has waited for a second; readers and writers are in nobody's way. */
const ANALYZE_WAIT_MS = 3000

/**
 * The tables with rows of which the planner knows nothing, or what was so a day ago or with half as many rows. PostgreSQL analyzes
 * partitions by itself and never what they are partitions of, by which it plans joins and groups.
 */
export async function unanalyzed(sql: Sql, freshMs = DAY_MS): Promise<Partitioned[]> {
  const rows = await sql.all<{ name: Partitioned }>(
    `SELECT p.relname AS name FROM pg_class p CROSS JOIN LATERAL
       (SELECT sum(pg_stat_get_live_tuples(inhrelid)) AS rows FROM pg_inherits WHERE inhparent = p.oid) now
     WHERE p.oid IN (SELECT name::regclass FROM json_array_elements_text($1::json) name) AND now.rows > 0
       AND (now.rows >= 2 * p.reltuples OR pg_stat_get_last_analyze_time(p.oid) IS NULL
         OR pg_stat_get_last_analyze_time(p.oid) < now() - $2 * interval '1 ms')`,
    [JSON.stringify(PARTITIONED), freshMs],
  )
  return rows.map(({ name }) => name)
}

export function analyze(db: Database, table: Partitioned): Promise<void> {
  return db.transaction(async (tx) => {
    await tx.run(`SET LOCAL lock_timeout = ${ANALYZE_WAIT_MS}`)
    await tx.run(`SET LOCAL statement_timeout = ${LONGEST_ANALYZE_MS}`)
    await tx.run(`ANALYZE ${table}`)
  })
}

/** Until when each environment's rows may go; milliseconds. */
export type Cutoffs = ReadonlyMap<string, number>

const TIME_COLUMN = { events: 'created_at', attempts: 'started_at' } as const

/** Rows of this partition that their environments still keep, up to `most`. */
export function keptByAge(
  sql: Sql,
  table: 'events' | 'attempts',
  { fromId, toId }: Partition,
  cutoffs: Cutoffs,
  most: number,
): Promise<{ id: string }[]> {
  const list = [...cutoffs].map(([environment, before]) => ({ environment, before: Math.ceil(before) }))
  return sql.all(
    `SELECT x.id FROM json_to_recordset($1::json) AS c(environment text, before bigint)
     CROSS JOIN LATERAL (SELECT id FROM ${table} WHERE environment_id = c.environment
       AND ${TIME_COLUMN[table]} >= c.before AND id >= $2 AND id < $3 LIMIT $4) x LIMIT $4`,
    [JSON.stringify(list), fromId ?? '', toId, most],
  )
}

/** Events whose ids are in this partition and that are still to be delivered, up to `most`. */
export function undeliveredIn(
  sql: Sql,
  { fromId, toId }: Partition,
  except: readonly string[],
  most: number,
): Promise<{ id: string }[]> {
  // One for each state: each has an index of its own.
  const open = ['pending', 'waiting', 'sending'].map(
    (state) => `SELECT event_id FROM deliveries WHERE state = '${state}' AND event_id >= $1 AND event_id < $2
      AND environment_id NOT IN (SELECT json_array_elements_text($3::json))`,
  )
  return sql.all(`SELECT DISTINCT event_id AS id FROM (${open.join(' UNION ALL ')}) x LIMIT $4`, [
    fromId ?? '',
    toId,
    JSON.stringify(except),
    most,
  ])
}

/** By environment: deliveries still to be made that go with this partition, where these events are kept. */
export async function lostIn(
  sql: Sql,
  { fromId, toId }: Partition,
  environments: readonly string[],
  kept: readonly string[],
): Promise<{ environment_id: string; n: number }[]> {
  if (environments.length === 0) return []
  return sql.all(
    `SELECT environment_id, count(*) AS n FROM deliveries WHERE state IN ('pending', 'waiting', 'sending')
       AND event_id >= $1 AND event_id < $2 AND environment_id IN (SELECT json_array_elements_text($3::json))
       AND event_id NOT IN (SELECT json_array_elements_text($4::json)) GROUP BY environment_id`,
    [fromId ?? '', toId, JSON.stringify(environments), JSON.stringify(kept)],
  )
}

/** The partition of events, and that of deliveries beside it, go at once, but for these events: they move. */
export function dropEvents(db: Database, partition: Partition, keep: readonly string[]): Promise<void> {
  return db.transaction(async (tx) => {
    await tx.lock('partitions')
    await waitBriefly(tx)
    const same = (each: Partition): boolean => each.fromId === partition.fromId && each.toId === partition.toId
    const beside = (await partitionsOf(tx, 'deliveries')).find(same)
    if (beside !== undefined) await moveOut(tx, 'deliveries', beside.name, 'event_id', keep)
    await moveOut(tx, 'events', partition.name, 'id', keep)
  })
}

export function dropAttempts(db: Database, { name }: Partition): Promise<void> {
  return db.transaction(async (tx) => {
    await tx.lock('partitions')
    await waitBriefly(tx)
    await tx.run(`DROP TABLE ${name}`)
  })
}

/** With its place gone, what is put back goes to the default partition. */
async function moveOut(
  tx: Transaction,
  table: Partitioned,
  name: string,
  column: 'id' | 'event_id',
  keep: readonly string[],
): Promise<void> {
  await tx.run(`ALTER TABLE ${table} DETACH PARTITION ${name}`)
  if (keep.length > 0) {
    // By name: what was a table of its own before may have its columns in another order.
    const columns = await columnsOf(tx, table)
    await tx.run(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${name}
       WHERE ${column} IN (SELECT json_array_elements_text($1::json))`,
      [JSON.stringify(keep)],
    )
  }
  await tx.run(`DROP TABLE ${name}`)
}

async function columnsOf(tx: Transaction, table: Partitioned): Promise<string> {
  const row = await tx.one<{ names: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS names FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [table],
  )
  return row!.names
}
