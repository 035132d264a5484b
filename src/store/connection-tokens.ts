// The tokens of a connection. They are refreshed by one server at a time.
import type { Sql } from './database.ts'

/** Only the first of several servers that refresh the same token gets the lease. */
export async function leaseRefresh(
  sql: Sql,
  userId: string,
  tokenVersion: number,
  now: number,
  until: number,
): Promise<boolean> {
  const changed = await sql.run(
    `UPDATE connections SET refresh_lease_until = $4
     WHERE user_id = $1 AND token_version = $2 AND refresh_lease_until <= $3`,
    [userId, tokenVersion, now, until],
  )
  return changed === 1
}

export async function storeTokens(
  sql: Sql,
  userId: string,
  tokens: { tokens_sealed: string; token_expires_at: number | null },
): Promise<void> {
  await sql.run(
    `UPDATE connections SET tokens_sealed = $2, token_expires_at = $3, token_version = token_version + 1,
       refresh_lease_until = 0 WHERE user_id = $1`,
    [userId, tokens.tokens_sealed, tokens.token_expires_at],
  )
}

export async function releaseRefresh(sql: Sql, userId: string): Promise<void> {
  await sql.run('UPDATE connections SET refresh_lease_until = 0 WHERE user_id = $1', [userId])
}

export async function forgetTokens(sql: Sql, userId: string): Promise<void> {
  await sql.run('UPDATE connections SET tokens_sealed = NULL, token_expires_at = NULL WHERE user_id = $1', [userId])
}
