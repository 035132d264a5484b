// Asks iHealth: one file for each type of data, in pages of fifty.
import { addDays, type LocalDay } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { DataType } from '../../model/data-type.ts'
import type { FetchContext, Fetched } from '../connector.ts'
import { isObject, LISTS, type ListedType, rawItems } from './pages.ts'

const MAX_PAGES = 400
/** It decides the units; every answer says which they are, all the same. */
const LOCALE = 'default'

export async function* fetchUserInfo({ http, providerUserId }: FetchContext): AsyncIterable<Fetched> {
  const query = { sv: 'userinfo', locale: LOCALE }
  const response = await http.send(
    { host: 'api', path: `/openapiv2/user/${encodeURIComponent(providerUserId)}.json/` },
    { query },
  )
  yield { kind: 'userinfo', request: {}, payload: response.json() }
}

/**
 * Whole days, with one more on both sides: ranges are compared with wall clocks, and of what lasts with its end. Pages are
 * put together in one answer, since a day's items make up one record and may lie on two of them.
 */
export function fetchList(type: ListedType, gives: DataType) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const { wanted } = context
    if (!('days' in wanted)) return
    const { days } = wanted
    const range = { start_time: wallOf(addDays(days.start, -1)), end_time: wallOf(addDays(days.end, 2)) - 1 }
    const request = { start_date: days.start, end_date: days.end }
    yield { kind: type, request, payload: await allPages(context, type, range) }
    yield { listed: { type: gives, days } }
  }
}

async function allPages(
  { http, providerUserId }: FetchContext,
  type: ListedType,
  range: { start_time: number; end_time: number },
): Promise<Record<string, unknown>> {
  const at = { host: 'api', path: `/openapiv2/user/${encodeURIComponent(providerUserId)}/${type}.json/` }
  const items: unknown[] = []
  let first: Record<string, unknown> | null = null
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query = { sv: type, ...range, page_index: page, locale: LOCALE }
    const answer: unknown = (await http.send(at, { query })).json()
    if (!isObject(answer)) throw new ProviderError(`iHealth's ${type} is no page`, { next: 'retry' })
    first ??= answer
    if (unitsOf(answer) !== unitsOf(first)) {
      throw new ProviderError(`iHealth changed the units of ${type} between two pages`, { next: 'retry' })
    }
    const found = rawItems(type, answer)
    items.push(...found)
    const count = typeof answer.RecordCount === 'number' ? answer.RecordCount : 0
    if (found.length === 0 || items.length >= count) {
      return { ...first, CurrentRecordCount: items.length, NextPageUrl: '', [LISTS[type]]: items }
    }
  }
  throw new ProviderError(`iHealth's list of ${type} did not end`, { next: 'give_up' })
}

function unitsOf(answer: Record<string, unknown>): string {
  return JSON.stringify(Object.entries(answer).filter(([name]) => name.endsWith('Unit')))
}

/** Midnight as iHealth counts: the wall clock as if it were UTC. */
function wallOf(day: LocalDay): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000
}
