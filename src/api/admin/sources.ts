import { z } from 'zod'
import type { Connector } from '../../connectors/connector.ts'
import { connectorById, connectors } from '../../connectors/index.ts'
import { sourcePlace } from '../../credentials/source-settings.ts'
import { ApiError } from '../../platform/errors.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { listSources as listRows, putSource as putRow, sourceOf, type SourceRow } from '../../store/sources.ts'
import { newSource } from '../environments.ts'
import { operation } from '../http/operation.ts'
import { providerTypes } from '../provider-types.ts'
import { masked } from './keys.ts'
import { type Listing, isoTime, listingSchema, wholeListing } from './listing.ts'

export const SourceView = z
  .object({
    provider: z.string().describe('As the API spells it.'),
    name: z.string(),
    tagline: z.string(),
    enabled: z.boolean().describe('Shown in the widget and kept up to date.'),
    state: z
      .enum(['ready', 'sandbox', 'needs_credentials'])
      .describe('`sandbox`: runs against the built-in simulator of this provider, because it has no credentials.'),
    types: z.array(z.string()).describe('Data types it gives.'),
    client_id: z.string().nullable(),
    client_secret: z.string().nullable().describe('The last four characters; null when there is none.'),
    scopes: z.array(z.string()).nullable().describe("Asked for at sign-in; null for the source's own list."),
    default_scopes: z.array(z.string()),
    credentials_url: z.string().describe('Where the provider gives out credentials.'),
    callback_url: z.string().describe('The redirect URL to register at the provider.'),
    hook_url: z.string().describe('Where the provider sends its notifications.'),
    history_days: z.number().nullable().describe('How far back the provider answers; null for no known limit.'),
    updated_at: z.string().nullable(),
  })
  .meta({ id: 'Source' })
export type SourceView = z.infer<typeof SourceView>

export const SourceChange = z.object({
  enabled: z.boolean().optional(),
  client_id: z.string().trim().min(1).max(500).nullable().optional().describe('Null removes the credentials.'),
  client_secret: z.string().trim().min(1).max(4000).nullable().optional().describe('Write-only.'),
  scopes: z.array(z.string().trim().min(1).max(200)).max(100).nullable().optional(),
  verification_token: z
    .string()
    .min(8)
    .max(500)
    .optional()
    .describe("Write-only: the secret of the provider's notifications where you choose it. One is made up otherwise."),
})
export type SourceChange = z.output<typeof SourceChange>

/** Every source that Loam has, switched on or not, in alphabetical order. */
export async function listSources(ctx: Context, environment: EnvironmentRow): Promise<Listing<SourceView>> {
  const rows = new Map((await listRows(ctx.db, environment.id)).map((row) => [row.provider, row]))
  const views = connectors.map((connector) => sourceView(ctx, environment, connector, rows.get(connector.id) ?? null))
  return wholeListing(views.sort((a, b) => a.name.localeCompare(b.name, 'en')))
}

export async function getSource(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string },
): Promise<SourceView> {
  const connector = connectorNamed(input.provider)
  return sourceView(ctx, environment, connector, await sourceOf(ctx.db, environment.id, connector.id))
}

/** Members that are left out stay as they are. */
export async function putSource(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string } & SourceChange,
): Promise<SourceView> {
  const connector = connectorNamed(input.provider)
  const row = await ctx.db.transaction(async (tx) => {
    await tx.lock(`source:${environment.id}:${connector.id}`)
    const before =
      (await sourceOf(tx, environment.id, connector.id)) ??
      newSource(ctx, environment.id, connector.id, { enabled: false })
    const next = changed(ctx, before, input)
    if (next.enabled === 1) checkCredentials(ctx, connector, next)
    await putRow(tx, next)
    return next
  })
  ctx.log.info({ environmentId: environment.id, provider: connector.id, enabled: row.enabled === 1 }, 'source changed')
  return sourceView(ctx, environment, connector, row)
}

