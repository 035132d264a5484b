// The new connection takes the place of the old one.
import { endMove, replacing } from '../../../credentials/moves.ts'
import { DATA_TYPES } from '../../../model/data-type.ts'
import { ApiError } from '../../../platform/errors.ts'
import type { Context } from '../../../store/context.ts'
import type { EnvironmentRow } from '../../../store/environments.ts'
import { countMissing } from '../../../store/moves.ts'
import { oldConnection, successorFor } from './old-connections.ts'

/** Refused while the old connection has what the new one lacks, unless that is accepted. */
export async function finishMove(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string; user_id: string; discard?: boolean | undefined },
): Promise<{ user_id: string; moved_to: string }> {
  const { connector, replaced } = replacing(input.provider)
  const old = await oldConnection(ctx, environment, connector, replaced, input.user_id)
  const moved = await successorFor(ctx, old)
  if (input.discard !== true) {
    const missing: string[] = []
    for (const type of DATA_TYPES) {
      const count = await countMissing(ctx.db, old.user_id, moved.user_id, type)
      if (count > 0) missing.push(`${count} ${type}`)
    }
    if (missing.length > 0) {
      throw new ApiError(
        'move_incomplete',
        409,
        `the old connection holds records that the new one lacks (${missing.join(', ')}): backfill the new one, or send discard: true`,
      )
    }
  }
  const successor = await endMove(ctx, old)
  return { user_id: old.user_id, moved_to: successor.user_id }
}
