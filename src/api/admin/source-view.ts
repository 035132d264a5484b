// What an operator sees of a source.
import { z } from 'zod'
import type { Connector } from '../../connectors/connector.ts'
import { connectorOf, variantsOf } from '../../connectors/index.ts'
import { type NotAvailable, notAvailable } from '../../connectors/not-available.ts'
import { secretExtra, settingsOfSource, sourcePlace } from '../../credentials/source-settings.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import type { SourceRow } from '../../store/sources.ts'
import { providerTypes } from '../provider-types.ts'
import { masked } from './keys.ts'
import { isoTime } from './listing.ts'

const CredentialFieldView = z.object({
  name: z.string(),
  label: z.string(),
  help: z.string(),
  secret: z.boolean().describe('Write-only: shown by its last four characters.'),
  required: z.boolean(),
  value: z.string().nullable(),
})

export const SourceView = z
  .object({
    provider: z.string().describe('As the API spells it.'),
    name: z.string(),
    tagline: z.string(),
    enabled: z.boolean().describe('Shown in the widget and kept up to date.'),
    state: z
      .enum(['ready', 'sandbox', 'needs_credentials', 'not_available'])
      .describe(
        '`sandbox`: runs against the built-in simulator of this provider, because it has no credentials. ' +
          '`not_available`: known, but this version of Loam cannot connect it.',
      ),
    types: z.array(z.string()).describe('Data types it gives.'),
    client_id: z.string().nullable(),
    client_secret: z.string().nullable().describe('The last four characters; null when there is none.'),
    credential_fields: z.array(CredentialFieldView).describe('What it needs besides client id and secret.'),
    scopes: z.array(z.string()).nullable().describe("Asked for at sign-in; null for the source's own list."),
    default_scopes: z.array(z.string()),
    api: z.string().nullable().describe("Which API new connections use; null for the source's own."),
    apis: z.array(z.string()).describe('Its other APIs.'),
    hosts: z.record(z.string(), z.string()).describe('Where it is called, by the name of the host.'),
    notice: z.string().nullable().describe('What to know before switching it on: terms, retention.'),
    unofficial: z.boolean().describe('An interface that the provider does not offer to the public.'),
    credentials_url: z.string().nullable().describe('Where the provider gives out credentials.'),
    callback_url: z.string().nullable().describe('The redirect URL to register at the provider; null without one.'),
    hook_url: z
      .string()
      .nullable()
      .describe(
        'Where the provider sends its notifications. A `key` in it is a secret: the provider signs nothing. Null when ' +
          'it sends none, or the source was never switched on.',
      ),
    history_days: z.number().nullable().describe('How far back the provider answers; null for no known limit.'),
    updated_at: z.string().nullable(),
  })
  .meta({ id: 'Source' })
export type SourceView = z.infer<typeof SourceView>

export function sourceView(
  ctx: Context,
  environment: EnvironmentRow,
  own: Connector,
  row: SourceRow | null,
): SourceView {
  const settings = row === null ? {} : settingsOfSource(row)
  const connector = connectorOf({ provider: own.id, variant: settings.api ?? null }) ?? own
  const hasOwn = row !== null && row.client_id !== null && row.client_secret_sealed !== null
  const extra: Record<string, string> = row === null ? {} : { ...settings.extra, ...secretExtra(ctx, row) }
  const slug = own.id.toLowerCase()
  return {
    provider: own.id,
    name: connector.name,
    tagline: connector.tagline,
    enabled: row?.enabled === 1,
    state: hasOwn ? 'ready' : ctx.sandbox ? 'sandbox' : 'needs_credentials',
    types: providerTypes(connector),
    client_id: row?.client_id ?? null,
    client_secret: hasOwn
      ? masked(ctx.sealer.open(row.client_secret_sealed!, sourcePlace(row, 'client-secret')))
      : null,
    credential_fields: (connector.credentialFields ?? []).map((field) => {
      const value = extra[field.name] ?? null
      return { ...field, value: value !== null && field.secret ? masked(value) : value }
    }),
    scopes: row?.scopes?.split(',') ?? null,
    default_scopes: [...connector.auth.scopes],
    api: settings.api ?? null,
    apis: variantsOf(own).flatMap(({ variant }) => variant ?? []),
    hosts: { ...knownHosts(connector), ...settings.hosts },
    notice: connector.notice ?? null,
    unofficial: connector.unofficial === true,
    credentials_url: connector.credentialsUrl,
    callback_url: connector.auth.kind === 'oauth2' ? `${ctx.publicUrl}/v2/auth/${slug}/oauth2` : null,
    hook_url: hookUrl(ctx, environment, connector, row),
    history_days: connector.historyDays,
    updated_at: isoTime(row?.updated_at ?? null),
  }
}

/** Its own, and those of variants that may run beside it. */
export function knownHosts(connector: Connector): Record<string, string> {
  const beside = Object.entries(connector.variants ?? {}).filter(([, other]) => other.ownClient !== undefined)
  const others = beside.flatMap(([variant, { hosts }]) =>
    Object.entries(hosts).map(([name, origin]) => [`${variant}.${name}`, origin]),
  )
  return { ...connector.hosts, ...Object.fromEntries(others) } as Record<string, string>
}

function hookUrl(
  ctx: Context,
  environment: EnvironmentRow,
  connector: Connector,
  row: SourceRow | null,
): string | null {
  if (connector.notifications === undefined) return null
  const path = `/v2/hooks/${connector.id.toLowerCase()}/${encodeURIComponent(environment.dev_id)}`
  if (connector.notifications.unsigned !== true) return `${ctx.publicUrl}${path}`
  if (row === null) return null
  const token = ctx.sealer.open(row.verification_token_sealed, sourcePlace(row, 'verification-token'))
  return `${ctx.publicUrl}${path}?key=${encodeURIComponent(token)}`
}

export function notAvailableNamed(provider: string): NotAvailable | null {
  return notAvailable.find(({ id }) => id === provider.toUpperCase()) ?? null
}

export function notAvailableView({ id, name, types, from }: NotAvailable): SourceView {
  return {
    provider: id,
    name,
    tagline: from === 'phone' ? 'Read on the phone' : '',
    enabled: false,
    state: 'not_available',
    types: [...types].sort(),
    client_id: null,
    client_secret: null,
    credential_fields: [],
    scopes: null,
    default_scopes: [],
    api: null,
    apis: [],
    hosts: {},
    notice: null,
    unofficial: false,
    credentials_url: null,
    callback_url: null,
    hook_url: null,
    history_days: null,
    updated_at: null,
  }
}
