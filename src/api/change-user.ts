import { ApiError } from '../platform/errors.ts'
import { audit } from '../store/audit.ts'
import { type ConnectionRow, connectionInEnvironment, patchConnection } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import type { EnvironmentRow } from '../store/environments.ts'

export interface UserChange {
  reference_id?: string | null
  active?: boolean
}

/**
 * Answers the connection as it is then; null where there is none. What is left out stays as it is at that moment: others may
 * change it at the same time. Throws `connection_degraded` where one that the person ended is to be switched on.
 */
export function changeUser(
  ctx: Context,
  environment: EnvironmentRow,
  userId: string,
  change: UserChange,
): Promise<ConnectionRow | null> {
  return ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${userId}`)
    const current = await connectionInEnvironment(tx, environment.id, userId)
    if (current === null) return null
    if (change.active === true && current.state === 'revoked') {
      throw new ApiError('connection_degraded', 400, 'active: the person ended access and must connect again', {
        extra: { reason: 'access_revoked' },
      })
    }
    const next = {
      reference_id: change.reference_id === undefined ? current.reference_id : change.reference_id,
      active: change.active === undefined ? current.active : change.active ? 1 : 0,
    }
    const changed = (['reference_id', 'active'] as const).filter((name) => next[name] !== current[name])
    if (changed.length === 0) return current
    await patchConnection(tx, userId, next)
    audit(ctx, tx, {
      action: 'user.changed',
      environmentId: environment.id,
      userId,
      details: { changed, active: next.active === 1 },
    })
    return { ...current, ...next }
  })
}
