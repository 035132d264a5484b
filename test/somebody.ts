// Somebody who is connected without having signed in: a row as a sign-in would have left it, for tests of what comes after.
import { randomUUID } from 'node:crypto'
import { sealTokens } from '../src/credentials/tokens.ts'
import { type ConnectionRow, insertConnection } from '../src/store/connections.ts'
import type { Context } from '../src/store/context.ts'

/** At OURA with all that there is, from now on; `change`: what is otherwise. */
export async function connectSomebody(
  ctx: Context,
  environmentId: string,
  change: Partial<ConnectionRow> = {},
  accessToken = 'a',
): Promise<ConnectionRow> {
  const userId = change.user_id ?? randomUUID()
  const row: ConnectionRow = {
    user_id: userId,
    environment_id: environmentId,
    provider: 'OURA',
    provider_user_id: randomUUID(),
    reference_id: null,
    scopes: 'daily,personal',
    active: 1,
    state: 'connected',
    time_zone: '+01:00',
    ...sealTokens(ctx, userId, { accessToken, refreshToken: 'r', expiresInSeconds: 86_400, scopes: null }),
    token_version: 1,
    refresh_lease_until: 0,
    last_webhook_update: null,
    last_polled_at: null,
    next_poll_at: null,
    variant: null,
    subscribed_at: null,
    former_user_id: null,
    refresh_ends_at: null,
    most_recent_data_at: null,
    created_at: ctx.clock.now(),
    ...change,
  }
  await insertConnection(ctx.db, row)
  return row
}

/** Whose polls and subscriptions are far away: what was ordered for them is all that there is to read. */
export function quiet(ctx: Context): Partial<ConnectionRow> {
  return { next_poll_at: ctx.clock.now() + 86_400_000, subscribed_at: ctx.clock.now() }
}
