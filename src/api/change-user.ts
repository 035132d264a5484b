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
 * change it at the same time. `check` may throw.
 */
export function changeUser(
  ctx: Context,
  environment: EnvironmentRow,
  userId: string,
  change: UserChange,
  check: (current: ConnectionRow) => void = () => {},
): Promise<ConnectionRow | null> {
  return ctx.db.transaction(async (tx) => {
    await tx.lock(`connection:${userId}`)
    const current = await connectionInEnvironment(tx, environment.id, userId)
    if (current === null) return null
    check(current)
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
