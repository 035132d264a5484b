// Asks Polar. Most kinds are by day in windows of 28 days; 204 and 404 say that there is nothing.
import { addDays, daysBetween, type LocalDay, localDayOf } from '../../model/local-day.ts'
import { type ConnectionHttp, type DayRange, type FetchContext, type Fetched, UnreadablePage } from '../connector.ts'
import { rawDocuments } from '../documents.ts'
import { Exercise, PhysicalInfo, underscored } from './payloads.ts'
import { startOf } from './time.ts'

const EVERYTHING = { samples: true, zones: true, route: true }
/** Exercises of the last 30 days are there; on the oldest of them nobody knows for certain. */
export const EXERCISE_DAYS = 30
const LISTED_EXERCISE_DAYS = 27
/** Activities of a year, today counted. */
export const ACTIVITY_DAYS = 365
/** Nights of the last 28 days. */
export const NIGHT_DAYS = 28
/** So many nights are asked for one by one; more come as the whole list. */
const SINGLE_NIGHTS = 3
const BEAT_TO_BEAT = '11'

export async function* fetchUser({ http, providerUserId }: FetchContext): AsyncIterable<Fetched> {
  const payload = await get(http, `/users/${encodeURIComponent(providerUserId)}`)
  if (payload !== null) yield { kind: 'users', request: {}, payload }
}

export async function* fetchPhysicalInfo({ http }: FetchContext): AsyncIterable<Fetched> {
  const payload = await get(http, '/users/physical-info')
  if (payload !== null) yield { kind: 'physical_info', request: {}, payload }
}

/** The list only names them: alone each comes with all that it recorded. */
export async function* fetchExercises(context: FetchContext): AsyncIterable<Fetched> {
  const { wanted, http } = context
  if ('days' in wanted) {
    yield* exercisesOfDays(context, wanted.days)
  } else if ('object' in wanted) {
    const payload = await get(http, `/exercises/${encodeURIComponent(wanted.object)}`, EVERYTHING)
    if (payload === null) {
      yield { gone: { type: 'activity', id: wanted.object } }
      return
    }
    const day = dayOf(payload, context.timeZone)
    // Beat to beat intervals of a day are one record: those of its other workouts are read along.
    if (hasBeats(payload) && day !== null) yield* exercisesOfDays(context, { start: day, end: day })
    else yield { kind: 'exercises', request: await asked(http, wanted.object), payload }
  }
}

async function* exercisesOfDays(context: FetchContext, days: DayRange): AsyncIterable<Fetched> {
  const { http, timeZone, now } = context
  const today = localDayOf(now, timeZone)
  if (days.end < addDays(today, -EXERCISE_DAYS)) return
  const list = await get(http, '/exercises')
  const found = rawDocuments(list ?? [], ['exercises']).filter((exercise) => {
    const day = dayOf(exercise, timeZone)
    return day === null || (day >= days.start && day <= days.end)
  })
  let about: Record<string, string> | null = null
  for (const { id } of found) {
    if (typeof id !== 'string' && typeof id !== 'number') throw new UnreadablePage('exercises', 'id', 'expected an id')
    const payload = await get(http, `/exercises/${encodeURIComponent(id)}`, EVERYTHING)
    if (payload === null) continue
    about ??= await asked(http, '')
    yield { kind: 'exercises', request: { ...about, exercise_id: String(id) }, payload }
  }
  // What is older than Polar's list is not missing from it.
  const oldest = addDays(today, -LISTED_EXERCISE_DAYS)
  const listed = { start: days.start > oldest ? days.start : oldest, end: days.end }
  if (listed.start > listed.end) return
  yield { listed: { type: 'activity', days: listed } }
  yield { listed: { type: 'body', days: listed } }
}

/** Zones are in beats; the highest heart rate makes them percent. */
async function asked(http: ConnectionHttp, id: string): Promise<Record<string, string>> {
  const info = PhysicalInfo.safeParse(underscored(await get(http, '/users/physical-info')))
  const highest = info.success ? info.data.maximum_heart_rate : null
  return { exercise_id: id, ...(typeof highest === 'number' ? { maximum_heart_rate: String(highest) } : {}) }
}

