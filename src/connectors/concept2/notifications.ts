// The logbook signs nothing: who knows the key in the address is believed, and of what it sends only the ids are used.
import { parseJson } from '../../platform/json.ts'
import { type Change, hasKey, type NotificationRequest, type Notifications } from '../connector.ts'
import { Notification } from './payloads.ts'

export const notifications: Notifications = {
  unsigned: true,
  verify: hasKey,
  parse,
}

function parse(request: NotificationRequest): Change[] {
  const { data } = Notification.parse(parseJson(Buffer.from(request.body).toString('utf8')))
  if (data.type === 'result-deleted') {
    if (!data.result_id) throw new Error('the notification does not name the result that was deleted')
    // It does not say whose it was.
    return [{ what: 'gone', providerUserId: null, gone: { type: 'activity', id: data.result_id } }]
  }
  if (data.type !== 'result-added' && data.type !== 'result-updated') return []
  if (!data.result) throw new Error('the notification holds no result')
  const { id, user_id: providerUserId } = data.result
  return [{ what: 'changed', providerUserId, kind: 'results', wanted: { object: id } }]
}
