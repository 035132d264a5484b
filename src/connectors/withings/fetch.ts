// Asks Withings. Every call is a form with an action; days are local, instants are seconds.
import { addDays, daysBetween, type LocalDay, localDayOf, startOfDay, zoneMarginMs } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { DayRange, FetchContext, Fetched, Page } from '../connector.ts'
import { nightId, ownNights } from './map/nights.ts'
import { TYPES, WITHOUT_FIELD } from './map/measures.ts'
import { firstZone, isObject, rawList } from './pages.ts'
import { HeartRecording, Night } from './payloads.ts'

const ACTIVITY_FIELDS =
  'steps,distance,elevation,soft,moderate,intense,active,calories,totalcalories,hr_average,hr_min,hr_max,hr_zone_0,hr_zone_1,hr_zone_2,hr_zone_3'
const INTRADAY_FIELDS =
  'steps,distance,elevation,calories,duration,heart_rate,spo2_auto,rmssd,sdnn1,hrv_quality,core_body_temperature'
const WORKOUT_FIELDS =
  'calories,intensity,manual_distance,manual_calories,hr_average,hr_min,hr_max,hr_zone_0,hr_zone_1,hr_zone_2,hr_zone_3,pause_duration,algo_pause_duration,spo2_average,steps,distance,elevation,pool_laps,strokes,pool_length'
const NIGHT_FIELDS =
  'total_timeinbed,total_sleep_time,asleepduration,lightsleepduration,remsleepduration,deepsleepduration,sleep_efficiency,sleep_latency,wakeup_latency,wakeupduration,wakeupcount,waso,nb_rem_episodes,durationtosleep,durationtowakeup,out_of_bed_count,hr_average,hr_min,hr_max,rr_average,rr_min,rr_max,breathing_disturbances_intensity,snoring,snoringepisodecount,sleep_score,night_events,apnea_hypopnea_index,mvt_score_avg,mvt_active_duration,rmssd_start_avg,rmssd_end_avg'
const STAGE_FIELDS = 'hr,rr,snoring,sdnn_1,rmssd,mvt_score'
const MEASURE_TYPES = [...Object.values(TYPES), ...WITHOUT_FIELD].join(',')

const HOUR = 3600
/** Longer ranges come back cut after this. */
const ANSWERED_SECONDS = 24 * HOUR
/** The end that a notice names may lie before or after what was stored. */
const WIDER_SECONDS = HOUR
/** Zones are at most this far from UTC, and from each other when somebody travels: edges are read too and left out. */
const EDGE_SECONDS = 26 * HOUR
/** A notice that names more than this is about an import; the rest comes when history is asked for. */
const MAX_HINT_DAYS = 31
const MAX_PAGES = 200

export async function* fetchDevice({ http, providerUserId }: FetchContext): AsyncIterable<Fetched> {
  const payload = (await http.send(at('/v2/user'), call({ action: 'getdevice' }))).json()
  yield { kind: 'device', request: { userid: providerUserId }, payload }
}

/**
 * Whole days, since a day's groups make up one record. Groups of one day may lie on several pages and the height that BMI
 * needs on none of them: they are put together in one payload, in Withings' own shape, with the heights beside it.
 */
export async function* fetchMeasures(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null) return
  const { from, to } = instantsOf(days, context.timeZone)
  const range = { startdate: String(from - EDGE_SECONDS), enddate: String(to + EDGE_SECONDS) }
  const meas = (form: Record<string, string>) =>
    answers(context, '/measure', { action: 'getmeas', category: '1', ...form })
  const measures = await joined(meas({ meastypes: MEASURE_TYPES, ...range }), 'measuregrps')
  const heights = await joined(meas({ meastypes: String(TYPES.height) }), 'measuregrps')
  yield {
    kind: 'measure',
    request: { start_date: days.start, end_date: days.end },
    payload: { ...measures, heights },
  }
  yield { listed: { type: 'body', days } }
  yield { listed: { type: 'daily', days } }
}

export async function* fetchActivity(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null) return
  yield* pagesOfDays(context, 'activity', '/v2/measure', { action: 'getactivity', data_fields: ACTIVITY_FIELDS }, days)
  yield { listed: { type: 'daily', days } }
}

