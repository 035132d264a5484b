// Periods and ovulation tests.
import { z } from 'zod'
import { MenstruationFlow, type MenstrualPhase } from '../../../model/enumerations.ts'
import { addDays, countDays } from '../../../model/local-day.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { readPoints } from '../pages.ts'
import { boundsOf, dayAt, dayOfInterval, dayOfSample, shownEnd, shownSample, shownStart } from '../time.ts'
import { Civil, Interval, isMidnight, SampleTime, text } from '../values.ts'
import { named } from './energy.ts'
import { timed } from './heart.ts'

const MenstrualPeriod = z.object({ interval: Interval, notes: text })

/** A period is kept at its first day. It ends with the day before the midnight that closes its interval. */
export function mapMenstrualPeriod(payload: unknown, context: MapContext): Mapped[] {
  return readPoints('menstrual-period', MenstrualPeriod, payload, context).map(({ value: { interval } }) => {
    const zone = context.timeZone
    const first = dayOfInterval(interval, zone)
    const last = lastDay(interval, zone)
    const start = shownStart(interval, zone)
    return {
      type: 'menstruation',
      key: { day: first },
      record: {
        metadata: boundsOf(first, zone, { at: interval.startTime, offsetSeconds: interval.startUtcOffset }),
        menstruation_data: {
          period_start_date: first,
          period_length_days: last === null || last < first ? null : countDays(first, last),
          day_in_cycle: 1,
          current_phase: 'menstrual',
          menstruation_flow: [{ timestamp: start, flow: MenstruationFlow.Had }],
          intervals: [{ start_timestamp: start, end_timestamp: shownEnd(interval, zone), phase: 'menstrual' }],
        },
      },
    }
  })
}

function lastDay(interval: Interval, zone: string | null): string | null {
  const { endTime, endUtcOffset, startUtcOffset } = interval
  if (typeof endTime !== 'number') return null
  const offset = endUtcOffset ?? startUtcOffset
  const civil = Civil.safeParse(interval.civilEndTime)
  if (civil.success) return isMidnight(civil.data) ? addDays(civil.data.date, -1) : civil.data.date
  return dayAt(endTime - 1, offset, null, zone)
}

const OvulationTest = z.object({ sampleTime: SampleTime, result: text })

/** Which phase a result speaks of. Negative and indeterminate tests say when somebody tested, and no phase. */
const PHASES = new Map<string, MenstrualPhase | null>([
  ['POSITIVE', 'ovulation'],
  ['LUTEINIZING_HORMONE_SURGE', 'ovulation'],
  ['ESTROGEN_SURGE', 'fertile'],
  ['NEGATIVE', null],
  ['INDETERMINATE', null],
])

export function mapOvulationTest(payload: unknown, context: MapContext): Mapped[] {
  return readPoints('ovulation-test', OvulationTest, payload, context).map(({ value }) => {
    const day = dayOfSample(value.sampleTime, context.timeZone)
    return {
      type: 'menstruation',
      key: { day },
      record: {
        metadata: boundsOf(day, context.timeZone, timed(value.sampleTime, context)),
        menstruation_data: {
          current_phase: named(PHASES, 'ovulation-test.result', value.result, context),
          last_updated_time: shownSample(value.sampleTime, context.timeZone),
        },
      },
    }
  })
}
