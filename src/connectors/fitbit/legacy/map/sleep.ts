// Sleep logs, version 1.2 with stages, and version 1 with a value for each minute.
import { z } from 'zod'
import { SleepLevel, SleepUploadType } from '../../../../model/enumerations.ts'
import { overlaid, secondsAt, type Segment } from '../../../../model/hypnogram.ts'
import { minutesToSeconds } from '../../../../model/units.ts'
import type { MapContext, Mapped } from '../../../connector.ts'
import { readDocuments } from '../../../documents.ts'
import { boundsOf, instantAt, shown } from '../time.ts'
import { clock, day, flag, id, number, numeral, text, time } from '../values.ts'

const { Awake, Sleeping, Light, Deep, Rem, Unknown } = SleepLevel
const Block = z.object({ dateTime: time, level: z.string(), seconds: z.number() })
const Stage = z.object({ count: number, minutes: number }).nullish()

const Sleep = z.object({
  logId: id,
  dateOfSleep: day,
  startTime: time,
  endTime: time.nullish(),
  duration: number,
  efficiency: number,
  isMainSleep: flag,
  logType: text,
  type: text,
  timeInBed: number,
  minutesAsleep: number,
  minutesAwake: number,
  minutesToFallAsleep: number,
  minutesAfterWakeup: number,
  levels: z
    .object({
      data: z.array(Block).nullish(),
      shortData: z.array(Block).nullish(),
      summary: z
        .object({
          deep: Stage,
          light: Stage,
          rem: Stage,
          wake: Stage,
          asleep: Stage,
          restless: Stage,
          awake: Stage,
        })
        .nullish(),
    })
    .nullish(),
  // Version 1.
  minuteData: z.array(z.object({ dateTime: clock, value: numeral })).nullish(),
  awakeCount: number,
  awakeDuration: number,
  restlessDuration: number,
})
type Sleep = z.infer<typeof Sleep>

const LEVELS = new Map<string, number>([
  ['wake', Awake],
  ['awake', Awake],
  ['restless', Awake],
  ['asleep', Sleeping],
  ['light', Light],
  ['deep', Deep],
  ['rem', Rem],
])
/** Of version 1: asleep, restless, really awake. */
const MINUTE_LEVELS = new Map<number, number>([
  [1, Sleeping],
  [2, Awake],
  [3, Awake],
])
const UPLOADS = new Map<string, number>([
  ['manual', SleepUploadType.Manual],
  ['auto_detected', SleepUploadType.Automatic],
])

/** Stages are still being computed, and the list is empty until they are. */
export function isPending(payload: unknown): boolean {
  return (payload as { meta?: { state?: unknown } } | null)?.meta?.state === 'pending'
}

export function mapSleep(payload: unknown, context: MapContext): Mapped[] {
  if (isPending(payload)) return []
  return readDocuments({ kind: 'sleep', schema: Sleep, lists: ['sleep'] }, payload, context).map((log) => {
    const start = instantAt(log.startTime, context)
    const lasts = typeof log.duration === 'number' ? log.duration : null
    // Across a change of the clock the duration tells which of two instants the end is.
    const end = log.endTime
      ? instantAt(log.endTime, context, lasts === null ? null : start + lasts)
      : lasts === null
        ? null
        : start + lasts
    return {
      type: 'sleep',
      key: { id: log.logId },
      day: log.dateOfSleep,
      main: log.isMainSleep ?? false,
      record: {
        metadata: {
          start_time: shown(start, context),
          end_time: end !== null && end > start ? shown(end, context) : null,
          is_nap: typeof log.isMainSleep === 'boolean' ? !log.isMainSleep : null,
          upload_type: uploadOf(log.logType, context),
        },
        sleep_durations_data: durationsOf(log, start, context),
      },
    }
  })
}

function uploadOf(logType: string | null | undefined, context: MapContext): number {
  if (!logType) return SleepUploadType.Unknown
  const known = UPLOADS.get(logType)
  if (known === undefined) context.unknown('sleep.logType', logType)
  return known ?? SleepUploadType.Unknown
}

/** What Fitbit counted, in which its short awakenings are; what it left out is added up from the blocks. */
function durationsOf(log: Sleep, start: number, context: MapContext) {
  const segments = segmentsOf(log, start, context)
  const summary = log.levels?.summary ?? {}
  const classic = isClassic(log)
  const complete = segments.length > 0 && segments.every(({ level }) => level !== Unknown)
  const add = (...levels: number[]): number | null => (complete ? secondsAt(segments, ...levels) : null)
  const stage = (counted: z.infer<typeof Stage>, level: number): number | null =>
    classic ? null : (minutes(counted?.minutes) ?? (log.levels?.summary ? null : add(level)))
  return {
    sleep_efficiency: log.efficiency,
    asleep: {
      duration_asleep_state_seconds:
        (classic ? minutes(summary.asleep?.minutes) : null) ??
        minutes(log.minutesAsleep) ??
        add(Sleeping, Light, Deep, Rem),
      duration_deep_sleep_state_seconds: stage(summary.deep, Deep),
      duration_light_sleep_state_seconds: stage(summary.light, Light),
      duration_REM_sleep_state_seconds: stage(summary.rem, Rem),
      num_REM_events: classic ? null : summary.rem?.count,
    },
    awake: {
      duration_awake_state_seconds: awakeOf(log, classic) ?? minutes(log.minutesAwake) ?? add(Awake),
      num_wakeup_events: classic ? (summary.awake?.count ?? log.awakeCount) : summary.wake?.count,
      sleep_latency_seconds: minutes(log.minutesToFallAsleep),
      wake_up_latency_seconds: minutes(log.minutesAfterWakeup),
    },
    other: { duration_in_bed_seconds: minutes(log.timeInBed) },
    hypnogram_samples: segments.map(({ startAt, level }) => ({ timestamp: shown(startAt, context), level })),
  }
}

