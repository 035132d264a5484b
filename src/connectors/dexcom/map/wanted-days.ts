// A window is wider than the days that it is for. What it holds of other days comes whole with those: of a page that is kept as it
// came, that is left out.
import type { MapContext } from '../../connector.ts'
import { isDexcomTime, momentOf } from '../time.ts'
import { dayOf } from './days.ts'

/** What a request says besides its window: the days, and between which instants (of the device's UTC) everything is of them. */
export interface WantedDays {
  start_date: string
  end_date: string
  whole_from: string
  whole_to: string
}

/** `read` of a page without what is of days that nobody asked for. */
export function ofWantedDays<Result>(read: (payload: unknown, context: MapContext) => Result[]) {
  return (payload: unknown, context: MapContext): Result[] => {
    const { start_date: start, end_date: end, whole_from: from = '', whole_to: to = '' } = context.request
    const { records } = (payload ?? {}) as { records?: unknown }
    if (start === undefined || end === undefined || !Array.isArray(records)) return read(payload, context)
    const [wholeFrom, wholeTo] = [Date.parse(`${from}Z`), Date.parse(`${to}Z`)]
    const isWanted = (record: unknown): boolean => {
      const moment = momentOfRecord(record)
      if (moment === null || (moment.at >= wholeFrom && moment.at < wholeTo)) return true
      const day = dayOf(moment)
      return day >= start && day <= end
    }
    return read({ ...(payload as object), records: records.filter(isWanted) }, context)
  }
}

function momentOfRecord(record: unknown): ReturnType<typeof momentOf> | null {
  const { systemTime, displayTime } = (record ?? {}) as { systemTime?: unknown; displayTime?: unknown }
  if (typeof systemTime !== 'string' || typeof displayTime !== 'string') return null
  return isDexcomTime(systemTime) && isDexcomTime(displayTime) ? momentOf(systemTime, displayTime) : null
}
