// Scales, thermometers, lungs and hearts.
import { z } from 'zod'
import { AFibFlag, OxygenSaturationType } from '../../../../model/enumerations.ts'
import type { LocalDay } from '../../../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../../../model/records.ts'
import { round } from '../../../../model/units.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../../connector.ts'
import { readDocuments } from '../../../documents.ts'
import { boundsOf, instantAt, instantOnDay, shown } from '../time.ts'
import { clock, day, dayOrTime, id, number, numeral, text, time } from '../values.ts'
import { dailyPart } from './days.ts'

type BodyPart = DeepPartial<RecordOf<'body'>>

function bodyPart(of: LocalDay, context: MapContext, part: BodyPart): Mapped {
  return { type: 'body', key: { day: of }, record: { metadata: boundsOf(of, context), ...part } }
}

function byDay<Item extends { at: number }>(
  items: readonly (Item & { day: LocalDay })[],
  context: MapContext,
  part: (items: readonly Item[]) => BodyPart,
): Mapped[] {
  return [...Map.groupBy(items, (item) => item.day)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([of, inDay]) => bodyPart(of, context, part(inDay.toSorted((a, b) => a.at - b.at))))
}

const Weight = z.object({ logId: id, date: day, time: clock, weight: number, bmi: number, fat: number })

/** Body fat stands in the weight log when one scale measured both, and always in the log of its own. */
export function mapWeightLog(payload: unknown, context: MapContext): Mapped[] {
  const logs = readDocuments({ kind: 'body_weight_log', schema: Weight, lists: ['weight'] }, payload, context)
  return byDay(
    logs.map((log) => ({ day: log.date, at: instantOnDay(log.date, log.time, context), log })),
    context,
    (inDay) => ({
      measurements_data: {
        measurements: inDay.map(({ at, log }) => ({
          measurement_time: shown(at, context),
          weight_kg: log.weight,
          BMI: log.bmi,
          bodyfat_percentage: log.fat,
        })),
      },
    }),
  )
}

const Fat = z.object({ logId: id, date: day, time: clock, fat: number })

export function mapFatLog(payload: unknown, context: MapContext): Mapped[] {
  const logs = readDocuments({ kind: 'body_fat_log', schema: Fat, lists: ['fat'] }, payload, context)
  return byDay(
    logs.map((log) => ({ day: log.date, at: instantOnDay(log.date, log.time, context), log })),
    context,
    (inDay) => ({
      measurements_data: {
        measurements: inDay.map(({ at, log }) => ({
          measurement_time: shown(at, context),
          bodyfat_percentage: log.fat,
        })),
      },
    }),
  )
}

const Row = z.object({ dateTime: day, value: numeral })
const BODY_SERIES = new Map<string, (value: number) => BodyPart>([
  ['body-weight', (value) => ({ measurements_data: { day_avg_weight_kg: value } })],
  ['body-fat', (value) => ({ measurements_data: { day_avg_bodyfat_percentage: value } })],
  ['body-bmi', (value) => ({ measurements_data: { day_avg_bmi: value } })],
])

/** A value for every day, also for those on which nobody stood on a scale: 0 where there never was one. */
export function mapBodySeries(payload: unknown, context: MapContext): Mapped[] {
  const entries = typeof payload === 'object' && payload !== null ? Object.entries(payload) : []
  const found = entries.filter(([name]) => BODY_SERIES.has(name))
  if (found.length === 0)
    throw new UnreadablePage('body_timeseries', '', 'an object with `body-weight`, `body-fat` or `body-bmi`')
  return found.flatMap(([name, rows]) =>
    readDocuments({ kind: name, schema: Row }, rows, context).flatMap(({ dateTime, value }) =>
      value === 0 ? [] : [bodyPart(dateTime, context, BODY_SERIES.get(name)!(value))],
    ),
  )
}

const CoreTemperature = z.object({ dateTime: dayOrTime, value: z.number() })

export function mapCoreTemperature(payload: unknown, context: MapContext): Mapped[] {
  const shape = { kind: 'temperature_core', schema: CoreTemperature, lists: ['tempCore'] }
  const readings = readDocuments(shape, payload, context).map(({ dateTime, value }) => ({
    day: dateTime.slice(0, 10),
    at: dateTime.length === 10 ? instantOnDay(dateTime, '00:00', context) : instantAt(dateTime, context),
    value,
  }))
  return byDay(readings, context, (inDay) => ({
    temperature_data: {
      body_temperature_samples: inDay.map(({ at, value }) => ({
        timestamp: shown(at, context),
        temperature_celsius: value,
      })),
    },
  }))
}

const OxygenMinute = z.object({ minute: time, value: number })
const Oxygen = z.object({
  dateTime: day,
  value: z.object({ avg: number }).nullish(),
  minutes: z.array(OxygenMinute).nullish(),
})

