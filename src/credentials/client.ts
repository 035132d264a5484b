// As whom we speak to a provider, and where: the operator's own application at the real hosts, or the sandbox's at the
// built-in simulator.
import type { Address, Client, Connector } from '../connectors/connector.ts'
import { ApiError } from '../platform/errors.ts'
import type { Context } from '../store/context.ts'
import type { EnvironmentRow } from '../store/environments.ts'
import { environmentById } from '../store/environments.ts'
import { type SourceRow, sourceOf } from '../store/sources.ts'

export interface Application {
  connector: Connector
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
    environmentById(ctx.db, environmentId),
    sourceOf(ctx.db, environmentId, connector.id),
  ])
  if (environment === null) throw new ApiError('environment_not_found', 404, 'environment not found')
  if (source === null) throw notConfigured(connector)
  return application(ctx, environment, source, connector)
}

export function application(
  ctx: Context,
  environment: EnvironmentRow,
  source: SourceRow,
  connector: Connector,
): Application {
  const own = source.client_id !== null && source.client_secret_sealed !== null
  if (!own && !ctx.sandbox) throw notConfigured(connector)
  const slug = connector.id.toLowerCase()
  const verificationToken = ctx.sealer.open(source.verification_token_sealed, sourcePlace(source, 'verification-token'))
  const key = connector.notifications?.unsigned ? `?key=${encodeURIComponent(verificationToken)}` : ''
  const client = own
    ? {
        id: source.client_id!,
        secret: ctx.sealer.open(source.client_secret_sealed!, sourcePlace(source, 'client-secret')),
        extra: {},
      }
    : { ...ctx.sandboxClient(environment.dev_id), extra: sandboxExtra(connector) }
  const url = (sandboxOrigin: string) => (at: Address) =>
    own ? `${hostOf(connector, at)}${at.path}` : `${sandboxOrigin}/sandbox/${slug}${at.path}`
  return {
    connector,
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
      ? Object.values(connector.hosts)
      : [...new Set([new URL(ctx.internalUrl).origin, new URL(ctx.publicUrl).origin])],
  }
}

function sandboxExtra(connector: Connector): Record<string, string> {
  return Object.fromEntries((connector.credentialFields ?? []).map(({ name }) => [name, `sandbox-${name}`]))
}

export function sourcePlace(source: { environment_id: string; provider: string }, what: string): string {
  return `source:${source.environment_id}:${source.provider}:${what}`
}

function hostOf(connector: Connector, at: Address): string {
  const origin = connector.hosts[at.host]
  if (origin === undefined) throw new Error(`${connector.id} names no host ${at.host}`)
  return origin
}

function notConfigured(connector: Connector): ApiError {
  return new ApiError(
    'provider_not_configured',
    400,
    `${connector.name} has no credentials: add a client id and secret under Data sources, or run with LOAM_SANDBOX=on`,
  )
}
