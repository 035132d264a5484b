import { placeholders, type Sql } from './database.ts'

export interface SignInFailures {
  name: string
  failures: number
  blocked_until: number
  forget_at: number
}

/** Those that still count at `now`, by name. */
export async function signInFailures(
  sql: Sql,
  names: readonly string[],
  now: number,
): Promise<Map<string, SignInFailures>> {
  const rows = await sql.all<SignInFailures>(
    `SELECT * FROM sign_in_failures WHERE forget_at > $1 AND name IN (${placeholders(names.length, 2)})`,
    [now, ...names],
  )
  return new Map(rows.map((row) => [row.name, row]))
}

export async function saveSignInFailures(sql: Sql, row: SignInFailures): Promise<void> {
  await sql.run(
    `INSERT INTO sign_in_failures (name, failures, blocked_until, forget_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (name) DO UPDATE SET failures = excluded.failures, blocked_until = excluded.blocked_until,
       forget_at = excluded.forget_at`,
    [row.name, row.failures, row.blocked_until, row.forget_at],
  )
}

export async function forgetSignInFailures(sql: Sql, name: string): Promise<void> {
  await sql.run('DELETE FROM sign_in_failures WHERE name = $1', [name])
}

export async function deleteOldSignInFailures(sql: Sql, now: number): Promise<void> {
  await sql.run('DELETE FROM sign_in_failures WHERE forget_at <= $1', [now])
}
