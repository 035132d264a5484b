import { z } from 'zod'
import type { Connector } from '../../connectors/connector.ts'
import { connectorById, connectorOf, connectors } from '../../connectors/index.ts'
import { notAvailable } from '../../connectors/not-available.ts'
import {
  connectorFor,
  secretExtra,
  settingsOfSource,
  sourceLock,
  sourcePlace,
  type SourceSettings,
} from '../../credentials/source-settings.ts'
import { ApiError } from '../../platform/errors.ts'
import { enqueue } from '../../queue/enqueue.ts'
import { audit } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { listSources as listRows, putSource as putRow, sourceOf, type SourceRow } from '../../store/sources.ts'
import { subscribingJob } from '../../intake/subscribe.ts'
import { newSource } from '../environments.ts'
import { operation } from '../http/operation.ts'
import { type Listing, listingSchema, wholeListing } from './listing.ts'
import { knownHosts, notAvailableNamed, notAvailableView, SourceView, sourceView } from './source-view.ts'

export const SourceChange = z.object({
  enabled: z.boolean().optional(),
  client_id: z.string().trim().min(1).max(500).nullable().optional().describe('Null removes the credentials.'),
  client_secret: z.string().trim().min(1).max(4000).nullable().optional().describe('Write-only.'),
  credentials: z
    .record(z.string().max(100), z.string().trim().min(1).max(10_000).nullable())
    .optional()
    .describe('Values of `credential_fields` by name. Null removes one; secret ones are write-only.'),
  scopes: z.array(z.string().trim().min(1).max(200)).max(100).nullable().optional(),
  api: z
    .string()
    .max(100)
    .nullable()
    .optional()
    .describe("One of `apis` for new connections; null for the source's own. Those that exist stay with theirs."),
  hosts: z
    .record(z.string().max(100), z.string().max(500).nullable())
    .optional()
    .describe("Origins that replace the source's own (staging, regions), by name. Null brings the source's own back."),
  verification_token: z
    .string()
    .min(8)
    .max(500)
    .optional()
    .describe("Write-only: the secret of the provider's notifications where you choose it. One is made up otherwise."),
})
export type SourceChange = z.output<typeof SourceChange>
export type { SourceView } from './source-view.ts'

/** Every source that Loam has, switched on or not, in alphabetical order; then those that it only knows. */
export async function listSources(ctx: Context, environment: EnvironmentRow): Promise<Listing<SourceView>> {
  const rows = new Map((await listRows(ctx.db, environment.id)).map((row) => [row.provider, row]))
  const views = connectors.map((connector) => sourceView(ctx, environment, connector, rows.get(connector.id) ?? null))
  const others = notAvailable.map(notAvailableView)
  const byName = (a: SourceView, b: SourceView): number => a.name.localeCompare(b.name, 'en')
  return wholeListing([...views.sort(byName), ...others.sort(byName)])
}

export async function getSource(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string },
): Promise<SourceView> {
  const unavailable = notAvailableNamed(input.provider)
  if (unavailable !== null) return notAvailableView(unavailable)
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
    await tx.lock(sourceLock(environment.id, connector.id))
    const before =
      (await sourceOf(tx, environment.id, connector.id)) ??
      newSource(ctx, environment.id, connector.id, { enabled: false })
    const next = changed(ctx, connector, before, input)
    if (next.enabled === 1) checkCredentials(ctx, connectorFor(next) ?? connector, next)
    await putRow(tx, next)
    const { provider: _, ...change } = input
    audit(ctx, tx, {
      action: 'source.changed',
      environmentId: environment.id,
      subject: connector.id,
      details: { enabled: next.enabled === 1, changed: Object.keys(change) },
    })
    const job = next.enabled === 1 ? subscribingJob(next, ctx.clock.now()) : null
    if (job !== null) await enqueue(tx, [job], job.at)
    return next
  })
  ctx.log.info({ environmentId: environment.id, provider: connector.id, enabled: row.enabled === 1 }, 'source changed')
  return sourceView(ctx, environment, connector, row)
}

