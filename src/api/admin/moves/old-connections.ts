// The connections of an API that another one replaced, and the new ones of the same accounts.
import { z } from 'zod'
import type { Connector, Replaced } from '../../../connectors/connector.ts'
import { replacing } from '../../../credentials/moves.ts'
import { ApiError } from '../../../platform/errors.ts'
import type { ConnectionRow } from '../../../store/connections.ts'
import type { Context } from '../../../store/context.ts'
import type { EnvironmentRow } from '../../../store/environments.ts'
import { listMoves, type MoveRow, successorOf } from '../../../store/moves.ts'
import { connectionNamed } from '../../connection-named.ts'
import { isoTime, type Listing, listingOf, type PageInput, pageOf } from '../listing.ts'

export const MoveView = z
  .object({
    user_id: z.string().describe('The old connection.'),
    reference_id: z.string().nullable(),
    provider_user_id: z.string().describe("The account's id at the old API."),
    state: z.enum(['connected', 'degraded', 'revoked']),
    most_recent_data_at: z.string().nullable(),
    moved_to: z
      .object({ user_id: z.string(), provider_user_id: z.string(), connected_at: z.string() })
      .nullable()
      .describe('The connection of the same account with the new API; null while nobody consented again.'),
  })
  .meta({ id: 'Move', description: 'A connection that was made with an API that another one replaced.' })
export type MoveView = z.infer<typeof MoveView>

/** Newest first. */
export async function listOldConnections(
  ctx: Context,
  environment: EnvironmentRow,
  input: PageInput & { provider: string },
): Promise<Listing<MoveView>> {
  const { connector, replaced } = replacing(input.provider)
  return listingOf(await listMoves(ctx.db, replacedOf(environment, connector, replaced), pageOf(input)), moveView)
}

/** The new connection of the same account. */
export async function successorFor(ctx: Context, old: ConnectionRow): Promise<ConnectionRow> {
  const moved = await successorOf(ctx.db, old)
  if (moved === null) {
    throw new ApiError('move_not_joined', 409, 'nobody has consented again for this connection: send its link first')
  }
  return moved
}

export async function oldConnection(
  ctx: Context,
  environment: EnvironmentRow,
  connector: Connector,
  replaced: Replaced,
  userId: string,
): Promise<ConnectionRow> {
  const connection = await connectionNamed(ctx, environment, userId)
  if (connection.provider !== connector.id || connection.variant !== replaced.variant) {
    throw new ApiError('user_not_found', 404, `user_id: ${userId} is no connection of ${connector.id}'s old API`)
  }
  return connection
}

export function replacedOf(environment: EnvironmentRow, connector: Connector, replaced: Replaced) {
  return { environmentId: environment.id, provider: connector.id, variant: replaced.variant }
}

function moveView({ old, moved }: MoveRow): MoveView {
  return {
    user_id: old.user_id,
    reference_id: old.reference_id,
    provider_user_id: old.provider_user_id,
    state: old.state,
    most_recent_data_at: isoTime(old.most_recent_data_at),
    moved_to:
      moved === null
        ? null
        : {
            user_id: moved.user_id,
            provider_user_id: moved.provider_user_id,
            connected_at: isoTime(moved.created_at),
          },
  }
}
