import { SleepLevel, SleepUploadType } from '../../../model/enumerations.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { isObject, type MetricsDay, numberIn, readingsOf, secondsOf, stagesOf, timeOf } from '../metrics.ts'

const STAGES = new Map<string, number>([
  ['awake', SleepLevel.Awake],
  ['light_sleep', SleepLevel.Light],
  ['deep_sleep', SleepLevel.Deep],
  ['rem_sleep', SleepLevel.Rem],
])

/** The one sleep of a day. Without any time it is no record of its own, and waits for an answer that has one. */
export function sleepOf({ day, entries, zone }: MetricsDay, context: MapContext): Mapped[] {
  const night = entries.get('sleep') ?? {}
  const quick = quickMetrics(night)
  const stages = stageSeconds(night, context)
  // Numbers stand in the night's entry, or as entries of their own.
  const duration = (name: string): number | null =>
    stages.get(name) ?? secondsOf(night[name]) ?? secondsOf(entries.get(name))
  const deep = duration('deep_sleep')
  const light = duration('light_sleep')
  const rem = duration('rem_sleep')
  const staged = deep === null || light === null || rem === null ? null : deep + light + rem
  const asleep = quick.get('total_sleep') ?? secondsOf(night.total_sleep) ?? secondsOf(entries.get('total_sleep'))
  const inBed = quick.get('time_in_bed') ?? secondsOf(night.time_in_bed) ?? secondsOf(entries.get('time_in_bed'))
  const [startAt, endAt] = boundsOf(night, entries, inBed)
  const oxygen = numberIn(night.spo2, 'value') ?? numberIn(entries.get('spo2'), 'value')
  const score = numberIn(night.sleep_score, 'score') ?? numberIn(entries.get('sleep_score'), 'value', 'score')
  if (startAt === null && asleep === null && inBed === null && staged === null && score === null) return []
  const time = (seconds: number | null): string | null => (seconds === null ? null : timeOf(seconds * 1000, zone))
  return [
    {
      type: 'sleep',
      key: { id: `sleep-${day}` },
      day,
      main: true,
      record: {
        metadata: {
          start_time: time(startAt),
          end_time: time(endAt),
          is_nap: false,
          upload_type: SleepUploadType.Automatic,
        },
        sleep_durations_data: {
          sleep_efficiency:
            quick.get('sleep_efic') ??
            numberIn(night.sleep_efficiency, 'percentage', 'value') ??
            numberIn(entries.get('sleep_efficiency'), 'value', 'percentage'),
          asleep: {
            duration_asleep_state_seconds: asleep ?? staged,
            duration_deep_sleep_state_seconds: deep,
            duration_light_sleep_state_seconds: light,
            duration_REM_sleep_state_seconds: rem,
          },
          awake: { duration_awake_state_seconds: duration('awake') },
          other: { duration_in_bed_seconds: inBed },
          hypnogram_samples: hypnogram(night.sleep_graph, zone, context),
        },
        heart_rate_data: {
          summary: {
            avg_hr_bpm: quick.get('avg_hr') ?? null,
            resting_hr_bpm: numberIn(entries.get('sleep_rhr'), 'value') ?? numberIn(night.night_rhr, 'avg'),
            avg_hrv_rmssd: numberIn(entries.get('avg_sleep_hrv'), 'value') ?? quick.get('avg_hrv') ?? null,
          },
          detailed: {
            hr_samples: readingsOf(night.hr_graph).map(({ at, value }) => ({
              timestamp: timeOf(at, zone),
              bpm: value,
            })),
            hrv_samples_rmssd: readingsOf(night.hrv_graph).map(({ at, value }) => ({
              timestamp: timeOf(at, zone),
              hrv_rmssd: value,
            })),
          },
        },
        respiration_data: { oxygen_saturation_data: { avg_saturation_percentage: oxygen } },
        temperature_data: {
          delta:
            numberIn(night.temperature_deviation, 'celsius', 'value') ??
            numberIn(entries.get('temperature_deviation'), 'celsius', 'value'),
        },
        scores: { sleep: score },
      },
    },
  ]
}

/**
 * In seconds. The third form has no bedtimes: the resting heart rate is read at night, from when the night begins, and the
 * time in bed says how long it lasts.
 */
function boundsOf(
  night: Record<string, unknown>,
  entries: MetricsDay['entries'],
  inBed: number | null,
): [startAt: number | null, endAt: number | null] {
  const bedtime = numberIn(night, 'bedtime_start')
  if (bedtime !== null) return [bedtime, numberIn(night, 'bedtime_end')]
  const [first] = readingsOf(entries.get(NIGHTLY))
  if (first === undefined) return [null, null]
  const startAt = first.at / 1000
  return [startAt, inBed === null ? null : startAt + inBed]
}

const NIGHTLY = 'night_rhr'

function quickMetrics(night: Record<string, unknown>): Map<string, number> {
  const found = new Map<string, number>()
  for (const metric of Array.isArray(night.quick_metrics) ? night.quick_metrics : []) {
    if (isObject(metric) && typeof metric.type === 'string' && typeof metric.value === 'number') {
      found.set(metric.type, metric.value)
    }
  }
  return found
}

function stageSeconds(night: Record<string, unknown>, context: MapContext): Map<string, number> {
  const found = new Map<string, number>()
  for (const stage of Array.isArray(night.sleep_stages) ? night.sleep_stages : []) {
    if (!isObject(stage) || typeof stage.type !== 'string' || typeof stage.stage_time !== 'number') continue
    if (STAGES.has(stage.type)) found.set(stage.type, stage.stage_time)
    else context.unknown('sleep_stage', stage.type)
  }
  return found
}

function hypnogram(graph: unknown, zone: string | null, context: MapContext): { timestamp: string; level: number }[] {
  return stagesOf(graph).map(({ start, type }) => {
    const level = STAGES.get(type)
    if (level === undefined) context.unknown('sleep_stage', type)
    return { timestamp: timeOf(start * 1000, zone), level: level ?? SleepLevel.Unknown }
  })
}