function changed(ctx: Context, connector: Connector, before: SourceRow, input: SourceChange): SourceRow {
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
  const settings = settingsOfSource(before)
  changeApi(connector, settings, input)
  const chosen = connectorOf({ provider: connector.id, variant: settings.api ?? null }) ?? connector
  changeHosts(chosen, settings, input)
  next.extra_sealed = changedCredentials(ctx, chosen, before, settings, input)
  next.settings = JSON.stringify(settings)
  return next
}

function changeApi(connector: Connector, settings: SourceSettings, { api }: SourceChange): void {
  if (api === undefined) return
  delete settings.api
  if (api === null) return
  const apis = Object.keys(connector.variants ?? {})
  if (!apis.includes(api)) {
    const choice = apis.length === 0 ? 'it has only its own, so send null' : `one of ${apis.join(', ')}, or null`
    throw new ApiError('invalid_request', 400, `api: ${connector.name} has no such API: ${choice}`)
  }
  settings.api = api
}

function changeHosts(connector: Connector, settings: SourceSettings, { hosts }: SourceChange): void {
  if (hosts === undefined) return
  const next = { ...settings.hosts }
  const known = knownHosts(connector)
  for (const [name, origin] of Object.entries(hosts)) {
    if (known[name] === undefined) {
      const all = Object.keys(known).join(', ')
      throw new ApiError('invalid_request', 400, `hosts.${name}: ${connector.name} calls no such host; it has ${all}`)
    }
    if (origin === null) delete next[name]
    else if (!isOrigin(origin)) {
      throw new ApiError(
        'invalid_request',
        400,
        `hosts.${name}: an origin such as https://api.example.com, without a path`,
      )
    } else next[name] = new URL(origin).origin
  }
  settings.hosts = next
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, pathname, search, hash, username } = new URL(text)
  const bare = pathname === '/' && search === '' && hash === '' && username === ''
  return bare && (protocol === 'https:' || protocol === 'http:')
}

/** Puts the public ones into `settings`; answers the sealed others. */
function changedCredentials(
  ctx: Context,
  connector: Connector,
  before: SourceRow,
  settings: SourceSettings,
  { credentials = {} }: SourceChange,
): string | null {
  const open = { ...settings.extra }
  const secret = secretExtra(ctx, before)
  for (const [name, value] of Object.entries(credentials)) {
    const field = connector.credentialFields?.find((each) => each.name === name)
    if (field === undefined) {
      const known = connector.credentialFields?.map((each) => each.name).join(', ') ?? 'none'
      throw new ApiError(
        'invalid_request',
        400,
        `credentials.${name}: ${connector.name} takes no such; it has ${known}`,
      )
    }
    const place = field.secret ? secret : open
    if (value === null) delete place[name]
    else place[name] = value
  }
  settings.extra = open
  return Object.keys(secret).length === 0 ? null : ctx.sealer.seal(JSON.stringify(secret), sourcePlace(before, 'extra'))
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
  const given = { ...settingsOfSource(row).extra, ...secretExtra(ctx, row) }
  for (const { ownClient } of Object.values(connector.variants ?? {})) {
    const half = ownClient && [ownClient.id, ownClient.secret].find((name) => given[name] === undefined)
    if (half === undefined || Object.values(ownClient!).every((name) => given[name] === undefined)) continue
    throw new ApiError('credentials_incomplete', 422, `credentials.${half}: a client is an id and a secret`)
  }
  if (row.client_id === null) return
  const missing = connector.credentialFields?.filter((field) => field.required && given[field.name] === undefined) ?? []
  if (missing.length > 0) {
    const names = missing.map((field) => `credentials.${field.name}`).join(' and ')
    throw new ApiError('credentials_incomplete', 422, `${names}: ${connector.name} needs ${missing[0]!.label} too`)
  }
}

export function connectorNamed(provider: string): Connector {
  const connector = connectorById(provider.toUpperCase())
  if (connector === null) {
    const known = notAvailableNamed(provider)
    const why = known === null ? `there is no source ${provider}` : `${known.name} is not available in this version`
    throw new ApiError('unknown_provider', 404, `${why}; GET /admin/v1/sources lists what there is`)
  }
  return connector
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
