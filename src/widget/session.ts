// What the pages of one widget session know: who opened it, what may be connected, what is connected already.
import { environmentSettings } from '../api/environment-settings.ts'
import { connectorById } from '../connectors/index.ts'
import type { Connector } from '../connectors/connector.ts'
import { type AuthFlowRow, authFlowById, type WidgetSessionRow, widgetSessionById } from '../store/auth-flows.ts'
import { connectionsByReference } from '../store/connection-lists.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { environmentById } from '../store/environments.ts'
import { listSources } from '../store/sources.ts'

export interface OpenSession {
  row: WidgetSessionRow
  appName: string | null
  /** In the order in which they are shown. */
  connectors: Connector[]
}

export type SessionState = 'open' | 'used' | 'expired' | 'unknown'

export async function readSession(ctx: Context, id: string): Promise<WidgetSessionRow | null> {
  // Ids are ours and short; anything longer is not worth a question to the database.
  return id.length > 64 ? null : widgetSessionById(ctx.db, id)
}

/** A sign-in that may have been started without a session. */
export async function flowOf(ctx: Context, id: string): Promise<AuthFlowRow | null> {
  return id.length > 64 ? null : authFlowById(ctx.db, id)
}

export function stateOf(row: WidgetSessionRow | null, now: number): SessionState {
  if (row === null) return 'unknown'
  if (row.state === 'finished') return 'used'
  return row.expires_at <= now ? 'expired' : 'open'
}

export async function openSession(ctx: Context, row: WidgetSessionRow): Promise<OpenSession> {
  const sources = await listSources(ctx.db, row.environment_id)
  const enabled = new Set(sources.filter((source) => source.enabled === 1).map((source) => source.provider))
  // A list in the call fixes choice and order; without one it is what the environment has switched on, by name.
  const wanted = requestedProviders(row)
  const connectors = (wanted ?? [...enabled])
    .filter((provider) => enabled.has(provider))
    .map(connectorById)
    .filter((connector) => connector !== null)
  if (wanted === null) connectors.sort((a, b) => a.name.localeCompare(b.name, 'en'))
  return { row, appName: await appNameOf(ctx, row.environment_id), connectors }
}

export function requestedProviders(row: WidgetSessionRow): string[] | null {
  if (row.providers === null) return null
  const names = row.providers.split(',').map((name) => name.trim().toUpperCase())
  return [...new Set(names.filter((name) => name !== ''))]
}

/** The connections that this person has already, as far as the app names the person. */
export async function connectionsOf(ctx: Context, row: WidgetSessionRow): Promise<ConnectionRow[]> {
  if (row.reference_id === null) return []
  const all = await connectionsByReference(ctx.db, row.environment_id, row.reference_id)
  return all.filter((connection) => connection.state !== 'revoked')
}

/** What the operator calls the app towards the people who use it; null when nobody said. */
export async function appNameOf(ctx: Context, environmentId: string): Promise<string | null> {
  const environment = await environmentById(ctx.db, environmentId)
  return environment === null ? null : environmentSettings(environment).widget_name
}
