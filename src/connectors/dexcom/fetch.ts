// Asks for windows of the device's UTC, at most thirty days long.
import { addDays, startOfDay, zoneMarginMs } from '../../model/local-day.ts'
import type { DayRange, FetchContext, Fetched } from '../connector.ts'
import type { WantedDays } from './map/wanted-days.ts'

export function fetchRecords(kind: 'egvs' | 'events' | 'calibrations') {
  return async function* ({ http, wanted, timeZone }: FetchContext): AsyncIterable<Fetched> {
    if (!('days' in wanted)) return
    const margin = zoneMarginMs(timeZone)
    const { from, to } = windowOf(wanted.days, timeZone)
    const query = { startDate: utc(from - margin), endDate: utc(to + margin) }
    const response = await http.send(self(kind), { query })
    const { start, end } = wanted.days
    const days: WantedDays = {
      start_date: start,
      end_date: end,
      whole_from: utc(from + margin),
      whole_to: utc(to - margin),
    }
    yield { kind, request: { ...query, ...days }, payload: response.json() }
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
function windowOf({ start, end }: DayRange, timeZone: string | null): { from: number; to: number } {
  const zone = timeZone ?? '+00:00'
  return { from: startOfDay(start, zone), to: startOfDay(addDays(end, 1), zone) }
}

function utc(at: number): string {
  return new Date(at).toISOString().slice(0, 19)
}
