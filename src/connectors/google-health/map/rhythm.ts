// Electrocardiograms, and notices of an irregular rhythm.
import { z } from 'zod'
import { AFibFlag } from '../../../model/enumerations.ts'
import { round } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { readPoints } from '../pages.ts'
import { dayOfInterval, shown } from '../time.ts'
import { instant, Interval, maybeDuration, maybeInt64, number, text } from '../values.ts'
import { byDay } from './day-parts.ts'
import { named } from './energy.ts'

const Electrocardiogram = z.object({
  interval: Interval,
  beatsPerMinuteAvg: maybeInt64,
  resultClassification: text,
  waveformSamples: z.array(z.number()).nullish(),
  samplingFrequencyHertz: number,
  millivoltsScalingFactor: number,
})
type Electrocardiogram = z.infer<typeof Electrocardiogram>

/** Null where the curve could not be judged. */
const CLASSES = new Map<string, number | null>([
  ['NORMAL_SINUS_RHYTHM', AFibFlag.Negative],
  ['ATRIAL_FIBRILLATION', AFibFlag.Positive],
  ['INCONCLUSIVE', AFibFlag.Inconclusive],
  ['INCONCLUSIVE_HIGH_HEART_RATE', AFibFlag.Inconclusive],
  ['INCONCLUSIVE_LOW_HEART_RATE', AFibFlag.Inconclusive],
  ['UNREADABLE', null],
  ['NOT_ANALYZED', null],
])

export function mapElectrocardiogram(payload: unknown, context: MapContext): Mapped[] {
  const items = readPoints('electrocardiogram', Electrocardiogram, payload, context).map(({ value }) => {
    const { startTime, startUtcOffset } = value.interval
    // Old readings have no offset, or zero in its place, and a civil time in UTC.
    const offsetSeconds = startUtcOffset === 0 && context.timeZone !== null ? null : startUtcOffset
    const interval = offsetSeconds ? value.interval : { ...value.interval, startUtcOffset: null, civilStartTime: null }
    return { day: dayOfInterval(interval, context.timeZone), at: startTime, offsetSeconds, value }
  })
  return byDay('body', items, context, (inDay) => ({
    heart_data: {
      ecg_signal: inDay.map(({ at, offsetSeconds, value }) => ({
        start_timestamp: shown(at, offsetSeconds, context.timeZone),
        avg_hr_bpm: value.beatsPerMinuteAvg,
        afib_classification: named(
          CLASSES,
          'electrocardiogram.resultClassification',
          value.resultClassification,
          context,
        ),
        raw_signal: curve(value, (ms) => shown(at + ms, offsetSeconds, context.timeZone)),
      })),
    },
  }))
}

/** Counts divided by the factor are millivolts. Without factor or frequency they are no curve. */
function curve(value: Electrocardiogram, timestamp: (afterMs: number) => string) {
  const { waveformSamples, samplingFrequencyHertz: frequency, millivoltsScalingFactor: factor } = value
  if (!frequency || !factor) return []
  return (waveformSamples ?? []).map((sample, i) => ({
    timestamp: timestamp(Math.round((i * 1000) / frequency)),
    potential_uV: round((sample / factor) * 1000, 6),
  }))
}

const IrregularRhythm = z.object({
  interval: Interval,
  alertWindows: z
    .array(z.object({ startTime: instant, startUtcOffset: maybeDuration, positive: z.boolean().nullish() }))
    .nullish(),
})

/** A notice is only sent when the rhythm was irregular: it is a positive check at the time of its first window. */
export function mapIrregularRhythm(payload: unknown, context: MapContext): Mapped[] {
  const items = readPoints('irregular-rhythm-notification', IrregularRhythm, payload, context).map(({ value }) => ({
    day: dayOfInterval(value.interval, context.timeZone),
    at: value.interval.startTime,
    offsetSeconds: value.interval.startUtcOffset,
  }))
  return byDay('body', items, context, (inDay) => ({
    heart_data: {
      afib_classification_samples: inDay.map(({ at, offsetSeconds }) => ({
        timestamp: shown(at, offsetSeconds, context.timeZone),
        afib_classification: AFibFlag.Positive,
      })),
    },
  }))
}
