import { rowsByKeys } from './by-keys.ts'
import { placeholders, type Sql, type Statement, type Value } from './database.ts'

export type ConnectionState =
  /** Data flows. */
  | 'connected'
  /** The provider refuses our token; the person must sign in again. */
  | 'degraded'
  /** The person ended it at the provider. */
  | 'revoked'

export interface ConnectionRow {
  user_id: string
  environment_id: string
  provider: string
  /** Which API of the source it was made with; null for the source's own. */
  variant: string | null
  provider_user_id: string
  reference_id: string | null
  /** Comma separated, in the provider's spelling. */
  scopes: string | null
  /** 0 when it was switched off by the customer or cannot give data any more. */
  active: number
  state: ConnectionState
  /** IANA name or fixed offset. */
  time_zone: string | null
  tokens_sealed: string | null
  token_expires_at: number | null
  token_version: number
  refresh_lease_until: number
  last_webhook_update: number | null
  last_polled_at: number | null
  next_poll_at: number | null
  /** When its subscription at the provider was last looked after; null where there is none. */
  subscribed_at: number | null
  most_recent_data_at: number | null
  /** Until when something may arrive that we asked for (store/promises.ts). Set by the promises themselves. */
  promised_until?: number | null
  /** The account's id at the API that this one replaced, where the provider tells it. */
  former_user_id: string | null
  /** When the refresh token ends, where the provider says so. */
  refresh_ends_at: number | null
  created_at: number
}

export async function insertConnection(sql: Sql, row: ConnectionRow): Promise<void> {
  await sql.run(
    `INSERT INTO connections (user_id, environment_id, provider, provider_user_id, reference_id, scopes, active, state,
       time_zone, tokens_sealed, token_expires_at, token_version, refresh_lease_until, last_webhook_update, last_polled_at,
       next_poll_at, most_recent_data_at, created_at, variant, subscribed_at, former_user_id, refresh_ends_at)
     VALUES (${placeholders(22)})`,
    [
      row.user_id,
      row.environment_id,
      row.provider,
      row.provider_user_id,
      row.reference_id,
      row.scopes,
      row.active,
      row.state,
      row.time_zone,
      row.tokens_sealed,
      row.token_expires_at,
      row.token_version,
      row.refresh_lease_until,
      row.last_webhook_update,
      row.last_polled_at,
      row.next_poll_at,
      row.most_recent_data_at,
      row.created_at,
      row.variant,
      row.subscribed_at,
      row.former_user_id,
      row.refresh_ends_at,
    ],
  )
}

export function connectionById(sql: Sql, userId: string): Promise<ConnectionRow | null> {
  return sql.one('SELECT * FROM connections WHERE user_id = $1', [userId])
}

/** When something was last written about them; null: never. */
export async function lastChangeOf(sql: Sql, userId: string): Promise<number | null> {
  const row = await sql.one<{ at: number | null }>(
    'SELECT last_webhook_update AS at FROM connections WHERE user_id = $1',
    [userId],
  )
  return row?.at ?? null
}

export function connectionInEnvironment(
  sql: Sql,
  environmentId: string,
  userId: string,
): Promise<ConnectionRow | null> {
  return sql.one('SELECT * FROM connections WHERE user_id = $1 AND environment_id = $2', [userId, environmentId])
}

export function connectionByAccount(
  sql: Sql,
  environmentId: string,
  provider: string,
  providerUserId: string,
): Promise<ConnectionRow | null> {
  return sql.one('SELECT * FROM connections WHERE environment_id = $1 AND provider = $2 AND provider_user_id = $3', [
    environmentId,
    provider,
    providerUserId,
  ])
}

/** Of any environment. */
export function connectionsOfUsers(sql: Sql, userIds: readonly string[]): Promise<ConnectionRow[]> {
  return rowsByKeys(
    sql,
    { table: 'connections', columns: ['user_id'] },
    userIds.map((id) => [id]),
  )
}

/** `[provider, account]`. One account at a provider can be several connections, in several environments. */
export function connectionsOfAccounts(sql: Sql, accounts: readonly (readonly string[])[]): Promise<ConnectionRow[]> {
  return rowsByKeys(sql, { table: 'connections', columns: ['provider', 'provider_user_id'] }, accounts)
}

