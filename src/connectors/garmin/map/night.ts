// What Garmin sends of a night apart from the night itself: parts of that day's main sleep.
import { addDays, dayBounds, type LocalDay } from '../../../model/local-day.ts'
import type { MapContext, Mapped, Piece } from '../../connector.ts'
import { Hrv, Respiration, SkinTemp } from '../payloads.ts'
import { latest, read, summaries } from '../summaries.ts'
import { clockOf, isPositive, localDay, type TimedValue, valuesAt, zoneAt } from '../time.ts'

interface OfNight {
  calendarDate?: string | null | undefined
  startTimeInSeconds?: number | null | undefined
  startTimeOffsetInSeconds?: number | null | undefined
  durationInSeconds?: number | null | undefined
}

/** Which night, and the window in which it was measured, which says when the night was while the night is not there. */
function nightOf(summary: OfNight, known: string | null) {
  const { startTimeInSeconds: start, startTimeOffsetInSeconds: offset, durationInSeconds: duration } = summary
  if (typeof start !== 'number') {
    const day = summary.calendarDate!
    return { day, clock: clockOf(known), metadata: dayBounds(day, known) }
  }
  const zone = zoneAt(start, offset, known)
  const clock = clockOf(zone)
  const end = start + (duration ?? 0)
  const metadata = { start_time: clock(start), end_time: clock(end) }
  return { day: summary.calendarDate ?? localDay(end, zone), clock, metadata }
}

export function mapHrv(payload: unknown, context: MapContext): Mapped[] {
  const all = summaries('hrv', Hrv, payload, context)
  return latest(all, (summary) => nightOf(summary, context.timeZone).day).map((summary) => {
    const { day, clock, metadata } = nightOf(summary, context.timeZone)
    const { startTimeInSeconds: start } = summary
    const values = typeof start === 'number' ? valuesAt(summary.hrvValues, start, isPositive) : []
    return {
      type: 'sleep',
      key: { mainOf: day },
      record: {
        metadata,
        heart_rate_data: {
          summary: { avg_hrv_rmssd: summary.lastNightAvg },
          detailed: {
            hrv_samples_rmssd: values.map(({ seconds, value }) => ({ timestamp: clock(seconds), hrv_rmssd: value })),
          },
        },
      },
    }
  })
}

export function mapSkinTemp(payload: unknown, context: MapContext): Mapped[] {
  const all = summaries('skinTemp', SkinTemp, payload, context)
  return latest(all, (summary) => nightOf(summary, context.timeZone).day).map((summary) => {
    const { day, metadata } = nightOf(summary, context.timeZone)
    // ~ Some name it `skinTemperature`.
    const delta = summary.avgDeviationCelsius ?? summary.skinTemperature
    return { type: 'sleep', key: { mainOf: day }, record: { metadata, temperature_data: { delta } } }
  })
}

/** Breath is measured day and night, in pieces; what lies within the night belongs to it. Nights run from noon to noon. */
export function mapRespiration(payload: unknown, context: MapContext): Mapped[] {
  const all = latest(summaries('allDayRespiration', Respiration, payload, context), nameOf)
  const nights = new Map<LocalDay, { clock: (seconds: number) => string; values: TimedValue[] }>()
  for (const summary of all.sort((a, b) => a.startTimeInSeconds - b.startTimeInSeconds)) {
    const { zone, byNight } = breathsOf(summary, context)
    for (const [night, values] of byNight) {
      const present = nights.get(night)
      if (present === undefined) nights.set(night, { clock: clockOf(zone), values })
      else present.values.push(...values)
    }
  }
  return [...nights].map(([night, { clock, values }]) => ({
    type: 'sleep',
    key: { mainOf: night },
    record: {
      metadata: { start_time: clock(values[0]!.seconds), end_time: clock(values.at(-1)!.seconds) },
      respiration_data: {
        breaths_data: {
          samples: values.map(({ seconds, value }) => ({ timestamp: clock(seconds), breaths_per_min: value })),
        },
      },
    },
  }))
}

export function piecesOfRespiration(payload: unknown, context: MapContext): Piece[] {
  return read('allDayRespiration', Respiration, payload, context).map(({ summary, raw }) => ({
    id: nameOf(summary),
    days: [...breathsOf(summary, context).byNight.keys()],
    item: raw,
  }))
}

function nameOf(summary: Respiration): string {
  return String(summary.startTimeInSeconds)
}

function breathsOf(
  summary: Respiration,
  context: MapContext,
): { zone: string | null; byNight: Map<LocalDay, TimedValue[]> } {
  const zone = zoneAt(summary.startTimeInSeconds, summary.startTimeOffsetInSeconds, context.timeZone)
  const values = valuesAt(summary.timeOffsetEpochToBreaths, summary.startTimeInSeconds, isPositive)
  const clock = clockOf(zone)
  const byNight = Map.groupBy(values, ({ seconds }) => {
    const day = localDay(seconds, zone)
    return clock(seconds).slice(11, 13) >= '12' ? addDays(day, 1) : day
  })
  return { zone, byNight }
}
