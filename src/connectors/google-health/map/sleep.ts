// Nights and naps. Google files a sleep under the day on which it ends.
import { z } from 'zod'
import { SleepLevel, SleepUploadType } from '../../../model/enumerations.ts'
import { overlaid, secondsAt, type Segment } from '../../../model/hypnogram.ts'
import { minutesToSeconds, ratioToPercent, round } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { type Point, readPoints } from '../pages.ts'
import { boundsOf, dayAt, dayOfSample, shown, shownEnd, shownStart } from '../time.ts'
import {
  day,
  flag,
  instant,
  Interval,
  maybeDuration,
  maybeInstant,
  maybeInt64,
  number,
  SampleTime,
  text,
} from '../values.ts'
import { named } from './energy.ts'
import { deviceOf, isManual, withoutTwins } from './sources.ts'

const Stretch = z.object({ startTime: instant, startUtcOffset: maybeDuration, endTime: instant, type: text })
const Sleep = z.object({
  interval: Interval,
  type: text,
  stages: z.array(Stretch).nullish(),
  shortAwakenings: z.array(Stretch).nullish(),
  outOfBedSegments: z.array(Stretch).nullish(),
  metadata: z.object({ processed: flag, nap: flag, mainSleep: flag }).nullish(),
  summary: z
    .object({
      minutesInSleepPeriod: maybeInt64,
      minutesAfterWakeUp: maybeInt64,
      minutesToFallAsleep: maybeInt64,
      minutesAsleep: maybeInt64,
      minutesAwake: maybeInt64,
      stagesSummary: z.array(z.object({ type: text, minutes: maybeInt64, count: maybeInt64 })).nullish(),
    })
    .nullish(),
  updateTime: maybeInstant,
})
type Sleep = z.infer<typeof Sleep>

const STAGES = new Map<string, number>([
  ['AWAKE', SleepLevel.Awake],
  ['LIGHT', SleepLevel.Light],
  ['DEEP', SleepLevel.Deep],
  ['REM', SleepLevel.Rem],
  ['ASLEEP', SleepLevel.Sleeping],
  ['RESTLESS', SleepLevel.Awake],
])
const { Light, Deep, Rem, Sleeping, Awake } = SleepLevel
const CLASSIC_STAGES = new Set(['ASLEEP', 'RESTLESS'])

export function mapSleep(payload: unknown, context: MapContext): Mapped[] {
  const points = readPoints('sleep', Sleep, payload, context)
  return withoutTwins(points).flatMap((point) => sleepOf(point, context))
}

function sleepOf({ id, source, value }: Point<Sleep>, context: MapContext): Mapped[] {
  // The stages are still being computed, and another notice comes with them.
  if (value.metadata?.processed === false) return []
  const { interval } = value
  const zone = context.timeZone
  const nap = isNap(value)
  return [
    {
      type: 'sleep',
      key: { id: id ?? new Date(interval.startTime).toISOString() },
      day: dayAt(interval.endTime ?? interval.startTime, interval.endUtcOffset, interval.civilEndTime, zone),
      main: value.metadata?.mainSleep ?? nap === false,
      version: value.updateTime ?? null,
      record: {
        metadata: {
          start_time: shownStart(interval, zone),
          end_time: shownEnd(interval, zone),
          is_nap: nap,
          upload_type: isManual(source) ? SleepUploadType.Manual : SleepUploadType.Automatic,
        },
        device_data: deviceOf(source),
        sleep_durations_data: durationsOf(value, context),
      },
    },
  ]
}

/** Null when neither is said: false may be left out, and then nobody knows which of the two it was. */
function isNap({ metadata }: Sleep): boolean | null {
  if (typeof metadata?.nap === 'boolean') return metadata.nap
  return typeof metadata?.mainSleep === 'boolean' ? !metadata.mainSleep : null
}

function durationsOf(value: Sleep, context: MapContext) {
  const stages = overlaid(segmentsOf(value.stages, context), segmentsOf(value.shortAwakenings, context, Awake))
  // Times out of bed lie over all; the durations are those of the stages.
  const segments = overlaid(stages, segmentsOf(value.outOfBedSegments, context, SleepLevel.OutOfBed))
  const summary = value.summary ?? {}
  const counted = countedOf(value, stages, isClassic(value))
  const inBed = seconds(summary.minutesInSleepPeriod) ?? (stages.length === 0 ? null : total(stages))
  const { asleep } = counted
  return {
    sleep_efficiency: asleep === null || inBed === null || inBed === 0 ? null : ratioToPercent(asleep / inBed),
    asleep: {
      duration_asleep_state_seconds: asleep,
      duration_deep_sleep_state_seconds: counted.deep,
      duration_light_sleep_state_seconds: counted.light,
      duration_REM_sleep_state_seconds: counted.rem,
      num_REM_events: countOf(value, 'REM'),
    },
    awake: {
      duration_awake_state_seconds: counted.awake,
      sleep_latency_seconds: seconds(summary.minutesToFallAsleep),
      wake_up_latency_seconds: seconds(summary.minutesAfterWakeUp),
      num_wakeup_events: countOf(value, 'AWAKE'),
      num_out_of_bed_events: value.outOfBedSegments?.length,
    },
    other: { duration_in_bed_seconds: inBed },
    hypnogram_samples: segments.map(({ startAt, level }) => ({
      timestamp: shown(startAt, offsetAt(value, startAt), context.timeZone),
      level,
    })),
  }
}

