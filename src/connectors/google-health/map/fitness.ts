// Oxygen: how much the blood carries, and how much the body can use.
import { z } from 'zod'
import { OxygenSaturationType } from '../../../model/enumerations.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { formOf, readPoints, readWindows } from '../pages.ts'
import { boundsOf, shownSample } from '../time.ts'
import { day, number, SampleTime } from '../values.ts'
import { byDay, dailyOfWindows, type DailyPart } from './day-parts.ts'
import { timed } from './heart.ts'

const Saturation = z.object({ sampleTime: SampleTime, percentage: number })

export function mapOxygenSaturation(payload: unknown, context: MapContext): Mapped[] {
  const items = readPoints('oxygen-saturation', Saturation, payload, context).flatMap(({ value }) =>
    typeof value.percentage === 'number' ? [{ ...timed(value.sampleTime, context), value }] : [],
  )
  return byDay('daily', items, context, (inDay): DailyPart => ({
    oxygen_data: {
      saturation_samples: inDay.map(({ value }) => ({
        timestamp: shownSample(value.sampleTime, context.timeZone),
        percentage: value.percentage,
        type: OxygenSaturationType.Blood,
      })),
    },
  }))
}

const DailyVo2Max = z.object({ date: day, vo2Max: number })

export function mapDailyVo2Max(payload: unknown, context: MapContext): Mapped[] {
  return readPoints('daily-vo2-max', DailyVo2Max, payload, context).map(({ value }) => ({
    type: 'daily',
    key: { day: value.date },
    record: {
      metadata: boundsOf(value.date, context.timeZone),
      oxygen_data: { vo2max_ml_per_min_per_kg: value.vo2Max },
    },
  }))
}

export const mapVo2Max = vo2Samples('vo2-max', 'vo2Max')
const mapRunVo2MaxPoints = vo2Samples('run-vo2-max', 'runVo2Max')
const RunVo2MaxWindow = z.object({ rateAvg: number })

export function mapRunVo2Max(payload: unknown, context: MapContext): Mapped[] {
  if (formOf(payload) !== 'windows') return mapRunVo2MaxPoints(payload, context)
  return dailyOfWindows(readWindows('run-vo2-max', RunVo2MaxWindow, payload, context), context, ({ rateAvg }) => ({
    oxygen_data: { day_avg_vo2max_ml_per_min_per_kg: rateAvg },
  }))
}

function vo2Samples(dataType: string, member: 'vo2Max' | 'runVo2Max') {
  const schema = z.object({ sampleTime: SampleTime, vo2Max: number, runVo2Max: number })
  return (payload: unknown, context: MapContext): Mapped[] => {
    const items = readPoints(dataType, schema, payload, context).flatMap(({ value }) => {
      const rate = value[member]
      return typeof rate === 'number' ? [{ ...timed(value.sampleTime, context), value, rate }] : []
    })
    return byDay('daily', items, context, (inDay): DailyPart => ({
      oxygen_data: {
        vo2_samples: inDay.map(({ value, rate }) => ({
          timestamp: shownSample(value.sampleTime, context.timeZone),
          vo2max_ml_per_min_per_kg: rate,
        })),
      },
    }))
  }
}
