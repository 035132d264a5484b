// Asks for windows of the device's UTC, at most thirty days long.
import { addDays, startOfDay } from '../../model/local-day.ts'
import type { DayRange, FetchContext, Fetched } from '../connector.ts'

/** The farthest that a clock is from UTC: where nobody knows the zone, the window is wider. */
const FARTHEST_MS = 14 * 3_600_000

export function fetchRecords(kind: 'egvs' | 'events' | 'calibrations') {
  return async function* ({ http, wanted, timeZone }: FetchContext): AsyncIterable<Fetched> {
    if (!('days' in wanted)) return
    const request = windowOf(wanted.days, timeZone)
    const response = await http.send(self(kind), { query: request })
    yield { kind, request, payload: response.json() }
  }
}

export function fetchWhole(kind: 'devices' | 'dataRange') {
  return async function* ({ http }: FetchContext): AsyncIterable<Fetched> {
    yield { kind, request: {}, payload: (await http.send(self(kind))).json() }
  }
}

export function self(path: string): { host: string; path: string } {
  return { host: 'api', path: `/v3/users/self/${path}` }
}

/** The end is exclusive. A window that lies ahead is fine. */
export function windowOf({ start, end }: DayRange, timeZone: string | null): { startDate: string; endDate: string } {
  const margin = timeZone === null ? FARTHEST_MS : 0
  const from = startOfDay(start, timeZone ?? '+00:00') - margin
  const to = startOfDay(addDays(end, 1), timeZone ?? '+00:00') + margin
  return { startDate: new Date(from).toISOString().slice(0, 19), endDate: new Date(to).toISOString().slice(0, 19) }
}
