// What a replay looks through: events in the order in which they were written, a stretch at a time, so that no question keeps
// those of others waiting, however many events there are and however few of them fit.
import { placeholders, type Sql } from './database.ts'
import type { EventSummary } from './events.ts'

/** Of an environment's events, looked at by one question. */
export const STRETCH = 1000

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

/** Where it has got to: the last event that was looked at. */
export interface Place {
  at: number
  id: string
}

/** Before the first one. */
export function beginning({ since }: ReplayFilter): Place {
  return { at: since, id: '' }
}

/** The end of the next stretch. Null: what remains is shorter than one. */
async function endOfStretch(
  sql: Sql,
  { environmentId, until, userId }: ReplayFilter,
  after: Place,
): Promise<Place | null> {
  const params = [environmentId, after.at, after.id, until, STRETCH - 1]
  const user = userId === null ? '' : ' AND user_id = $6'
  const row = await sql.one<{ created_at: number; id: string }>(
    `SELECT created_at, id FROM events WHERE environment_id = $1 AND (created_at, id) > ($2, $3) AND created_at < $4${user}
     ORDER BY created_at, id LIMIT 1 OFFSET $5`,
    userId === null ? params : [...params, userId],
  )
  return row === null ? null : { at: row.created_at, id: row.id }
}

/** What the filter wants of a stretch; conditions are written only for what it asks, so that an index can serve them. */
function condition(
  { environmentId, types, provider, userId, referenceId, until, onlyFailed, sentTo }: ReplayFilter,
  after: Place,
  end: Place | null,
): { where: string; params: (string | number)[] } {
  const params: (string | number)[] = []
  const given = (value: string | number): string => `$${params.push(value)}`
  const parts = [
    `e.environment_id = ${given(environmentId)}`,
    `(e.created_at, e.id) > (${given(after.at)}, ${given(after.id)})`,
    // One bound at each end: of two, the wrong one could lead through the index.
    end === null ? `e.created_at < ${given(until)}` : `(e.created_at, e.id) <= (${given(end.at)}, ${given(end.id)})`,
  ]
  if (provider !== null) parts.push(`e.provider = ${given(provider)}`)
  if (userId !== null) parts.push(`e.user_id = ${given(userId)}`)
  if (referenceId !== null) parts.push(`e.reference_id = ${given(referenceId)}`)
  if (onlyFailed || sentTo !== null) {
    const there = sentTo === null ? '' : ` AND d.destination_id = ${given(sentTo)}`
    parts.push(`EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id${there}${onlyFailed ? FAILED : ''})`)
  }
  if (types.length > 0) {
    parts.push(`e.type IN (${placeholders(types.length, params.length + 1)})`)
    params.push(...types)
  }
  return { where: parts.join(' AND '), params }
}

/** Of a delivery `d`: it failed, and no later one of the same part went. */
const FAILED = ` AND d.state = 'failed' AND NOT EXISTS (SELECT 1 FROM deliveries n WHERE n.event_id = d.event_id
  AND n.destination_id = d.destination_id AND n.id > d.id AND n.state <> 'failed'
  AND COALESCE(n.part, d.part, '') = COALESCE(d.part, ''))`

export interface ReplayCount {
  type: string
  events: number
  bytes: number
}

export interface Counted {
  /** The most first. */
  byType: ReplayCount[]
  /** Whether all of it was counted; otherwise there may be more. */
  complete: boolean
}

/** Ends at the first stretch that ends after `deadlineMs`, of `performance.now()`. */
export async function countToReplay(sql: Sql, filter: ReplayFilter, deadlineMs: number): Promise<Counted> {
  const sums = new Map<string, ReplayCount>()
  let complete = false
  for (let after = beginning(filter); !complete && performance.now() < deadlineMs;) {
    const end = await endOfStretch(sql, filter, after)
    const { where, params } = condition(filter, after, end)
    const rows = await sql.all<ReplayCount>(
      `SELECT e.type, count(*) AS events, CAST(sum(e.byte_length) AS BIGINT) AS bytes FROM events e WHERE ${where}
       GROUP BY e.type`,
      params,
    )
    for (const { type, events, bytes } of rows) {
      const sum = sums.get(type) ?? { type, events: 0, bytes: 0 }
      sums.set(type, { type, events: sum.events + Number(events), bytes: sum.bytes + Number(bytes) })
    }
    complete = end === null
    after = end ?? after
  }
  const byType = [...sums.values()].sort((a, b) => b.events - a.events || (a.type < b.type ? -1 : 1))
  return { byType, complete }
}

export type ReplayedEvent = Pick<EventSummary, 'id' | 'user_id' | 'reference_id' | 'provider' | 'type' | 'created_at'>

export interface Stretch {
  /** Possibly none, though there are more behind them. */
  events: ReplayedEvent[]
  /** Where to go on. Null: that was all. */
  next: Place | null
}

/** At most `limit` of the next stretch. */
export async function nextToReplay(sql: Sql, filter: ReplayFilter, after: Place, limit: number): Promise<Stretch> {
  const end = await endOfStretch(sql, filter, after)
  const { where, params } = condition(filter, after, end)
  const events = await sql.all<ReplayedEvent>(
    `SELECT e.id, e.user_id, e.reference_id, e.provider, e.type, e.created_at FROM events e WHERE ${where}
     ORDER BY e.created_at, e.id LIMIT $${params.length + 1}`,
    [...params, limit],
  )
  const last = events.at(-1)
  const next = last !== undefined && events.length === limit ? { at: last.created_at, id: last.id } : end
  return { events, next }
}
