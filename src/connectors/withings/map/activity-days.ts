import { UploadType } from '../../../model/enumerations.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { round } from '../../../model/units.ts'
import { firstZone, readList } from '../pages.ts'
import { Activity } from '../payloads.ts'
import { boundsOf } from '../time.ts'
import { devicesOf } from './device.ts'
import { zonesOf } from './zones.ts'

/** Imported from Google Fit or Apple Health; those have a device that is null. Old answers name no device at all. */
const IMPORTED_BRAND = 18

/** One row for each day and device: rows that Withings itself imported count only where there is no other. */
export function mapActivity(payload: unknown, context: MapContext): Mapped[] {
  const rows = readList({ kind: 'activity', list: 'activities', schema: Activity }, payload, context)
  return [...Map.groupBy(rows, (row) => row.date)].map(([day, ofDay]) => {
    const row = ofDay.reduce((best, each) => (isBetter(each, best) ? each : best))
    return { type: 'daily', key: { day }, record: dailyOf(row, context) }
  })
}

function isImported(row: Activity): boolean {
  return row.brand === IMPORTED_BRAND || row.deviceid === null
}

/** Of two devices of one day the one that saw more of it; of one device's rows the later. */
function isBetter(row: Activity, than: Activity): boolean {
  if (isImported(row) !== isImported(than)) return isImported(than)
  if (row.deviceid === than.deviceid) return (row.modified ?? 0) > (than.modified ?? 0)
  return (row.steps ?? 0) > (than.steps ?? 0)
}

function dailyOf(row: Activity, context: MapContext) {
  const { moderate, intense, calories: active, totalcalories: total } = row
  return {
    metadata: {
      ...boundsOf(row.date, firstZone(row.timezone, context.timeZone)),
      upload_type: isImported(row) ? UploadType.ThirdParty : UploadType.Automatic,
    },
    device_data: devicesOf([row]),
    distance_data: { steps: row.steps, distance_meters: row.distance, floors_climbed: row.elevation },
    active_durations_data: {
      low_intensity_seconds: row.soft,
      moderate_intensity_seconds: moderate,
      vigorous_intensity_seconds: intense,
      activity_seconds: isNumber(moderate) && isNumber(intense) ? moderate + intense : row.active,
    },
    calories_data: {
      net_activity_calories: active,
      total_burned_calories: total,
      BMR_calories: isNumber(active) && isNumber(total) ? round(total - active, 6) : null,
    },
    heart_rate_data: {
      summary: {
        avg_hr_bpm: row.hr_average,
        min_hr_bpm: row.hr_min,
        max_hr_bpm: row.hr_max,
        hr_zone_data: zonesOf(row),
      },
    },
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
