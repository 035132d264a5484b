// Whom the events are about.
import { newId } from '../../src/model/ids.ts'
import { type ConnectionRow, insertConnection } from '../../src/store/connections.ts'
import type { Context } from '../../src/store/context.ts'

/** `bench-0`, `bench-1`, … connected at Garmin. */
export async function people({ db }: Context, environmentId: string, count: number): Promise<ConnectionRow[]> {
  const present = await db.all<ConnectionRow>('SELECT * FROM connections ORDER BY user_id')
  if (present.length > 0) return present
  const rows = Array.from({ length: count }, (_, i): ConnectionRow => ({
    user_id: newId(),
    environment_id: environmentId,
    provider: 'GARMIN',
    variant: null,
    provider_user_id: `bench-${i}`,
    reference_id: `customer-${i}`,
    scopes: null,
    active: 1,
    state: 'connected',
    time_zone: null,
    tokens_sealed: null,
    token_expires_at: null,
    token_version: 0,
    refresh_lease_until: 0,
    last_webhook_update: null,
    last_polled_at: null,
    next_poll_at: null,
    subscribed_at: null,
    former_user_id: null,
    refresh_ends_at: null,
    most_recent_data_at: null,
    created_at: Date.now(),
  }))
  for (const row of rows) await insertConnection(db, row)
  return rows
}
