import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '../../platform/json.ts'
import { sameText } from '../../platform/seal.ts'
import type { Change, Notifications } from '../connector.ts'

const id = z.union([z.string().min(1), z.number().transform(String)])
const Notice = z.object({ activityId: id, userId: id })

/** Signed with the webhook secret that Hammerhead registered, which is the source's verification token. */
export const notifications: Notifications = {
  verify({ headers, body }, { verificationToken }) {
    const signature = headers['x-hmac-signature']?.replace(/^sha256=/i, '').toLowerCase()
    const expected = createHmac('sha256', verificationToken).update(body).digest('hex')
    return signature !== undefined && sameText(signature, expected)
  },
  parse({ body }): Change[] {
    const { activityId, userId } = Notice.parse(parseJson(Buffer.from(body).toString('utf8')))
    return [{ what: 'changed', providerUserId: userId, kind: 'activity', wanted: { object: activityId } }]
  },
}
