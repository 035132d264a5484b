// Energy and how hard the day was.
import { z } from 'zod'
import { ActivityLevel } from '../../../model/enumerations.ts'
import { minutesToSeconds } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { formOf, readPoints, readWindows } from '../pages.ts'
import { dayOfInterval, shown } from '../time.ts'
import { Interval, maybeDuration, maybeInt64, number, text } from '../values.ts'
import { byDay, dailyOfWindows, type DailyPart } from './day-parts.ts'
import { within } from './movement.ts'

const Kcal = z.object({ kcalSum: number })

/** Windows shorter than a day, as `rollUp` gives them, become the day's series. */
export function mapTotalCalories(payload: unknown, context: MapContext): Mapped[] {
  const windows = readWindows('total-calories', Kcal, payload, context)
  const days = dailyOfWindows(windows, context, ({ kcalSum }) => ({
    calories_data: { total_burned_calories: kcalSum ?? 0 },
  }))
  const series = byDay(
    'daily',
    within(windows, context, ({ kcalSum }) => kcalSum ?? 0),
    context,
    (items): DailyPart => ({
      calories_data: {
        calorie_samples: items.map(({ at, amount }) => ({
          timestamp: shown(at, null, context.timeZone),
          calories: amount,
        })),
      },
    }),
  )
  return [...days, ...series]
}

export function mapActiveEnergy(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'points') {
    readPoints('active-energy-burned', z.object({ interval: Interval, kcal: number }), payload, context)
    return []
  }
  return dailyOfWindows(readWindows('active-energy-burned', Kcal, payload, context), context, ({ kcalSum }) => ({
    calories_data: { net_activity_calories: kcalSum ?? 0 },
  }))
}

const ActiveMinutes = z.object({
  activeMinutesRollupByActivityLevel: z
    .array(z.object({ activityLevel: text, activeMinutesSum: maybeInt64 }))
    .nullish(),
})

const INTENSITIES = new Map([
  ['LIGHT', 'low_intensity_seconds'],
  ['MODERATE', 'moderate_intensity_seconds'],
  ['VIGOROUS', 'vigorous_intensity_seconds'],
] as const)

export function mapActiveMinutes(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'points') {
    readPoints('active-minutes', z.object({ interval: Interval }), payload, context)
    return []
  }
  return dailyOfWindows(readWindows('active-minutes', ActiveMinutes, payload, context), context, (value) => {
    const seconds = new Map<string, number>()
    for (const { activityLevel, activeMinutesSum } of value.activeMinutesRollupByActivityLevel ?? []) {
      const name = named(INTENSITIES, 'active-minutes.activityLevel', activityLevel, context)
      if (name !== null) seconds.set(name, minutesToSeconds(activeMinutesSum ?? 0))
    }
    return { active_durations_data: { ...Object.fromEntries(seconds), activity_seconds: sumOfAll(seconds) } }
  })
}

/** Only with every part known is the sum one. */
function sumOfAll(seconds: ReadonlyMap<string, number>): number | null {
  const parts = [...INTENSITIES.values()].map((name) => seconds.get(name))
  return parts.every((part) => part !== undefined) ? parts.reduce((sum, part) => sum + part, 0) : null
}

const SedentaryPeriod = z.object({ durationSum: maybeDuration })

export function mapSedentaryPeriod(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'points') {
    readPoints('sedentary-period', z.object({ interval: Interval }), payload, context)
    return []
  }
  return dailyOfWindows(readWindows('sedentary-period', SedentaryPeriod, payload, context), context, (value) => ({
    active_durations_data: { inactivity_seconds: value.durationSum ?? 0 },
  }))
}

const ActivityLevelPoint = z.object({ interval: Interval, activityLevelType: text })
const ActivityLevelWindow = z.object({
  activityLevelRollupsByActivityLevelType: z
    .array(z.object({ activityLevelType: text, totalDuration: maybeDuration }))
    .nullish(),
})
const LEVELS = new Map<string, number>([
  ['SEDENTARY', ActivityLevel.Inactive],
  ['LIGHTLY_ACTIVE', ActivityLevel.Low],
  ['MODERATELY_ACTIVE', ActivityLevel.Medium],
  ['VERY_ACTIVE', ActivityLevel.High],
])
const LEVEL_SECONDS = new Map([
  ['SEDENTARY', 'inactivity_seconds'],
  ['LIGHTLY_ACTIVE', 'low_intensity_seconds'],
  ['MODERATELY_ACTIVE', 'moderate_intensity_seconds'],
  ['VERY_ACTIVE', 'vigorous_intensity_seconds'],
] as const)

/** The series of the day. Its sums stand behind those of active-minutes and sedentary-period, which say the same. */
export function mapActivityLevel(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'windows') {
    return dailyOfWindows(readWindows('activity-level', ActivityLevelWindow, payload, context), context, (value) => {
      const seconds = new Map<string, number | null>()
      for (const { activityLevelType, totalDuration } of value.activityLevelRollupsByActivityLevelType ?? []) {
        const name = named(LEVEL_SECONDS, 'activity-level.activityLevelType', activityLevelType, context)
        if (name !== null) seconds.set(name, totalDuration ?? null)
      }
      return { active_durations_data: Object.fromEntries(seconds) }
    })
  }
  const items = readPoints('activity-level', ActivityLevelPoint, payload, context).map(({ value }) => ({
    day: dayOfInterval(value.interval, context.timeZone),
    at: value.interval.startTime,
    offsetSeconds: value.interval.startUtcOffset,
    level: named(LEVELS, 'activity-level.activityLevelType', value.activityLevelType, context),
  }))
  return byDay('daily', items, context, (inDay): DailyPart => ({
    active_durations_data: {
      activity_levels_samples: inDay.map(({ at, offsetSeconds, level }) => ({
        timestamp: shown(at, offsetSeconds, context.timeZone),
        activity_level: level ?? ActivityLevel.Unknown,
      })),
    },
  }))
}

/** Null for what is not said; codes that no table knows are reported. */
export function named<Value>(
  table: ReadonlyMap<string, Value>,
  tableName: string,
  code: string | null | undefined,
  context: MapContext,
): Value | null {
  if (code === null || code === undefined || code === '' || code.endsWith('_UNSPECIFIED')) return null
  const known = table.get(code)
  if (known === undefined) context.unknown(tableName, code)
  return known ?? null
}
