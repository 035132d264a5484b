// Asks as the phone application does: days with their sessions, and the same days with their scores.
import { isIana } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { ConnectionHttp, FetchContext, Fetched } from '../connector.ts'
import { rawDocuments } from '../documents.ts'

/** Two forms of one answer: sessions come with the one, scores with the other. The first in line is the less telling. */
const FORMS = [
  { name: 'scores', query: { 'include-main': 'false', 'model-version': 'v3' } },
  { name: 'sessions', query: { 'include-main': 'false', 'include-all-sessions': 'true', 'model-version': 'v2' } },
] as const

export async function* fetchMe({ http }: FetchContext): AsyncIterable<Fetched> {
  yield { kind: 'me', request: {}, payload: await ask(http, '/v1/users/me') }
}

/** Days are those of the zone that is asked for. */
export async function* fetchTrends({ http, wanted, timeZone, providerUserId }: FetchContext): AsyncIterable<Fetched> {
  if (!('days' in wanted)) return
  const { days } = wanted
  let unsettled = false
  const range = { tz: timeZone !== null && isIana(timeZone) ? timeZone : 'UTC', from: days.start, to: days.end }
  for (const { name, query } of FORMS) {
    const path = `/v1/users/${encodeURIComponent(providerUserId)}/trends`
    const payload = await ask(http, path, { ...range, ...query })
    unsettled ||= hasUnsettled(payload)
    yield { kind: 'trends', request: { start_date: days.start, end_date: days.end, form: name }, payload }
  }
  // A night that is computed anew is not gone.
  if (unsettled) return
  yield { listed: { type: 'sleep', days } }
  yield { listed: { type: 'daily', days } }
  yield { listed: { type: 'body', days } }
}

function hasUnsettled(payload: unknown): boolean {
  return rawDocuments(payload, ['days']).some((day) => isUnsettled(day) || rawDocuments(day.sessions).some(isUnsettled))
}

function isUnsettled({ processing, incomplete }: Record<string, unknown>): boolean {
  return processing === true || incomplete === true
}

/** The back end fails often and answers the next time. */
async function ask(http: ConnectionHttp, path: string, query: Record<string, string> = {}): Promise<unknown> {
  const at = { host: 'client', path }
  try {
    return (await http.send(at, { query })).json()
  } catch (error) {
    if (!(error instanceof ProviderError) || error.status === null || error.status < 500) throw error
    return (await http.send(at, { query })).json()
  }
}
