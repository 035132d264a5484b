import { SleepUploadType } from '../../../model/enumerations.ts'
import { wireAt, zoneOfInstant } from '../../../model/local-day.ts'
import { offsetText, parseTimestamp } from '../../../model/timestamps.ts'
import { ratioToPercent } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { SleepEntry } from '../payloads.ts'

/** An entry without its times is none. The same id again is a later version. */
export function mapSleep(payload: unknown, context: MapContext): Mapped[] {
  const page = { kind: 'sleep', schema: SleepEntry, lists: ['samples', 'payload'] }
  const entries = readDocuments(page, payload, context)
  const last = new Map<string, SleepEntry>()
  for (const entry of entries) {
    const { SleepId: id, BedtimeStart: start, BedtimeEnd: end } = entry.entryData
    if (!start || !end) continue
    const key = id ?? start
    const before = last.get(key)
    if (before === undefined || instant(before.timestamp) <= instant(entry.timestamp)) last.set(key, entry)
  }
  return [...last].map(([id, entry]) => sleepOf(id, entry, context))
}

function sleepOf(id: string, { timestamp, entryData: night }: SleepEntry, context: MapContext): Mapped {
  const awake = night.WakeAfterSleepOnsetDuration
  const { deep, light, rem, asleep } = stagesOf(night)
  const start = at(night.BedtimeStart!, context)
  const end = at(night.BedtimeEnd!, context)
  const inBed = (end.at - start.at) / 1000
  return {
    type: 'sleep',
    key: { id },
    day: end.text.slice(0, 10),
    main: night.IsNap !== true,
    version: instant(timestamp),
    record: {
      metadata: {
        start_time: start.text,
        end_time: end.text,
        is_nap: night.IsNap,
        upload_type: SleepUploadType.Automatic,
      },
      sleep_durations_data: {
        asleep: {
          duration_asleep_state_seconds: asleep,
          duration_deep_sleep_state_seconds: deep,
          duration_light_sleep_state_seconds: light,
          duration_REM_sleep_state_seconds: rem,
        },
        awake: {
          duration_awake_state_seconds: awake,
          sleep_latency_seconds: night.SleepOnsetLatencyDuration,
          wake_up_latency_seconds: night.WakeBeforeOffBedDuration,
        },
        other: { duration_in_bed_seconds: inBed > 0 ? inBed : null },
      },
      heart_rate_data: {
        summary: { avg_hr_bpm: night.HRAvg, min_hr_bpm: night.HRMin, avg_hrv_rmssd: night.AvgHRV },
      },
      respiration_data: {
        oxygen_saturation_data: {
          ...(isNumber(night.MaxSpo2) && {
            samples: [{ timestamp: end.text, percentage: ratioToPercent(night.MaxSpo2), type: BLOOD }],
          }),
        },
      },
      scores: { sleep: night.SleepQualityScore },
    },
  }
}

/**
 * What is called the duration has the time awake in it. A sleep that nobody scored, as a nap may be, has zeros for all of
 * its stages: it has none.
 */
function stagesOf(night: SleepEntry['entryData']) {
  const { DeepSleepDuration: deep, LightSleepDuration: light, REMSleepDuration: rem, Duration: duration } = night
  const slept = isNumber(duration) ? duration - (night.WakeAfterSleepOnsetDuration ?? 0) : null
  const complete = isNumber(deep) && isNumber(light) && isNumber(rem)
  const staged = complete ? deep + light + rem : null
  if (staged === 0 && slept !== null && slept > 0) return { deep: null, light: null, rem: null, asleep: slept }
  return { deep, light, rem, asleep: staged ?? slept }
}

const BLOOD = 0

function at(text: string, context: MapContext): { at: number; text: string } {
  const { offsetMinutes } = parseTimestamp(text)
  const epochMs = instant(text)
  const zone = zoneOfInstant(epochMs, context.timeZone, offsetMinutes === null ? null : offsetText(offsetMinutes))
  return { at: epochMs, text: wireAt(epochMs, zone ?? '+00:00') }
}

function instant(text: string): number {
  const { epochMs, local } = parseTimestamp(text)
  return epochMs ?? Date.parse(`${local}Z`)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
