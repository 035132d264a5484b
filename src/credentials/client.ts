// As whom we speak to a provider, and where: the operator's own application at the real hosts, or the sandbox's at the
// built-in simulator.
import type { Address, Client, Connector } from '../connectors/connector.ts'
import { connectorById, variantsOf } from '../connectors/index.ts'
import { ApiError } from '../platform/errors.ts'
import type { Context } from '../store/context.ts'
import type { EnvironmentRow } from '../store/environments.ts'
import { rememberedEnvironment } from '../store/environments.ts'
import { type SourceRow, rememberedSource } from '../store/sources.ts'
import { secretExtra, type SourceSettings, settingsOfSource, sourcePlace } from './source-settings.ts'

export interface Application {
  connector: Connector
  /** Which API of the source; null for its own. */
  variant: string | null
  client: Client
  sandboxed: boolean
  /** Provider scopes to ask for. */
  scopes: readonly string[]
  verificationToken: string
  /** Where the browser is sent. */
  browserUrl(at: Address): string
  /** Where we call. */
  callUrl(at: Address): string
  /** The registered OAuth redirect. */
  redirectUri: string
  /** Where notifications for this environment arrive. */
  callbackUrl: string
  /** Where URLs that the provider gives may lead. */
  origins: readonly string[]
}

export async function applicationOf(ctx: Context, environmentId: string, connector: Connector): Promise<Application> {
  const [environment, source] = await Promise.all([
    rememberedEnvironment(ctx.db, ctx.db, environmentId),
    rememberedSource(ctx.db, ctx.db, environmentId, connector.id),
  ])
  if (environment === null) throw new ApiError('environment_not_found', 404, 'environment not found')
  if (source === null) throw notConfigured(connector)
  return application(ctx, environment, source, connector)
}

/** Unsealed once for each row as it was read. */
const opened = new WeakMap<SourceRow, Map<Connector, { ctx: Context; environment: EnvironmentRow; app: Application }>>()

export function application(
  ctx: Context,
  environment: EnvironmentRow,
  source: SourceRow,
  connector: Connector,
): Application {
  const known = opened.get(source) ?? new Map()
  opened.set(source, known)
  const present = known.get(connector)
  if (present?.ctx === ctx && present.environment === environment) return present.app
  const app = openApplication(ctx, environment, source, connector)
  known.set(connector, { ctx, environment, app })
  return app
}

function openApplication(
  ctx: Context,
  environment: EnvironmentRow,
  source: SourceRow,
  connector: Connector,
): Application {
  const slug = connector.id.toLowerCase()
  const variant = variantName(connector)
  const settings = settingsOfSource(source)
  const ownClient = clientOf(ctx, source, connector, variant)
  const own = ownClient !== null
  if (!own && !ctx.sandbox) throw notConfigured(connector, variant)
  const hosts = hostsFor(connector, variant, settings)
  const sandboxName = variant === null ? slug : `${slug}-${variant}`
  const verificationToken = ctx.sealer.open(source.verification_token_sealed, sourcePlace(source, 'verification-token'))
  const key = connector.notifications?.unsigned ? `?key=${encodeURIComponent(verificationToken)}` : ''
  const client = ownClient ?? {
    ...ctx.sandboxClient(environment.dev_id),
    extra: { ...sandboxExtra(connector), ...secretExtra(ctx, source) },
  }
  const url = (sandboxOrigin: string) => (at: Address) =>
    own ? `${hostOf(connector, hosts, at)}${at.path}` : `${sandboxOrigin}/sandbox/${sandboxName}${at.path}`
  return {
    connector,
    variant,
    client,
    sandboxed: !own,
    scopes: source.scopes === null ? connector.auth.scopes : source.scopes.split(',').map((scope) => scope.trim()),
    verificationToken,
    browserUrl: url(ctx.publicUrl),
    callUrl: url(ctx.internalUrl),
    redirectUri: `${ctx.publicUrl}/v2/auth/${slug}/oauth2`,
    // The simulator runs where we run: it reaches us without the public name.
    callbackUrl: `${own ? ctx.publicUrl : ctx.internalUrl}/v2/hooks/${slug}/${encodeURIComponent(environment.dev_id)}${key}`,
    origins: own
      ? Object.values(hosts)
      : [...new Set([new URL(ctx.internalUrl).origin, new URL(ctx.publicUrl).origin])],
  }
}

/** Without unsealing anything: as whom we speak at the real hosts. Null: the operator gave nothing for this API. */
export function clientIdOf(source: SourceRow, connector: Connector): string | null {
  if (connector.ownClient === undefined) return source.client_id
  const { api, extra } = settingsOfSource(source)
  return extra?.[connector.ownClient.id] ?? (api === variantName(connector) ? source.client_id : null)
}

/** What the operator gave for this API: a variant's own client, else the source's where this is the API that it is for. */
function clientOf(ctx: Context, source: SourceRow, connector: Connector, variant: string | null): Client | null {
  const { api, extra: open } = settingsOfSource(source)
  const extra = { ...open, ...secretExtra(ctx, source) }
  if (connector.ownClient !== undefined) {
    const [id, secret] = [extra[connector.ownClient.id], extra[connector.ownClient.secret]]
    if (id !== undefined && secret !== undefined) return { id, secret, extra }
    if (api !== variant) return null
  }
  if (source.client_id === null || source.client_secret_sealed === null) return null
  const secret = ctx.sealer.open(source.client_secret_sealed, sourcePlace(source, 'client-secret'))
  return { id: source.client_id, secret, extra }
}

/** A variant that may run beside the source's own API has hosts of its own: `legacy.api`. */
function hostsFor(connector: Connector, variant: string | null, { api, hosts = {} }: SourceSettings) {
  if (connector.ownClient === undefined) return { ...connector.hosts, ...hosts }
  const own = Object.keys(connector.hosts).flatMap((name) => {
    const origin = hosts[`${variant}.${name}`] ?? (api === variant ? hosts[name] : undefined)
    return origin === undefined ? [] : [[name, origin]]
  })
  return { ...connector.hosts, ...Object.fromEntries(own) } as Record<string, string>
}

function sandboxExtra(connector: Connector): Record<string, string> {
  return Object.fromEntries((connector.credentialFields ?? []).map(({ name }) => [name, `sandbox-${name}`]))
}

function variantName(connector: Connector): string | null {
  const known = variantsOf(connectorById(connector.id) ?? connector)
  return known.find((each) => each.connector === connector)?.variant ?? null
}

function hostOf(connector: Connector, hosts: Record<string, string>, at: Address): string {
  const origin = hosts[at.host]
  if (origin === undefined) throw new Error(`${connector.id} names no host ${at.host}`)
  return origin
}

function notConfigured(connector: Connector, variant: string | null = null): ApiError {
  const api = variant === null ? '' : ` for its API ${variant}`
  return new ApiError(
    'provider_not_configured',
    400,
    `${connector.name} has no credentials${api}: add a client id and secret under Data sources, or run with LOAM_SANDBOX=on`,
  )
}
