// A list of what is new or gone: which type, whose, and when. Not signed: a hint to look.
import { z } from 'zod'
import { addDays, isLocalDay } from '../../model/local-day.ts'
import { type Change, changesOfEach, hasKey, type NotificationRequest, type Notifications } from '../connector.ts'
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

function parse(request: NotificationRequest): Change[] {
  const entries = z.array(z.unknown()).parse(JSON.parse(textOf(request)))
  return changesOfEach([...Map.groupBy(entries, questionOf).values()], changesOf)
}

/**
 * Entries of one person and type are one question, over all their days: deletions show by what is missing there. One that cannot
 * be read is a question of its own.
 */
function questionOf(entry: unknown): unknown {
  const { success, data } = Entry.safeParse(entry)
  return success && daysOf(data).every(isLocalDay) ? `${data.UserID} ${data.CollectionType.toLowerCase()}` : entry
}

function daysOf({ MDate }: z.infer<typeof Entry>): string[] {
  return MDate.split(',').map((time) => time.trim().slice(0, 10))
}

function changesOf(entries: unknown): Change[] {
  const same = z.array(Entry).parse(entries)
  const { UserID: providerUserId, CollectionType } = same[0]!
  const kind = CollectionType.toLowerCase()
  // Food, temperature and heart rate have no page that is known.
  if (!Object.hasOwn(TYPES, kind)) return []
  const days = same.flatMap(daysOf).toSorted()
  if (!days.every(isLocalDay)) throw new Error('MDate: expected times, YYYY-MM-DD HH:MM:SS')
  const wanted = { days: { start: addDays(days[0]!, -1), end: addDays(days.at(-1)!, 1) } }
  return [{ what: 'changed', providerUserId, kind, wanted }]
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
