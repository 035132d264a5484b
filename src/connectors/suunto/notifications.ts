import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { sameText } from '../../platform/seal.ts'
import { parseJson } from '../../platform/json.ts'
import type { Change, NotificationRequest, Notifications } from '../connector.ts'

const id = z.union([z.string().min(1), z.number().transform(String)])
const Notice = z.object({
  type: z.string(),
  username: z.string().min(1),
  workout: z.object({ workoutKey: id }).nullish(),
  samples: z.array(z.unknown()).nullish(),
})

const SIGNATURE = 'x-hmac-sha256-signature'
const PUSHED = new Map([
  ['SUUNTO_247_SLEEP_CREATED', 'sleep'],
  ['SUUNTO_247_ACTIVITY_CREATED', 'activity'],
  ['SUUNTO_247_RECOVERY_CREATED', 'recovery'],
])

/**
 * Signed with the notification secret of the portal, which is the source's verification token. The older style is a form
 * with our own credentials.
 */
export const notifications: Notifications = {
  verify({ headers, body }, { client, verificationToken }) {
    const signature = headers[SIGNATURE]
    if (signature !== undefined) {
      return sameText(signature.toLowerCase(), createHmac('sha256', verificationToken).update(body).digest('hex'))
    }
    const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64')
    return headers.authorization !== undefined && sameText(headers.authorization, `Basic ${basic}`)
  },
  parse(request): Change[] {
    if (isForm(request)) return legacy(request)
    const { type, username: providerUserId, workout, samples } = Notice.parse(parseJson(text(request)))
    if (type === 'WORKOUT_CREATED' && workout) {
      return [{ what: 'changed', providerUserId, kind: 'workouts', wanted: { object: workout.workoutKey } }]
    }
    const kind = PUSHED.get(type)
    if (kind === undefined || !samples) return []
    return [{ what: 'page', providerUserId, page: { kind, request: {}, payload: { samples } } }]
  },
}

function isForm({ headers }: NotificationRequest): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
}

function legacy(request: NotificationRequest): Change[] {
  const form = new URLSearchParams(text(request))
  const [providerUserId, key] = [form.get('username'), form.get('workoutid')]
  if (!providerUserId || !key) throw new Error('expected a form with username and workoutid')
  return [{ what: 'changed', providerUserId, kind: 'workouts', wanted: { object: key } }]
}

function text({ body }: NotificationRequest): string {
  return Buffer.from(body).toString('utf8')
}
