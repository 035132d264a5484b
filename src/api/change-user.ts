import { audit } from '../store/audit.ts'
import { type ConnectionRow, patchConnection } from '../store/connections.ts'
import type { Context } from '../store/context.ts'

/** `reference_id` and `active` of a connection, as they are to be. */
export async function changeUser(
  ctx: Context,
  connection: ConnectionRow,
  change: Pick<ConnectionRow, 'reference_id' | 'active'>,
): Promise<void> {
  const changed = [
    ...(change.reference_id === connection.reference_id ? [] : ['reference_id']),
    ...(change.active === connection.active ? [] : ['active']),
  ]
  if (changed.length === 0) return
  await ctx.db.transaction(async (tx) => {
    await patchConnection(tx, connection.user_id, change)
    audit(ctx, tx, {
      action: 'user.changed',
      environmentId: connection.environment_id,
      userId: connection.user_id,
      details: { changed, active: change.active === 1 },
    })
  })
}
