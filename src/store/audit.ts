// The audit log: who did what, and who looked at whose data, from where and when. A row is written in the transaction of what it
// tells of. It names things by their ids: no health value, no secret and no reference of a person ever gets here.
import { createHash } from 'node:crypto'
import { newId } from '../model/ids.ts'
import type { Context } from './context.ts'
import { placeholders, type Sql, type Statement, type Transaction } from './database.ts'
import type { Cursor, Slice } from './paging.ts'
import { Conditions, type Page, pageThrough, type Span } from './stretches.ts'

export const ACTORS = ['session', 'admin_token', 'api_key', 'person', 'link', 'nobody', 'loam'] as const

/** Who acts. Nothing of it opens anything. */
export interface Actor {
  kind: (typeof ACTORS)[number]
  /** Tells one session, or one key, from another. */
  id: string | null
  address: string | null
}

export const AUDIT_ACTIONS = [
  'session.started',
  'session.refused',
  'session.ended',
  'session.link_made',
  'admin_token.changed',
  'secrets.shown',
  'key.rotated',
  'key.revoked',
  'signing_secret.rotated',
  'environment.created',
  'environment.changed',
  'source.changed',
  'destination.created',
  'destination.changed',
  'destination.removed',
  'destination.paused',
  'destination.resumed',
  'destination.tested',
  'destination.secret_rotated',
  'user.changed',
  'user.removed',
  'user.history_asked',
  'move.links_made',
  'event.made_up',
  'event.sent_again',
  'event.url_made',
  'delivery.sent_again',
  'replay.started',
  'job.stopped',
  'job.resumed',
  'renormalize.started',
  'inspector.cleared',
  'health_data.read',
  'health_data.requested',
  'health_data.shown',
  'audit.exported',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export interface Act {
  action: AuditAction
  /** Null: it is about the whole installation. */
  environmentId: string | null
  /** Whose data. */
  userId?: string | null
  /** The id of what it was done to. */
  subject?: string | null
  /** Names, counts and choices. */
  details?: Record<string, string | number | boolean | readonly string[] | null>
}

export interface AuditRow {
  id: string
  at: number
  environment_id: string | null
  actor: string
  actor_id: string | null
  address: string | null
  action: string
  user_id: string | null
  subject: string | null
  /** JSON. */
  details: string | null
}

const COLUMNS = 'id, at, environment_id, actor, actor_id, address, action, user_id, subject, details'
const LONGEST_DETAILS = 4000
const LOAM: Actor = { kind: 'loam', id: null, address: null }

/** Is kept if, and only if, the transaction is. */
export function audit(ctx: Context, tx: Transaction, act: Act): void {
  tx.later([auditStatement(ctx, act)])
}

/** `once` keeps a second row of the same name out, whichever server writes it. */
export function auditStatement(ctx: Context, act: Act, once: string | null = null): Statement {
  const actor = ctx.actor ?? LOAM
  const details = act.details === undefined ? null : JSON.stringify(act.details)
  return {
    sql: `INSERT INTO audit_log (${COLUMNS}, once) VALUES (${placeholders(11)}) ON CONFLICT DO NOTHING`,
    params: [
      newId(),
      ctx.clock.now(),
      act.environmentId,
      actor.kind,
      actor.id,
      actor.address,
      act.action,
      act.userId ?? null,
      act.subject ?? null,
      details === null || details.length > LONGEST_DETAILS ? null : details,
      once,
    ],
  }
}

const MOST_SEEN = 50_000
const seen = new WeakMap<object, Set<string>>()

/**
 * At most one row for the same actor, address, person, subject and details in each `everyMs`: what happens often is noted,
 * and costs nothing the second time. The row is durable when this answers. Loam's own work is not noted.
 */
export async function auditOnce(ctx: Context, act: Act, everyMs: number): Promise<void> {
  const { actor } = ctx
  if (actor === undefined) return
  const slot = Math.floor(ctx.clock.now() / everyMs)
  const { action, environmentId, userId, subject, details } = act
  const named = [actor, action, environmentId, userId, subject, details, slot]
  // The slot comes first: in the index, what is written now lies together.
  const name = `${slot.toString(36)}.${createHash('sha256').update(JSON.stringify(named)).digest('base64url').slice(0, 22)}`
  let known = seen.get(ctx.db)
  if (known === undefined || known.size >= MOST_SEEN) seen.set(ctx.db, (known = new Set()))
  if (known.has(name)) return
  await ctx.db.transaction(async (tx) => tx.later([auditStatement(ctx, act, name)]))
  known.add(name)
}

export interface AuditFilter extends Span {
  environmentId?: string | undefined
  actor?: string | undefined
  /** An action, or all of a family: `destination`. */
  action?: string | undefined
  userId?: string | undefined
}

const BY = ['at', 'id'] as const
const isGiven = (each: [string, string | undefined]): each is [string, string] => each[1] !== undefined

/** The newest first. */
export async function listAudit(
  sql: Sql,
  { environmentId, actor, userId, action, ...span }: AuditFilter,
  page: Page,
): Promise<Slice<AuditRow>> {
  const rows = (after: Cursor, end: Cursor | null, limit: number): Promise<AuditRow[]> => {
    const where = new Conditions()
      .equals({ environment_id: environmentId, user_id: userId, actor })
      .older(BY, after, end, span)
    if (action !== undefined) {
      const names = AUDIT_ACTIONS.filter((name) => name === action || name.startsWith(`${action}.`))
      const known = names.length === 0 ? [action] : names
      where.add(`action IN (${known.map((name) => where.value(name)).join(', ')})`)
    }
    return sql.all(
      `SELECT ${COLUMNS} FROM audit_log WHERE ${where} ORDER BY at DESC, id DESC LIMIT ${where.value(limit)}`,
      where.params,
    )
  }
  // Each of these begins an index.
  const within = Object.entries({ user_id: userId, environment_id: environmentId }).find(isGiven)
  const order = { table: 'audit_log', by: BY, ...(within && { where: within }), direction: 'DESC' } as const
  return pageThrough(sql, order, page, {
    ...span,
    rows,
    cursorOf: ({ at, id }) => ({ at, id }),
  })
}

/** The oldest first, some at a time; answers how many. */
export async function deleteOldAudit(sql: Sql, before: number, limit: number): Promise<number> {
  return sql.run(
    'DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE at < $1 ORDER BY at, id LIMIT $2)',
    [before, limit],
  )
}
