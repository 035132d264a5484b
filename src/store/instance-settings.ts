// Values that belong to the whole installation, such as the sealed admin token.
import type { Sql, Statement } from './database.ts'

export async function readInstanceSetting(sql: Sql, name: string): Promise<string | null> {
  const row = await sql.one<{ value: string }>('SELECT value FROM instance_settings WHERE name = $1', [name])
  return row?.value ?? null
}

export async function writeInstanceSetting(sql: Sql, name: string, value: string): Promise<void> {
  await sql.batch([settingStatement(name, value)])
}

export function settingStatement(name: string, value: string): Statement {
  return {
    sql: 'INSERT INTO instance_settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    params: [name, value],
  }
}
