// Heart rate, its variability and its zones.
import { z } from 'zod'
import { HeartRateContext } from '../../../model/enumerations.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { formOf, readPoints, readWindows } from '../pages.ts'
import { boundsOf, dayOfSample, shown } from '../time.ts'
import { day, maybeDuration, maybeInt64, number, SampleTime, text } from '../values.ts'
import { byDay, dailyOfWindows, type DailyPart } from './day-parts.ts'
import { named } from './energy.ts'

const HeartRate = z.object({
  sampleTime: SampleTime,
  beatsPerMinute: maybeInt64,
  metadata: z.object({ motionContext: text }).nullish(),
})
const HeartRateWindow = z.object({ beatsPerMinuteAvg: number, beatsPerMinuteMax: number, beatsPerMinuteMin: number })

const MOTION = new Map<string, number>([
  ['ACTIVE', HeartRateContext.Active],
  ['SEDENTARY', HeartRateContext.NotActive],
])

export function mapHeartRate(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'windows') {
    return dailyOfWindows(readWindows('heart-rate', HeartRateWindow, payload, context), context, (value) => ({
      heart_rate_data: {
        summary: {
          avg_hr_bpm: value.beatsPerMinuteAvg,
          max_hr_bpm: value.beatsPerMinuteMax,
          min_hr_bpm: value.beatsPerMinuteMin,
        },
      },
    }))
  }
  const items = readPoints('heart-rate', HeartRate, payload, context).flatMap(({ value }) =>
    typeof value.beatsPerMinute !== 'number'
      ? []
      : [
          {
            ...timed(value.sampleTime, context),
            bpm: value.beatsPerMinute,
            motion: named(MOTION, 'heart-rate.motionContext', value.metadata?.motionContext, context),
          },
        ],
  )
  return byDay('daily', items, context, (inDay): DailyPart => ({
    heart_rate_data: {
      detailed: {
        hr_samples: inDay.map(({ at, offsetSeconds, bpm, motion }) => ({
          timestamp: shown(at, offsetSeconds, context.timeZone),
          bpm,
          context: motion ?? HeartRateContext.NotSet,
        })),
      },
    },
  }))
}

export function timed(time: SampleTime, { timeZone }: MapContext) {
  return { day: dayOfSample(time, timeZone), at: time.physicalTime, offsetSeconds: time.utcOffset }
}

const Variability = z.object({
  sampleTime: SampleTime,
  rootMeanSquareOfSuccessiveDifferencesMilliseconds: number,
})

/** `standardDeviationMilliseconds` is that of the measurement; nothing says that it is SDNN, so it is not read. */
export function mapHeartRateVariability(payload: unknown, context: MapContext): Mapped[] {
  const items = readPoints('heart-rate-variability', Variability, payload, context).flatMap(({ value }) => {
    const rmssd = value.rootMeanSquareOfSuccessiveDifferencesMilliseconds
    return typeof rmssd === 'number' ? [{ ...timed(value.sampleTime, context), rmssd }] : []
  })
  return byDay('daily', items, context, (inDay): DailyPart => ({
    heart_rate_data: {
      detailed: {
        hrv_samples_rmssd: inDay.map(({ at, offsetSeconds, rmssd }) => ({
          timestamp: shown(at, offsetSeconds, context.timeZone),
          hrv_rmssd: rmssd,
        })),
      },
    },
  }))
}

const DailyVariability = z.object({ date: day, averageHeartRateVariabilityMilliseconds: number })

/** Of the main sleep of that day: the day and the night both have it. */
export function mapDailyVariability(payload: unknown, context: MapContext): Mapped[] {
  return readPoints('daily-heart-rate-variability', DailyVariability, payload, context).flatMap(
    ({ value }): Mapped[] => {
      const heart_rate_data = { summary: { avg_hrv_rmssd: value.averageHeartRateVariabilityMilliseconds } }
      return [
        {
          type: 'daily',
          key: { day: value.date },
          record: { metadata: boundsOf(value.date, context.timeZone), heart_rate_data },
        },
        { type: 'sleep', key: { mainOf: value.date }, record: { heart_rate_data } },
      ]
    },
  )
}

const RestingHeartRate = z.object({ date: day, beatsPerMinute: maybeInt64 })

export function mapRestingHeartRate(payload: unknown, context: MapContext): Mapped[] {
  return readPoints('daily-resting-heart-rate', RestingHeartRate, payload, context).map(({ value }) => ({
    type: 'daily',
    key: { day: value.date },
    record: {
      metadata: boundsOf(value.date, context.timeZone),
      heart_rate_data: { summary: { resting_hr_bpm: value.beatsPerMinute } },
    },
  }))
}

/** Zero-based, as the four zones of the old API: somebody who moved keeps one scale. */
export const ZONES = new Map<string, number>([
  ['LIGHT', 0],
  ['MODERATE', 1],
  ['VIGOROUS', 2],
  ['PEAK', 3],
])

const ZoneWindow = z.object({
  timeInHeartRateZones: z.array(z.object({ heartRateZone: text, duration: maybeDuration })).nullish(),
})

export function mapTimeInZone(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'points') {
    readPoints('time-in-heart-rate-zone', z.object({ heartRateZoneType: text }), payload, context)
    return []
  }
  return dailyOfWindows(readWindows('time-in-heart-rate-zone', ZoneWindow, payload, context), context, (value) => ({
    heart_rate_data: {
      summary: {
        hr_zone_data: (value.timeInHeartRateZones ?? []).flatMap(({ heartRateZone, duration }) => {
          const zone = named(ZONES, 'heartRateZone', heartRateZone, context)
          return zone === null ? [] : [{ zone, name: heartRateZone, duration_seconds: duration }]
        }),
      },
    },
  }))
}
