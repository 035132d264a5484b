// What is moved into a bucket, what is to be deleted there, and what is named.
import { type BodyTable, keyInRow, nameOfBody, userPath } from './bodies.ts'
import { placeholders, type Sql, type Statement, type Transaction } from './database.ts'

/** A name is about a hundred bytes; so little is not worth an object. */
const LEAST_BYTES = 256
/** Longer than any turn of what moves bodies. */
export const ON_ITS_WAY_MS = 15 * 60_000

export interface BodySize {
  id: string
  user_id: string | null
  bytes: number
}

/** In the order in which they were made. */
export function bodiesBetween(
  sql: Sql,
  table: BodyTable,
  ids: { after: string; before: string },
  limit: number,
): Promise<BodySize[]> {
  return sql.all(
    `SELECT id, user_id, length(body) AS bytes FROM ${table} WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3`,
    [ids.after, ids.before, limit],
  )
}

export function isWorthMoving({ bytes }: BodySize): boolean {
  return bytes >= LEAST_BYTES
}

export async function bodiesById(sql: Sql, table: BodyTable, ids: readonly string[]): Promise<Map<string, Uint8Array>> {
  if (ids.length === 0) return new Map()
  const rows = await sql.all<{ id: string; body: Uint8Array }>(
    `SELECT id, body FROM ${table} WHERE id IN (${placeholders(ids.length)})`,
    ids,
  )
  return new Map(rows.map((row) => [row.id, row.body]))
}

export function setBodyName(table: BodyTable, id: string, key: string): Statement {
  return { sql: `UPDATE ${table} SET body = $1 WHERE id = $2`, params: [nameOfBody(key), id] }
}

/** In place of the name of its object. */
export function setBody(table: BodyTable, { id, key, body }: { id: string; key: string; body: Uint8Array }): Statement {
  return { sql: `UPDATE ${table} SET body = $1 WHERE id = $2 AND body = $3`, params: [body, id, nameOfBody(key)] }
}

/** In the transaction that deletes these rows: what they name goes as well. */
export async function forgetNamed(tx: Transaction, table: BodyTable, ids: readonly string[]): Promise<void> {
  const rows = await tx.all<{ body: Uint8Array }>(
    `SELECT body FROM ${table} WHERE id IN (${placeholders(ids.length)}) AND length(body) < ${LEAST_BYTES}`,
    ids,
  )
  const keys = rows.map((row) => keyInRow(row.body)).filter((key): key is string => key !== null && key !== '')
  await tx.batch(keys.map((path) => orderDeletion(path, 0)))
}

/** In the transaction that deletes a person. Once more later, for what is on its way into the bucket now. */
export async function forgetUser(tx: Transaction, userId: string, now: number): Promise<void> {
  await tx.batch([0, ON_ITS_WAY_MS].map((later) => orderDeletion(userPath(userId), now + later)))
}

export function orderDeletion(path: string, dueAt: number): Statement {
  return {
    sql: 'INSERT INTO body_deletions (path, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    params: [path, dueAt],
  }
}

export async function existingIds(sql: Sql, table: BodyTable, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await sql.all<{ id: string }>(`SELECT id FROM ${table} WHERE id IN (${placeholders(ids.length)})`, ids)
  return new Set(rows.map((row) => row.id))
}

export function dueDeletions(sql: Sql, now: number, limit: number): Promise<{ path: string; due_at: number }[]> {
  return sql.all('SELECT path, due_at FROM body_deletions WHERE due_at <= $1 ORDER BY due_at LIMIT $2', [now, limit])
}

export function deletionDone({ path, due_at }: { path: string; due_at: number }): Statement {
  return { sql: 'DELETE FROM body_deletions WHERE path = $1 AND due_at = $2', params: [path, due_at] }
}

/** Due by then. */
export async function hasDeletions(sql: Sql, until: number): Promise<boolean> {
  return (await sql.one('SELECT 1 AS one FROM body_deletions WHERE due_at <= $1 LIMIT 1', [until])) !== null
}

/** Where nothing is kept there is nothing to delete. */
export async function forgetDeletions(sql: Sql): Promise<void> {
  await sql.run('DELETE FROM body_deletions')
}

/** One server at a time: true when the turn is ours until then. */
export async function takeTurn(sql: Sql, name: string, now: number, until: number): Promise<boolean> {
  const changed = await sql.run(
    `INSERT INTO instance_settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
     WHERE CAST(instance_settings.value AS BIGINT) <= $3`,
    [name, String(until), now],
  )
  return changed === 1
}

/** Before its time; not when another server has it by now. */
export async function endTurn(sql: Sql, name: string, until: number): Promise<void> {
  await sql.run(`UPDATE instance_settings SET value = '0' WHERE name = $1 AND value = $2`, [name, String(until)])
}
