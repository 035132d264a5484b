// What a database destination reads out of an event's JSON: our own, so its shape is known.
import type { TerraUser } from '../model/user.ts'
import type { OutgoingEvent } from './destination.ts'

export interface EventBody {
  type: string
  status?: string
  user?: TerraUser
  new_user?: TerraUser
  old_user?: TerraUser | null
  data?: unknown[]
  athlete?: unknown
  data_type?: string
  summary_id?: string | null
  day?: string | null
}

export interface ReadEvent {
  event: OutgoingEvent
  /** Exactly as it was committed. */
  text: string
  body: EventBody
}

export function readEvent(event: OutgoingEvent): ReadEvent {
  const text = Buffer.from(event.body.buffer, event.body.byteOffset, event.body.byteLength).toString('utf8')
  const body = JSON.parse(text) as EventBody
  // Somebody made up (the simulator's) has no connection, and stands in the event alone.
  const userId = event.userId ?? body.user?.user_id ?? null
  return { event: { ...event, userId }, text, body }
}

/** How a user stands after an event; null when the event says nothing of that. */
export type UserState = 'active' | 'inactive' | 'deauth'

export interface UserChange {
  user: TerraUser
  /** Null: only make sure that the user is there. */
  state: UserState | null
}

export function userChanges({ body }: ReadEvent): UserChange[] {
  const { type, user, new_user: fresh, old_user: old } = body
  if (type === 'user_reauth') {
    return [
      ...(old ? [{ user: old, state: 'inactive' as const }] : []),
      ...(fresh ? [{ user: fresh, state: 'active' as const }] : []),
    ]
  }
  if (user === undefined || (type === 'auth' && body.status !== 'success')) return []
  if (type === 'auth' || type === 'permission_change') return [{ user, state: user.active ? 'active' : 'inactive' }]
  if (type === 'deauth') return [{ user, state: 'deauth' }]
  if (type === 'access_revoked' || type === 'connection_error') return [{ user, state: 'inactive' }]
  return [{ user, state: null }]
}
