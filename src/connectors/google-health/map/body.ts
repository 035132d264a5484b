// What scales, meters and thermometers measured.
import { z } from 'zod'
import { gramsToKg, millimetersToCm } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { formOf, readPoints, readWindows } from '../pages.ts'
import { shownSample } from '../time.ts'
import { maybeInt64, number, SampleTime, text } from '../values.ts'
import { bodyOfWindows, byDay } from './day-parts.ts'
import { timed } from './heart.ts'

const Weight = z.object({ sampleTime: SampleTime, weightGrams: number, notes: text })
const Height = z.object({ sampleTime: SampleTime, heightMillimeters: maybeInt64 })
const BodyFat = z.object({ sampleTime: SampleTime, percentage: number })

export function mapWeight(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'windows') {
    const windows = readWindows('weight', z.object({ weightGramsAvg: number }), payload, context)
    return bodyOfWindows(windows, context, ({ weightGramsAvg: grams }) => ({
      measurements_data: { day_avg_weight_kg: typeof grams === 'number' ? gramsToKg(grams) : null },
    }))
  }
  const items = readPoints('weight', Weight, payload, context).flatMap(({ value }) =>
    typeof value.weightGrams === 'number'
      ? [{ value, measured: { weight_kg: gramsToKg(value.weightGrams), user_notes: value.notes || null } }]
      : [],
  )
  return measurements(items, context)
}

export function mapHeight(payload: unknown, context: MapContext): Mapped[] {
  const items = readPoints('height', Height, payload, context).flatMap(({ value }) =>
    typeof value.heightMillimeters === 'number'
      ? [{ value, measured: { height_cm: millimetersToCm(value.heightMillimeters) } }]
      : [],
  )
  return measurements(items, context)
}

export function mapBodyFat(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'windows') {
    const windows = readWindows('body-fat', z.object({ bodyFatPercentageAvg: number }), payload, context)
    return bodyOfWindows(windows, context, ({ bodyFatPercentageAvg: percentage }) => ({
      measurements_data: { day_avg_bodyfat_percentage: percentage },
    }))
  }
  const items = readPoints('body-fat', BodyFat, payload, context).flatMap(({ value }) =>
    typeof value.percentage === 'number' ? [{ value, measured: { bodyfat_percentage: value.percentage } }] : [],
  )
  return measurements(items, context)
}

interface Measured {
  weight_kg?: number
  height_cm?: number
  bodyfat_percentage?: number
  user_notes?: string | null
}

function measurements(
  items: readonly { value: { sampleTime: SampleTime }; measured: Measured }[],
  context: MapContext,
): Mapped[] {
  const at = items.map(({ value, measured }) => ({ ...timed(value.sampleTime, context), value, measured }))
  return byDay('body', at, context, (inDay) => ({
    measurements_data: {
      measurements: inDay.map(({ value, measured }) => ({
        measurement_time: shownSample(value.sampleTime, context.timeZone),
        ...measured,
      })),
    },
  }))
}

const CoreTemperature = z.object({ sampleTime: SampleTime, temperatureCelsius: number, measurementLocation: text })
/** Where the skin is measured; everywhere else it is the body. */
const SKIN = new Set(['WRIST'])

export function mapCoreTemperature(payload: unknown, context: MapContext): Mapped[] {
  const dataType = 'core-body-temperature'
  if (formOf(payload) === 'windows') {
    const windows = readWindows(dataType, z.object({ temperatureCelsiusAvg: number }), payload, context)
    return bodyOfWindows(windows, context, ({ temperatureCelsiusAvg: average }) => ({
      temperature_data: { day_avg_body_temperature_celsius: average },
    }))
  }
  const items = readPoints(dataType, CoreTemperature, payload, context).flatMap(({ value }) =>
    typeof value.temperatureCelsius === 'number' ? [{ ...timed(value.sampleTime, context), value }] : [],
  )
  return byDay('body', items, context, (inDay) => {
    const samples = (skin: boolean) =>
      inDay
        .filter(({ value }) => SKIN.has(value.measurementLocation ?? '') === skin)
        .map(({ value }) => ({
          timestamp: shownSample(value.sampleTime, context.timeZone),
          temperature_celsius: value.temperatureCelsius,
        }))
    return { temperature_data: { body_temperature_samples: samples(false), skin_temperature_samples: samples(true) } }
  })
}

const Glucose = z.object({ sampleTime: SampleTime, bloodGlucoseMilligramsPerDeciliter: number, specimen: text })
const INTERSTITIAL = 'INTERSTITIAL_FLUID'

/** A sensor under the skin measures all day; every other specimen is a reading of its own. */
export function mapGlucose(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) === 'windows') {
    const schema = z.object({ bloodGlucoseMilligramsPerDeciliterAvg: number })
    const windows = readWindows('blood-glucose', schema, payload, context)
    return bodyOfWindows(windows, context, ({ bloodGlucoseMilligramsPerDeciliterAvg: average }) => ({
      glucose_data: { day_avg_blood_glucose_mg_per_dL: average },
    }))
  }
  const items = readPoints('blood-glucose', Glucose, payload, context).flatMap(({ value }) =>
    typeof value.bloodGlucoseMilligramsPerDeciliter === 'number'
      ? [{ ...timed(value.sampleTime, context), value }]
      : [],
  )
  return byDay('body', items, context, (inDay) => {
    const samples = (interstitial: boolean) =>
      inDay
        .filter(({ value }) => (value.specimen === INTERSTITIAL) === interstitial)
        .map(({ value }) => ({
          timestamp: shownSample(value.sampleTime, context.timeZone),
          blood_glucose_mg_per_dL: value.bloodGlucoseMilligramsPerDeciliter,
        }))
    return { glucose_data: { blood_glucose_samples: samples(false), detailed_blood_glucose_samples: samples(true) } }
  })
}
