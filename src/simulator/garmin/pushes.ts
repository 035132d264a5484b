// Posts as Garmin sends them, without the cloud around them: for load. Several people in each, with the data inside.
import { person } from '../people/person.ts'
import { summariesOfDay } from './kinds.ts'
import { accountId } from './summary.ts'

export { accountId }

export interface PushOrder {
  /** Whose; `accountId` says what Garmin calls them. */
  personIds: readonly string[]
  /** A local day that is over. */
  day: string
  /** Default: the day's totals. */
  kinds?: readonly string[]
  /** Another one says something else of the same day, as a day that grew would. Default 0. */
  revision?: number
}

/** The JSON of one post: a list for each kind, in the order of the people. */
export function pushBody({ personIds, day, kinds = ['dailies'], revision = 0 }: PushOrder): string {
  const endOfDay = Date.parse(`${day}T00:00:00Z`) + 3 * 86_400_000
  const body = kinds.map((kind) => {
    const items = personIds.flatMap((id) => {
      const summaries = summariesOfDay(person(id), kind, day, endOfDay, [])
      return summaries.map((summary) => ({ userId: accountId(id), ...revised(summary.write(), revision) }))
    })
    return [kind, items] as const
  })
  return JSON.stringify(Object.fromEntries(body.filter(([, items]) => items.length > 0)))
}

/** The headers that every post has, besides the key in its URL. */
export function pushHeaders(clientId: string): Record<string, string> {
  return { 'content-type': 'application/json', 'garmin-client-id': clientId }
}

const GROWS = ['steps', 'activeKilocalories', 'lastNightAvg', 'durationInSeconds'] as const

function revised(summary: Record<string, unknown>, revision: number): Record<string, unknown> {
  if (revision === 0) return summary
  const copy = { ...summary }
  for (const name of GROWS) if (typeof copy[name] === 'number') copy[name] = copy[name] + revision
  return copy
}
