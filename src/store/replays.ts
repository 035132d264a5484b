// What a replay looks through: events in the order in which they were written, a stretch at a time.
import type { Sql } from './database.ts'
import type { EventSummary } from './events.ts'
import type { Cursor } from './paging.ts'
import { Conditions, endOfStretch } from './stretches.ts'

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

/** Before the first one. */
export function beginning({ since }: ReplayFilter): Cursor {
  return { at: since, id: '' }
}

const BY = ['e.created_at', 'e.id'] as const

/** What the filter wants of the next stretch, and where that ends; null: it is the last one. */
async function nextStretch(
  sql: Sql,
  filter: ReplayFilter,
  after: Cursor,
): Promise<{ where: Conditions; end: Cursor | null }> {
  const { environmentId, types, provider, userId, referenceId, until, onlyFailed, sentTo } = filter
  const order = { table: 'events', by: ['created_at', 'id'], where: ['environment_id', environmentId] } as const
  // A person's own are few, and have an index of their own.
  const next = userId === null ? await endOfStretch(sql, { ...order, direction: 'ASC' }, after) : null
  const end = next !== null && next.at < until ? next : null
  const where = new Conditions()
    .equals({ 'e.environment_id': environmentId, 'e.provider': provider, 'e.user_id': userId })
    .equals({ 'e.reference_id': referenceId })
    .between(BY, 'ASC', after, end)
  // One bound at each end: of two, the wrong one could lead through the index.
  if (end === null) where.add(`e.created_at < ${where.value(until)}`)
  if (onlyFailed || sentTo !== null) {
    const there = sentTo === null ? '' : ` AND d.destination_id = ${where.value(sentTo)}`
    where.add(`EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id${there}${onlyFailed ? FAILED : ''})`)
  }
  if (types.length > 0) where.add(`e.type IN (${types.map((type) => where.value(type)).join(', ')})`)
  return { where, end }
}

/** Of a delivery `d`: it failed, and no later one of the same part, or of the whole, went; nor was it divided later. */
const FAILED = ` AND d.state = 'failed' AND NOT EXISTS (SELECT 1 FROM deliveries n WHERE n.event_id = d.event_id
  AND n.destination_id = d.destination_id AND n.id > d.id AND CASE WHEN d.part IS NULL
  THEN n.part IS NOT NULL OR n.state <> 'failed' ELSE COALESCE(n.part, d.part) = d.part AND n.state <> 'failed' END)`

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

type Kind = Pick<EventSummary, 'type' | 'provider' | 'user_id' | 'reference_id'>

/** Ends at the first stretch that ends after `deadlineMs`, of `performance.now()`. Of what is not `wanted` nothing counts; null: all is. */
export async function countToReplay(
  sql: Sql,
  filter: ReplayFilter,
  deadlineMs: number,
  wanted: ((about: Kind) => boolean) | null = null,
): Promise<Counted> {
  const kind = wanted === null ? 'e.type' : 'e.type, e.provider, e.user_id, e.reference_id'
  const sums = new Map<string, ReplayCount>()
  let complete = false
  for (let after = beginning(filter); !complete && performance.now() < deadlineMs;) {
    const { where, end } = await nextStretch(sql, filter, after)
    const rows = await sql.all<ReplayCount & Kind>(
      `SELECT ${kind}, count(*) AS events, CAST(sum(e.byte_length) AS BIGINT) AS bytes FROM events e WHERE ${where}
       GROUP BY ${kind}`,
      where.params,
    )
    for (const { type, events, bytes } of wanted === null ? rows : rows.filter(wanted)) {
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
  next: Cursor | null
}

/** At most `limit` of the next stretch. */
export async function nextToReplay(sql: Sql, filter: ReplayFilter, after: Cursor, limit: number): Promise<Stretch> {
  const { where, end } = await nextStretch(sql, filter, after)
  const events = await sql.all<ReplayedEvent>(
    `SELECT e.id, e.user_id, e.reference_id, e.provider, e.type, e.created_at FROM events e WHERE ${where}
     ORDER BY e.created_at, e.id LIMIT ${where.value(limit)}`,
    where.params,
  )
  const last = events.at(-1)
  const next = last !== undefined && events.length === limit ? { at: last.created_at, id: last.id } : end
  return { events, next }
}
