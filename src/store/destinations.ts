import { type Database, placeholders, type Sql, type Statement } from './database.ts'
import type { Cursor } from './paging.ts'
import { forgetRemembered, remembered } from './remembered.ts'
import { Conditions, endOfStretch } from './stretches.ts'

export type DestinationState =
  | 'active'
  /** By someone, or because the receiver said that it is gone. */
  | 'paused'
  /** By us, after failing too long. */
  | 'disabled'

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
  /** JSON lists; when either is set, only events of these users. */
  user_ids: string | null
  reference_ids: string | null
  /** JSON: the delivery settings that are not left at their defaults. */
  delivery: string
  /** Sealed JSON list of signing secrets that are being replaced, newest first; null when there are none. */
  previous_secrets_sealed: string | null
  state: DestinationState
  state_reason: string | null
  /** Since when no attempt has succeeded. */
  failing_since: number | null
  /** While the circuit is open: when it may be probed. */
  opened_until: number | null
  /** When it was told that this destination fails; null again when it recovers. */
  warned_at: number | null
  created_at: number
  updated_at: number
}

/** What a new one has unless told otherwise: every event, the usual patience, no history. */
export const NEW_DESTINATION = {
  event_types: null,
  providers: null,
  user_ids: null,
  reference_ids: null,
  delivery: '{}',
  previous_secrets_sealed: null,
  state: 'active',
  state_reason: null,
  failing_since: null,
  opened_until: null,
  warned_at: null,
} as const satisfies Partial<DestinationRow>

export function listDestinations(sql: Sql, environmentId: string): Promise<DestinationRow[]> {
  return sql.all('SELECT * FROM destinations WHERE environment_id = $1 ORDER BY created_at, id', [environmentId])
}

export function allDestinations(sql: Sql): Promise<DestinationRow[]> {
  return sql.all('SELECT * FROM destinations ORDER BY created_at, id')
}

export function destinationById(sql: Sql, id: string): Promise<DestinationRow | null> {
  return sql.one('SELECT * FROM destinations WHERE id = $1', [id])
}

/** As `listDestinations` and `destinationById`, at most a second old. */
export const rememberedDestinations = remembered(listDestinations)
export const rememberedDestination = remembered(destinationById)

export async function insertDestination(sql: Sql, row: DestinationRow): Promise<void> {
  await sql.run(
    `INSERT INTO destinations (id, environment_id, type, name, settings, secrets_sealed, event_types, providers, user_ids,
       reference_ids, delivery, previous_secrets_sealed, state, state_reason, failing_since, opened_until, warned_at,
       created_at, updated_at)
     VALUES (${placeholders(19)})`,
    [
      row.id,
      row.environment_id,
      row.type,
      row.name,
      row.settings,
      row.secrets_sealed,
      row.event_types,
      row.providers,
      row.user_ids,
      row.reference_ids,
      row.delivery,
      row.previous_secrets_sealed,
      row.state,
      row.state_reason,
      row.failing_since,
      row.opened_until,
      row.warned_at,
      row.created_at,
      row.updated_at,
    ],
  )
  forgetRemembered(sql)
}

/** What people change. How it fares is left alone: the loop knows better by now. */
export async function updateDestination(sql: Sql, row: DestinationRow): Promise<void> {
  await sql.run(
    `UPDATE destinations SET name = $2, settings = $3, secrets_sealed = $4, event_types = $5, providers = $6,
       user_ids = $7, reference_ids = $8, delivery = $9, previous_secrets_sealed = $10, updated_at = $11 WHERE id = $1`,
    [
      row.id,
      row.name,
      row.settings,
      row.secrets_sealed,
      row.event_types,
      row.providers,
      row.user_ids,
      row.reference_ids,
      row.delivery,
      row.previous_secrets_sealed,
      row.updated_at,
    ],
  )
  forgetRemembered(sql)
}

/** Whoever runs it forgets what is remembered. Sends nothing more until someone resumes it. What is stopped already keeps its reason. */
export function stopDestination(id: string, state: 'paused' | 'disabled', reason: string, now: number): Statement {
  return {
    sql: `UPDATE destinations SET state = $2, state_reason = $3, updated_at = CASE WHEN updated_at < $4 THEN $4
            ELSE updated_at + 1 END WHERE id = $1 AND state = 'active'`,
    params: [id, state, reason, now],
  }
}

/** Whoever runs it forgets what is remembered. Goes on with one probe: what was held follows as fast as the receiver takes it. */
export function resumeDestination(id: string, now: number): Statement {
  return {
    sql: `UPDATE destinations SET state = 'active', state_reason = NULL, failing_since = NULL, opened_until = $2,
            updated_at = CASE WHEN updated_at < $2 THEN $2 ELSE updated_at + 1 END WHERE id = $1 AND state <> 'active'`,
    params: [id, now],
  }
}

export function markFailing(id: string, now: number): Statement {
  return {
    sql: 'UPDATE destinations SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL',
    params: [id, now],
  }
}

/** Until when its circuit is open; null closes it. */
export function markCircuit(id: string, openedUntil: number | null): Statement {
  return { sql: 'UPDATE destinations SET opened_until = $2 WHERE id = $1', params: [id, openedUntil] }
}

/** The next probe is ours until `until`, unless another server was quicker. */
export async function takeProbe(sql: Sql, id: string, seen: number, until: number): Promise<boolean> {
  const changed = await sql.run('UPDATE destinations SET opened_until = $3 WHERE id = $1 AND opened_until = $2', [
    id,
    seen,
    until,
  ])
  return changed === 1
}

/** However long its circuit was to stay open: what is sent to in another way may be well. */
export async function tryAtOnce(sql: Sql, id: string, now: number): Promise<void> {
  await sql.run('UPDATE destinations SET opened_until = $2 WHERE id = $1 AND opened_until > $2', [id, now])
  forgetRemembered(sql)
}

/** Once per time that it fails. */
export function markWarned(id: string, now: number): Statement {
  return { sql: 'UPDATE destinations SET warned_at = $2 WHERE id = $1 AND warned_at IS NULL', params: [id, now] }
}

export function clearWarning(id: string): Statement {
  return {
    sql: 'UPDATE destinations SET warned_at = NULL WHERE id = $1 AND warned_at IS NOT NULL',
    params: [id],
  }
}

export function markWell(id: string): Statement {
  return {
    sql: 'UPDATE destinations SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL',
    params: [id],
  }
}

const BY = ['created_at', 'id'] as const
const OLDEST = { at: 0, id: '' }

/**
 * Its deliveries with their attempts, a stretch at a time, for all at once would keep every other commit waiting; those of the last stretch
 * go with the destination.
 */
export async function deleteDeliveriesOf(db: Database, environmentId: string, id: string): Promise<void> {
  const order = { table: 'deliveries', by: BY, where: ['environment_id', environmentId], direction: 'ASC' } as const
  let after: Cursor = OLDEST
  for (let end = await endOfStretch(db, order, after); end !== null; end = await endOfStretch(db, order, after)) {
    const where = new Conditions()
      .equals({ environment_id: environmentId, destination_id: id })
      .between(BY, 'ASC', after, end)
    await db.run(`DELETE FROM deliveries WHERE ${where}`, where.params)
    after = end
  }
}

/** Its deliveries and attempts go with it; the events stay. */
export async function deleteDestination(sql: Sql, environmentId: string, id: string): Promise<number> {
  const deleted = await sql.run('DELETE FROM destinations WHERE environment_id = $1 AND id = $2', [environmentId, id])
  forgetRemembered(sql)
  return deleted
}
