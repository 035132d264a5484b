import { SleepLevel, SleepUploadType } from '../../../model/enumerations.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { mapEach } from '../../documents.ts'
import { documents } from '../documents.ts'
import { Reading, Sleep } from '../payloads.ts'
import { boundsOf, instantOf, offsetOf, timedValues, wireAt, zoneOfPage } from '../time.ts'

const MAIN = 'long_sleep'
const EXTRA = new Set(['sleep', 'late_nap'])
/** Taken for sleep by the ring, rejected by the person. */
const NOT_SLEEP = 'rest'
const DELETED = 'deleted'

const STAGES = new Map<string, number>([
  ['1', SleepLevel.Deep],
  ['2', SleepLevel.Light],
  ['3', SleepLevel.Rem],
  ['4', SleepLevel.Awake],
])
const FINE_CELL_SECONDS = 30
/** Rounded: their sums differ from the durations. */
const COARSE_CELL_SECONDS = 300

export function mapSleep(payload: unknown, context: MapContext): Mapped[] {
  const all = documents('sleep', Sleep, payload, context, { 'heart_rate.items': Reading, 'hrv.items': Reading })
  return [
    ...mapEach('sleep', all, context, (document) => periodOf(document, context)),
    ...restingHeartRates(all, context),
  ]
}

function periodOf(document: Sleep, context: MapContext): Mapped[] {
  const { type, day } = document
  const key = { id: document.id }
  if (type === NOT_SLEEP) return []
  if (type === DELETED) return [{ type: 'sleep', key, day, record: null }]
  return [{ type: 'sleep', key, day, main: type === MAIN, record: sleepOf(document, context) }]
}

/** The day's resting heart rate is the lowest of its main sleep: of the longest one where a day has two. */
function restingHeartRates(all: readonly Sleep[], context: MapContext): Mapped[] {
  const mains = new Map<string, Sleep>()
  for (const document of all) {
    if (document.type !== MAIN || typeof document.lowest_heart_rate !== 'number') continue
    const longest = mains.get(document.day)
    if (longest === undefined || asleep(document) > asleep(longest)) mains.set(document.day, document)
  }
  return [...mains].map(([day, document]) => ({
    type: 'daily',
    key: { day },
    record: {
      metadata: boundsOf(day, context.timeZone, document.bedtime_end, offsetOf(document.bedtime_start)),
      heart_rate_data: { summary: { resting_hr_bpm: document.lowest_heart_rate } },
    },
  }))
}

function asleep(document: Sleep): number {
  return document.total_sleep_duration ?? 0
}

function sleepOf(document: Sleep, context: MapContext) {
  const zone = zoneOfPage(context.timeZone, document.bedtime_start)
  const start = instantOf(document.bedtime_start, zone)
  const end = endOf(document, start, zone)
  return {
    metadata: {
      start_time: wireAt(start, zone),
      end_time: end === null ? null : wireAt(end.at, end.zone),
      is_nap: isNap(document.type, context),
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
        hr_samples: timedValues(document.heart_rate, context.timeZone).map(({ timestamp, value }) => ({
          timestamp,
          bpm: value,
        })),
        hrv_samples_rmssd: timedValues(document.hrv, context.timeZone).map(({ timestamp, value }) => ({
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

/** Null when Oura does not say which kind of sleep it was. */
function isNap(type: string | null | undefined, context: MapContext): boolean | null {
  if (type === null || type === undefined) return null
  if (type === MAIN) return false
  if (EXTRA.has(type)) return true
  context.unknown('sleep.type', type)
  return null
}

/** Published examples have nights that end before they begin: then the time in bed says when. */
function endOf(document: Sleep, start: number, zone: string | null): { at: number; zone: string | null } | null {
  if (document.bedtime_end) {
    const endZone = zoneOfPage(zone, document.bedtime_end)
    const given = instantOf(document.bedtime_end, endZone)
    if (given > start) return { at: given, zone: endZone }
  }
  if (typeof document.time_in_bed !== 'number' || document.time_in_bed <= 0) return null
  return { at: start + document.time_in_bed * 1000, zone }
}

/** The finer cells when there are any. A cell that begins after the end is none; the last may have reached past it. */
function hypnogram(document: Sleep, start: number, end: number | null, zone: string | null, context: MapContext) {
  const fine = document.sleep_phase_30_sec ?? ''
  const cells = fine === '' ? (document.sleep_phase_5_min ?? '') : fine
  const seconds = fine === '' ? COARSE_CELL_SECONDS : FINE_CELL_SECONDS
  return [...cells].flatMap((cell, i) => {
    const at = start + i * seconds * 1000
    if (end !== null && at >= end) return []
    const level = STAGES.get(cell)
    if (level === undefined) context.unknown('sleep.phase', cell)
    return [{ timestamp: wireAt(at, zone), level: level ?? SleepLevel.Unknown }]
  })
}
