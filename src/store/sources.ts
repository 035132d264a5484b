import type { Sql } from './database.ts'
import { forgetRemembered, remembered } from './remembered.ts'

export interface SourceRow {
  environment_id: string
  provider: string
  enabled: number
  client_id: string | null
  client_secret_sealed: string | null
  /** The provider's scopes to ask for, comma separated; null for the connector's own. */
  scopes: string | null
  verification_token_sealed: string
  /** JSON: which API, other hosts, further credentials that are no secrets (credentials/source-settings.ts). */
  settings: string
  /** Further credentials that are secrets, as JSON. */
  extra_sealed: string | null
  updated_at: number
}

export function listSources(sql: Sql, environmentId: string): Promise<SourceRow[]> {
  return sql.all('SELECT * FROM sources WHERE environment_id = $1 ORDER BY provider', [environmentId])
}

export function sourceOf(sql: Sql, environmentId: string, provider: string): Promise<SourceRow | null> {
  return sql.one('SELECT * FROM sources WHERE environment_id = $1 AND provider = $2', [environmentId, provider])
}

/** Every environment that has this provider switched on. */
export function enabledSources(sql: Sql, provider: string): Promise<SourceRow[]> {
  return sql.all('SELECT * FROM sources WHERE provider = $1 AND enabled = 1 ORDER BY environment_id', [provider])
}

export function allEnabledSources(sql: Sql): Promise<SourceRow[]> {
  return sql.all('SELECT * FROM sources WHERE enabled = 1 ORDER BY environment_id, provider')
}

/** As `sourceOf` and `enabledSources`, at most a second old. */
export const rememberedSource = remembered(sourceOf)
export const rememberedEnabledSources = remembered(enabledSources)

export async function putSource(sql: Sql, row: SourceRow): Promise<void> {
  await sql.run(
    `INSERT INTO sources
       (environment_id, provider, enabled, client_id, client_secret_sealed, scopes, verification_token_sealed, settings, updated_at, extra_sealed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (environment_id, provider) DO UPDATE SET enabled = excluded.enabled, client_id = excluded.client_id,
       client_secret_sealed = excluded.client_secret_sealed, scopes = excluded.scopes,
       verification_token_sealed = excluded.verification_token_sealed, settings = excluded.settings,
       updated_at = excluded.updated_at, extra_sealed = excluded.extra_sealed`,
    [
      row.environment_id,
      row.provider,
      row.enabled,
      row.client_id,
      row.client_secret_sealed,
      row.scopes,
      row.verification_token_sealed,
      row.settings,
      row.updated_at,
      row.extra_sealed,
    ],
  )
  forgetRemembered(sql)
}

export async function setSourceExtra(
  sql: Sql,
  { environment_id: environmentId, provider }: Pick<SourceRow, 'environment_id' | 'provider'>,
  sealed: string,
): Promise<void> {
  await sql.run('UPDATE sources SET extra_sealed = $3 WHERE environment_id = $1 AND provider = $2', [
    environmentId,
    provider,
    sealed,
  ])
  forgetRemembered(sql)
}
