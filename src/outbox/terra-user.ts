import { wireTimestamp } from '../model/timestamps.ts'
import type { TerraUser } from '../model/user.ts'
import type { ConnectionRow } from '../store/connections.ts'

/** A connection as the wire shows it: every key, always. `lastWebhookUpdate` is the time of the webhook before. */
export function terraUser(connection: ConnectionRow): TerraUser {
  return {
    user_id: connection.user_id,
    provider: connection.provider,
    last_webhook_update: at(connection.last_webhook_update),
    created_at: wireTimestamp(connection.created_at),
    scopes: connection.scopes,
    reference_id: connection.reference_id,
    active: connection.active === 1,
  }
}

function at(epochMs: number | null): string | null {
  return epochMs === null ? null : wireTimestamp(epochMs)
}
