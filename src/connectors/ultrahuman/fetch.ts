// One question for each day, the newest first: there is no question for several.
import { daysBetween, localDayOf } from '../../model/local-day.ts'
import type { FetchContext, Fetched } from '../connector.ts'

export async function* fetchMetrics({ http, wanted, timeZone, now }: FetchContext): AsyncIterable<Fetched> {
  if (!('days' in wanted)) return
  const today = localDayOf(now, timeZone)
  for (const date of daysBetween(wanted.days.start, wanted.days.end).toReversed()) {
    if (date > today) continue
    const response = await http.send(at('metrics'), { query: { date } })
    yield { kind: 'metrics', request: { date }, payload: response.json() }
  }
}

export async function* fetchUserInfo({ http }: FetchContext): AsyncIterable<Fetched> {
  yield { kind: 'user_info', request: {}, payload: (await http.send(at('user_info'))).json() }
}

export function at(path: string): { host: string; path: string } {
  return { host: 'partner', path: `/api/partners/v1/user_data/${path}` }
}
