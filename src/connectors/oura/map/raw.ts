// Pages that the wire has no field for: known by their documents, and kept as they came.
import { z } from 'zod'
import type { MapContext, Mapped } from '../../connector.ts'
import { documents } from '../documents.ts'
import { day, time } from '../payloads.ts'

function keepRaw(kind: string, schema: z.ZodType) {
  return (payload: unknown, context: MapContext): Mapped[] => {
    documents(kind, schema, payload, context)
    return []
  }
}

export const keepResilience = keepRaw('daily_resilience', z.object({ day, level: z.string().nullish() }))
export const keepSleepTime = keepRaw('sleep_time', z.object({ day, status: z.string().nullish() }))
export const keepRingBattery = keepRaw('ring_battery_level', z.object({ timestamp: time, level: z.number().nullish() }))