/** One day is an object, empty when there was none; a range is a bare list. */
export function mapOxygen(payload: unknown, context: MapContext): Mapped[] {
  const empty = typeof payload === 'object' && payload !== null && Object.keys(payload).length === 0
  const page = { kind: 'spo2', schema: Oxygen, lists: ['spo2'], series: { minutes: OxygenMinute } }
  const documents = empty ? [] : readDocuments(page, payload, context)
  const means = documents.flatMap(({ dateTime, value }): Mapped[] => {
    if (!value) return []
    const average = { avg_saturation_percentage: value.avg }
    return [
      dailyPart(dateTime, context, { oxygen_data: average }),
      {
        type: 'sleep',
        key: { mainOf: dateTime },
        record: { respiration_data: { oxygen_saturation_data: average } },
      },
    ]
  })
  const readings = documents.flatMap(({ minutes }) =>
    (minutes ?? []).flatMap(({ minute, value }) =>
      typeof value === 'number' ? [{ of: minute.slice(0, 10), at: instantAt(minute, context), value }] : [],
    ),
  )
  const series = [...Map.groupBy(readings, ({ of }) => of)].map(([of, inDay]) =>
    dailyPart(of, context, {
      oxygen_data: {
        saturation_samples: inDay.map(({ at, value }) => ({
          timestamp: shown(at, context),
          percentage: value,
          type: OxygenSaturationType.Blood,
        })),
      },
    }),
  )
  return [...means, ...series]
}

const CardioScore = z.object({
  dateTime: day,
  value: z.object({ vo2Max: z.union([z.string(), z.number()]).nullish() }),
})

export function mapCardioScore(payload: unknown, context: MapContext): Mapped[] {
  const shape = { kind: 'cardioscore', schema: CardioScore, lists: ['cardioscore', 'cardioScore'] }
  return readDocuments(shape, payload, context).flatMap(({ dateTime, value }) => {
    const rate = vo2MaxOf(value.vo2Max)
    return rate === null ? [] : [dailyPart(dateTime, context, { oxygen_data: { vo2max_ml_per_min_per_kg: rate } })]
  })
}

/** `"45"`, or the middle of `"43-47"`. */
function vo2MaxOf(value: string | number | null | undefined): number | null {
  if (typeof value === 'number') return value
  const ends = /^\s*(\d+(?:\.\d+)?)(?:\s*-\s*(\d+(?:\.\d+)?))?\s*$/.exec(value ?? '')
  if (ends === null) return null
  const low = Number(ends[1])
  return ends[2] === undefined ? low : (low + Number(ends[2])) / 2
}

const Electrocardiogram = z.object({
  startTime: time,
  averageHeartRate: number,
  resultClassification: text,
  waveformSamples: z.array(z.number()).nullish(),
  samplingFrequencyHz: numeral.nullish(),
  scalingFactor: number,
})

export function mapElectrocardiogram(payload: unknown, context: MapContext): Mapped[] {
  const shape = { kind: 'ecg', schema: Electrocardiogram, lists: ['ecgReadings'] }
  const readings = readDocuments(shape, payload, context).map((reading) => ({
    day: reading.startTime.slice(0, 10),
    at: instantAt(reading.startTime, context),
    reading,
  }))
  return byDay(readings, context, (inDay) => ({
    heart_data: {
      ecg_signal: inDay.map(({ at, reading }) => ({
        start_timestamp: shown(at, context),
        avg_hr_bpm: reading.averageHeartRate,
        afib_classification: classOf(reading.resultClassification, context),
        raw_signal: curve(reading, (afterMs) => shown(at + afterMs, context)),
      })),
    },
  }))
}

/** `Inconclusive: High heart rate` and the like are all inconclusive. */
function classOf(classification: string | null | undefined, context: MapContext): number | null {
  if (!classification) return null
  if (classification === 'Normal Sinus Rhythm') return AFibFlag.Negative
  if (classification === 'Atrial Fibrillation') return AFibFlag.Positive
  if (classification.startsWith('Inconclusive')) return AFibFlag.Inconclusive
  if (!UNJUDGED.has(classification)) context.unknown('ecg.resultClassification', classification)
  return null
}

const UNJUDGED = new Set(['Unreadable', 'Not Analyzed'])

function curve(reading: z.infer<typeof Electrocardiogram>, timestamp: (afterMs: number) => string) {
  const { waveformSamples, samplingFrequencyHz: frequency, scalingFactor: factor } = reading
  if (!frequency || !factor) return []
  return (waveformSamples ?? []).map((sample, i) => ({
    timestamp: timestamp(Math.round((i * 1000) / frequency)),
    potential_uV: round((sample / factor) * 1000, 6),
  }))
}

const Alert = z.object({ detectedTime: time, alertTime: time.nullish() })

/** An alert is a positive check at the time at which the rhythm was irregular. */
export function mapIrregularRhythm(payload: unknown, context: MapContext): Mapped[] {
  const alerts = readDocuments({ kind: 'irn_alerts', schema: Alert, lists: ['alerts'] }, payload, context)
  return byDay(
    alerts.map(({ detectedTime }) => ({ day: detectedTime.slice(0, 10), at: instantAt(detectedTime, context) })),
    context,
    (inDay) => ({
      heart_data: {
        afib_classification_samples: inDay.map(({ at }) => ({
          timestamp: shown(at, context),
          afib_classification: AFibFlag.Positive,
        })),
      },
    }),
  )
}
