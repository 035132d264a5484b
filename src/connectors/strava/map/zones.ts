import { HeartRateZone } from '../../../model/enumerations.ts'
import { ratioToPercent } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { Zone } from '../payloads.ts'
import { activityOfPage } from './request.ts'

const HEART_RATE = 'heartrate'
/** The upper bound of the last zone. */
const OPEN = -1

/** Heart rate, power and pace; only the heart rate's have a place in a record. */
export function mapZones(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'zones', schema: Zone, lists: ['zones'] }, payload, context)
    .filter(({ type }) => type === HEART_RATE)
    .map((document) => ({
      type: 'activity',
      key: { id: activityOfPage(context).id },
      record: {
        heart_rate_data: {
          summary: {
            user_max_hr_bpm: document.max,
            hr_zone_data: (document.distribution_buckets ?? []).map((bucket, i) => ({
              zone: i < HeartRateZone.Other ? i : HeartRateZone.Other,
              start_percentage: percent(bucket.min, document.max),
              end_percentage: percent(bucket.max, document.max),
              duration_seconds: bucket.time,
            })),
          },
        },
      },
    }))
}

function percent(bpm: number | null | undefined, highest: number | null | undefined): number | null {
  if (typeof bpm !== 'number' || bpm === OPEN || typeof highest !== 'number' || highest <= 0) return null
  return ratioToPercent(bpm / highest)
}