/** In classic logs restless counts as awake. */
function awakeOf(log: Sleep, classic: boolean): number | null {
  const summary = log.levels?.summary
  if (!classic) return minutes(summary?.wake?.minutes)
  const [awake, restless] = summary
    ? [summary.awake?.minutes, summary.restless?.minutes]
    : [log.awakeDuration, log.restlessDuration]
  return typeof awake === 'number' && typeof restless === 'number' ? minutesToSeconds(awake + restless) : null
}

function isClassic({ type, levels }: Sleep): boolean {
  if (type === 'classic' || type === 'stages') return type === 'classic'
  const { summary } = levels ?? {}
  return !(summary?.deep || summary?.light || summary?.rem || summary?.wake)
}

function segmentsOf(log: Sleep, start: number, context: MapContext): Segment[] {
  if (log.minuteData?.length) return ofMinutes(log, start, context)
  const blocks = (list: readonly z.infer<typeof Block>[] | null | undefined): Segment[] => {
    // A block goes on where the one before it ended; only that tells the two hours apart that the clock shows twice.
    let near = start
    return (list ?? []).map(({ dateTime, level, seconds }) => {
      const startAt = instantAt(dateTime, context, near)
      near = startAt + seconds * 1000
      const known = LEVELS.get(level)
      if (known === undefined) context.unknown('sleep.level', level)
      return { startAt, endAt: near, level: known ?? Unknown }
    })
  }
  return overlaid(blocks(log.levels?.data), blocks(log.levels?.shortData))
}

const MINUTE_MS = 60_000

/** Minutes follow one another from the start; those of one value make up a segment. */
function ofMinutes({ minuteData }: Sleep, start: number, context: MapContext): Segment[] {
  const segments: Segment[] = []
  for (const [i, { value }] of (minuteData ?? []).entries()) {
    const level = MINUTE_LEVELS.get(value)
    if (level === undefined) context.unknown('sleep.minuteData', String(value))
    const startAt = start + i * MINUTE_MS
    const last = segments.at(-1)
    if (last !== undefined && last.level === (level ?? Unknown)) last.endAt = startAt + MINUTE_MS
    else segments.push({ startAt, endAt: startAt + MINUTE_MS, level: level ?? Unknown })
  }
  return segments
}

function minutes(value: number | null | undefined): number | null {
  return typeof value === 'number' ? minutesToSeconds(value) : null
}

const Breathing = z.object({
  dateTime: day,
  value: z.object({ breathingRate: number, fullSleepSummary: z.object({ breathingRate: number }).nullish() }),
})

/** Of the main sleep of that day; `all` has it for each stage, and for the whole. */
export function mapBreathing(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'breathing_rate', schema: Breathing, lists: ['br'] }, payload, context).map(
    ({ dateTime, value }) => ({
      type: 'sleep',
      key: { mainOf: dateTime },
      record: {
        respiration_data: {
          breaths_data: { avg_breaths_per_min: value.fullSleepSummary?.breathingRate ?? value.breathingRate },
        },
      },
    }),
  )
}

const SkinTemperature = z.object({ dateTime: day, value: z.object({ nightlyRelative: number }) })

export function mapSkinTemperature(payload: unknown, context: MapContext): Mapped[] {
  const shape = { kind: 'temperature_skin', schema: SkinTemperature, lists: ['tempSkin'] }
  return readDocuments(shape, payload, context).map(({ dateTime, value }) => ({
    type: 'sleep',
    key: { mainOf: dateTime },
    record: { temperature_data: { delta: value.nightlyRelative } },
  }))
}

const VariabilityMinute = z.object({ minute: time, value: z.object({ rmssd: number }) })
const Variability = z.object({
  dateTime: day,
  value: z.object({ dailyRmssd: number }).nullish(),
  minutes: z.array(VariabilityMinute).nullish(),
})

/** The day and its main sleep both have the mean; five-minute values are the days' on whose clock they stand. */
export function mapVariability(payload: unknown, context: MapContext): Mapped[] {
  const page = { kind: 'hrv', schema: Variability, lists: ['hrv'], series: { minutes: VariabilityMinute } }
  const documents = readDocuments(page, payload, context)
  const means = documents.flatMap(({ dateTime, value }): Mapped[] => {
    if (!value) return []
    const heart_rate_data = { summary: { avg_hrv_rmssd: value.dailyRmssd } }
    return [
      { type: 'daily', key: { day: dateTime }, record: { metadata: boundsOf(dateTime, context), heart_rate_data } },
      { type: 'sleep', key: { mainOf: dateTime }, record: { heart_rate_data } },
    ]
  })
  const readings = documents.flatMap(({ minutes: list }) =>
    (list ?? []).flatMap(({ minute, value: { rmssd } }) =>
      typeof rmssd === 'number' ? [{ day: minute.slice(0, 10), at: instantAt(minute, context), rmssd }] : [],
    ),
  )
  const series = [...Map.groupBy(readings, (reading) => reading.day)].map(([of, inDay]): Mapped => ({
    type: 'daily',
    key: { day: of },
    record: {
      metadata: boundsOf(of, context),
      heart_rate_data: {
        detailed: {
          hrv_samples_rmssd: inDay.map(({ at, rmssd }) => ({ timestamp: shown(at, context), hrv_rmssd: rmssd })),
        },
      },
    },
  }))
  return [...means, ...series]
}