function dayOf(payload: unknown, known: string | null): LocalDay | null {
  const read = Begun.safeParse(underscored(payload))
  if (!read.success) return null
  const { startAt, zone } = startOf(read.data.start_time, read.data.start_time_utc_offset, known)
  return localDayOf(startAt, zone)
}

/** Whatever else of it can be read. */
const Begun = Exercise.pick({ start_time: true, start_time_utc_offset: true })

function hasBeats(payload: unknown): boolean {
  const [exercise] = rawDocuments(underscored(payload))
  return rawDocuments(exercise?.samples).some(({ sample_type: type }) => String(type) === BEAT_TO_BEAT)
}

const ACTIVITY_FLAGS = { steps: true, activity_zones: true, inactivity_stamps: true }

export const fetchActivities = ofWindow('activities', '/users/activities', {
  daysBack: ACTIVITY_DAYS - 1,
  more: ACTIVITY_FLAGS,
})
export const fetchContinuousHeartRate = ofWindow('continuous_heart_rate', '/users/continuous-heart-rate')
export const fetchCardioLoad = ofWindow('cardio_load', '/users/cardio-load/date', { daysBack: 179 })
export const fetchAlertness = ofWindow('sleepwise_alertness', '/users/sleepwise/alertness/date')
export const fetchBedtime = ofWindow('sleepwise_circadian_bedtime', '/users/sleepwise/circadian-bedtime/date')
export const fetchBodyTemperature = ofWindow('biosensing_bodytemperature', '/users/biosensing/bodytemperature')
export const fetchSkinTemperature = ofWindow('biosensing_skintemperature', '/users/biosensing/skintemperature')
export const fetchSpo2 = ofWindow('biosensing_spo2', '/users/biosensing/spo2')
export const fetchEcg = ofWindow('biosensing_ecg', '/users/biosensing/ecg')

/** Days that Polar refuses (too old, or to come) are left out of the question. */
function ofWindow(
  kind: string,
  path: string,
  { daysBack = NIGHT_DAYS - 1, more = {} }: { daysBack?: number; more?: Record<string, boolean> } = {},
) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const days = clamped(context, daysBack)
    if (days === null) return
    const request = { from: days.start, to: days.end }
    const payload = await get(context.http, path, { ...request, ...more })
    if (payload !== null) yield { kind, request, payload }
  }
}

export const fetchSleep = ofNights('sleep', '/users/sleep')
export const fetchNightlyRecharge = ofNights('nightly_recharge', '/users/nightly-recharge')

function ofNights(kind: 'sleep' | 'nightly_recharge', path: string) {
  return async function* (context: FetchContext): AsyncIterable<Fetched> {
    const days = clamped(context, NIGHT_DAYS - 1)
    if (days === null) return
    const user_id = context.providerUserId
    const mornings = daysBetween(days.start, days.end)
    if (mornings.length > SINGLE_NIGHTS) {
      const payload = await get(context.http, path)
      if (payload !== null) yield { kind, request: { user_id }, payload }
    } else {
      for (const date of mornings) {
        const payload = await get(context.http, `${path}/${date}`)
        if (payload !== null) yield { kind, request: { user_id, date }, payload }
      }
    }
    // A recharge is a part of its night, not a record: one that is missing does not end the night.
    if (kind === 'sleep') yield { listed: { type: 'sleep', days } }
  }
}

function clamped({ wanted, now, timeZone }: FetchContext, daysBack: number): DayRange | null {
  if (!('days' in wanted)) return null
  const today = localDayOf(now, timeZone)
  const oldest = addDays(today, -daysBack)
  const start = wanted.days.start > oldest ? wanted.days.start : oldest
  const end = wanted.days.end < today ? wanted.days.end : today
  return start > end ? null : { start, end }
}

async function get(http: ConnectionHttp, path: string, query: Record<string, string | boolean> = {}): Promise<unknown> {
  const headers = { accept: 'application/json' }
  const response = await http.send({ host: 'api', path: `/v3${path}` }, { query, headers, expect: [404] })
  return response.status === 204 || response.status === 404 ? null : response.json()
}
