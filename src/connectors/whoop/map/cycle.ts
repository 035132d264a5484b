// A cycle goes from one falling asleep to the next and is no calendar day; it counts for the day on which its night ended.
import { UploadType } from '../../../model/enumerations.ts'
import { dayBounds, instantIn, type LocalDay, localDayOf, wireAt } from '../../../model/local-day.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { isLongestOf, readNights } from '../nights.ts'
import { Cycle, Recovery } from '../payloads.ts'
import { spanOf, usualDayOf, UTC } from '../time.ts'
import { isWanted, records, versionOf } from './records.ts'
import { kcal } from './workout.ts'

export function mapCycle(payload: unknown, context: MapContext): Mapped[] {
  const nights = readNights(context.request.nights)
  const days = new Map<LocalDay, Cycle>()
  // Of two that fall on one day the one with the longer night counts; without a night, the longer one.
  const weightOf = (cycle: Cycle): number => (nights.get(cycle.id)?.minutes ?? 0) * A_LOT + lengthOf(cycle, context)
  for (const cycle of records('cycle', Cycle, payload, context)) {
    const day = nights.get(cycle.id)?.day ?? usualDayOf(cycle, context.timeZone)
    const present = days.get(day)
    if (!isWanted(day, context)) continue
    if (present === undefined || weightOf(cycle) > weightOf(present)) days.set(day, cycle)
  }
  return [...days].map(([day, cycle]) => ({
    type: 'daily',
    key: { day },
    version: versionOf(cycle),
    record: {
      metadata: {
        ...dayBounds(day, spanOf(cycle, context.timeZone).zone ?? UTC),
        upload_type: UploadType.Automatic,
      },
      calories_data: { total_burned_calories: kcal(cycle.score?.kilojoule) },
      heart_rate_data: {
        summary: { avg_hr_bpm: cycle.score?.average_heart_rate, max_hr_bpm: cycle.score?.max_heart_rate },
      },
      strain_data: { strain_level: cycle.score?.strain },
    },
  }))
}

/** Longer than any cycle, in milliseconds: none outweighs a minute of night. */
const A_LOT = 1e10

function lengthOf(cycle: Cycle, context: MapContext): number {
  const { startAt, endAt } = spanOf(cycle, context.timeZone)
  return endAt === null ? 0 : endAt - startAt
}

/** What the body made of a night: it belongs to that sleep, and to the day on which it ended. */
export function mapRecovery(payload: unknown, context: MapContext): Mapped[] {
  const nights = readNights(context.request.nights)
  const recoveries = records('recovery', Recovery, payload, context)
  const { sleep_id: asked } = context.request
  // The night is known and has none any more.
  if (recoveries.length === 0 && asked !== undefined) return [{ type: 'sleep', key: { id: asked }, record: {} }]
  return recoveries.flatMap((recovery): Mapped[] => {
    const { score } = recovery
    const version = versionOf(recovery)
    const createdAt = recovery.created_at ? instantIn(recovery.created_at, UTC) : null
    const usual = createdAt === null ? null : localDayOf(createdAt, context.timeZone)
    const day = nights.get(recovery.cycle_id)?.day ?? usual
    const heart = {
      summary: { resting_hr_bpm: score?.resting_heart_rate, avg_hrv_rmssd: score?.hrv_rmssd_milli },
    }
    const parts: Mapped[] = []
    if (recovery.sleep_id) {
      parts.push({
        type: 'sleep',
        key: { id: recovery.sleep_id },
        version,
        record: {
          heart_rate_data: heart,
          readiness_data: { readiness: score?.recovery_score },
          respiration_data: { oxygen_saturation_data: { avg_saturation_percentage: score?.spo2_percentage } },
        },
      })
    }
    if (day === null || !isWanted(day, context)) return parts
    if (!isLongestOf(day, nights.get(recovery.cycle_id)?.minutes ?? 0, nights)) return parts
    parts.push({
      type: 'daily',
      key: { day },
      version,
      record: {
        heart_rate_data: heart,
        oxygen_data: { avg_saturation_percentage: score?.spo2_percentage },
        scores: { recovery: score?.recovery_score },
      },
    })
    if (typeof score?.skin_temp_celsius === 'number' && createdAt !== null) {
      const timestamp = wireAt(createdAt, context.timeZone ?? UTC)
      const sample = { timestamp, temperature_celsius: score.skin_temp_celsius }
      parts.push({
        type: 'body',
        key: { day },
        version,
        record: { temperature_data: { skin_temperature_samples: [sample] } },
      })
    }
    return parts
  })
}
