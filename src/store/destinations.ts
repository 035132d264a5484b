import type { Sql, Statement } from './database.ts'

export type DestinationState = 'active' | 'paused'

export interface DestinationRow {
  id: string
  environment_id: string
  type: string
  name: string
  /** JSON, without the secret members. */
  settings: string
  /** Sealed JSON of the secret members. */
  secrets_sealed: string
  /** JSON list; null for every type. */
  event_types: string | null
  /** JSON list; null for every provider. */
  providers: string | null
  state: DestinationState
  state_reason: string | null
  failing_since: number | null
  created_at: number
  updated_at: number
}

export function listDestinations(sql: Sql, environmentId: string): Promise<DestinationRow[]> {
  return sql.all('SELECT * FROM destinations WHERE environment_id = $1 ORDER BY created_at, id', [environmentId])
}

export function allDestinations(sql: Sql): Promise<DestinationRow[]> {
  return sql.all('SELECT * FROM destinations ORDER BY created_at, id')
}

export function destinationById(sql: Sql, id: string): Promise<DestinationRow | null> {
  return sql.one('SELECT * FROM destinations WHERE id = $1', [id])
}

export async function insertDestination(sql: Sql, row: DestinationRow): Promise<void> {
  await sql.run(
    `INSERT INTO destinations (id, environment_id, type, name, settings, secrets_sealed, event_types, providers, state,
       state_reason, failing_since, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      row.id,
      row.environment_id,
      row.type,
      row.name,
      row.settings,
      row.secrets_sealed,
      row.event_types,
      row.providers,
      row.state,
      row.state_reason,
      row.failing_since,
      row.created_at,
      row.updated_at,
    ],
  )
}

export async function updateDestination(sql: Sql, row: DestinationRow): Promise<void> {
  await sql.run(
    `UPDATE destinations SET name = $2, settings = $3, secrets_sealed = $4, event_types = $5, providers = $6, state = $7,
       state_reason = $8, updated_at = $9 WHERE id = $1`,
    [
      row.id,
      row.name,
      row.settings,
      row.secrets_sealed,
      row.event_types,
      row.providers,
      row.state,
      row.state_reason,
      row.updated_at,
    ],
  )
}

export function pauseDestination(id: string, reason: string, now: number): Statement {
  return {
    sql: `UPDATE destinations SET state = 'paused', state_reason = $2, updated_at = $3 WHERE id = $1`,
    params: [id, reason, now],
  }
}

export function markDestinationHealth(id: string, failingSince: number | null): Statement {
  return { sql: 'UPDATE destinations SET failing_since = $2 WHERE id = $1', params: [id, failingSince] }
}

/** Its deliveries and attempts go with it; the events stay. */
export function deleteDestination(sql: Sql, environmentId: string, id: string): Promise<number> {
  return sql.run('DELETE FROM destinations WHERE environment_id = $1 AND id = $2', [environmentId, id])
}
