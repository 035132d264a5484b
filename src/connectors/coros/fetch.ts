// Asks for the sports and the days of a range, and for the file of each sport.
import { ProviderError } from '../../platform/errors.ts'
import type { ConnectionHttp, FetchContext, Fetched, Page } from '../connector.ts'
import { listedDocuments } from '../documents.ts'
import { publicFile } from '../public-file.ts'
import { dataOf } from './pages.ts'
import { FileDetail, Sport } from './payloads.ts'

export async function* fetchSport({ http, wanted }: FetchContext): AsyncIterable<Fetched> {
  if ('hint' in wanted) {
    yield* fileAt(http, wanted.hint.label_id ?? '', wanted.hint.url ?? '', { isNew: true })
    return
  }
  if (!('days' in wanted)) return
  const { start, end } = wanted.days
  const query = { startDate: plain(start), endDate: plain(end) }
  const payload = (await http.send({ host: 'open', path: '/v2/coros/sport/list' }, { query })).json()
  // Each sport is a page of its own, as notifications bring them.
  for (const sport of listedDocuments('sport', dataOf('sport', payload), ['sportDataList', 'data'])) {
    const page = { kind: 'sport', request: { label_id: String(sport.labelId) }, payload: sport }
    yield page
    yield* filesOf(http, page)
  }
  yield { listed: { type: 'activity', days: wanted.days } }
}

/** A triathlon has a file for each leg, and none of its own. */
async function* filesOf(http: ConnectionHttp, { payload }: Page): AsyncIterable<Page> {
  const sport = Sport.safeParse(payload)
  if (!sport.success) return
  const { labelId, fitUrl, triathlonItemList } = sport.data
  if (fitUrl) yield* fileAt(http, labelId, fitUrl)
  else if (!triathlonItemList?.length) yield* fileAt(http, labelId, await urlOf(http, sport.data))
  for (const [i, leg] of (triathlonItemList ?? []).entries()) yield* fileAt(http, `${labelId}-${i}`, leg.fitUrl ?? '')
}

/** Where the list does not name the file, it is asked for. Empty when there is none. */
async function urlOf(http: ConnectionHttp, { labelId, mode, subMode }: Sport): Promise<string> {
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

function plain(day: string): string {
  return day.replaceAll('-', '')
}
