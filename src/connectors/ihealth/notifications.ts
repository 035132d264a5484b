// A list of what is new or gone: which type, whose, and when. Not signed: a hint to look.
import { z } from 'zod'
import { addDays, isLocalDay } from '../../model/local-day.ts'
import { type Change, hasKey, type NotificationRequest, type Notifications } from '../connector.ts'
import { isObject } from './pages.ts'
import { TYPES } from './oauth.ts'

const Entry = z.object({
  CollectionType: z.string(),
  /** A wall clock, or several with commas between. */
  MDate: z.string(),
  UserID: z.string().min(1),
  SubscriptionId: z.string().nullish(),
})

export const notifications: Notifications = {
  unsigned: true,
  verify(request, secrets) {
    const expected = secrets.client.extra.subscription_id
    if (!hasKey(request, secrets)) return false
    return !expected || entriesOf(request).every((entry) => isObject(entry) && entry.SubscriptionId === expected)
  },
  parse,
}

/** Entries of one person and type are one question, over all their days: deletions show by what is missing there. */
function parse(request: NotificationRequest): Change[] {
  const changes = new Map<string, Change & { what: 'changed' }>()
  for (const entry of z.array(Entry).parse(JSON.parse(textOf(request)))) {
    const kind = entry.CollectionType.toLowerCase()
    // Food, temperature and heart rate have no page that is known.
    if (!Object.hasOwn(TYPES, kind)) continue
    const days = entry.MDate.split(',').map((time) => time.trim().slice(0, 10))
    if (!days.every(isLocalDay)) throw new Error('MDate: expected times, YYYY-MM-DD HH:MM:SS')
    const sorted = days.toSorted()
    const [start, end] = [addDays(sorted[0]!, -1), addDays(sorted.at(-1)!, 1)]
    const name = `${entry.UserID} ${kind}`
    const known = changes.get(name)?.wanted
    const range =
      known !== undefined && 'days' in known
        ? {
            start: start < known.days.start ? start : known.days.start,
            end: end > known.days.end ? end : known.days.end,
          }
        : { start, end }
    changes.set(name, { what: 'changed', providerUserId: entry.UserID, kind, wanted: { days: range } })
  }
  return [...changes.values()]
}

/** None where the body is no list: parsing says what is wrong with it. */
function entriesOf(request: NotificationRequest): unknown[] {
  try {
    const body: unknown = JSON.parse(textOf(request))
    return Array.isArray(body) ? body : []
  } catch {
    return []
  }
}

function textOf({ body }: NotificationRequest): string {
  return Buffer.from(body).toString('utf8')
}
