// Records, the parts that they are the union of, and which days were read. Bodies are packed JSON.
import { rowsByKeys } from './by-keys.ts'
import { insertMany, type Sql, type Statement, type Stored, type Value } from './database.ts'

export interface PartRow {
  user_id: string
  type: string
  /** `id:<provider id>`, `day:<local day>`, `main:<local day>` or `only`. */
  key: string
  /** The page kind that says this. */
  kind: string
  version: number
  /** 1 when the provider gave the version, 0 when it is the time of receipt. */
  versioned: number
  day: string | null
  main: number
  /** Null: this kind says that the record is gone. */
  body: Uint8Array | null
}

export interface RecordRow {
  user_id: string
  type: string
  key: string
  summary_id: string | null
  day: string | null
  main: number
  start_at: number
  /** Local: the date part of `metadata.start_time`. */
  start_day: string
  /** Milliseconds; grows with every change, becomes `X-Terra-Ordering-Timestamp`. */
  version: number
  digest: string
  updated_at: number
  body: Uint8Array
}

/** What was said of records: `[user id, type, key]`. */
export function partsByKeys(sql: Sql, keys: readonly (readonly string[])[]): Promise<PartRow[]> {
  return rowsByKeys(sql, { table: 'record_parts', columns: ['user_id', 'type', 'key'] }, keys)
}

export function partsOf(sql: Sql, userId: string, type: string, keys: readonly string[]): Promise<PartRow[]> {
  return partsByKeys(
    sql,
    keys.map((key) => [userId, type, key]),
  )
}

/** A part to be written. */
export type PutPart = Omit<PartRow, 'body'> & { body: Stored | null }

const PUT_PART = `INSERT INTO record_parts (user_id, type, key, kind, version, versioned, day, main, body)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (user_id, type, key, kind) DO UPDATE SET version = excluded.version, versioned = excluded.versioned,
    day = excluded.day, main = excluded.main, body = excluded.body`
const PUT_PARTS = insertMany(PUT_PART, [0, 1, 2, 3])

export function putPart(row: PutPart): Statement {
  return {
    sql: PUT_PART,
    many: PUT_PARTS,
    params: [row.user_id, row.type, row.key, row.kind, row.version, row.versioned, row.day, row.main, row.body],
  }
}

/** `[user id, type, key]`. */
export function recordsByKeys(sql: Sql, keys: readonly (readonly string[])[]): Promise<RecordRow[]> {
  return rowsByKeys(sql, { table: 'records', columns: ['user_id', 'type', 'key'] }, keys)
}

/** Keys of the main record of these days: where parts addressed to `mainOf` belong. */
export function mainKeysOfDays(
  sql: Sql,
  userId: string,
  type: string,
  days: readonly string[],
): Promise<{ key: string; day: string }[]> {
  if (days.length === 0) return Promise.resolve([])
  const list = days.map((_, i) => `$${i + 3}`).join(', ')
  return sql.all(
    `SELECT DISTINCT key, day FROM record_parts WHERE user_id = $1 AND type = $2 AND main = 1 AND body IS NOT NULL
       AND day IN (${list})`,
    [userId, type, ...days],
  )
}

/** What one page kind has said of records of that type whose day lies in the range. */
export function keysOfDays(
  sql: Sql,
  userId: string,
  type: string,
  kind: string,
  start: string,
  end: string,
): Promise<{ key: string; day: string }[]> {
  return sql.all(
    `SELECT key, day FROM record_parts WHERE user_id = $1 AND type = $2 AND kind = $3 AND body IS NOT NULL
       AND day >= $4 AND day <= $5`,
    [userId, type, kind, start, end],
  )
}

const PUT_RECORD = `INSERT INTO records (user_id, type, key, summary_id, day, main, start_at, start_day, version, digest,
    updated_at, body)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  ON CONFLICT (user_id, type, key) DO UPDATE SET summary_id = excluded.summary_id, day = excluded.day,
    main = excluded.main, start_at = excluded.start_at, start_day = excluded.start_day, version = excluded.version,
    digest = excluded.digest, updated_at = excluded.updated_at, body = excluded.body`
const PUT_RECORDS = insertMany(PUT_RECORD, [0, 1, 2])

