// What a replay looks through: events in the order in which they were written.
import { placeholders, type Sql } from './database.ts'
import type { EventSummary } from './events.ts'

export interface ReplayFilter {
  environmentId: string
  /** None: any. */
  types: string[]
  provider: string | null
  userId: string | null
  referenceId: string | null
  /** Only what failed and was not sent since. */
  onlyFailed: boolean
  /** Only what went to this destination; with `onlyFailed`, what failed there. */
  sentTo: string | null
  /** Milliseconds, inclusive and exclusive. */
  since: number
  until: number
}

const FAILED = `EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id AND d.state = 'failed'
  AND ($8 = '' OR d.destination_id = $8) AND NOT EXISTS (SELECT 1 FROM deliveries n WHERE n.event_id = d.event_id
    AND n.destination_id = d.destination_id AND n.id > d.id AND n.state <> 'failed'
    AND COALESCE(n.part, d.part, '') = COALESCE(d.part, '')))`

const SENT = `($8 = '' OR EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id AND d.destination_id = $8))`

const WHERE = `e.environment_id = $1 AND ($2 = '' OR e.provider = $2) AND ($3 = '' OR e.user_id = $3)
  AND ($4 = '' OR e.reference_id = $4) AND e.created_at >= $5 AND e.created_at < $6
  AND CASE WHEN $7 = 1 THEN ${FAILED} ELSE ${SENT} END`

/** Parameters of the caller's own come after these: the first is `$<next>`. */
function condition(filter: ReplayFilter): { where: string; params: (string | number)[]; next: number } {
  const { environmentId, types, provider, userId, referenceId, since, until, onlyFailed, sentTo } = filter
  const own = [
    environmentId,
    provider ?? '',
    userId ?? '',
    referenceId ?? '',
    since,
    until,
    onlyFailed ? 1 : 0,
    sentTo ?? '',
  ]
  const where = types.length === 0 ? WHERE : `${WHERE} AND e.type IN (${placeholders(types.length, own.length + 1)})`
  return { where, params: [...own, ...types], next: own.length + types.length + 1 }
}

export interface ReplayCount {
  type: string
  events: number
  bytes: number
}

/** By type, the most first. */
export async function countToReplay(sql: Sql, filter: ReplayFilter): Promise<ReplayCount[]> {
  const { where, params } = condition(filter)
  const rows = await sql.all<ReplayCount>(
    `SELECT e.type, count(*) AS events, CAST(sum(e.byte_length) AS BIGINT) AS bytes FROM events e WHERE ${where}
     GROUP BY e.type ORDER BY count(*) DESC, e.type`,
    params,
  )
  return rows.map(({ type, events, bytes }) => ({ type, events: Number(events), bytes: Number(bytes) }))
}

export type ReplayedEvent = Pick<EventSummary, 'id' | 'user_id' | 'reference_id' | 'provider' | 'type' | 'created_at'>

export function nextToReplay(
  sql: Sql,
  filter: ReplayFilter,
  after: { at: number; id: string },
  limit: number,
): Promise<ReplayedEvent[]> {
  const { where, params, next } = condition(filter)
  return sql.all(
    `SELECT e.id, e.user_id, e.reference_id, e.provider, e.type, e.created_at FROM events e WHERE ${where}
       AND (e.created_at > $${next} OR (e.created_at = $${next} AND e.id > $${next + 1}))
     ORDER BY e.created_at, e.id LIMIT $${next + 2}`,
    [...params, after.at, after.id, limit],
  )
}
