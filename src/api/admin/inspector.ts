import { z } from 'zod'
import { audit } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import {
  clearBin,
  type InspectorRequestRow,
  listBins,
  listInspectorRequests as listRows,
} from '../../store/inspector.ts'
import { unpackSync } from '../../store/compress.ts'
import { auditRead } from '../audit-read.ts'
import { operation, Reply } from '../http/operation.ts'
import { addInspectorDestination } from '../inspector-destination.ts'
import {
  isoTime,
  type Listing,
  listingOf,
  listingSchema,
  type PageInput,
  pageOf,
  pageQuery,
  wholeListing,
} from './listing.ts'

export const InspectorRequestView = z
  .object({
    id: z.string(),
    bin: z.string(),
    method: z.string(),
    path: z.string().describe('With the query string.'),
    headers: z.record(z.string(), z.string()).describe('Names in lower case.'),
    body_base64: z.string(),
    received_at: z.string(),
    signature_valid: z
      .boolean()
      .nullable()
      .describe('Whether `terra-signature` fits the body; null when the request carries none.'),
  })
  .meta({ id: 'InspectorRequest' })
export type InspectorRequestView = z.infer<typeof InspectorRequestView>

export const InspectorBinView = z
  .object({
    bin: z.string(),
    url: z.string().describe('POST here.'),
    requests: z.number().describe('How many are kept.'),
    last_at: z.string(),
  })
  .meta({ id: 'InspectorBin' })
export type InspectorBinView = z.infer<typeof InspectorBinView>

/** Bins that have received something, the latest first. */
export async function listInspectorBins(ctx: Context): Promise<Listing<InspectorBinView>> {
  const bins = await listBins(ctx.db)
  return wholeListing(
    bins.map((row) => ({
      bin: row.bin,
      url: `${ctx.publicUrl}/inspect/${row.bin}`,
      requests: Number(row.requests),
      last_at: isoTime(Number(row.last_at)),
    })),
  )
}

/** A new bin with a destination of this environment that points at it. */
export async function createInspectorBin(
  ctx: Context,
  environment: EnvironmentRow,
): Promise<{ bin: string; url: string; destination_id: string }> {
  const { id, bin } = await ctx.db.transaction(async (tx) => {
    const added = await addInspectorDestination(ctx, tx, environment)
    const details = { type: 'webhook', inspector: added.bin }
    audit(ctx, tx, { action: 'destination.created', environmentId: environment.id, subject: added.id, details })
    return added
  })
  return { bin, url: `${ctx.publicUrl}/inspect/${bin}`, destination_id: id }
}

/** Newest first. */
export async function listInspectorRequests(
  ctx: Context,
  input: { bin: string } & PageInput,
): Promise<Listing<InspectorRequestView>> {
  await auditRead(ctx, { environmentId: null, subject: input.bin, details: { via: 'inspector' } })
  return listingOf(await listRows(ctx.db, input.bin, pageOf(input)), inspectorRequestView)
}

export async function clearInspector(ctx: Context, input: { bin: string }): Promise<{ deleted: number }> {
  const deleted = await ctx.db.transaction(async (tx) => {
    audit(ctx, tx, { action: 'inspector.cleared', environmentId: null, subject: input.bin })
    return clearBin(tx, input.bin)
  })
  return { deleted }
}

export function inspectorRequestView(row: InspectorRequestRow): InspectorRequestView {
  return {
    id: row.id,
    bin: row.bin,
    method: row.method,
    path: row.path,
    headers: JSON.parse(row.headers) as Record<string, string>,
    body_base64: Buffer.from(unpackSync(row.body)).toString('base64'),
    received_at: isoTime(row.received_at),
    signature_valid: row.signature_valid === null ? null : row.signature_valid === 1,
  }
}

const BinParams = z.object({ bin: z.string() })

export const inspectorOperations = [
  operation({
    method: 'GET',
    path: '/inspector',
    id: 'listInspectorBins',
    summary: 'List the bins of the webhook inspector',
    tags: ['Inspector'],
    auth: 'instance',
    responses: { 200: { description: 'The latest first.', schema: listingSchema(InspectorBinView) } },
    handler: ({ ctx }) => listInspectorBins(ctx),
  }),
  operation({
    method: 'POST',
    path: '/inspector',
    id: 'createInspectorBin',
    summary: 'Make a bin, and a destination that points at it',
    tags: ['Inspector'],
    auth: 'admin',
    responses: {
      201: {
        description: 'The bin.',
        schema: z.object({ bin: z.string(), url: z.string(), destination_id: z.string() }),
      },
    },
    handler: async ({ ctx, environment }) => new Reply(201, await createInspectorBin(ctx, environment)),
  }),
  operation({
    method: 'GET',
    path: '/inspector/{bin}/requests',
    id: 'listInspectorRequests',
    summary: 'List what a bin received',
    tags: ['Inspector'],
    auth: 'instance',
    params: BinParams,
    query: z.object(pageQuery),
    responses: {
      200: {
        description: 'Newest first; empty for a bin that nothing was sent to.',
        schema: listingSchema(InspectorRequestView),
      },
    },
    handler: ({ ctx, params, query }) => listInspectorRequests(ctx, { ...params, ...query }),
  }),
  operation({
    method: 'DELETE',
    path: '/inspector/{bin}/requests',
    id: 'clearInspector',
    summary: 'Forget what a bin received',
    tags: ['Inspector'],
    auth: 'instance',
    params: BinParams,
    responses: { 200: { description: 'How many.', schema: z.object({ deleted: z.number() }) } },
    handler: ({ ctx, params }) => clearInspector(ctx, params),
  }),
]
