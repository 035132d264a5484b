// What a replay looks through: events in the order in which they were written.
import type { Sql } from './database.ts'
import type { EventSummary } from './events.ts'

export interface ReplayFilter {
  environmentId: string
  type: string | null
  provider: string | null
  userId: string | null
  referenceId: string | null
  /** Only what failed and was not sent since. */
  onlyFailed: boolean
  /** Where it failed, with `onlyFailed`. */
  failedAt: string | null
  /** Milliseconds, inclusive and exclusive. */
  since: number
  until: number
}

const FAILED = `EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id AND d.state = 'failed'
  AND ($9 = '' OR d.destination_id = $9) AND NOT EXISTS (SELECT 1 FROM deliveries n WHERE n.event_id = d.event_id
    AND n.destination_id = d.destination_id AND n.id > d.id AND n.state <> 'failed'
    AND COALESCE(n.part, d.part, '') = COALESCE(d.part, '')))`

const WHERE = `e.environment_id = $1 AND ($2 = '' OR e.type = $2) AND ($3 = '' OR e.provider = $3)
  AND ($4 = '' OR e.user_id = $4) AND ($5 = '' OR e.reference_id = $5) AND e.created_at >= $6 AND e.created_at < $7
  AND ($8 = 0 OR ${FAILED})`

function paramsOf(filter: ReplayFilter): (string | number)[] {
  const { environmentId, type, provider, userId, referenceId, since, until, onlyFailed, failedAt } = filter
  return [
    environmentId,
    type ?? '',
    provider ?? '',
    userId ?? '',
    referenceId ?? '',
    since,
    until,
    onlyFailed ? 1 : 0,
    failedAt ?? '',
  ]
}

export async function countToReplay(sql: Sql, filter: ReplayFilter): Promise<{ events: number; bytes: number }> {
  const row = await sql.one<{ events: number; bytes: number }>(
    `SELECT count(*) AS events, CAST(COALESCE(sum(e.byte_length), 0) AS BIGINT) AS bytes FROM events e WHERE ${WHERE}`,
    paramsOf(filter),
  )
  return { events: Number(row?.events ?? 0), bytes: Number(row?.bytes ?? 0) }
}

export type ReplayedEvent = Pick<EventSummary, 'id' | 'user_id' | 'reference_id' | 'provider' | 'type' | 'created_at'>

export function nextToReplay(
  sql: Sql,
  filter: ReplayFilter,
  after: { at: number; id: string },
  limit: number,
): Promise<ReplayedEvent[]> {
  return sql.all(
    `SELECT e.id, e.user_id, e.reference_id, e.provider, e.type, e.created_at FROM events e WHERE ${WHERE}
       AND (e.created_at > $10 OR (e.created_at = $10 AND e.id > $11)) ORDER BY e.created_at, e.id LIMIT $12`,
    [...paramsOf(filter), after.at, after.id, limit],
  )
}