export function putRecord(row: Omit<RecordRow, 'body'> & { body: Stored }): Statement {
  return {
    sql: PUT_RECORD,
    many: PUT_RECORDS,
    params: [
      row.user_id,
      row.type,
      row.key,
      row.summary_id,
      row.day,
      row.main,
      row.start_at,
      row.start_day,
      row.version,
      row.digest,
      row.updated_at,
      row.body,
    ],
  }
}

export function dropRecord(userId: string, type: string, key: string): Statement {
  return { sql: 'DELETE FROM records WHERE user_id = $1 AND type = $2 AND key = $3', params: [userId, type, key] }
}

/** No wall clock is further from UTC than that. */
const FURTHEST_OFFSET_MS = 86_400_000

/** Bounds in milliseconds (half-open), or local days (inclusive). */
export type RecordRange = { startAt: number; endAt: number } | { startDay: string; endDay: string }

/** Oldest first. */
export function recordsBetween(
  sql: Sql,
  userId: string,
  type: string,
  range: RecordRange,
  page: { limit: number; offset: number } = { limit: 100_000, offset: 0 },
): Promise<RecordRow[]> {
  return sql.all(`${IN_RANGE} ORDER BY start_at, key LIMIT $7 OFFSET $8`, [
    ...inRange(userId, type, range),
    page.limit,
    page.offset,
  ])
}

/** Of a person's records of one type, which come one after the other. */
export interface RecordPlace {
  at: number
  key: string
}

export const BEFORE_ALL: RecordPlace = { at: Number.MIN_SAFE_INTEGER, key: '' }
export const AFTER_ALL: RecordPlace = { at: Number.MAX_SAFE_INTEGER - 1, key: '' }

export const placeOf = (row: RecordRow): RecordPlace => ({ at: row.start_at, key: row.key })

/** Those after one place, up to another and with it, oldest first. */
export function recordsFrom(
  sql: Sql,
  userId: string,
  type: string,
  range: RecordRange,
  { after, upTo, limit }: { after: RecordPlace; upTo: RecordPlace; limit: number },
): Promise<RecordRow[]> {
  const [user, of, startAt, endAt, ...days] = inRange(userId, type, range)
  // The index knows only the time.
  const within = [Math.max(startAt, after.at), Math.min(endAt, upTo.at + 1)]
  return sql.all(
    `${IN_RANGE} AND (start_at, key) > ($7, $8) AND (start_at, key) <= ($9, $10) ORDER BY start_at, key LIMIT $11`,
    [user, of, ...within, ...days, after.at, after.key, upTo.at, upTo.key, limit],
  )
}

// One index serves both kinds of bounds: a local day lies within a day of the same day of UTC.
const IN_RANGE = `SELECT * FROM records WHERE user_id = $1 AND type = $2 AND start_at >= $3 AND start_at < $4
  AND start_day >= $5 AND start_day <= $6`

function inRange(userId: string, type: string, range: RecordRange): [string, string, number, number, string, string] {
  if ('startAt' in range) return [userId, type, range.startAt, range.endAt, '', 'a']
  const { startDay, endDay } = range
  const startAt = Date.parse(startDay) - FURTHEST_OFFSET_MS
  return [userId, type, startAt, Date.parse(endDay) + 2 * FURTHEST_OFFSET_MS, startDay, endDay]
}

export async function countRecords(sql: Sql, userId: string): Promise<{ type: string; n: number }[]> {
  return sql.all('SELECT type, count(*) AS n FROM records WHERE user_id = $1 GROUP BY type ORDER BY type', [userId])
}

export function markRecordsSeen(userId: string, mostRecentAt: number): Statement {
  return {
    sql: `UPDATE connections SET most_recent_data_at = $2
          WHERE user_id = $1 AND (most_recent_data_at IS NULL OR most_recent_data_at < $2)`,
    params: [userId, mostRecentAt],
    many: markManySeen,
  }
}

/** Of people whose connections this transaction has locked. */
function markManySeen(rows: readonly (readonly Value[])[]): Statement[] {
  return [
    {
      sql: `UPDATE connections c SET most_recent_data_at = v.at FROM json_to_recordset($1::json) AS v(id text, at bigint)
            WHERE c.user_id = v.id AND (c.most_recent_data_at IS NULL OR c.most_recent_data_at < v.at)`,
      params: [JSON.stringify(rows.map(([id, at]) => ({ id, at })))],
    },
  ]
}
