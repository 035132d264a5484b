// Widget sessions, the sign-ins that start from them, and one-time tokens for mobile apps.
import type { Sql } from './database.ts'

export interface WidgetSessionRow {
  id: string
  environment_id: string
  /** Comma separated, as given; null for the environment's enabled sources. */
  providers: string | null
  language: string | null
  reference_id: string | null
  success_url: string | null
  failure_url: string | null
  show_disconnect: number
  state: 'open' | 'finished'
  created_at: number
  expires_at: number
}

export interface AuthFlowRow {
  id: string
  environment_id: string
  provider: string
  /** Which API of the source; null for its own. */
  variant: string | null
  /** The connection's id if this flow succeeds. */
  user_id: string
  session_id: string | null
  reference_id: string | null
  success_url: string | null
  failure_url: string | null
  language: string | null
  state_hash: string | null
  browser_hash: string | null
  verifier_sealed: string | null
  /** `started` made by the API, `away` at the provider, `returning` while its code is spent, then finished either way. */
  state: 'started' | 'away' | 'returning' | 'connected' | 'failed'
  created_at: number
  expires_at: number
}

export async function insertWidgetSession(sql: Sql, row: WidgetSessionRow): Promise<void> {
  await sql.run(
    `INSERT INTO widget_sessions (id, environment_id, providers, language, reference_id, success_url, failure_url,
       show_disconnect, state, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      row.id,
      row.environment_id,
      row.providers,
      row.language,
      row.reference_id,
      row.success_url,
      row.failure_url,
      row.show_disconnect,
      row.state,
      row.created_at,
      row.expires_at,
    ],
  )
}

export function widgetSessionById(sql: Sql, id: string): Promise<WidgetSessionRow | null> {
  return sql.one('SELECT * FROM widget_sessions WHERE id = $1', [id])
}

export async function finishWidgetSession(sql: Sql, id: string): Promise<void> {
  await sql.run(`UPDATE widget_sessions SET state = 'finished' WHERE id = $1`, [id])
}

export async function insertAuthFlow(sql: Sql, row: AuthFlowRow): Promise<void> {
  await sql.run(
    `INSERT INTO auth_flows (id, environment_id, provider, user_id, session_id, reference_id, success_url, failure_url,
       language, state_hash, browser_hash, verifier_sealed, state, created_at, expires_at, variant)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      row.id,
      row.environment_id,
      row.provider,
      row.user_id,
      row.session_id,
      row.reference_id,
      row.success_url,
      row.failure_url,
      row.language,
      row.state_hash,
      row.browser_hash,
      row.verifier_sealed,
      row.state,
      row.created_at,
      row.expires_at,
      row.variant,
    ],
  )
}

/** Whether somebody is signing in at this source, or has just done so: its next notifications may be about them. */
export async function isSomebodySigningIn(
  sql: Sql,
  environmentId: string,
  provider: string,
  now: number,
): Promise<boolean> {
  const row = await sql.one(
    `SELECT 1 AS yes FROM auth_flows WHERE expires_at > $3 AND environment_id = $1 AND provider = $2
       AND state IN ('started', 'away', 'returning', 'connected') LIMIT 1`,
    [environmentId, provider, now],
  )
  return row !== null
}

export function authFlowById(sql: Sql, id: string): Promise<AuthFlowRow | null> {
  return sql.one('SELECT * FROM auth_flows WHERE id = $1', [id])
}

export function authFlowByState(sql: Sql, stateHash: string): Promise<AuthFlowRow | null> {
  return sql.one('SELECT * FROM auth_flows WHERE state_hash = $1', [stateHash])
}

/** Binds the flow to the browser that leaves for the provider. Only while it has not ended: a second click, too. */
export async function sendFlowAway(
  sql: Sql,
  id: string,
  secrets: { state_hash: string; browser_hash: string; verifier_sealed: string | null },
): Promise<boolean> {
  const changed = await sql.run(
    `UPDATE auth_flows SET state = 'away', state_hash = $2, browser_hash = $3, verifier_sealed = $4
     WHERE id = $1 AND state IN ('started', 'away', 'returning')`,
    [id, secrets.state_hash, secrets.browser_hash, secrets.verifier_sealed],
  )
  return changed === 1
}

/** One caller only gets true, until it is given back. */
export async function claimReturn(sql: Sql, id: string): Promise<boolean> {
  return (await sql.run(`UPDATE auth_flows SET state = 'returning' WHERE id = $1 AND state = 'away'`, [id])) === 1
}

export async function giveReturnBack(sql: Sql, id: string): Promise<void> {
  await sql.run(`UPDATE auth_flows SET state = 'away' WHERE id = $1 AND state = 'returning'`, [id])
}

/** Counts a form that was filled in wrongly. Answers how many there were. */
export async function countAttempt(sql: Sql, id: string): Promise<number> {
  const row = await sql.one<{ attempts: number }>(
    'UPDATE auth_flows SET attempts = attempts + 1 WHERE id = $1 RETURNING attempts',
    [id],
  )
  return row?.attempts ?? 0
}

/** One caller only gets true: the state is good for one callback. */
export async function finishFlow(sql: Sql, id: string, to: 'connected' | 'failed'): Promise<boolean> {
  const changed = await sql.run(
    `UPDATE auth_flows SET state = $2, verifier_sealed = NULL WHERE id = $1 AND state IN ('started', 'away', 'returning')`,
    [id, to],
  )
  return changed === 1
}

export async function insertSdkToken(
  sql: Sql,
  row: { token_hash: string; environment_id: string; reference_id: string | null; expires_at: number },
): Promise<void> {
  await sql.run(
    'INSERT INTO sdk_tokens (token_hash, environment_id, reference_id, expires_at) VALUES ($1, $2, $3, $4)',
    [row.token_hash, row.environment_id, row.reference_id, row.expires_at],
  )
}

/** Old sessions, flows and tokens. */
export async function deleteExpiredAuth(sql: Sql, before: number): Promise<void> {
  await sql.batch([
    { sql: 'DELETE FROM auth_flows WHERE expires_at < $1', params: [before] },
    { sql: 'DELETE FROM widget_sessions WHERE expires_at < $1', params: [before] },
    { sql: 'DELETE FROM sdk_tokens WHERE expires_at < $1', params: [before] },
    { sql: 'DELETE FROM dashboard_sessions WHERE expires_at < $1', params: [before] },
  ])
}
