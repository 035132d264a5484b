import { SleepLevel, SleepUploadType } from '../../../model/enumerations.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { documents } from '../documents.ts'
import { Sleep } from '../payloads.ts'
import { instantOf, timedValues, wireAt, zoneOfPage } from '../time.ts'

const MAIN = 'long_sleep'
const EXTRA = new Set(['sleep', 'late_nap'])
/** Short rest that Oura itself does not count as sleep. */
const NOT_SLEEP = 'rest'
const DELETED = 'deleted'

const STAGES: Record<string, number> = {
  '1': SleepLevel.Deep,
  '2': SleepLevel.Light,
  '3': SleepLevel.Rem,
  '4': SleepLevel.Awake,
}

export function mapSleep(payload: unknown, context: MapContext): Mapped[] {
  return documents('sleep', Sleep, payload).flatMap((document): Mapped[] => {
    if (document.type === NOT_SLEEP) return []
    const key = { id: document.id }
    if (document.type === DELETED) return [{ type: 'sleep', key, day: document.day, record: null }]
    const main = document.type === MAIN
    if (!main && !EXTRA.has(document.type ?? '')) context.unknown('sleep.type', document.type ?? '')
    const night: Mapped = { type: 'sleep', key, day: document.day, main, record: sleepOf(document, context) }
    if (!main || typeof document.lowest_heart_rate !== 'number') return [night]
    const resting: Mapped = {
      type: 'daily',
      key: { day: document.day },
      record: { heart_rate_data: { summary: { resting_hr_bpm: document.lowest_heart_rate } } },
    }
    return [night, resting]
  })
}

function sleepOf(document: Sleep, context: MapContext) {
  const zone = zoneOfPage(context.timeZone, document.bedtime_start)
  const start = instantOf(document.bedtime_start, zone)
  const end = endOf(document, start, zone)
  return {
    metadata: {
      start_time: wireAt(start, zone),
      end_time: end === null ? null : wireAt(end.at, end.zone),
      is_nap: EXTRA.has(document.type ?? ''),
      upload_type: SleepUploadType.Automatic,
    },
    sleep_durations_data: {
      sleep_efficiency: document.efficiency,
      asleep: {
        duration_asleep_state_seconds: document.total_sleep_duration,
        duration_deep_sleep_state_seconds: document.deep_sleep_duration,
        duration_light_sleep_state_seconds: document.light_sleep_duration,
        duration_REM_sleep_state_seconds: document.rem_sleep_duration,
      },
      awake: { duration_awake_state_seconds: document.awake_time, sleep_latency_seconds: document.latency },
      other: { duration_in_bed_seconds: document.time_in_bed },
      hypnogram_samples: hypnogram(document, start, end?.at ?? null, zone, context),
    },
    heart_rate_data: {
      summary: {
        avg_hr_bpm: document.average_heart_rate,
        min_hr_bpm: document.lowest_heart_rate,
        avg_hrv_rmssd: document.average_hrv,
      },
      detailed: {
        hr_samples: timedValues(document.heart_rate, zone).map(({ timestamp, value }) => ({ timestamp, bpm: value })),
        hrv_samples_rmssd: timedValues(document.hrv, zone).map(({ timestamp, value }) => ({
          timestamp,
          hrv_rmssd: value,
        })),
      },
    },
    respiration_data: { breaths_data: { avg_breaths_per_min: document.average_breath } },
    temperature_data: { delta: document.readiness?.temperature_deviation },
    readiness_data: { readiness: document.readiness?.score },
  }
}

/** Published examples have nights that end before they begin: then the time in bed says when. */
function endOf(document: Sleep, start: number, zone: string | null): { at: number; zone: string | null } | null {
  const given = instantOf(document.bedtime_end, zone)
  if (given > start) return { at: given, zone: zoneOfPage(zone, document.bedtime_end) }
  if (typeof document.time_in_bed !== 'number' || document.time_in_bed <= 0) return null
  return { at: start + document.time_in_bed * 1000, zone }
}

/** The finer cells when there are any. A cell that begins after the end is none; the last may have reached past it. */
function hypnogram(document: Sleep, start: number, end: number | null, zone: string | null, context: MapContext) {
  const fine = document.sleep_phase_30_sec ?? ''
  const cells = fine === '' ? (document.sleep_phase_5_min ?? '') : fine
  const seconds = fine === '' ? 300 : 30
  return [...cells].flatMap((cell, i) => {
    const at = start + i * seconds * 1000
    if (end !== null && at >= end) return []
    const level = STAGES[cell]
    if (level === undefined) context.unknown('sleep.phase', cell)
    return [{ timestamp: wireAt(at, zone), level: level ?? SleepLevel.Unknown }]
  })
}
