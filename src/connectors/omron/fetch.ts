// Asks Omron: everything from a day on, the oldest first, as long as it is of the days that are wanted.
import { addDays, type LocalDay } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { DayRange, FetchContext, Fetched } from '../connector.ts'
import { isObject, type ListName, LISTS, rawLists } from './pages.ts'

const LIMIT = 200
const MAX_PAGES = 200
/** How the next page is asked for: the answer's own name of the key, since no document names the parameter. */
const PAGE_KEY = 'nextPaginationKey'

/**
 * Only a begin can be asked for. Pages are put together in one payload, since a day's measurements make up one record and
 * may lie on two of them, and hold the days that were wanted alone.
 */
export async function* fetchMeasurement(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted, providerUserId } = context
  if (!('days' in wanted)) return
  const { days } = wanted
  const found: Record<ListName, unknown[]> = { bloodPressure: [], activity: [], weight: [] }
  for await (const lists of pagesSince(context, days)) {
    for (const name of LISTS) {
      const known = new Set(found[name].flatMap((item) => idOf(item) ?? []))
      found[name].push(...lists[name].filter((item) => isWanted(item, days) && !known.has(idOf(item) ?? '')))
    }
  }
  const count = LISTS.reduce((sum, name) => sum + found[name].length, 0)
  const result = { truncated: false, ...found, [PAGE_KEY]: null, measurementCount: count }
  const request = { start_date: days.start, end_date: days.end, account: providerUserId }
  yield { kind: 'measurement', request, payload: { status: 0, result } }
  yield { listed: { type: 'body', days } }
  yield { listed: { type: 'daily', days } }
}

/** Until there is no more, or all that comes is younger than what is wanted. */
async function* pagesSince({ http }: FetchContext, days: DayRange): AsyncIterable<Record<ListName, unknown[]>> {
  // Compared with the clock of the record's own place: a day earlier loses none.
  let since = addDays(days.start, -1)
  let key: string | null = null
  for (let i = 0; i < MAX_PAGES; i++) {
    const form: Record<string, string> = {
      since,
      limit: String(LIMIT),
      sortOrder: 'asc',
      includeHourlyActivity: 'true',
      ...(key === null ? {} : { [PAGE_KEY]: key }),
    }
    const response = await http.send({ host: 'data', path: '/api/measurement' }, { method: 'POST', form })
    const payload = response.json()
    const lists = rawLists(payload)
    yield lists
    const result: Record<string, unknown> = isObject(payload) && isObject(payload.result) ? payload.result : {}
    if (result.truncated !== true || isPast(lists, days.end)) return
    const next: unknown = result[PAGE_KEY]
    if (typeof next === 'string' && next !== '') {
      key = next
      continue
    }
    // Without a key the last day is asked for again: what came already is known by its id.
    const last = lastDay(lists)
    if (last === null || last <= since) break
    since = last
    key = null
  }
  throw new ProviderError("Omron's list of measurements did not end", { next: 'give_up' })
}

/** Every list that has anything ends after the last wanted day. */
function isPast(lists: Record<ListName, unknown[]>, end: LocalDay): boolean {
  const ends = LISTS.flatMap((name) => (lists[name].length === 0 ? [] : [dayOf(lists[name].at(-1)) ?? '']))
  return ends.length > 0 && ends.every((day) => day > end)
}

function lastDay(lists: Record<ListName, unknown[]>): LocalDay | null {
  const days = LISTS.flatMap((name) => lists[name].flatMap((item) => dayOf(item) ?? []))
  return days.sort().at(-1) ?? null
}

/** What cannot be read is kept: mapping says what is wrong with it. */
function isWanted(item: unknown, days: DayRange): boolean {
  const day = dayOf(item)
  return day === null || (day >= days.start && day <= days.end)
}

function dayOf(item: unknown): LocalDay | null {
  const time = isObject(item) ? (item.dateTimeLocal ?? item.dateTime) : null
  return typeof time === 'string' ? time.slice(0, 10) : null
}

function idOf(item: unknown): string | null {
  return isObject(item) && (typeof item.id === 'number' || typeof item.id === 'string') ? String(item.id) : null
}
