// Steps, distance, floors and energy through one day, in minutes or quarters of an hour.
import { z } from 'zod'
import { kilometersToMeters } from '../../../../model/units.ts'
import type { DeepPartial, RecordOf } from '../../../../model/records.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../../connector.ts'
import { readDocuments } from '../../../documents.ts'
import { askedDay, instantOnDay, shown } from '../time.ts'
import { clock, day, numeral } from '../values.ts'
import { dailyPart, mapActivitySeries } from './days.ts'

type DailyPart = DeepPartial<RecordOf<'daily'>>
interface Sample {
  timestamp: string
  /** In this step, and since the day began. */
  value: number
  total: number
}

const SERIES = new Map<string, (samples: readonly Sample[]) => DailyPart>([
  [
    'steps',
    (samples) => ({
      distance_data: {
        detailed: { step_samples: samples.map(({ timestamp, total }) => ({ timestamp, steps: total })) },
      },
    }),
  ],
  [
    'distance',
    (samples) => ({
      distance_data: {
        detailed: {
          distance_samples: samples.map(({ timestamp, total }) => ({
            timestamp,
            distance_meters: kilometersToMeters(total),
          })),
        },
      },
    }),
  ],
  [
    'floors',
    (samples) => ({
      distance_data: {
        detailed: {
          floors_climbed_samples: samples.map(({ timestamp, total }) => ({ timestamp, floors_climbed: total })),
        },
      },
    }),
  ],
  [
    'calories',
    (samples) => ({
      calories_data: { calorie_samples: samples.map(({ timestamp, value }) => ({ timestamp, calories: value })) },
    }),
  ],
  // A climb through the day has no field: elevation samples are heights.
  ['elevation', () => ({})],
])

export const INTRADAY_RESOURCES = ['steps', 'distance', 'floors', 'calories'] as const

const Row = z.object({ dateTime: day, value: numeral })
const Step = z.object({ time: clock, value: numeral })
const Dataset = z.object({ dataset: z.array(Step).nullish() })

export function mapActivityIntraday(payload: unknown, context: MapContext): Mapped[] {
  const entries = typeof payload === 'object' && payload !== null ? Object.entries(payload) : []
  const intraday = entries.filter(([name]) => /^activities-.+-intraday$/.test(name))
  if (intraday.length === 0) {
    throw new UnreadablePage('activity_intraday', '', 'an object with `activities-<resource>-intraday`')
  }
  // The day's total stands beside its series.
  const hasTotals = entries.some(([name]) => name.startsWith('activities-') && !name.endsWith('-intraday'))
  const totals = hasTotals ? mapActivitySeries(payload, context) : []
  const series = intraday.flatMap(([name, value]): Mapped[] => {
    const resource = name.slice('activities-'.length, -'-intraday'.length)
    const part = SERIES.get(resource)
    if (part === undefined) {
      context.unknown('activities-intraday', resource)
      return []
    }
    const rows = entries.find(([other]) => other === `activities-${resource}`)?.[1]
    const of = askedDay(context, Array.isArray(rows) ? Row.safeParse(rows[0]).data?.dateTime : null)
    // All but energy is counted up: without one step every later total would be too small.
    const alone = resource === 'calories' ? { dataset: Step } : undefined
    const [{ dataset } = {}] = readDocuments({ kind: name, schema: Dataset, series: alone }, value, context)
    if (!dataset?.length) return []
    let near: number | null = null
    let total = 0
    const samples = dataset.map(({ time, value: step }) => {
      near = instantOnDay(of, time, context, near)
      total += step
      return { timestamp: shown(near, context), value: step, total }
    })
    return [dailyPart(of, context, part(samples))]
  })
  return [...totals, ...series]
}
