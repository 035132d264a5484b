// Asks for workouts, newest first (there is no date to ask for), and for the file of each.
import { daysAnywhere } from '../../model/local-day.ts'
import { ProviderError } from '../../platform/errors.ts'
import type { ConnectionHttp, DayRange, FetchContext, Fetched, Page } from '../connector.ts'
import { listedDocuments } from '../documents.ts'
import { publicFile } from '../public-file.ts'
import { dayOf } from './map/workouts.ts'
import { Workout } from './payloads.ts'

const PER_PAGE = 30
/** Ours: a list that never ends stops here. */
const MAX_PAGES = 500

export async function* fetchUser({ http }: FetchContext): AsyncIterable<Fetched> {
  yield { kind: 'user', request: {}, payload: (await http.send(at('/user'))).json() }
}

export async function* fetchWorkouts({ http, wanted }: FetchContext): AsyncIterable<Fetched> {
  if ('days' in wanted) {
    for await (const page of workoutsOf(http, wanted.days)) {
      yield page
      yield* fileOf(http, page)
    }
    yield { listed: { type: 'activity', days: wanted.days } }
  } else if ('object' in wanted) {
    const id = wanted.object
    const response = await http.send(at(`/workouts/${encodeURIComponent(id)}`), { expect: [404] })
    if (response.status === 404) {
      yield { gone: { type: 'activity', id } }
      return
    }
    const page = { kind: 'workouts', request: { workout_id: id }, payload: response.json() }
    yield page
    yield* fileOf(http, page)
  }
}

/**
 * Each workout is a page of its own: it is asked for by itself when it changes. It belongs to the day of the place where it
 * was, which may be on the other side of the world; where it does not say, whatever may be of these days is read.
 */
async function* workoutsOf(http: ConnectionHttp, days: DayRange): AsyncIterable<Page> {
  const { from, to } = daysAnywhere(days.start, days.end)
  const isWanted = (workout: Record<string, unknown>): boolean => {
    const starts = Date.parse(String(workout.starts))
    const own = Workout.safeParse(workout)
    const day = own.success ? dayOf(own.data, null) : null
    return day === null ? starts >= from && starts < to : day >= days.start && day <= days.end
  }
  for (let page = 1; page <= MAX_PAGES; page++) {
    const payload = (await http.send(at('/workouts'), { query: { page, per_page: PER_PAGE } })).json()
    const workouts = listedDocuments('workouts', payload, ['workouts'])
    for (const workout of workouts) {
      if (isWanted(workout)) {
        yield { kind: 'workouts', request: { workout_id: String(workout.id) }, payload: workout }
      }
    }
    const last = workouts.at(-1)
    if (workouts.length < PER_PAGE || last === undefined || Date.parse(String(last.starts)) < from) return
  }
  throw new ProviderError("Wahoo's list of workouts did not end", { next: 'give_up' })
}

/** Workouts of other applications have no file, and a new one may not be there yet: its summary stands alone then. */
async function* fileOf(http: ConnectionHttp, { payload }: Page): AsyncIterable<Page> {
  const workout = Workout.safeParse(payload)
  const { file, files } = workout.data?.workout_summary ?? {}
  const url = [file, ...(files ?? [])].find((each) => each?.url)?.url
  if (!workout.success || !url) return
  const bytes = await publicFile(http, url)
  if (typeof bytes !== 'string') yield { kind: 'fit', request: { workout_id: workout.data.id }, payload: bytes }
}

function at(path: string): { host: string; path: string } {
  return { host: 'api', path: `/v1${path}` }
}