function changed(ctx: Context, before: SourceRow, input: SourceChange): SourceRow {
  const next = { ...before, updated_at: Math.max(ctx.clock.now(), before.updated_at + 1) }
  if (input.enabled !== undefined) next.enabled = input.enabled ? 1 : 0
  if (input.client_id !== undefined) next.client_id = input.client_id
  if (input.client_secret !== undefined) {
    next.client_secret_sealed =
      input.client_secret === null ? null : ctx.sealer.seal(input.client_secret, sourcePlace(before, 'client-secret'))
  }
  // A secret without its id is of no use to anyone.
  if (next.client_id === null) next.client_secret_sealed = null
  if (input.scopes !== undefined) next.scopes = input.scopes === null ? null : input.scopes.join(',')
  if (input.verification_token !== undefined) {
    next.verification_token_sealed = ctx.sealer.seal(
      input.verification_token,
      sourcePlace(before, 'verification-token'),
    )
  }
  return next
}

function checkCredentials(ctx: Context, connector: Connector, row: SourceRow): void {
  if (row.client_id !== null && row.client_secret_sealed === null) {
    throw new ApiError('credentials_incomplete', 422, `client_secret: ${connector.name} needs it beside the client_id`)
  }
  if (row.client_id === null && !ctx.sandbox) {
    throw new ApiError(
      'credentials_incomplete',
      422,
      `client_id and client_secret: ${connector.name} needs them; get them at ${connector.credentialsUrl}`,
    )
  }
}

export function connectorNamed(provider: string): Connector {
  const connector = connectorById(provider.toUpperCase())
  if (connector === null) {
    throw new ApiError('unknown_provider', 404, `there is no source ${provider}; GET /admin/v1/sources lists them`)
  }
  return connector
}

function sourceView(
  ctx: Context,
  environment: EnvironmentRow,
  connector: Connector,
  row: SourceRow | null,
): SourceView {
  const slug = connector.id.toLowerCase()
  const hasOwn = row !== null && row.client_id !== null && row.client_secret_sealed !== null
  return {
    provider: connector.id,
    name: connector.name,
    tagline: connector.tagline,
    enabled: row?.enabled === 1,
    state: hasOwn ? 'ready' : ctx.sandbox ? 'sandbox' : 'needs_credentials',
    types: providerTypes(connector),
    client_id: row?.client_id ?? null,
    client_secret: hasOwn
      ? masked(ctx.sealer.open(row.client_secret_sealed!, sourcePlace(row, 'client-secret')))
      : null,
    scopes: row?.scopes?.split(',') ?? null,
    default_scopes: [...connector.auth.scopes],
    credentials_url: connector.credentialsUrl,
    callback_url: `${ctx.publicUrl}/v2/auth/${slug}/oauth2`,
    hook_url: `${ctx.publicUrl}/v2/hooks/${slug}/${encodeURIComponent(environment.dev_id)}`,
    history_days: connector.historyDays,
    updated_at: isoTime(row?.updated_at ?? null),
  }
}

const ProviderParams = z.object({ provider: z.string().describe('Upper or lower case.') })

export const sourceOperations = [
  operation({
    method: 'GET',
    path: '/sources',
    id: 'listSources',
    summary: 'List data sources',
    tags: ['Sources'],
    auth: 'admin',
    responses: { 200: { description: 'Every source, switched on or not.', schema: listingSchema(SourceView) } },
    handler: ({ ctx, environment }) => listSources(ctx, environment),
  }),
  operation({
    method: 'GET',
    path: '/sources/{provider}',
    id: 'getSource',
    summary: 'Show one data source',
    tags: ['Sources'],
    auth: 'admin',
    params: ProviderParams,
    responses: { 200: { description: 'The source.', schema: SourceView } },
    errors: { 404: 'There is no such source.' },
    handler: ({ ctx, environment, params }) => getSource(ctx, environment, params),
  }),
  operation({
    method: 'PUT',
    path: '/sources/{provider}',
    id: 'putSource',
    summary: 'Switch a data source on or off, set its credentials',
    description: 'Members that are left out stay as they are.',
    tags: ['Sources'],
    auth: 'admin',
    params: ProviderParams,
    body: SourceChange,
    responses: { 200: { description: 'As it is now.', schema: SourceView } },
    errors: { 404: 'There is no such source.', 422: 'It cannot run without credentials of your own.' },
    handler: ({ ctx, environment, params, body }) => putSource(ctx, environment, { ...params, ...body }),
  }),
]
