// What stored pages say under the present mapping, beside the parts that are in use.
import { placeholders, type Sql, type Statement } from './database.ts'
import type { PutPart, PartRow } from './records.ts'

export function renormalizedParts(sql: Sql, userId: string, type: string, keys: readonly string[]): Promise<PartRow[]> {
  if (keys.length === 0) return Promise.resolve([])
  return sql.all(
    `SELECT * FROM renormalized_parts WHERE user_id = $1 AND type = $2 AND key IN (${placeholders(keys.length, 3)})`,
    [userId, type, ...keys],
  )
}

export function putRenormalized(row: PutPart): Statement {
  return {
    sql: `INSERT INTO renormalized_parts (user_id, type, key, kind, version, versioned, day, main, body)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
          ON CONFLICT (user_id, type, key, kind) DO UPDATE SET version = excluded.version,
            versioned = excluded.versioned, day = excluded.day, main = excluded.main, body = excluded.body`,
    params: [row.user_id, row.type, row.key, row.kind, row.version, row.versioned, row.day, row.main, row.body],
  }
}

/** Not the type of any record: who gathers here. */
const OWNER = ''

/** Empty, and of this job from now on: what two gather at once would be neither's. */
export function beginRenormalized(userId: string, jobId: string): Statement[] {
  const row = { user_id: userId, type: OWNER, key: '', kind: jobId, version: 0, versioned: 0, day: null, main: 0 }
  return [clearRenormalized(userId), putRenormalized({ ...row, body: null })]
}

/** The job that gathers for this person; null where none does. */
export async function renormalizedBy(sql: Sql, userId: string): Promise<string | null> {
  const row = await sql.one<{ kind: string }>('SELECT kind FROM renormalized_parts WHERE user_id = $1 AND type = $2', [
    userId,
    OWNER,
  ])
  return row?.kind ?? null
}

export function clearRenormalized(userId: string): Statement {
  return { sql: 'DELETE FROM renormalized_parts WHERE user_id = $1', params: [userId] }
}

/** Every key that the pages speak of now or spoke of before, in order. */
export function keysToCompare(
  sql: Sql,
  userId: string,
  kinds: readonly string[],
  after: { type: string; key: string },
  limit: number,
): Promise<{ type: string; key: string }[]> {
  return sql.all(
    `SELECT DISTINCT type, key FROM (
       SELECT type, key FROM renormalized_parts WHERE user_id = $1
       UNION SELECT type, key FROM record_parts WHERE user_id = $1 AND kind IN (${placeholders(kinds.length, 5)})) both_of
     WHERE type > $2 OR (type = $2 AND key > $3) ORDER BY type, key LIMIT $4`,
    [userId, after.type, after.key, limit, ...kinds],
  )
}

export function deletePart(row: { user_id: string; type: string; key: string; kind: string }): Statement {
  return {
    sql: 'DELETE FROM record_parts WHERE user_id = $1 AND type = $2 AND key = $3 AND kind = $4',
    params: [row.user_id, row.type, row.key, row.kind],
  }
}

/** The next connection of an environment that is to be looked through. */
export async function nextToRenormalize(
  sql: Sql,
  environmentId: string,
  filter: { after: string; provider: string | null; userId: string | null },
): Promise<string | null> {
  const row = await sql.one<{ user_id: string }>(
    `SELECT user_id FROM connections WHERE environment_id = $1 AND user_id > $2 AND ($3 = '' OR provider = $3)
       AND ($4 = '' OR user_id = $4) ORDER BY user_id LIMIT 1`,
    [environmentId, filter.after, filter.provider ?? '', filter.userId ?? ''],
  )
  return row?.user_id ?? null
}

export async function countToRenormalize(
  sql: Sql,
  environmentId: string,
  filter: { provider: string | null; userId: string | null },
): Promise<number> {
  const row = await sql.one<{ n: number }>(
    `SELECT count(*) AS n FROM connections WHERE environment_id = $1 AND ($2 = '' OR provider = $2)
       AND ($3 = '' OR user_id = $3)`,
    [environmentId, filter.provider ?? '', filter.userId ?? ''],
  )
  return Number(row?.n ?? 0)
}
