// The destination that a new installation starts with: its own webhook inspector, so that the first event is seen.
import { destinationPlace } from '../deliver/open-destination.ts'
import { newId } from '../model/ids.ts'
import { randomToken } from '../platform/seal.ts'
import type { Context } from '../store/context.ts'
import type { Sql } from '../store/database.ts'
import { insertDestination } from '../store/destinations.ts'
import type { EnvironmentRow } from '../store/environments.ts'

export async function addInspectorDestination(
  ctx: Context,
  sql: Sql,
  environment: EnvironmentRow,
): Promise<{ id: string; bin: string }> {
  const id = newId()
  const bin = randomToken(9)
  const now = ctx.clock.now()
  await insertDestination(sql, {
    id,
    environment_id: environment.id,
    type: 'webhook',
    name: 'Inspector',
    settings: JSON.stringify({ url: `${ctx.internalUrl}/inspect/${bin}` }),
    secrets_sealed: ctx.sealer.seal('{}', destinationPlace(id)),
    event_types: null,
    providers: null,
    state: 'active',
    state_reason: null,
    failing_since: null,
    created_at: now,
    updated_at: now,
  })
  return { id, bin }
}
