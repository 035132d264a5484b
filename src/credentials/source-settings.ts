// What an operator sets for a source besides client and scopes: which of its APIs, other hosts, further credentials.
import type { Connector } from '../connectors/connector.ts'
import { connectorOf } from '../connectors/index.ts'
import type { Context } from '../store/context.ts'
import { setSourceExtra, sourceOf, type SourceRow } from '../store/sources.ts'

export interface SourceSettings {
  /** One of the connector's `variants`; absent for the source's own API. */
  api?: string
  /** Origins that replace those of the connector's `hosts`: staging, regions. */
  hosts?: Record<string, string>
  /** Values of `credentialFields` that are no secrets. */
  extra?: Record<string, string>
}

export function settingsOfSource(source: SourceRow): SourceSettings {
  return JSON.parse(source.settings) as SourceSettings
}

/** Values of `credentialFields` that are secrets. */
export function secretExtra(ctx: Context, source: SourceRow): Record<string, string> {
  if (source.extra_sealed === null) return {}
  return JSON.parse(ctx.sealer.open(source.extra_sealed, sourcePlace(source, 'extra'))) as Record<string, string>
}

/** What the provider told once, beside what the operator has typed in by now. */
export async function keepSecretExtra(
  ctx: Context,
  { environment_id: environmentId, provider }: SourceRow,
  more: Record<string, string>,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.lock(sourceLock(environmentId, provider))
    const source = await sourceOf(tx, environmentId, provider)
    if (source === null) return
    const extra = { ...secretExtra(ctx, source), ...more }
    const sealed = ctx.sealer.seal(JSON.stringify(extra), sourcePlace(source, 'extra'))
    await setSourceExtra(tx, source, sealed)
  })
}

/** Whoever writes what it has read of a source before holds it. */
export function sourceLock(environmentId: string, provider: string): string {
  return `source:${environmentId}:${provider}`
}

/** The connector that new connections of this source are made with. */
export function connectorFor(source: SourceRow): Connector | null {
  return connectorOf({ provider: source.provider, variant: settingsOfSource(source).api ?? null })
}

export function sourcePlace(source: { environment_id: string; provider: string }, what: string): string {
  return `source:${source.environment_id}:${source.provider}:${what}`
}
