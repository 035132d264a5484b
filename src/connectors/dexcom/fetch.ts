// Asks for windows of the device's UTC, at most thirty days long.
import { addDays, startOfDay, zoneMarginMs } from '../../model/local-day.ts'
import type { DayRange, FetchContext, Fetched } from '../connector.ts'
import { dayOf } from './map/days.ts'
import { isDexcomTime, momentOf } from './time.ts'

export function fetchRecords(kind: 'egvs' | 'events' | 'calibrations') {
  return async function* ({ http, wanted, timeZone }: FetchContext): AsyncIterable<Fetched> {
    if (!('days' in wanted)) return
    const margin = zoneMarginMs(timeZone)
    const { from, to } = windowOf(wanted.days, timeZone)
    const request = { startDate: utc(from - margin), endDate: utc(to + margin) }
    const response = await http.send(self(kind), { query: request })
    const isWanted = (record: unknown): boolean => {
      const moment = momentOfRecord(record)
      if (moment === null || (moment.at >= from + margin && moment.at < to - margin)) return true
      const day = dayOf(moment)
      return day >= wanted.days.start && day <= wanted.days.end
    }
    yield { kind, request, payload: only(response.json(), isWanted) }
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

function momentOfRecord(record: unknown): ReturnType<typeof momentOf> | null {
  const { systemTime, displayTime } = (record ?? {}) as { systemTime?: unknown; displayTime?: unknown }
  if (typeof systemTime !== 'string' || typeof displayTime !== 'string') return null
  return isDexcomTime(systemTime) && isDexcomTime(displayTime) ? momentOf(systemTime, displayTime) : null
}

/** Without what is at the edges and of a day that nobody asked for, of which it would stand for the whole: it comes with its own. */
function only(payload: unknown, isWanted: (record: unknown) => boolean): unknown {
  const { records } = (payload ?? {}) as { records?: unknown }
  return Array.isArray(records) ? { ...(payload as object), records: records.filter(isWanted) } : payload
}
