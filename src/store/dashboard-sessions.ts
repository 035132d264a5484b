import type { Sql } from './database.ts'

export async function insertDashboardSession(
  sql: Sql,
  row: { token_hash: string; created_at: number; expires_at: number },
): Promise<void> {
  await sql.run('INSERT INTO dashboard_sessions (token_hash, created_at, expires_at) VALUES ($1, $2, $3)', [
    row.token_hash,
    row.created_at,
    row.expires_at,
  ])
}

export async function isDashboardSession(sql: Sql, tokenHash: string, now: number): Promise<boolean> {
  const row = await sql.one('SELECT 1 AS one FROM dashboard_sessions WHERE token_hash = $1 AND expires_at > $2', [
    tokenHash,
    now,
  ])
  return row !== null
}

export async function deleteDashboardSession(sql: Sql, tokenHash: string): Promise<void> {
  await sql.run('DELETE FROM dashboard_sessions WHERE token_hash = $1', [tokenHash])
}

/** With the links that would begin one. */
export async function deleteDashboardSessions(sql: Sql): Promise<void> {
  await sql.run('DELETE FROM dashboard_sessions')
}
