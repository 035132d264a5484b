// WHOOP announces that a sleep, a workout or a recovery is new, different or gone; never its values.
import { createHmac } from 'node:crypto'
import { parseJson } from '../../platform/json.ts'
import { sameText } from '../../platform/seal.ts'
import type { Change, NotificationRequest, Notifications } from '../connector.ts'
import { Notification } from './payloads.ts'

/** A stamp that is older was somebody else's before. */
const SIGNED_WITHIN_MS = 5 * 60_000

export const notifications: Notifications = {
  verify({ headers, body }, { client, now }) {
    const { 'x-whoop-signature': signature, 'x-whoop-signature-timestamp': stamp } = headers
    if (signature === undefined || stamp === undefined || !/^\d{1,16}$/.test(stamp)) return false
    if (Math.abs(now - Number(stamp)) > SIGNED_WITHIN_MS) return false
    return sameText(createHmac('sha256', client.secret).update(stamp).update(body).digest('base64'), signature)
  },
  parse,
}

function parse(request: NotificationRequest): Change[] {
  const {
    user_id: providerUserId,
    id,
    type,
  } = Notification.parse(parseJson(Buffer.from(request.body).toString('utf8')))
  const changed = (kind: string): Change[] => [{ what: 'changed', providerUserId, kind, wanted: { object: id } }]
  switch (type) {
    case 'sleep.updated':
      return changed('sleep')
    case 'workout.updated':
      return changed('workout')
    // Of both the id is that of the sleep. Gone is only what the recovery had said of the night and its day.
    case 'recovery.updated':
    case 'recovery.deleted':
      return changed('recovery')
    case 'sleep.deleted':
      return [{ what: 'gone', providerUserId, gone: { type: 'sleep', id } }]
    case 'workout.deleted':
      return [{ what: 'gone', providerUserId, gone: { type: 'activity', id } }]
    default:
      return []
  }
}
