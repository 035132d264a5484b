import { z } from 'zod'
import { NutritionUnits } from '../../../model/enumerations.ts'
import { round } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { formOf, readPoints, readWindows } from '../pages.ts'
import { boundsOf, dayOfInterval, shown } from '../time.ts'
import { Interval, number } from '../values.ts'

const Hydration = z.object({ interval: Interval, amountConsumed: z.object({ milliliters: number }).nullish() })
const HydrationWindow = z.object({ amountConsumed: z.object({ millilitersSum: number }).nullish() })

/** What was drunk: the day's water stands in Body and in Nutrition. */
export function mapHydration(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'windows') {
    return readWindows('hydration-log', HydrationWindow, payload, context).flatMap(({ day, value }) => {
      if (day === null || value === null) return []
      return drunk(day, value.amountConsumed?.millilitersSum ?? 0, boundsOf(day, context.timeZone), [])
    })
  }
  const items = readPoints('hydration-log', Hydration, payload, context).map(({ value }) => ({
    day: dayOfInterval(value.interval, context.timeZone),
    at: value.interval.startTime,
    offsetSeconds: value.interval.startUtcOffset,
    milliliters: value.amountConsumed?.milliliters ?? null,
  }))
  const { start_date: first = '', end_date: last = '9999' } = context.request
  return [...Map.groupBy(items, ({ day }) => day)]
    .filter(([day]) => day >= first && day <= last)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([day, inDay]) => {
      const ordered = inDay.toSorted((a, b) => a.at - b.at)
      const amounts = ordered.map(({ milliliters }) => milliliters)
      const all = amounts.every((amount) => amount !== null)
      const sum = all
        ? round(
            amounts.reduce((total, amount) => total + amount, 0),
            3,
          )
        : null
      const drinks = ordered.map(({ at, offsetSeconds, milliliters }) => ({
        timestamp: shown(at, offsetSeconds, context.timeZone),
        drink_volume: milliliters,
        drink_unit: NutritionUnits.Milliliter,
      }))
      return drunk(day, sum, boundsOf(day, context.timeZone, ordered[0]!), drinks)
    })
}

function drunk(
  day: string,
  milliliters: number | null,
  bounds: { start_time?: string; end_time?: string },
  drinks: { timestamp: string; drink_volume: number | null; drink_unit: number }[],
): Mapped[] {
  return [
    {
      type: 'body',
      key: { day },
      record: { metadata: bounds, hydration_data: { day_total_water_consumption_ml: milliliters } },
    },
    {
      type: 'nutrition',
      key: { day },
      record: { metadata: bounds, summary: { water_ml: milliliters }, drink_samples: drinks },
    },
  ]
}
