import { z } from 'zod'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach, readDocuments } from '../../documents.ts'
import { readMetrics } from '../metrics.ts'
import { bodyOf, dailyOf } from './day.ts'
import { sleepOf } from './sleep.ts'

/** Read, or known and without a place in the model. */
const KNOWN = new Set([
  'sleep',
  'hr',
  'hrv',
  'temp',
  'steps',
  'spo2',
  'night_rhr',
  'glucose',
  'sleep_rhr',
  'avg_sleep_hrv',
  'recovery_index',
  'movement_index',
  'active_minutes',
  'inactive_time',
  'vo2_max',
  'average_glucose',
  'time_in_target',
  'sleep_score',
  'total_sleep',
  'deep_sleep',
  'light_sleep',
  'rem_sleep',
  'awake',
  'time_in_bed',
  'sleep_efficiency',
  'temperature_deviation',
  'weekly_active_minutes',
  'movements',
  'morning_alertness',
  'metabolic_score',
  'glucose_variability',
  'hba1c',
  'hr_drop',
  'restorative_sleep',
  'average_body_temperature',
  'tosses_and_turns',
  'full_sleep_cycles',
])

export function mapMetrics(payload: unknown, context: MapContext): Mapped[] {
  return mapEach('metrics', readMetrics(payload, context), context, (day) => {
    for (const type of day.entries.keys()) if (!KNOWN.has(type)) context.unknown('metric', type)
    return [...sleepOf(day, context), ...dailyOf(day), ...bodyOf(day)]
  })
}

const UserInfo = z.object({
  user_id: z.union([z.string().min(1), z.number().transform(String)], 'expected an id'),
  email: z.string().nullish(),
})

export function mapUserInfo(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'user_info', schema: UserInfo, lists: ['data'] }, payload, context).map((user) => ({
    type: 'athlete',
    key: { only: true },
    record: { provider_user_id: user.user_id, email: user.email },
  }))
}
