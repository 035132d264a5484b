// Asks the logbook: results by day in pages, and for those that have them the strokes.
import { addDays } from '../../model/local-day.ts'
import { wireTimestamp } from '../../model/timestamps.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { ConnectionHttp, DayRange, FetchContext, Fetched, Page } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { Stroked } from './payloads.ts'
import { piecesOf, spanOf } from './time.ts'

export const ACCEPT = { accept: 'application/vnd.c2logbook.v1+json' }
const PER_PAGE = 250
/** Ours: a list that never ends stops here. */
const MAX_PAGES = 200

export async function* fetchUser({ http }: FetchContext): AsyncIterable<Fetched> {
  yield { kind: 'users_me', request: {}, payload: (await http.send(at(''), { headers: ACCEPT })).json() }
}

export async function* fetchResults(context: FetchContext): AsyncIterable<Fetched> {
  const { http, wanted } = context
  if ('days' in wanted) {
    for await (const page of pagesOfDays(http, wanted.days)) {
      yield page
      yield* strokesOf(context, page)
    }
    yield { listed: { type: 'activity', days: wanted.days } }
  } else if ('object' in wanted) {
    const id = wanted.object
    const response = await http.send(at(`/results/${encodeURIComponent(id)}`), { headers: ACCEPT, expect: [404] })
    if (response.status === 404) {
      yield { gone: { type: 'activity', id } }
      return
    }
    const page = { kind: 'results', request: { result_id: id }, payload: response.json() }
    yield page
    yield* strokesOf(context, page)
  }
}

/** The logbook's day is that of the end: a workout across midnight stands in the next one. */
async function* pagesOfDays(http: ConnectionHttp, days: DayRange): AsyncIterable<Page> {
  const request = { from: days.start, to: addDays(days.end, 1) }
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query = { ...request, number: PER_PAGE, page }
    const payload = (await http.send(at('/results'), { query, headers: ACCEPT })).json()
    yield { kind: 'results', request: page === 1 ? request : { ...request, page: String(page) }, payload }
    if (!hasNext(payload)) return
  }
  throw new ProviderError("Concept2's list of results did not end", { next: 'give_up' })
}

function hasNext(payload: unknown): boolean {
  const page = payload as { meta?: { pagination?: { links?: { next?: unknown } } } } | null
  return typeof page?.meta?.pagination?.links?.next === 'string'
}

async function* strokesOf({ http, timeZone }: FetchContext, page: Page): AsyncIterable<Page> {
  for (const document of rawDocuments(page.payload, ['data'])) {
    const read = Stroked.safeParse(document)
    if (!read.success || read.data.stroke_data !== true) continue
    const { id } = read.data
    const path = at(`/results/${encodeURIComponent(id)}/strokes`)
    const response = await http.send(path, { headers: ACCEPT, expect: [404] })
    if (response.status !== 404)
      yield { kind: 'strokes', request: asked(read.data, timeZone), payload: response.json() }
  }
}

/** What the answer does not say of itself. */
function asked(result: Stroked, known: string | null): Record<string, string> {
  const { startAt, zone } = spanOf(result, known)
  const pieces = piecesOf(result)
  const list = (name: 'time' | 'distance' | 'rest_time'): string => pieces.map((piece) => piece[name] ?? '').join(',')
  return {
    result_id: result.id,
    // A wall clock that no zone belongs to stays one.
    start: zone === null ? wireTimestamp(startAt).slice(0, 26) : wireTimestamp(startAt),
    ...(zone === null ? {} : { zone }),
    ...(result.type ? { type: result.type } : {}),
    ...(pieces.length === 0 ? {} : { times: list('time'), distances: list('distance'), rests: list('rest_time') }),
  }
}

function at(path: string): { host: string; path: string } {
  return { host: 'log', path: `/api/users/me${path}` }
}
