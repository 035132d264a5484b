// Steps, distance, floors, climbing: roll-ups make the day's totals, points its samples. Points of several devices are
// never added up to a total: `list` has a walk once for the watch and once for the phone.
import { z } from 'zod'
import { millimetersToMeters } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { formOf, readPoints, readWindows, type Window } from '../pages.ts'
import { dayAt, dayOfInterval, shown } from '../time.ts'
import { Interval, maybeInt64, type Source } from '../values.ts'
import { byDay, dailyOfWindows, type DailyPart, growing, type Timed } from './day-parts.ts'
import { isOwn } from './sources.ts'

interface Counted extends Timed {
  amount: number
  source: Source | null
}

interface Counting {
  dataType: string
  /** The member of a point and of a window that counts. A codelab misspells one. */
  point: readonly string[]
  window: readonly string[]
  total(amount: number): DailyPart
  samples(items: readonly { timestamp: string; amount: number }[]): DailyPart
}

/** A value that is there with its number left out is zero: the device was worn, and counted nothing. */
function counted(value: Record<string, number | null | undefined>, names: readonly string[]): number {
  return names.map((name) => value[name]).find((each) => typeof each === 'number') ?? 0
}

function mapCounting({ dataType, point, window, total, samples }: Counting) {
  const amounts = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, maybeInt64]))
  const PointValue = z.object({ interval: Interval }).and(z.object(amounts(point)))
  const WindowValue = z.object(amounts(window))
  return (payload: unknown, context: MapContext): Mapped[] => {
    const series = (items: readonly Counted[]): Mapped[] =>
      byDay('daily', items, context, (inDay) =>
        samples(
          growing(ofOneSource(inDay), ({ amount }) => amount).map(({ item, total: amount }) => ({
            timestamp: shown(item.at, item.offsetSeconds, context.timeZone),
            amount,
          })),
        ),
      )
    if (formOf(payload) === 'windows') {
      const windows = readWindows(dataType, WindowValue, payload, context)
      const days = dailyOfWindows(windows, context, (value) => total(counted(value, window)))
      return [...days, ...series(within(windows, context, (value) => counted(value, window)))]
    }
    const items = readPoints(dataType, PointValue, payload, context).map(({ source, value }) => ({
      source,
      day: dayOfInterval(value.interval, context.timeZone),
      at: value.interval.startTime,
      offsetSeconds: value.interval.startUtcOffset,
      amount: counted(value as unknown as Record<string, number | null | undefined>, point),
    }))
    return series(items)
  }
}

/** `list` has what the watch and the phone counted of one walk: the source that counted most, Google's own before others. */
function ofOneSource(items: readonly Counted[]): readonly Counted[] {
  const sources = Map.groupBy(items, ({ source }) => nameOf(source))
  if (sources.size === 1) return items
  const total = (of: readonly Counted[]): number => of.reduce((sum, { amount }) => sum + amount, 0)
  const rank = (of: readonly Counted[]): number => (isOwn(of[0]!.source) ? 0 : 1)
  return [...sources.values()].sort((a, b) => rank(a) - rank(b) || total(b) - total(a))[0]!
}

function nameOf(source: Source | null): string {
  const { platform, device, application } = source ?? {}
  return [platform, device?.manufacturer, device?.displayName, application?.packageName].join('|')
}

/** Windows of absolute time that are no days: a series at their beginnings. */
export function within<Value>(
  windows: readonly Window<Value>[],
  { timeZone }: MapContext,
  amount: (value: Value) => number,
): Counted[] {
  return windows.flatMap(({ day, startAt, value }) =>
    day !== null || startAt === null || value === null
      ? []
      : [
          {
            day: dayAt(startAt, null, null, timeZone),
            at: startAt,
            offsetSeconds: null,
            amount: amount(value),
            source: null,
          },
        ],
  )
}

export const mapSteps = mapCounting({
  dataType: 'steps',
  point: ['count'],
  window: ['countSum'],
  total: (steps) => ({ distance_data: { steps } }),
  samples: (items) => ({
    distance_data: { detailed: { step_samples: items.map(({ timestamp, amount }) => ({ timestamp, steps: amount })) } },
  }),
})

export const mapDistance = mapCounting({
  dataType: 'distance',
  point: ['millimeters', 'millimiters'],
  window: ['millimetersSum', 'millimitersSum'],
  total: (amount) => ({ distance_data: { distance_meters: millimetersToMeters(amount) } }),
  samples: (items) => ({
    distance_data: {
      detailed: {
        distance_samples: items.map(({ timestamp, amount }) => ({
          timestamp,
          distance_meters: millimetersToMeters(amount),
        })),
      },
    },
  }),
})

export const mapFloors = mapCounting({
  dataType: 'floors',
  point: ['count'],
  window: ['countSum'],
  total: (floors) => ({ distance_data: { floors_climbed: floors } }),
  samples: (items) => ({
    distance_data: {
      detailed: {
        floors_climbed_samples: items.map(({ timestamp, amount }) => ({ timestamp, floors_climbed: amount })),
      },
    },
  }),
})

const AltitudeWindow = z.object({ gainMillimetersSum: maybeInt64 })

/** Points are gains, not heights: only the day's sum has a place. */
export function mapAltitude(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'points') {
    readPoints('altitude', z.object({ interval: Interval, gainMillimeters: maybeInt64 }), payload, context)
    return []
  }
  return dailyOfWindows(readWindows('altitude', AltitudeWindow, payload, context), context, (value) => ({
    distance_data: { elevation: { gain_actual_meters: millimetersToMeters(value.gainMillimetersSum ?? 0) } },
  }))
}