export async function* fetchWorkouts(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null) return
  yield* pagesOfDays(context, 'workouts', '/v2/measure', { action: 'getworkouts', data_fields: WORKOUT_FIELDS }, days)
  yield { listed: { type: 'activity', days } }
}

/**
 * One question for each day; a day of 25 hours takes two, and so does one that may begin elsewhere, because no name of a zone is known.
 * What comes of one day is put together in one payload: its counts grow from piece to piece.
 */
export async function* fetchIntraday(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null) return
  for (const day of daysBetween(days.start, days.end)) {
    const { from, to } = instantsOf({ start: day, end: day }, context.timeZone)
    if (from * 1000 > context.now) break
    const margin = zoneMarginMs(context.timeZone) / 1000
    const last = Math.min(to + margin, Math.max(to, Math.ceil(context.now / 1000)))
    const parts: unknown[] = []
    for (let start = from - margin; start < last; start += ANSWERED_SECONDS) {
      const span = { startdate: String(start), enddate: String(Math.min(start + ANSWERED_SECONDS, last) - 1) }
      const form = { action: 'getintradayactivity', data_fields: INTRADAY_FIELDS, ...span }
      parts.push((await context.http.send(at('/v2/measure'), call(form))).json())
    }
    const request = { date: day, ...(margin === 0 ? {} : { wider: String(margin) }) }
    yield { kind: 'intraday', request, payload: parts.length === 1 ? parts[0] : joinedSeries(parts) }
  }
  yield { listed: { type: 'daily', days } }
  yield { listed: { type: 'body', days } }
}

/** Summaries, and the stages of each night that becomes a record. */
export async function* fetchSleepSummary(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null) return
  const form = { action: 'getsummary', data_fields: NIGHT_FIELDS }
  const nights: Night[] = []
  for await (const page of pagesOfDays(context, 'sleep_summary', '/v2/sleep', form, days)) {
    yield page
    for (const raw of rawList(page.payload, 'series')) {
      const night = Night.safeParse(raw)
      if (night.success) nights.push(night.data)
    }
  }
  for (const night of ownNights(nights)) {
    const day = night.date ?? localDayOf(night.enddate * 1000, firstZone(night.timezone, context.timeZone))
    if (day >= days.start && day <= days.end) yield* stagesOf(context, night)
  }
  yield { listed: { type: 'sleep', days } }
}

async function* stagesOf({ http }: FetchContext, night: Night): AsyncIterable<Page> {
  const device = night.hash_deviceid ?? night.deviceid ?? null
  const request = { sleep_id: nightId(night), ...(device === null ? {} : { deviceid: device }) }
  for (let start = night.startdate, part = 1; start < night.enddate; start += ANSWERED_SECONDS, part++) {
    const span = { startdate: String(start), enddate: String(Math.min(start + ANSWERED_SECONDS, night.enddate)) }
    const payload = (
      await http.send(at('/v2/sleep'), call({ action: 'get', data_fields: STAGE_FIELDS, ...span }))
    ).json()
    yield { kind: 'sleep', request: part > 1 ? { ...request, part: String(part) } : request, payload }
  }
}

export async function* fetchHeartList(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null) return
  yield* recordings(context, days)
  yield { listed: { type: 'body', days } }
}

/** The curve of every recording of these days. Without the list it would not say when it was. */
export async function* fetchHeart(context: FetchContext): AsyncIterable<Fetched> {
  const days = daysOf(context)
  if (days === null) return
  for await (const page of recordings(context, days)) {
    for (const raw of rawList(page.payload, 'series')) {
      const recording = HeartRecording.safeParse(raw)
      if (recording.success) yield* signalOf(context, days, recording.data)
    }
  }
  yield { listed: { type: 'body', days } }
}

async function* signalOf(context: FetchContext, days: DayRange, recording: HeartRecording): AsyncIterable<Page> {
  const { ecg, timestamp } = recording
  const timezone = firstZone(recording.timezone, context.timeZone)
  const day = localDayOf(timestamp * 1000, timezone)
  const signalid = ecg?.signalid ?? null
  if (signalid === null || day < days.start || day > days.end) return
  const form = { action: 'get', signalid }
  const response = await context.http.send(at('/v2/heart'), { ...call(form), expect: [404] })
  if (response.status === 404) return
  const request = { signalid, timestamp: String(timestamp), ...(timezone === null ? {} : { timezone }) }
  yield { kind: 'heart', request, payload: response.json() }
}

