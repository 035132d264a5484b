import { SleepUploadType } from '../../../model/enumerations.ts'
import { addDays, dayBounds, instantIn, type LocalDay, wireAt } from '../../../model/local-day.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach, readDocuments } from '../../documents.ts'
import { dataOf } from '../pages.ts'
import { Daily, Variability } from '../payloads.ts'
import { zoneAtWall } from './sport.ts'

/** Not certain: calories come in small ones. */
const CALORIES_PER_KCAL = 1000

export function mapDaily(payload: unknown, context: MapContext): Mapped[] {
  const page = { kind: 'daily', schema: Daily, lists: ['dailyList', 'data'], series: { hrvList: Variability } }
  return mapEach('daily', readDocuments(page, dataOf('daily', payload), context), context, (day) => [
    dailyOf(day, context),
    ...sleepOf(day, context),
  ])
}

function dailyOf(daily: Daily, context: MapContext): Mapped {
  const { happenDay: day } = daily
  return {
    type: 'daily',
    key: { day },
    record: {
      metadata: boundsOf(daily, context),
      distance_data: { steps: daily.step },
      calories_data: {
        net_activity_calories: typeof daily.calorie === 'number' ? daily.calorie / CALORIES_PER_KCAL : null,
      },
      heart_rate_data: { summary: { resting_hr_bpm: daily.rhr } },
    },
  }
}

/** Where the clock changed, or the person travelled, the day ends with another offset than it began. */
function boundsOf({ happenDay: day, startTimezone, endTimezone }: Daily, context: MapContext) {
  const midnight = (of: LocalDay): string => `${of}T00:00:00`
  const { start_time } = dayBounds(day, zoneAtWall(midnight(day), startTimezone, context))
  const { end_time } = dayBounds(day, zoneAtWall(midnight(addDays(day, 1)), endTimezone ?? startTimezone, context))
  return { start_time, end_time }
}

/** The day's night, without stages: its times are the wall clock's. */
function sleepOf(daily: Daily, context: MapContext): Mapped[] {
  if (!daily.sleepStartTime) return []
  const { happenDay: day } = daily
  const zoneOf = (wall: string, quarters: number | null | undefined): string => zoneAtWall(wall, quarters, context)
  const startZone = zoneOf(daily.sleepStartTime, daily.startTimezone)
  const at = (wall: string, zone: string): string => wireAt(instantIn(wall, zone), zone)
  const readings = daily.hrvList ?? []
  return [
    {
      type: 'sleep',
      key: { id: `sleep-${day}` },
      day,
      main: true,
      record: {
        metadata: {
          start_time: at(daily.sleepStartTime, startZone),
          end_time: daily.sleepEndTime
            ? at(daily.sleepEndTime, zoneOf(daily.sleepEndTime, daily.endTimezone ?? daily.startTimezone))
            : null,
          is_nap: false,
          upload_type: SleepUploadType.Automatic,
        },
        heart_rate_data: {
          summary: { avg_hr_bpm: daily.sleepAvgHr, avg_hrv_rmssd: daily.ppgHrv },
          detailed: {
            hrv_samples_rmssd: readings.flatMap(({ timestamp, hrv }) =>
              typeof hrv === 'number' ? [{ timestamp: wireAt(timestamp * 1000, startZone), hrv_rmssd: hrv }] : [],
            ),
            hr_samples: readings.flatMap(({ timestamp, hr }) =>
              typeof hr === 'number' ? [{ timestamp: wireAt(timestamp * 1000, startZone), bpm: hr }] : [],
            ),
          },
        },
      },
    },
  ]
}
