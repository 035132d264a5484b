// Heart rate: zones and resting rate of each day, and the series of one.
import { z } from 'zod'
import type { MapContext, Mapped } from '../../../connector.ts'
import { readDocuments } from '../../../documents.ts'
import { round } from '../../../../model/units.ts'
import { instantOnDay, shown } from '../time.ts'
import { clock, day, number, numeral } from '../values.ts'
import { dailyPart } from './days.ts'
import { zones, zonesOf } from './zones.ts'

const HeartDay = z.object({
  dateTime: day,
  /** An object; for a part of a day it is the mean of that part, as text, and the zones stand beside it. */
  value: z.union([
    z.object({ restingHeartRate: number, heartRateZones: zones, customHeartRateZones: zones }),
    z.string(),
    z.number(),
  ]),
})

const Reading = z.object({ time: clock, value: numeral })
export const Intraday = z.object({ dataset: z.array(Reading).nullish() })

export function mapHeart(payload: unknown, context: MapContext): Mapped[] {
  const shape = { kind: 'heart', schema: HeartDay, lists: ['activities-heart'] }
  const days = readDocuments(shape, payload, context)
  const totals = days.flatMap(({ dateTime, value }): Mapped[] =>
    typeof value !== 'object'
      ? []
      : [
          dailyPart(dateTime, context, {
            heart_rate_data: {
              summary: {
                resting_hr_bpm: value.restingHeartRate,
                hr_zone_data: zonesOf(value.heartRateZones, value.customHeartRateZones),
              },
            },
          }),
        ],
  )
  const intraday = (payload as { 'activities-heart-intraday'?: unknown } | null)?.['activities-heart-intraday']
  if (intraday === undefined || days.length !== 1) return totals
  const series = { kind: 'activities-heart-intraday', schema: Intraday, series: { dataset: Reading } }
  const [dataset] = readDocuments(series, intraday, context)
  const felt = (dataset?.dataset ?? []).filter(({ value }) => value > 0)
  return [...totals, ...samples(days[0]!.dateTime, felt, context)]
}

/** Mean, highest and lowest are those of the series. */
function samples(of: string, dataset: readonly { time: string; value: number }[], context: MapContext): Mapped[] {
  if (dataset.length === 0) return []
  const rates = dataset.map(({ value }) => value)
  const mean = rates.reduce((total, rate) => total + rate, 0) / rates.length
  let near: number | null = null
  return [
    dailyPart(of, context, {
      heart_rate_data: {
        summary: { avg_hr_bpm: round(mean, 3), max_hr_bpm: Math.max(...rates), min_hr_bpm: Math.min(...rates) },
        detailed: {
          hr_samples: dataset.map(({ time, value }) => {
            near = instantOnDay(of, time, context, near)
            return { timestamp: shown(near, context), bpm: value }
          }),
        },
      },
    }),
  ]
}