async function* recordings(context: FetchContext, days: DayRange): AsyncIterable<Page> {
  const { from, to } = instantsOf(days, context.timeZone)
  const form = { action: 'list', startdate: String(from - EDGE_SECONDS), enddate: String(to + EDGE_SECONDS) }
  const request = { start_date: days.start, end_date: days.end }
  let page = 0
  for await (const payload of answers(context, '/v2/heart', form)) {
    yield { kind: 'heart_list', request: page++ === 0 ? request : { ...request, page: String(page) }, payload }
  }
}

/** The last day is asked for one day later, in case it is not included: whole days too many do no harm. */
async function* pagesOfDays(
  context: FetchContext,
  kind: string,
  path: string,
  form: Record<string, string>,
  days: DayRange,
): AsyncIterable<Page> {
  const request = { start_date: days.start, end_date: days.end }
  const asked = { ...form, startdateymd: days.start, enddateymd: addDays(days.end, 1) }
  let page = 0
  for await (const payload of answers(context, path, asked)) {
    yield { kind, request: page++ === 0 ? request : { ...request, page: String(page) }, payload }
  }
}

/** Every page of an answer. `more` is 0 or 1 in measures, true or false elsewhere. */
async function* answers({ http }: FetchContext, path: string, form: Record<string, string>): AsyncIterable<unknown> {
  let offset: string | null = null
  for (let i = 0; i < MAX_PAGES; i++) {
    const payload: unknown = (await http.send(at(path), call(offset === null ? form : { ...form, offset }))).json()
    yield payload
    const body = isObject(payload) && isObject(payload.body) ? payload.body : {}
    if (body.more !== true && body.more !== 1) return
    const next = String(body.offset)
    if (next === offset) break
    offset = next
  }
  throw new ProviderError(`Withings' list of ${form.action} did not end`, { next: 'give_up' })
}

/** All pages as one answer: the first one with everybody's items. */
async function joined(pages: AsyncIterable<unknown>, list: string): Promise<Record<string, unknown>> {
  let first: Record<string, unknown> | null = null
  const items: unknown[] = []
  for await (const page of pages) {
    items.push(...rawList(page, list))
    if (isObject(page)) first ??= page
  }
  const body = isObject(first?.body) ? first.body : {}
  const { more: _, offset: __, ...rest } = body
  return { ...first, body: { ...rest, [list]: items } }
}

/** All parts of a day as one answer. One that holds no series stays what it is: nobody could tell that it was there. */
function joinedSeries(parts: readonly unknown[]): unknown {
  const series: Record<string, unknown> = {}
  for (const part of parts) {
    const body = isObject(part) ? part.body : undefined
    const found = isObject(body) && 'series' in body ? body.series : body
    if (isObject(found)) Object.assign(series, found)
    else if (!Array.isArray(found) || found.length > 0) return part
  }
  return { ...(parts[0] as object), body: { series } }
}

/** The local days that are wanted; null for what this provider never announces. */
export function daysOf({ wanted, timeZone }: Pick<FetchContext, 'wanted' | 'timeZone'>): DayRange | null {
  if ('days' in wanted) return wanted.days
  if (!('hint' in wanted)) return null
  const { date, startdate, enddate } = wanted.hint
  if (date !== undefined) return { start: date, end: date }
  if (startdate === undefined || enddate === undefined) return null
  const dayAt = (seconds: number): LocalDay => localDayOf(seconds * 1000, timeZone)
  const end = dayAt(Math.max(Number(startdate), Number(enddate)) + WIDER_SECONDS)
  const start = dayAt(Number(startdate) - WIDER_SECONDS)
  const earliest = addDays(end, 1 - MAX_HINT_DAYS)
  return { start: start < earliest ? earliest : start, end }
}

function instantsOf(days: DayRange, timeZone: string | null): { from: number; to: number } {
  const zone = timeZone ?? '+00:00'
  return { from: startOfDay(days.start, zone) / 1000, to: startOfDay(addDays(days.end, 1), zone) / 1000 }
}

function call(form: Record<string, string>): { method: 'POST'; form: Record<string, string> } {
  return { method: 'POST', form }
}

function at(path: string): { host: string; path: string } {
  return { host: 'api', path }
}
