import { z } from 'zod'
import {
  type AuditFilter as Filter,
  ACTORS,
  audit,
  AUDIT_ACTIONS,
  type AuditRow,
  listAudit,
} from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import { listEnvironments } from '../../store/environments.ts'
import type { Cursor } from '../../store/paging.ts'
import { operation } from '../http/operation.ts'
import { instantText } from '../http/parameters.ts'
import { environmentNamed } from './environments.ts'
import { isoTime, type Listing, listingOf, listingSchema, type PageInput, pageOf, pageQuery } from './listing.ts'

const EXPORT_PAGE = 500

export const AuditView = z
  .object({
    id: z.string(),
    at: z.string(),
    actor: z
      .object({
        kind: z
          .enum(ACTORS)
          .describe(
            '`session` of the dashboard, `admin_token`, `api_key`, `person` in the widget, `link` (whoever had a signed URL), ' +
              '`nobody` (a sign-in that was refused), `loam` itself.',
          ),
        id: z.string().nullable().describe('Tells sessions and keys apart; an API key by its id.'),
        address: z.string().nullable(),
      })
      .describe('Who, and from where.'),
    action: z.enum(AUDIT_ACTIONS),
    dev_id: z.string().nullable().describe('The environment; null: the whole installation.'),
    user_id: z.string().nullable().describe('Whose data.'),
    subject: z.string().nullable().describe('The id of what it was done to.'),
    details: z.record(z.string(), z.unknown()).describe('Names, counts and choices; never a value of health data.'),
  })
  .meta({ id: 'AuditEntry', description: 'Something that was done, or data that was looked at.' })
export type AuditView = z.infer<typeof AuditView>

const filterQuery = {
  environment: z.string().optional().describe('Only of the environment with this dev-id.'),
  actor: z.enum(ACTORS).optional(),
  action: z.string().max(100).optional().describe('One action, or a family of them: `destination`.'),
  user_id: z.string().max(200).optional().describe('Only what was done to, or seen of, this connection.'),
  since: instantText.optional().describe('At or after this time.'),
  until: instantText.optional().describe('Before this time.'),
}
export const AuditQuery = z.object({ ...pageQuery, ...filterQuery })
export const ExportQuery = z.object({ ...filterQuery, format: z.enum(['ndjson', 'csv']).default('ndjson') })
type FilterInput = Omit<z.output<typeof AuditQuery>, 'limit' | 'cursor'>

/** Newest first, of every environment unless told. */
export async function listAuditLog(ctx: Context, input: PageInput & FilterInput = {}): Promise<Listing<AuditView>> {
  const slice = await listAudit(ctx.db, await filterOf(ctx, input), pageOf(input))
  return listingOf(slice, viewer(await devIds(ctx)))
}

async function filterOf(ctx: Context, input: FilterInput): Promise<Filter> {
  return {
    environmentId: input.environment === undefined ? undefined : (await environmentNamed(ctx, input.environment)).id,
    actor: input.actor,
    action: input.action,
    userId: input.user_id,
    since: input.since,
    until: input.until,
  }
}

async function devIds(ctx: Context): Promise<Map<string, string>> {
  return new Map((await listEnvironments(ctx.db)).map((row) => [row.id, row.dev_id]))
}

function viewer(devIdOf: ReadonlyMap<string, string>): (row: AuditRow) => AuditView {
  return (row) => ({
    id: row.id,
    at: isoTime(row.at),
    actor: { kind: row.actor as AuditView['actor']['kind'], id: row.actor_id, address: row.address },
    action: row.action as AuditView['action'],
    dev_id: row.environment_id === null ? null : (devIdOf.get(row.environment_id) ?? row.environment_id),
    user_id: row.user_id,
    subject: row.subject,
    details: row.details === null ? {} : (JSON.parse(row.details) as Record<string, unknown>),
  })
}

/** All that fits, newest first, a page at a time as it is taken. */
export async function exportAudit(ctx: Context, input: z.output<typeof ExportQuery>): Promise<Response> {
  const filter = { ...(await filterOf(ctx, input)), until: input.until ?? ctx.clock.now() + 1 }
  const details = { format: input.format }
  await ctx.db.transaction(async (tx) => audit(ctx, tx, { action: 'audit.exported', environmentId: null, details }))
  const view = viewer(await devIds(ctx))
  const line = input.format === 'csv' ? csvLine : (entry: AuditView) => `${JSON.stringify(entry)}\n`
  const encoder = new TextEncoder()
  let cursor: Cursor | null | 'start' = 'start'
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (input.format === 'csv') controller.enqueue(encoder.encode(`${CSV_COLUMNS.join(',')}\r\n`))
    },
    async pull(controller) {
      if (cursor === null) return controller.close()
      const slice = await listAudit(ctx.db, filter, { cursor: cursor === 'start' ? null : cursor, limit: EXPORT_PAGE })
      cursor = slice.next
      const text = slice.rows.map((row) => line(view(row))).join('')
      if (text !== '') controller.enqueue(encoder.encode(text))
      else controller.close()
    },
  })
  const type = input.format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson'
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="loam-audit.${input.format}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

const CSV_COLUMNS = ['id', 'at', 'actor', 'actor_id', 'address', 'action', 'dev_id', 'user_id', 'subject', 'details']

function csvLine(entry: AuditView): string {
  const { actor, details, ...rest } = entry
  const row: Record<string, string | null> = {
    ...rest,
    actor: actor.kind,
    actor_id: actor.id,
    address: actor.address,
    details: JSON.stringify(details),
  }
  return `${CSV_COLUMNS.map((name) => csvCell(row[name] ?? '')).join(',')}\r\n`
}

/** Quoted, and never read as a formula by whoever opens it as a sheet. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const auditOperations = [
  operation({
    method: 'GET',
    path: '/audit',
    id: 'listAuditLog',
    summary: 'Show who did what, and who looked at whose data',
    description: 'Of every environment, unless `environment` names one.',
    tags: ['Audit'],
    auth: 'instance',
    query: AuditQuery,
    responses: { 200: { description: 'Newest first.', schema: listingSchema(AuditView) } },
    errors: { 404: 'There is no such environment.' },
    handler: ({ ctx, query }) => listAuditLog(ctx, query),
  }),
  operation({
    method: 'GET',
    path: '/audit/export',
    id: 'exportAuditLog',
    summary: 'Take the audit log away',
    description: 'All that fits, newest first: a JSON object on each line, or CSV. The export is itself an entry.',
    tags: ['Audit'],
    auth: 'instance',
    query: ExportQuery,
    responses: { 200: { description: 'The entries.', contentType: ['application/x-ndjson', 'text/csv'] } },
    errors: { 404: 'There is no such environment.' },
    handler: ({ ctx, query }) => exportAudit(ctx, query),
  }),
]
