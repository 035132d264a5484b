// Asking Garmin: what a ping names is fetched at once; history is asked for and comes by notification.
import { addDays, localDayOf, startOfDay, zoneMarginMs } from '../../model/local-day.ts'
import type { DataType } from '../../model/data-type.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import { type Fetched, type FetchContext, type Listed, UnreadablePage } from '../connector.ts'
import { SleepSummary } from './payloads.ts'
import { nightOf } from './map/sleep.ts'
import { PERMISSION, REST } from './oauth.ts'
import { rawSummaries } from './summaries.ts'

/** Garmin's budget of history is counted in days. */
export const HISTORY_BUDGET = 'history'
/** A request may name 30 days: room for the clock going back, and for a zone of which little or nothing is known. */
export const BACKFILL_DAYS = 28
const DAY_SECONDS = 86_400
/** Newer keys answer no further back than a month before the person connected, and say since when. */
const TOO_EARLY = /before min start time of (\S+)/
/** What `callbackURL` holds to be asked with is of no use later. */
const PING_FIELDS = ['uploadStartTimeInSeconds', 'uploadEndTimeInSeconds'] as const

export interface Kind {
  kind: string
  types: readonly DataType[]
  /** The last part of the backfill's path; null for what Garmin sends along with another. */
  backfill: string | null
}

export function fetchSummaries({ kind, types, backfill }: Kind) {
  return async function* (context: FetchContext): AsyncGenerator<Fetched> {
    const { wanted } = context
    if ('hint' in wanted) yield* pulled(kind, wanted.hint, context)
    else if ('days' in wanted && backfill !== null) yield* requested(backfill, types, wanted.days, context)
  }
}

/** All that Garmin says of the account. */
export async function* fetchUserId({ http }: FetchContext): AsyncGenerator<Fetched> {
  yield { kind: 'user', request: {}, payload: (await http.send({ host: 'api', path: `${REST}/user/id` })).json() }
}

/** A device records a day in a few megabytes. */
const MAX_FILE_BYTES = 64 * 1024 * 1024
/** It was downloaded before: Garmin gives it once. */
const GONE = 410

export async function* fetchActivityFile({ http, wanted }: FetchContext): AsyncGenerator<Fetched> {
  if (!('hint' in wanted)) return
  const { callbackURL = '', activityId, summaryId, fileType } = wanted.hint
  const response = await http.follow(callbackURL, { host: 'api', expect: [GONE], maxResponseBytes: MAX_FILE_BYTES })
  if (response.status === GONE) return
  const request: Record<string, string> = {}
  for (const [name, value] of Object.entries({ activityId: activityId ?? summaryId, fileType })) {
    if (value !== undefined) request[name] = value
  }
  yield { kind: 'activityFiles', request, payload: response.body }
}

/** Exactly the URL of the ping, which holds a token of its own. Good for a day; each summary of a ping is one page. */
async function* pulled(kind: string, hint: Record<string, string>, context: FetchContext): AsyncGenerator<Fetched> {
  const response = await context.http.follow(hint.callbackURL ?? '', { host: 'api' })
  const payload: unknown = response.json()
  if (!Array.isArray(payload)) throw new UnreadablePage(kind, '', 'a list of summaries')
  const request: Record<string, string> = {}
  for (const field of PING_FIELDS) if (hint[field] !== undefined) request[field] = hint[field]
  yield { kind, request, payload }
  if (kind === 'sleeps') for (const listed of nightsListed(payload, context.timeZone)) yield { listed }
}

/**
 * A night comes with all of its naps: others that were stored for its day are of an older version. None where nobody says
 * which day that is.
 */
export function nightsListed(summaries: unknown, timeZone: string | null): Listed['listed'][] {
  const days = new Set<string>()
  for (const raw of rawSummaries('sleeps', summaries)) {
    const parsed = SleepSummary.safeParse(raw)
    if (!parsed.success) continue
    const { day, zone } = nightOf(parsed.data, timeZone)
    if (zone !== null || parsed.data.calendarDate) days.add(day)
  }
  return [...days].map((day) => ({ type: 'sleep', days: { start: day, end: day } }))
}

async function* requested(
  name: string,
  types: readonly DataType[],
  days: { start: string; end: string },
  context: FetchContext,
): AsyncGenerator<Fetched> {
  if (context.grantedScopes?.includes(PERMISSION.history) === false) throw notAllowed()
  const zone = context.timeZone ?? '+00:00'
  // The days are whole in either season, and wherever the person is while no page told yet.
  const margin = zoneMarginMs(context.timeZone)
  const from = (startOfDay(days.start, zone) - margin) / 1000
  const to = Math.min(startOfDay(addDays(days.end, 1), zone) + margin, context.now) / 1000
  if (from >= to) return
  let start = from
  let response = await ask(context, name, start, to)
  const earliest = tooEarly(response)
  if (earliest !== null) {
    // Nothing before that will ever come.
    if (earliest >= to || earliest <= start) return
    start = earliest
    response = await ask(context, name, start, to)
  }
  // 409: asked for before. It is sent once, and may still be on its way.
  if (response.status === 202 || response.status === 200 || response.status === 409) {
    const day = localDayOf(start * 1000, zone)
    const awaited = { start: day > days.start ? day : days.start, end: days.end }
    // Else it begins in what is asked for beyond the last day.
    if (awaited.start <= awaited.end) yield { promised: { types, days: awaited } }
    return
  }
  if (response.status === 400) {
    if (tooEarly(response) !== null) return
    throw new ProviderError(`Garmin does not send ${name}: ${messageOf(response)}`, { next: 'give_up', status: 400 })
  }
  throw notAllowed(response.status)
}

function ask(context: FetchContext, name: string, from: number, to: number): Promise<HttpResponse> {
  return context.http.send(
    { host: 'api', path: `${REST}/backfill/${name}` },
    {
      query: {
        summaryStartTimeInSeconds: String(Math.ceil(from)),
        summaryEndTimeInSeconds: String(Math.floor(to)),
      },
      expect: [400, 403, 409, 412],
      budget: HISTORY_BUDGET,
      cost: Math.ceil((to - from) / DAY_SECONDS),
    },
  )
}

/** In seconds. Null where the answer does not say it. */
function tooEarly(response: HttpResponse): number | null {
  if (response.status !== 400) return null
  const at = Date.parse(TOO_EARLY.exec(messageOf(response))?.[1] ?? '')
  return Number.isNaN(at) ? null : Math.ceil(at / 1000)
}

function messageOf(response: HttpResponse): string {
  try {
    const body: unknown = response.json()
    if (typeof body === 'object' && body !== null && 'errorMessage' in body) return String(body.errorMessage)
  } catch {
    // No JSON: said otherwise, or nothing.
  }
  return 'no reason given'
}

function notAllowed(status?: number): ProviderError {
  return new ProviderError('the person did not allow Garmin to send what was before', { next: 'skip', status })
}