/** What the summary says; what it leaves out, the stages add up to. Classic sleep has no light, deep or REM. */
function countedOf(value: Sleep, segments: readonly Segment[], classic: boolean) {
  const { summary } = value
  const minutes = (type: string): number | null =>
    seconds(summary?.stagesSummary?.find((each) => each.type === type)?.minutes)
  const complete = segments.length > 0 && segments.every(({ level }) => level !== SleepLevel.Unknown)
  const add = (...levels: number[]): number | null => (complete ? secondsAt(segments, ...levels) : null)
  const staged = (type: string, level: number): number | null => (classic ? null : (minutes(type) ?? add(level)))
  return {
    asleep: seconds(summary?.minutesAsleep) ?? add(Light, Deep, Rem, Sleeping),
    awake: awakeOf(seconds(summary?.minutesAwake), minutes, classic) ?? add(Awake),
    deep: staged('DEEP', Deep),
    light: staged('LIGHT', Light),
    rem: staged('REM', Rem),
  }
}

/**
 * Restless counts as awake, as it did in the old API; whether `minutesAwake` has it, is not said. A stage that did not occur is
 * not listed.
 */
function awakeOf(said: number | null, minutes: (type: string) => number | null, classic: boolean): number | null {
  const restless = classic ? minutes('RESTLESS') : null
  return restless === null ? said : (minutes('AWAKE') ?? 0) + restless
}

function countOf({ summary }: Sleep, type: string): number | null {
  return summary?.stagesSummary?.find((each) => each.type === type)?.count ?? null
}

function isClassic({ type, stages, summary }: Sleep): boolean {
  if (type === 'CLASSIC' || type === 'STAGES') return type === 'CLASSIC'
  return [...(stages ?? []), ...(summary?.stagesSummary ?? [])].some((each) => CLASSIC_STAGES.has(each.type ?? ''))
}

function segmentsOf(
  stretches: readonly z.infer<typeof Stretch>[] | null | undefined,
  context: MapContext,
  level?: number,
): Segment[] {
  return (stretches ?? []).map(({ startTime, endTime, type }) => ({
    startAt: startTime,
    endAt: endTime,
    level: level ?? named(STAGES, 'sleep.stage', type, context) ?? SleepLevel.Unknown,
  }))
}

/** A night in which the clock changes has stages with two offsets. */
function offsetAt({ stages, interval }: Sleep, at: number): number | null | undefined {
  const stage = stages?.find(({ startTime, endTime }) => startTime <= at && at < endTime)
  return stage?.startUtcOffset ?? interval.startUtcOffset
}

function total(segments: readonly Segment[]): number {
  return segments.reduce((sum, { startAt, endAt }) => sum + (endAt - startAt) / 1000, 0)
}

function seconds(minutes: number | null | undefined): number | null {
  return typeof minutes === 'number' ? minutesToSeconds(minutes) : null
}

const Breathing = z.object({ sampleTime: SampleTime, fullSleepStats: z.object({ breathsPerMinute: number }).nullish() })

/** Sampled when the night ends, so that its day is the night's. */
export function mapBreathingOfSleep(payload: unknown, context: MapContext): Mapped[] {
  return readPoints('respiratory-rate-sleep-summary', Breathing, payload, context).map(({ value }) =>
    breathing(dayOfSample(value.sampleTime, context.timeZone), value.fullSleepStats?.breathsPerMinute),
  )
}

const DailyBreathing = z.object({ date: day, breathsPerMinute: number })

export function mapDailyBreathing(payload: unknown, context: MapContext): Mapped[] {
  return readPoints('daily-respiratory-rate', DailyBreathing, payload, context).map(({ value }) =>
    breathing(value.date, value.breathsPerMinute),
  )
}

function breathing(mainOf: string, rate: number | null | undefined): Mapped {
  return {
    type: 'sleep',
    key: { mainOf },
    record: { respiration_data: { breaths_data: { avg_breaths_per_min: rate } } },
  }
}

const Temperature = z.object({ date: day, nightlyTemperatureCelsius: number, baselineTemperatureCelsius: number })

export function mapSleepTemperature(payload: unknown, context: MapContext): Mapped[] {
  return readPoints('daily-sleep-temperature-derivations', Temperature, payload, context).map(({ value }) => {
    const { nightlyTemperatureCelsius: nightly, baselineTemperatureCelsius: baseline } = value
    const known = typeof nightly === 'number' && typeof baseline === 'number'
    return {
      type: 'sleep',
      key: { mainOf: value.date },
      record: { temperature_data: { delta: known ? round(nightly - baseline, 4) : null } },
    }
  })
}

const Oxygen = z.object({ date: day, averagePercentage: number })

export function mapDailyOxygen(payload: unknown, context: MapContext): Mapped[] {
  return readPoints('daily-oxygen-saturation', Oxygen, payload, context).flatMap(({ value }): Mapped[] => {
    const { date, averagePercentage: average } = value
    return [
      {
        type: 'daily',
        key: { day: date },
        record: {
          metadata: boundsOf(date, context.timeZone),
          oxygen_data: { avg_saturation_percentage: average },
        },
      },
      {
        type: 'sleep',
        key: { mainOf: date },
        record: { respiration_data: { oxygen_saturation_data: { avg_saturation_percentage: average } } },
      },
    ]
  })
}
