// A night in three pages: the sleep, what the nerves made of it, and the skin's temperature. All are dated by the morning.
import { RecoveryLevel, SleepLevel, SleepUploadType } from '../../../model/enumerations.ts'
import { instantIn, wireAt, zoneOfInstant } from '../../../model/local-day.ts'
import { parseTimestamp } from '../../../model/timestamps.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { nightKey } from '../nights.ts'
import { hypnogram, NightlyRecharge, Readings, SkinTemperature, Sleep, SleepWise } from '../payloads.ts'
import { eveningOf, offsetOf, walk } from '../time.ts'
import { documents } from './pages.ts'

const STAGES = new Map<number, number>([
  [0, SleepLevel.Awake],
  [1, SleepLevel.Rem],
  [2, SleepLevel.Light],
  [3, SleepLevel.Light],
  [4, SleepLevel.Deep],
  [5, SleepLevel.Unknown],
])

export function mapSleep(payload: unknown, context: MapContext): Mapped[] {
  const inside = { series: { heart_rate_samples: Readings }, wholes: { hypnogram } }
  return documents('sleep', Sleep, payload, context, ['nights'], inside).map((sleep) => {
    const key = nightKey(sleep.polar_user, sleep.date, context)
    return {
      type: 'sleep',
      key: 'id' in key ? key : { id: sleep.date },
      day: sleep.date,
      main: true,
      record: nightOf(sleep, context),
    }
  })
}

function nightOf(sleep: Sleep, context: MapContext) {
  const { sleep_start_time: start, sleep_end_time: end } = sleep
  const startAt = instantIn(start, context.timeZone)
  const zone = zoneOfInstant(startAt, context.timeZone, offsetOf(start))
  const givenEnd = end ? instantIn(end, zone) : null
  const endAt = givenEnd !== null && givenEnd > startAt ? givenEnd : null
  const endZone = endAt === null ? zone : zoneOfInstant(endAt, context.timeZone, end ? offsetOf(end) : null)
  const wall = parseTimestamp(start).local
  const began = { day: wall.slice(0, 10), clock: wall.slice(11, 16) }
  const staged = hasStages(sleep)
  const light = staged ? (sleep.light_sleep ?? null) : null
  const deep = staged ? (sleep.deep_sleep ?? null) : null
  const rem = staged ? (sleep.rem_sleep ?? null) : null
  return {
    metadata: {
      start_time: wireAt(startAt, zone),
      end_time: endAt === null ? null : wireAt(endAt, endZone),
      upload_type: SleepUploadType.Automatic,
    },
    device_data: { serial_number: sleep.device_id },
    heart_rate_data: {
      detailed: {
        hr_samples: walk(sleep.heart_rate_samples, began, zone).map(({ timestamp, value }) => ({
          timestamp,
          bpm: value,
        })),
      },
    },
    scores: { sleep: scoreOf(sleep) },
    sleep_durations_data: {
      asleep: {
        duration_asleep_state_seconds: light === null || deep === null || rem === null ? null : light + deep + rem,
        duration_light_sleep_state_seconds: light,
        duration_deep_sleep_state_seconds: deep,
        duration_REM_sleep_state_seconds: rem,
      },
      awake: {
        duration_awake_state_seconds: sleep.total_interruption_duration,
        duration_short_interruption_seconds: sleep.short_interruption_duration,
        duration_long_interruption_seconds: sleep.long_interruption_duration,
      },
      hypnogram_samples: walk(sleep.hypnogram, began, zone).map(({ timestamp, value }) => ({
        timestamp,
        level: stageOf(value, context),
      })),
      other: {
        duration_in_bed_seconds: endAt === null ? null : (endAt - startAt) / 1000,
        duration_unmeasurable_sleep_seconds: staged ? sleep.unrecognized_sleep_stage : null,
      },
    },
  }
}

/** A watch that knows no stages writes zeros for all of them, and for the score. */
function hasStages({ light_sleep: light, deep_sleep: deep, rem_sleep: rem, sleep_score: score }: Sleep): boolean {
  return [light, deep, rem, score].some((value) => typeof value === 'number' && value !== 0)
}

/** From 1 to 100. */
function scoreOf({ sleep_score: score }: Sleep): number | null {
  return typeof score === 'number' && score > 0 ? score : null
}

function stageOf(value: number, context: MapContext): number {
  const stage = STAGES.get(value)
  if (stage === undefined) context.unknown('sleep.hypnogram', String(value))
  return stage ?? SleepLevel.Unknown
}

const RECOVERY_LEVELS = new Set<number>(Object.values(RecoveryLevel))

export function mapNightlyRecharge(payload: unknown, context: MapContext): Mapped[] {
  const series = { hrv_samples: Readings, breathing_samples: Readings }
  return documents('nightly_recharge', NightlyRecharge, payload, context, ['recharges'], { series }).map((recharge) => {
    const zone = context.timeZone
    const walked = (readings: Record<string, number> | null | undefined) =>
      walk(readings, eveningOf(recharge.date, Object.keys(readings ?? {})[0] ?? '00:00'), zone)
    return {
      type: 'sleep',
      key: nightKey(recharge.polar_user, recharge.date, context),
      day: recharge.date,
      record: {
        heart_rate_data: {
          summary: { avg_hr_bpm: recharge.heart_rate_avg, avg_hrv_rmssd: recharge.heart_rate_variability_avg },
          detailed: {
            hrv_samples_rmssd: walked(recharge.hrv_samples).map(({ timestamp, value }) => ({
              timestamp,
              hrv_rmssd: value,
            })),
          },
        },
        readiness_data: { recovery_level: recoveryLevel(recharge.nightly_recharge_status, context) },
        respiration_data: {
          breaths_data: {
            avg_breaths_per_min: recharge.breathing_rate_avg,
            samples: walked(recharge.breathing_samples).map(({ timestamp, value }) => ({
              timestamp,
              breaths_per_min: value,
            })),
          },
        },
      },
    }
  })
}

function recoveryLevel(status: number | null | undefined, context: MapContext): number | null {
  if (status === null || status === undefined) return null
  if (RECOVERY_LEVELS.has(status)) return status
  context.unknown('nightly_recharge.status', String(status))
  return RecoveryLevel.Unknown
}

/** Of the night that ended on this date, whosever id it has. */
export function mapSkinTemperature(payload: unknown, context: MapContext): Mapped[] {
  return documents('biosensing_skintemperature', SkinTemperature, payload, context).map((skin) => ({
    type: 'sleep',
    key: { mainOf: skin.sleep_date },
    record: { temperature_data: { delta: skin.deviation_from_baseline_celsius } },
  }))
}

/** Kept as they came: no record has a place for forecasts. */
export const mapSleepWise =
  (kind: string) =>
  (payload: unknown, context: MapContext): Mapped[] => {
    documents(kind, SleepWise, payload, context)
    return []
  }
