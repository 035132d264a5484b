import { parseJson } from '../../platform/json.ts'
import { sameText } from '../../platform/seal.ts'
import { z } from 'zod'
import type { Change, Notifications } from '../connector.ts'

const id = z.union([z.string().min(1), z.number().transform(String)])
/** Some descriptions call the kind `event`. */
const Notice = z.object({
  event_type: z.string().nullish(),
  event: z.string().nullish(),
  webhook_token: z.string().nullish(),
  user: z.object({ id }),
  workout_summary: z.object({ workout: z.object({ id }) }).nullish(),
})

/** The token that was typed into Wahoo's portal comes back in every body: it is the source's verification token. */
export const notifications: Notifications = {
  verify({ body }, { verificationToken }) {
    const token = tokenIn(body)
    return token !== null && sameText(token, verificationToken)
  },
  parse({ body }): Change[] {
    const notice = Notice.parse(parseJson(Buffer.from(body).toString('utf8')))
    const kind = notice.event_type ?? notice.event
    if (kind !== 'workout_summary' || !notice.workout_summary) return []
    const { workout } = notice.workout_summary
    return [{ what: 'changed', providerUserId: notice.user.id, kind: 'workouts', wanted: { object: workout.id } }]
  },
}

function tokenIn(body: Uint8Array): string | null {
  try {
    const said = parseJson(Buffer.from(body).toString('utf8')) as { webhook_token?: unknown }
    return typeof said.webhook_token === 'string' ? said.webhook_token : null
  } catch {
    return null
  }
}