/** Whose records of this type include this key, among the connections of one source. */
export function holdersOfRecord(
  sql: Sql,
  environmentId: string,
  provider: string,
  record: { type: string; key: string },
): Promise<ConnectionRow[]> {
  return sql.all(
    `SELECT c.* FROM connections c WHERE c.environment_id = $1 AND c.provider = $2
       AND EXISTS (SELECT 1 FROM records r WHERE r.user_id = c.user_id AND r.type = $3 AND r.key = $4)`,
    [environmentId, provider, record.type, record.key],
  )
}

/** Records, parts, pages and coverage go with it. */
export function deleteConnection(sql: Sql, userId: string): Promise<number> {
  return sql.run('DELETE FROM connections WHERE user_id = $1', [userId])
}

export async function setConnectionState(
  sql: Sql,
  userId: string,
  state: ConnectionState,
  active: number,
): Promise<void> {
  await sql.run('UPDATE connections SET state = $2, active = $3 WHERE user_id = $1', [userId, state, active])
}

/** Whose subscription at the provider was not looked after since `before`; they count as looked after now. */
export function connectionsToSubscribe(
  sql: Sql,
  before: number,
  now: number,
  limit: number,
): Promise<{ user_id: string; environment_id: string }[]> {
  return sql.all(
    `UPDATE connections SET subscribed_at = $2 WHERE user_id IN (
       SELECT user_id FROM connections WHERE subscribed_at IS NOT NULL AND subscribed_at < $1 AND state = 'connected'
       ORDER BY subscribed_at LIMIT $3)
     RETURNING user_id, environment_id`,
    [before, now, limit],
  )
}

/** Which APIs of a source its connections were made with. */
export async function usedVariants(sql: Sql, environmentId: string, provider: string): Promise<(string | null)[]> {
  const rows = await sql.all<{ variant: string | null }>(
    'SELECT DISTINCT variant FROM connections WHERE environment_id = $1 AND provider = $2',
    [environmentId, provider],
  )
  return rows.map((row) => row.variant)
}

/** A call went through again. Only out of `degraded`: whoever was revoked meanwhile stays revoked. */
export async function endDegraded(sql: Sql, userId: string): Promise<void> {
  await sql.run(`UPDATE connections SET state = 'connected' WHERE user_id = $1 AND state = 'degraded'`, [userId])
}

export async function patchConnection(
  sql: Sql,
  userId: string,
  change: { reference_id: string | null; active: number },
): Promise<void> {
  await sql.run('UPDATE connections SET reference_id = $2, active = $3 WHERE user_id = $1', [
    userId,
    change.reference_id,
    change.active,
  ])
}

export async function setConnectionScopes(sql: Sql, userId: string, scopes: string | null): Promise<void> {
  await sql.run('UPDATE connections SET scopes = $2 WHERE user_id = $1', [userId, scopes])
}

export function connectionsToPoll(sql: Sql, now: number, limit: number): Promise<ConnectionRow[]> {
  return sql.all(
    `SELECT * FROM connections WHERE next_poll_at IS NOT NULL AND next_poll_at <= $1 AND active = 1
     ORDER BY next_poll_at LIMIT $2`,
    [now, limit],
  )
}

export async function markPolled(sql: Sql, userId: string, at: number | null, nextAt: number | null): Promise<void> {
  await sql.run(
    'UPDATE connections SET last_polled_at = coalesce($2, last_polled_at), next_poll_at = $3 WHERE user_id = $1',
    [userId, at, nextAt],
  )
}

export function setTimeZone(userId: string, timeZone: string): Statement {
  return { sql: 'UPDATE connections SET time_zone = $2 WHERE user_id = $1', params: [userId, timeZone] }
}

/** A person's last event may be so much later than their connection says (outbox/touched.ts). */
export const TOUCHED_WITHIN_MS = 1000

/** An event about this person was written. */
export function touchConnection(userId: string, now: number): Statement {
  return {
    sql: 'UPDATE connections SET last_webhook_update = $2 WHERE user_id = $1',
    params: [userId, now],
    many: touchMany,
  }
}

function touchMany(rows: readonly (readonly Value[])[]): Statement[] {
  const latest = new Map(rows.map(([userId, at]) => [userId as string, at as number]))
  // In one order everywhere: two servers that touch the same people do not wait for each other in a circle.
  const sorted = [...latest].map(([id, at]) => ({ id, at })).sort((a, b) => (a.id < b.id ? -1 : 1))
  return [
    {
      sql: `UPDATE connections c SET last_webhook_update = v.at
            FROM (SELECT * FROM json_to_recordset($1::json) AS r(id text, at bigint) ORDER BY id) v WHERE c.user_id = v.id`,
      params: [JSON.stringify(sorted)],
    },
  ]
}
