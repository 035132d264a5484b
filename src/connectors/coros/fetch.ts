// Asks for the sports and the days of a range, and for the file of each sport.
import { addDays, type LocalDay, localDayOf } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { ConnectionHttp, FetchContext, Fetched, Page } from '../connector.ts'
import { listedDocuments } from '../documents.ts'
import { publicFile } from '../public-file.ts'
import { dayOf } from './map/sport.ts'
import { dataOf } from './pages.ts'
import { FileDetail, fileUrlOf, Listed } from './payloads.ts'

/** Not certain: lists go back about three months. What is missing near that edge may be too old, and not deleted. */
export const HISTORY_DAYS = 90
const SURE_DAYS = 80

/** Not certain whose days COROS means: one more is asked for on either side, and what is not of the person's days is left out. */
export async function* fetchSport({ http, wanted, timeZone, now }: FetchContext): AsyncIterable<Fetched> {
  if ('hint' in wanted) {
    yield* fileAt(http, wanted.hint.label_id ?? '', wanted.hint.url ?? '', { isNew: true })
    return
  }
  if (!('days' in wanted)) return
  const { start, end } = wanted.days
  const today = localDayOf(now, timeZone)
  const from = later(addDays(start, -1), addDays(today, -HISTORY_DAYS))
  const query = { startDate: plain(from), endDate: plain(addDays(end, 1)) }
  const payload = (await http.send({ host: 'open', path: '/v2/coros/sport/list' }, { query })).json()
  // Each sport is a page of its own, as notifications bring them.
  for (const sport of listedDocuments('sport', dataOf('sport', payload), ['sportDataList', 'data'])) {
    const page = { kind: 'sport', request: { label_id: String(sport.labelId) }, payload: sport }
    const parsed = Listed.safeParse(sport)
    const day = parsed.success ? dayOf(parsed.data, timeZone) : null
    if (day !== null && (day < start || day > end)) continue
    yield page
    yield* filesOf(http, page)
  }
  const sure = later(start, addDays(today, -SURE_DAYS))
  if (sure <= end) yield { listed: { type: 'activity', days: { start: sure, end } } }
}

/** A triathlon has a file for each leg, and none of its own. */
async function* filesOf(http: ConnectionHttp, { payload }: Page): AsyncIterable<Page> {
  const sport = Listed.safeParse(payload)
  if (!sport.success) return
  const { labelId, fitUrl, triathlonItemList } = sport.data
  if (fitUrl) yield* fileAt(http, labelId, fitUrl)
  else if (!triathlonItemList?.length) yield* fileAt(http, labelId, await urlOf(http, sport.data))
  for (const [i, leg] of (triathlonItemList ?? []).entries()) yield* fileAt(http, `${labelId}-${i}`, fileUrlOf(leg))
}

/** Where the list does not name the file, it is asked for. Empty when there is none. */
async function urlOf(http: ConnectionHttp, { labelId, mode, subMode }: Listed): Promise<string> {
  const at = { host: 'open', path: '/v2/coros/sport/detail/fit' }
  const response = await http.send(at, { query: { labelId, mode, subMode }, expect: [400, 404] })
  const detail = response.status === 200 ? FileDetail.safeParse(response.json()) : null
  return detail?.data?.data?.fitUrl ?? ''
}

/** Public, and there some seconds after it was named: what is new is asked for again. */
async function* fileAt(
  http: ConnectionHttp,
  labelId: string,
  url: string,
  { isNew = false } = {},
): AsyncIterable<Page> {
  if (labelId === '' || url === '') return
  const file = await publicFile(http, url)
  if (file === 'missing' && isNew) throw new ProviderError('the file of a workout is not there yet', { next: 'retry' })
  if (typeof file !== 'string') yield { kind: 'fit', request: { label_id: labelId }, payload: file }
}

export async function* fetchDaily({ http, wanted }: FetchContext): AsyncIterable<Fetched> {
  if (!('days' in wanted)) return
  const request = { startDate: plain(wanted.days.start), endDate: plain(wanted.days.end) }
  const response = await http.send({ host: 'open', path: '/coros/daily/query' }, { query: request })
  yield { kind: 'daily', request, payload: response.json() }
}

const later = (a: LocalDay, b: LocalDay): LocalDay => (a > b ? a : b)

function plain(day: string): string {
  return day.replaceAll('-', '')
}
