import { ApiError } from '../platform/errors.ts'
import { connectionById, connectionInEnvironment, type ConnectionRow } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { Transaction } from '../store/database.ts'
import type { EnvironmentRow } from '../store/environments.ts'

/** The environment's own connection; a `user_id` of another environment does not exist here. */
export async function connectionNamed(
  ctx: Context,
  environment: EnvironmentRow,
  userId: string,
): Promise<ConnectionRow> {
  const connection = await connectionInEnvironment(ctx.db, environment.id, userId)
  if (connection === null) throw new ApiError('user_not_found', 404, 'user not found')
  return connection
}

/** Until the commit nobody removes this person: of one who is gone nothing may be made any more. */
export async function mustBeThere(tx: Transaction, userId: string): Promise<void> {
  await tx.lock(`connection:${userId}`)
  if ((await connectionById(tx, userId)) === null) throw new ApiError('user_not_found', 404, 'user not found')
}

/** Whom the customer switched off; what a person revoked has its own words. */
export function mustBeActive({ active, state }: ConnectionRow): void {
  if (active === 1 || state === 'revoked') return
  throw new ApiError(
    'user_inactive',
    400,
    'this user is switched off; switch on with PATCH /users/{user_id} {"active": true}',
    { extra: { reason: 'inactive' } },
  )
}
