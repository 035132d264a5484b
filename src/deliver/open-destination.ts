// A destination's row, made ready to send: settings parsed, secrets opened. Kept until the row changes; whoever opened it
// closes its sender.
import type { DestinationType, Sender } from '../destinations/destination.ts'
import { destinationType } from '../destinations/index.ts'
import type { Context } from '../store/context.ts'
import type { DestinationRow } from '../store/destinations.ts'
import { environmentById } from '../store/environments.ts'

export interface OpenDestination {
  row: DestinationRow
  type: DestinationType
  sender: Sender
  /** The environment's signing secrets, newest first. */
  secrets: readonly string[]
}

export function openDestination(ctx: Context, row: DestinationRow): OpenDestination {
  const { type, settings } = destinationSettings(ctx, row)
  const { destinationHttp: http, destinationNetwork: network, clock } = ctx
  return { row, type, sender: type.open(settings, { destinationId: row.id, http, network, clock }), secrets: [] }
}

/** With the secret members. */
export function destinationSettings(
  ctx: Context,
  row: DestinationRow,
): { type: DestinationType; settings: Record<string, unknown> } {
  const type = destinationType(row.type)
  if (type === null) throw new Error(`no destination of type ${row.type} exists in this version`)
  const secrets = JSON.parse(ctx.sealer.open(row.secrets_sealed, destinationPlace(row.id)))
  return { type, settings: type.settings.parse({ ...JSON.parse(row.settings), ...secrets }) }
}

/** Where a destination's secrets are sealed for. */
export function destinationPlace(id: string): string {
  return `destination:${id}`
}

/** Where an environment's signing secrets are sealed for: a JSON list, newest first. */
export function signingSecretPlace(environmentId: string): string {
  return `signing-secret:${environmentId}`
}

/** Newest first; two while one is being replaced. */
export async function environmentSecrets(ctx: Context, environmentId: string): Promise<string[]> {
  const row = await environmentById(ctx.db, environmentId)
  if (row === null) return []
  const stored = JSON.parse(ctx.sealer.open(row.signing_secret_sealed, signingSecretPlace(row.id))) as {
    secret: string
    until: number | null
  }[]
  const now = ctx.clock.now()
  return stored.filter((entry) => entry.until === null || entry.until > now).map((entry) => entry.secret)
}
