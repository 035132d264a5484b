// Withings' notifications: an account and a stretch of time, as a form, and nothing that proves the sender.
import type { HttpRequest } from '../../platform/http.ts'
import type { Item, NotifyOrder } from '../kit/control.ts'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { type Watched, watch } from '../kit/watch.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import { currentActivity, currentGroups, currentNights, currentWorkouts } from './edits.ts'
import { userIdOf } from './ids.ts'
import { recordings } from './measures.ts'
import { countAnswer, removeSubscriptions, subscriptionsOf } from './subscriptions.ts'

const DAYS_WATCHED = 2
const DAYS_TO_CHANGE = 14
const ACCOUNT = 46

/** What is told of an item: which appli, and which time. */
interface News {
  appli: number
  form: Record<string, string>
}

interface NewsItem extends Watched {
  news: News
}

export interface Notices {
  remember(grant: Grant): Promise<void>
  look(): Promise<number>
  notify(order: NotifyOrder): Promise<number[]>
  items(personId: string, kind: string | null): Promise<Item[]>
  ended(grant: Grant): Promise<void>
}

export function createNotices(kit: Kit): Notices {
  async function newest(personId: string, days: number): Promise<NewsItem[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(personId)
    return daysFrom(plusDays(today, 1 - days), today).flatMap((day): NewsItem[] => [
      ...currentGroups(who, day, now, edits).map((item) => ({
        kind: 'measure',
        id: String(item.grpid),
        day,
        item,
        news: { appli: appliOf(item.measures), form: span(item.date, item.date + 1) },
      })),
      ...currentActivity(who, day, now, edits).map((item) => ({
        kind: 'activity',
        id: item.date,
        day,
        item,
        news: { appli: 16, form: { date: day } },
      })),
      ...currentWorkouts(who, day, now, edits).map((item) => ({
        kind: 'workouts',
        id: String(item.id),
        day,
        item,
        news: { appli: 16, form: { date: day } },
      })),
      ...currentNights(who, day, now, edits).map((item) => ({
        kind: 'sleep_summary',
        id: String(item.id),
        day,
        item,
        news: { appli: 44, form: span(item.startdate, item.enddate) },
      })),
      ...recordings(who, day, now).map((item) => ({
        kind: 'heart_list',
        id: String(item.ecg?.signalid),
        day,
        item,
        news: { appli: 54, form: span(item.timestamp, item.timestamp + 30) },
      })),
    ])
  }

  async function tell(grant: Grant, { appli, form }: News, forged = false): Promise<number[]> {
    const statuses: number[] = []
    for (const subscription of await subscriptionsOf(kit, grant)) {
      if (subscription.appli !== appli) continue
      const status = await kit.notifier.send({
        personId: grant.personId,
        request: () => message(subscription.callbackurl, grant.personId, { appli, form }, forged),
        async answered(code) {
          if (forged) return 'stop'
          return (await countAnswer(kit, grant, subscription, code === 200)) ? 'stop' : undefined
        },
      })
      statuses.push(status)
    }
    return statuses
  }

  const notices = watch(kit, {
    items: (grant) => newest(grant.personId, DAYS_WATCHED),
    async announce(grant, changes) {
      const items = await newest(grant.personId, DAYS_WATCHED)
      // A day that grew and its workouts are one piece of news.
      const told = new Set<string>()
      for (const { kind, id } of changes) {
        const news = items.find((each) => each.kind === kind && each.id === id)?.news
        if (news === undefined || told.has(JSON.stringify(news))) continue
        told.add(JSON.stringify(news))
        await tell(grant, news)
      }
    },
  })

  return {
    ...notices,
    async items(personId, kind) {
      return (await newest(personId, DAYS_TO_CHANGE)).filter((each) => each.kind === (kind ?? 'measure'))
    },
    async notify({ grant, kind, id, what, forged, query }) {
      if (query.appli !== undefined) {
        const { appli, person: _, times: __, concurrency: ___, what: ____, ...form } = query
        return tell(grant, { appli: Number(appli), form }, forged)
      }
      const all = await newest(grant.personId, DAYS_TO_CHANGE)
      const item = all.findLast((each) => each.kind === (kind ?? 'measure') && (id === null || each.id === id))
      if (item === undefined) throw new RangeError(`nothing of kind ${kind ?? 'measure'} to tell of (${what})`)
      return tell(grant, item.news, forged)
    },
    /** Told last: the subscriptions end with the grant. */
    async ended(grant) {
      await tell(grant, { appli: ACCOUNT, form: { action: 'unlink' } })
      await removeSubscriptions(kit, grant)
    },
  }
}

const TEMPERATURES = new Set([12, 71, 73])
const BODY = new Set([1, 4, 5, 6, 8, 76, 77, 88, 123])

function appliOf(measures: readonly { type: number }[]): number {
  if (measures.some(({ type }) => TEMPERATURES.has(type))) return 2
  return measures.some(({ type }) => BODY.has(type)) ? 1 : 4
}

function span(from: number, to: number): Record<string, string> {
  return { startdate: String(from), enddate: String(to) }
}

/** Whoever does not know the callback's secret part leaves it out. */
function message(callbackurl: string, personId: string, { appli, form }: News, forged: boolean): HttpRequest {
  const url = new URL(callbackurl)
  if (forged) url.search = '?key=a-guess'
  return { url: url.href, form: { userid: String(userIdOf(personId)), ...form, appli: String(appli) } }
}
