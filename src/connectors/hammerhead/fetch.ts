// Asks for rides by date, then for each of them and its file, without which nobody knows when it began.
import { addDays, localDayOf } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { ConnectionHttp, FetchContext, Fetched } from '../connector.ts'
import { rawDocuments } from '../documents.ts'

const PER_PAGE = 100
/** Ours: a list that never ends stops here. */
const MAX_PAGES = 200
const MAX_FILE_BYTES = 50_000_000
/** Not certain: whether a date is that of the ride or of the upload. Rides are uploaded within days. */
const OVERLAP_DAYS = 3

export async function* fetchActivities({ http, wanted }: FetchContext): AsyncIterable<Fetched> {
  if ('object' in wanted) {
    yield* activity(http, wanted.object, true)
    return
  }
  if (!('days' in wanted)) return
  const startDate = addDays(wanted.days.start, -OVERLAP_DAYS)
  const until = addDays(wanted.days.end, OVERLAP_DAYS)
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query = { page, perPage: PER_PAGE, startDate }
    const payload = (await http.send(at('/activities'), { query })).json()
    for (const { id, createdAt } of rawDocuments(payload, ['data'])) {
      const at = Date.parse(String(createdAt))
      const isLater = !Number.isNaN(at) && localDayOf(at, null) > until
      if (typeof id === 'string' && !isLater) yield* activity(http, id, false)
    }
    const totalPages = (payload as { totalPages?: unknown } | null)?.totalPages
    if (typeof totalPages !== 'number' || page >= totalPages) return
  }
  throw new ProviderError("Hammerhead's list of activities did not end", { next: 'give_up' })
}

async function* activity(http: ConnectionHttp, id: string, isNew: boolean): AsyncIterable<Fetched> {
  const path = `/activities/${encodeURIComponent(id)}`
  const response = await http.send(at(path), { expect: [404] })
  if (response.status === 404) {
    if (isNew) throw notYet('a ride')
    yield { gone: { type: 'activity', id } }
    return
  }
  yield { kind: 'activity', request: { activity_id: id }, payload: response.json() }
  const file = await http.send(at(`${path}/file`), { expect: [404], maxResponseBytes: MAX_FILE_BYTES })
  if (file.status === 404) {
    if (isNew) throw notYet('the file of a ride')
    return
  }
  if (!file.truncated) yield { kind: 'fit', request: { activity_id: id }, payload: file.body }
}

/** What was just announced may take a while; without its file there is no record. Removals are not announced. */
function notYet(what: string): ProviderError {
  return new ProviderError(`${what} is not there yet`, { next: 'retry', afterSeconds: 60 })
}

function at(path: string): { host: string; path: string } {
  return { host: 'api', path: `/v1/api${path}` }
}
