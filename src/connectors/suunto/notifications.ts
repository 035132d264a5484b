import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { sameText } from '../../platform/seal.ts'
import { parseJson } from '../../platform/json.ts'
import type { Change, NotificationRequest, Notifications } from '../connector.ts'

const id = z.union([z.string().min(1), z.number().transform(String)])
const Notice = z.object({
  type: z.string(),
  username: z.string().min(1),
  workout: z
    .object({
      workoutKey: id,
      startTime: z.number().nullish(),
      totalTime: z.number().nullish(),
      isManuallyAdded: z.boolean().nullish(),
    })
    .nullish(),
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
      const { workoutKey: key, startTime, totalTime, isManuallyAdded } = workout
      const ended = typeof startTime === 'number' ? String(startTime + Math.round((totalTime ?? 0) * 1000)) : null
      return isManuallyAdded === true ? [detailOf(providerUserId, key)] : changesOf(providerUserId, key, ended)
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
  return changesOf(providerUserId, key, null)
}

function detailOf(providerUserId: string, key: string): Change {
  return { what: 'changed', providerUserId, kind: 'workouts', wanted: { object: key } }
}

/** The file is read by itself: it may take minutes, for which the totals need not wait. */
function changesOf(providerUserId: string, key: string, endedAt: string | null): Change[] {
  const hint = { workout_key: key, ...(endedAt !== null && { ended_at: endedAt }) }
  return [detailOf(providerUserId, key), { what: 'changed', providerUserId, kind: 'fit', wanted: { hint } }]
}

function text({ body }: NotificationRequest): string {
  return Buffer.from(body).toString('utf8')
}
