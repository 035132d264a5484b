// What events are signed with: a destination's own secret or its environment's, and for a while the one before.
import type { Context } from '../store/context.ts'
import type { DestinationRow } from '../store/destinations.ts'
import { type EnvironmentRow, rememberedEnvironment } from '../store/environments.ts'

export interface StoredSecret {
  secret: string
  /** Epoch milliseconds; null for the newest. */
  until: number | null
}

/** Where an environment's signing secrets are sealed for: a JSON list, newest first. */
export function signingSecretPlace(environmentId: string): string {
  return `signing-secret:${environmentId}`
}

/** Where the secrets that a destination had before are sealed for. */
export function previousSecretsPlace(destinationId: string): string {
  return `destination-previous:${destinationId}`
}

/** Newest first; two while one is being replaced. */
export async function environmentSecrets(ctx: Context, environmentId: string): Promise<string[]> {
  const row = await rememberedEnvironment(ctx.db, ctx.db, environmentId)
  if (row === null) return []
  return validSecrets(openedSecrets(ctx, row), ctx.clock.now()).map((entry) => entry.secret)
}

/** Unsealed once for each row as it was read. */
const opened = new WeakMap<EnvironmentRow, StoredSecret[]>()

function openedSecrets(ctx: Context, row: EnvironmentRow): StoredSecret[] {
  let stored = opened.get(row)
  if (stored === undefined) {
    stored = JSON.parse(ctx.sealer.open(row.signing_secret_sealed, signingSecretPlace(row.id))) as StoredSecret[]
    opened.set(row, stored)
  }
  return stored
}

/** Those that a destination's own secret replaced and that still sign, newest first. */
export function previousSecrets(ctx: Context, row: DestinationRow): StoredSecret[] {
  if (row.previous_secrets_sealed === null) return []
  const stored = JSON.parse(
    ctx.sealer.open(row.previous_secrets_sealed, previousSecretsPlace(row.id)),
  ) as StoredSecret[]
  return validSecrets(stored, ctx.clock.now())
}

/** `settings` with their secret members. */
export async function destinationSecrets(
  ctx: Context,
  row: DestinationRow,
  settings: Record<string, unknown>,
): Promise<string[]> {
  const own = settings.signing_secret
  const current = typeof own === 'string' ? [own] : await environmentSecrets(ctx, row.environment_id)
  const before = previousSecrets(ctx, row).map((entry) => entry.secret)
  return [...new Set([...current, ...before])]
}

function validSecrets(stored: readonly StoredSecret[], now: number): StoredSecret[] {
  return stored.filter((entry) => entry.until === null || entry.until > now)
}
