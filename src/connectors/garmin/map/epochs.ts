// Quarters of an hour, one summary for each kind of movement in them: together they are the day in detail.
import { ActivityLevel } from '../../../model/enumerations.ts'
import { round } from '../../../model/units.ts'
import type { MapContext, Mapped, Piece } from '../../connector.ts'
import { Epoch } from '../payloads.ts'
import { latest, read, summaries } from '../summaries.ts'
import { boundsOf, clockOf } from '../time.ts'
import { byDay, dayOf } from './daily.ts'

const LEVELS = new Map<string, number>([
  ['SEDENTARY', ActivityLevel.Inactive],
  ['ACTIVE', ActivityLevel.Medium],
  ['HIGHLY_ACTIVE', ActivityLevel.High],
])

/** The last one of a quarter begins small and grows. */
function nameOf(epoch: Epoch): string {
  return `${epoch.startTimeInSeconds} ${epoch.activityType ?? ''}`
}

export function piecesOfEpochs(payload: unknown, context: MapContext): Piece[] {
  return read('epochs', Epoch, payload, context).map(({ summary, raw }) => ({
    id: nameOf(summary),
    days: [dayOf(summary, context.timeZone).day],
    item: raw,
  }))
}

export function mapEpochs(payload: unknown, context: MapContext): Mapped[] {
  const all = latest(summaries('epochs', Epoch, payload, context), nameOf)
  return byDay(all, context).map(({ day, zone, items }) => {
    const clock = clockOf(zone)
    const slots = [...Map.groupBy(items, (epoch) => epoch.startTimeInSeconds)].map(([start, epochs]) => ({
      timestamp: clock(start),
      ...slotOf(epochs, context),
    }))
    return {
      type: 'daily',
      key: { day },
      record: {
        metadata: boundsOf(day, zone),
        distance_data: {
          detailed: {
            step_samples: growing(slots, 'steps').map(({ timestamp, total }) => ({ timestamp, steps: total })),
            distance_samples: growing(slots, 'meters').map(({ timestamp, total }) => ({
              timestamp,
              distance_meters: total,
            })),
          },
        },
        calories_data: {
          calorie_samples: slots.flatMap(({ timestamp, calories }) =>
            calories === null ? [] : [{ timestamp, calories }],
          ),
        },
        MET_data: {
          MET_samples: slots.flatMap(({ timestamp, met }) => (met === null ? [] : [{ timestamp, level: met }])),
        },
        active_durations_data: {
          activity_levels_samples: slots.flatMap(({ timestamp, level }) =>
            level === null ? [] : [{ timestamp, activity_level: level }],
          ),
        },
        heart_rate_data: {
          detailed: {
            hr_samples: slots.flatMap(({ timestamp, heartRate }) =>
              heartRate === null ? [] : [{ timestamp, bpm: heartRate }],
            ),
          },
        },
      },
    }
  })
}

interface Slot {
  steps: number | null
  meters: number | null
  calories: number | null
  met: number | null
  heartRate: number | null
  level: number | null
}

function slotOf(epochs: readonly Epoch[], context: MapContext): Slot {
  const met = weighted(epochs, (epoch) => epoch.met)
  const heartRate = weighted(epochs, (epoch) => epoch.meanHeartRateInBeatsPerMinute)
  return {
    steps: sum(epochs, (epoch) => epoch.steps),
    meters: sum(epochs, (epoch) => epoch.distanceInMeters),
    calories: sum(epochs, (epoch) => epoch.activeKilocalories),
    met,
    heartRate: heartRate === null || heartRate <= 0 ? null : heartRate,
    level: levelOf(epochs, context),
  }
}

/** What most of the quarter was like; of two that took as long, the livelier. */
function levelOf(epochs: readonly Epoch[], context: MapContext): number | null {
  let longest: { seconds: number; level: number } | null = null
  for (const { intensity, activeTimeInSeconds } of epochs) {
    if (!intensity) continue
    const known = LEVELS.get(intensity.toUpperCase())
    if (known === undefined) context.unknown('epochs.intensity', intensity)
    const level = known ?? ActivityLevel.Unknown
    const seconds = activeTimeInSeconds ?? 0
    if (longest !== null && (seconds < longest.seconds || (seconds === longest.seconds && level <= longest.level))) {
      continue
    }
    longest = { seconds, level }
  }
  return longest?.level ?? null
}

/** Null when none of them says it. */
function sum(epochs: readonly Epoch[], of: (epoch: Epoch) => number | null | undefined): number | null {
  const values = epochs.map(of).filter((value) => typeof value === 'number')
  return values.length === 0
    ? null
    : round(
        values.reduce((total, value) => total + value, 0),
        3,
      )
}

/** By the time that each movement took; all alike where nobody says how long. */
function weighted(epochs: readonly Epoch[], of: (epoch: Epoch) => number | null | undefined): number | null {
  const values = epochs.flatMap((epoch) => {
    const value = of(epoch)
    return typeof value === 'number' ? [{ value, weight: epoch.activeTimeInSeconds ?? 0 }] : []
  })
  if (values.length === 0) return null
  const weights = values.reduce((total, { weight }) => total + weight, 0)
  const share = ({ weight }: { weight: number }): number => (weights === 0 ? 1 / values.length : weight / weights)
  return round(
    values.reduce((total, each) => total + each.value * share(each), 0),
    3,
  )
}

/** The wire's steps and meters grow through the day; each stands at the beginning of the quarter that it includes. */
function growing<Name extends 'steps' | 'meters'>(
  slots: readonly (Slot & { timestamp: string })[],
  name: Name,
): { timestamp: string; total: number }[] {
  let total = 0
  return slots.flatMap(({ timestamp, [name]: value }) => {
    if (value === null) return []
    total = round(total + value, 3)
    return [{ timestamp, total }]
  })
}
