import { type EnvironmentSettings, readEnvironmentSettings } from '../model/environment-settings.ts'
import type { Database, Sql } from './database.ts'
import { forgetRemembered, remembered } from './remembered.ts'

export interface EnvironmentRow {
  id: string
  dev_id: string
  name: string
  kind: string
  signing_secret_sealed: string
  /** JSON of EnvironmentSettings. */
  settings: string
  created_at: number
}

export interface ApiKeyRow {
  id: string
  environment_id: string
  key_hash: string
  key_sealed: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
}

export async function insertEnvironment(sql: Sql, row: EnvironmentRow): Promise<void> {
  await sql.run(
    `INSERT INTO environments (id, dev_id, name, kind, signing_secret_sealed, settings, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [row.id, row.dev_id, row.name, row.kind, row.signing_secret_sealed, row.settings, row.created_at],
  )
  forgetRemembered(sql)
}

/** All but the signing secrets. */
export async function updateEnvironment(sql: Sql, row: EnvironmentRow): Promise<void> {
  await sql.run('UPDATE environments SET dev_id = $2, name = $3, kind = $4, settings = $5 WHERE id = $1', [
    row.id,
    row.dev_id,
    row.name,
    row.kind,
    row.settings,
  ])
  forgetRemembered(sql)
}

export async function setSigningSecrets(sql: Sql, id: string, sealed: string): Promise<void> {
  await sql.run('UPDATE environments SET signing_secret_sealed = $2 WHERE id = $1', [id, sealed])
  forgetRemembered(sql)
}

export function listEnvironments(sql: Sql): Promise<EnvironmentRow[]> {
  return sql.all('SELECT * FROM environments ORDER BY created_at, id')
}

export function environmentById(sql: Sql, id: string): Promise<EnvironmentRow | null> {
  return sql.one('SELECT * FROM environments WHERE id = $1', [id])
}

export function environmentByDevId(sql: Sql, devId: string): Promise<EnvironmentRow | null> {
  return sql.one('SELECT * FROM environments WHERE dev_id = $1', [devId])
}

/** As `environmentById` and `environmentByDevId`, at most a second old. */
export const rememberedEnvironment = remembered(environmentById)
export const rememberedEnvironmentByDevId = remembered(environmentByDevId)

/** Read once for each row as it was stored. */
const settings = new WeakMap<EnvironmentRow, EnvironmentSettings>()

/** At most a second old. */
export async function settingsOf(db: Database, sql: Sql, environmentId: string): Promise<EnvironmentSettings> {
  const row = await rememberedEnvironment(db, sql, environmentId)
  if (row === null) return readEnvironmentSettings('{}')
  const present = settings.get(row) ?? readEnvironmentSettings(row.settings)
  settings.set(row, present)
  return present
}

export async function insertApiKey(sql: Sql, row: ApiKeyRow): Promise<void> {
  await sql.run(
    `INSERT INTO api_keys (id, environment_id, key_hash, key_sealed, created_at, expires_at, last_used_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [row.id, row.environment_id, row.key_hash, row.key_sealed, row.created_at, row.expires_at, row.last_used_at],
  )
}

/** Keys that work at `now`, newest first. */
export function validApiKeys(sql: Sql, environmentId: string, now: number): Promise<ApiKeyRow[]> {
  return sql.all(
    `SELECT * FROM api_keys WHERE environment_id = $1 AND (expires_at IS NULL OR expires_at > $2)
     ORDER BY created_at DESC, id DESC`,
    [environmentId, now],
  )
}

export function apiKeyByHash(sql: Sql, hash: string): Promise<ApiKeyRow | null> {
  return sql.one('SELECT * FROM api_keys WHERE key_hash = $1', [hash])
}

/** Ends keys that have no earlier end; `except` goes on. */
export function expireApiKeys(sql: Sql, environmentId: string, except: string, at: number): Promise<number> {
  return sql.run(
    `UPDATE api_keys SET expires_at = $3
     WHERE environment_id = $1 AND id <> $2 AND (expires_at IS NULL OR expires_at > $3)`,
    [environmentId, except, at],
  )
}

export async function deleteApiKey(sql: Sql, environmentId: string, id: string): Promise<number> {
  return sql.run('DELETE FROM api_keys WHERE environment_id = $1 AND id = $2', [environmentId, id])
}

export async function touchApiKey(sql: Sql, id: string, now: number): Promise<void> {
  await sql.run('UPDATE api_keys SET last_used_at = $2 WHERE id = $1', [id, now])
}
