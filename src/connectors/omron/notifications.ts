// Omron says who uploaded and when, as JSON or as a form, and signs nothing: a hint to look.
import { addDays, isLocalDay } from '../../model/local-day.ts'
import { type Change, hasKey, type NotificationRequest, type Notifications } from '../connector.ts'
import { isObject } from './pages.ts'

export const notifications: Notifications = {
  unsigned: true,
  verify: hasKey,
  parse,
  accepted: { status: 200, body: '' },
}

/** The time is the server's, a day earlier or later than the person's clock. */
function parse(request: NotificationRequest): Change[] {
  const { id, timestamp } = fieldsOf(Buffer.from(request.body).toString('utf8').trim())
  if (typeof id !== 'string' || id === '') throw new Error('id: expected the account')
  const day = typeof timestamp === 'string' ? timestamp.slice(0, 10) : ''
  if (!isLocalDay(day)) throw new Error('timestamp: expected a time, YYYY-MM-DDTHH:MM:SS')
  const days = { start: addDays(day, -1), end: addDays(day, 1) }
  return [{ what: 'changed', providerUserId: id, kind: 'measurement', wanted: { days } }]
}

function fieldsOf(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) return Object.fromEntries(new URLSearchParams(text))
  const body: unknown = JSON.parse(text)
  return isObject(body) ? body : {}
}
