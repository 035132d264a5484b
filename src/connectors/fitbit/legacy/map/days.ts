// What Fitbit says of whole days: the summary of one, and series of many.
import { z } from 'zod'
import type { LocalDay } from '../../../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../../../model/records.ts'
import { kilometersToMeters, minutesToSeconds, round } from '../../../../model/units.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../../connector.ts'
import { rawDocuments, readDocuments } from '../../../documents.ts'
import { askedDay, boundsOf } from '../time.ts'
import { day, number, numeral } from '../values.ts'
import { mapShortLogs } from './activity.ts'
import { zones, zonesOf } from './zones.ts'

type DailyPart = DeepPartial<RecordOf<'daily'>>

export function dailyPart(of: LocalDay, context: MapContext, part: DailyPart): Mapped {
  return { type: 'daily', key: { day: of }, record: { metadata: boundsOf(of, context), ...part } }
}

const Summary = z.object({
  steps: number,
  distances: z.array(z.object({ activity: z.string(), distance: number })).nullish(),
  floors: number,
  elevation: number,
  caloriesOut: number,
  caloriesBMR: number,
  lightlyActiveMinutes: number,
  fairlyActiveMinutes: number,
  veryActiveMinutes: number,
  sedentaryMinutes: number,
  restingHeartRate: number,
  heartRateZones: zones,
  customHeartRateZones: zones,
})
type Summary = z.infer<typeof Summary>
const DaySummary = z.object({ summary: Summary, activities: z.array(z.unknown()).nullish() })

/** The answer does not name its day. Its logs do, in short; the log list knows more of them. */
export function mapDaySummary(payload: unknown, context: MapContext): Mapped[] {
  const shape = { kind: 'activity_daily_summary', schema: DaySummary }
  return readDocuments(shape, payload, context).flatMap(({ summary, activities }) => {
    const logs = mapShortLogs(activities ?? [], context)
    const [first] = rawDocuments(activities ?? [])
    const shownDay = day.safeParse(first?.startDate).data
    return [dailyPart(askedDay(context, shownDay), context, totalsOf(summary)), ...logs]
  })
}

function totalsOf(summary: Summary): DailyPart {
  const { caloriesOut: total, caloriesBMR: basal, floors, elevation } = summary
  const seconds = {
    low: minutes(summary.lightlyActiveMinutes),
    moderate: minutes(summary.fairlyActiveMinutes),
    vigorous: minutes(summary.veryActiveMinutes),
  }
  const kilometers = summary.distances?.find(({ activity }) => activity === 'total')?.distance
  return {
    distance_data: {
      steps: summary.steps,
      distance_meters: typeof kilometers === 'number' ? kilometersToMeters(kilometers) : null,
      floors_climbed: floors,
      elevation: { gain_actual_meters: elevation },
    },
    calories_data: {
      total_burned_calories: total,
      BMR_calories: basal,
      // Not activityCalories, which has the basal rate of the active minutes in it.
      net_activity_calories: typeof total === 'number' && typeof basal === 'number' ? round(total - basal, 6) : null,
    },
    active_durations_data: {
      low_intensity_seconds: seconds.low,
      moderate_intensity_seconds: seconds.moderate,
      vigorous_intensity_seconds: seconds.vigorous,
      activity_seconds: sum(seconds.low, seconds.moderate, seconds.vigorous),
      inactivity_seconds: minutes(summary.sedentaryMinutes),
    },
    heart_rate_data: {
      summary: {
        resting_hr_bpm: summary.restingHeartRate,
        hr_zone_data: zonesOf(summary.heartRateZones, summary.customHeartRateZones),
      },
    },
  }
}

function minutes(value: number | null | undefined): number | null {
  return typeof value === 'number' ? minutesToSeconds(value) : null
}

function sum(...parts: (number | null)[]): number | null {
  return parts.every((part) => part !== null) ? parts.reduce((total, part) => total + part, 0) : null
}

/** Resource, as the path has it → what its value is. `tracker/…` leaves out what was typed in, and says no day total. */
const SERIES = new Map<string, (value: number) => DailyPart>([
  ['steps', (steps) => ({ distance_data: { steps } })],
  ['distance', (kilometers) => ({ distance_data: { distance_meters: kilometersToMeters(kilometers) } })],
  ['floors', (floors) => ({ distance_data: { floors_climbed: floors } })],
  ['elevation', (meters) => ({ distance_data: { elevation: { gain_actual_meters: meters } } })],
  ['calories', (kcal) => ({ calories_data: { total_burned_calories: kcal } })],
  ['caloriesBMR', (kcal) => ({ calories_data: { BMR_calories: kcal } })],
  ['minutesSedentary', (value) => ({ active_durations_data: { inactivity_seconds: minutes(value) } })],
  ['minutesLightlyActive', (value) => ({ active_durations_data: { low_intensity_seconds: minutes(value) } })],
  ['minutesFairlyActive', (value) => ({ active_durations_data: { moderate_intensity_seconds: minutes(value) } })],
  ['minutesVeryActive', (value) => ({ active_durations_data: { vigorous_intensity_seconds: minutes(value) } })],
])
const WITHOUT_FIELD = /^(?:tracker-|activityCalories$|minutes)/

export const SERIES_RESOURCES: readonly string[] = [...SERIES.keys()]

const Row = z.object({ dateTime: day, value: numeral })

export function mapActivitySeries(payload: unknown, context: MapContext): Mapped[] {
  const resources = resourcesOf('activity_timeseries', payload, context)
  return resources.flatMap(([resource, rows]) => {
    const part = SERIES.get(resource)
    if (part === undefined) {
      if (!WITHOUT_FIELD.test(resource)) context.unknown('activities', resource)
      return []
    }
    const shape = { kind: `activities-${resource}`, schema: Row }
    return readDocuments(shape, rows, context).map(({ dateTime, value }) => dailyPart(dateTime, context, part(value)))
  })
}

/** `{"activities-steps": […]}`; a bare list is of the resource that was asked for. */
export function resourcesOf(kind: string, payload: unknown, { request }: MapContext): [string, unknown][] {
  if (Array.isArray(payload) && request.resource !== undefined) return [[request.resource, payload]]
  const entries = typeof payload === 'object' && payload !== null ? Object.entries(payload) : []
  const found = entries.flatMap(([name, value]): [string, unknown][] =>
    name.startsWith('activities-') && !name.endsWith('-intraday') ? [[name.slice('activities-'.length), value]] : [],
  )
  if (found.length === 0) throw new UnreadablePage(kind, '', 'an object with `activities-<resource>`')
  return found
}
