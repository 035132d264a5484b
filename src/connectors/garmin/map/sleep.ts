// Nights and naps. Garmin knows one night for each day of waking; its id changes whenever the night grows.
import { OxygenSaturationType, SleepLevel, SleepUploadType } from '../../../model/enumerations.ts'
import type { LocalDay } from '../../../model/local-day.ts'
import { isOnCalendar } from '../../../model/timestamps.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { Nap, SleepSummary } from '../payloads.ts'
import { isObject, summaries } from '../summaries.ts'
import { clockOf, isPositive, localDay, valuesAt, zoneAt } from '../time.ts'

const LEVELS = new Map<string, number>([
  ['unmeasurable', SleepLevel.Unknown],
  ['awake', SleepLevel.Awake],
  ['light', SleepLevel.Light],
  ['deep', SleepLevel.Deep],
  ['rem', SleepLevel.Rem],
])
/** Sums of whole minutes may be off by one of them. */
const FITS_SECONDS = 60
/** A map of stages that goes on for longer than this after the night is not of this night. */
const MAP_BEYOND_SECONDS = 1800

/** The day of waking: also what the night is kept under, since its own id changes with its length. */
export function nightOf(summary: SleepSummary, known: string | null): { day: LocalDay; zone: string | null } {
  const { startTimeInSeconds: start, startTimeOffsetInSeconds: offset } = summary
  const zone = zoneAt(start, offset, known)
  return { day: summary.calendarDate ?? localDay(spanOf(summary).end, zone), zone }
}

export function mapSleeps(payload: unknown, context: MapContext): Mapped[] {
  const all = summaries('sleeps', SleepSummary, payload, context)
  const days = Map.groupBy(all, (summary) => nightOf(summary, context.timeZone).day)
  return [...days].flatMap(([day, versions]) => {
    const sleeps = sleepsOf(versions)
    const main = sleeps.reduce((longest, each) => (lengthOf(each) > lengthOf(longest) ? each : longest))
    return sleeps.flatMap((summary): Mapped[] => {
      countStrangers(summary, context)
      const { zone } = nightOf(summary, context.timeZone)
      const id = summary === main ? day : `${day}-${summary.startTimeInSeconds}`
      return [
        { type: 'sleep', key: { id }, day, main: summary === main, record: recordOf(summary, zone) },
        ...napsOf(summary, day, context),
      ]
    })
  })
}

/** Of those that overlap the last one counts: it is the same sleep, grown. Others of one day are sleeps of their own. */
function sleepsOf(versions: readonly SleepSummary[]): SleepSummary[] {
  const kept: SleepSummary[] = []
  for (const summary of versions) {
    const { startTimeInSeconds: start } = summary
    const end = spanOf(summary).end
    const apart = kept.filter((other) => {
      const from = other.startTimeInSeconds
      return from !== start && (spanOf(other).end <= start || from >= end)
    })
    kept.splice(0, kept.length, ...apart, summary)
  }
  return kept
}

function lengthOf(summary: SleepSummary): number {
  return spanOf(summary).end - summary.startTimeInSeconds
}

function recordOf(summary: SleepSummary, zone: string | null) {
  const { startTimeInSeconds: start } = summary
  const span = spanOf(summary)
  const clock = clockOf(zone)
  const stages = stagesOf(summary)
  return {
    metadata: {
      start_time: clock(start),
      end_time: clock(span.end),
      is_nap: false,
      upload_type: uploadType(summary.validation),
    },
    sleep_durations_data: {
      asleep: {
        duration_asleep_state_seconds: stages.asleep,
        duration_deep_sleep_state_seconds: stages.deep,
        duration_light_sleep_state_seconds: stages.light,
        duration_REM_sleep_state_seconds: stages.rem,
      },
      awake: { duration_awake_state_seconds: stages.awake },
      other: {
        duration_in_bed_seconds: span.end - start,
        duration_unmeasurable_sleep_seconds: unmeasurable(summary),
      },
      hypnogram_samples: span.segments.map(({ from, level }) => ({ timestamp: clock(from), level })),
    },
    respiration_data: {
      breaths_data: {
        samples: valuesAt(summary.timeOffsetSleepRespiration, start, isPositive).map(({ seconds, value }) => ({
          timestamp: clock(seconds),
          breaths_per_min: value,
        })),
      },
      oxygen_saturation_data: {
        samples: valuesAt(summary.timeOffsetSleepSpo2, start, isPositive).map(({ seconds, value }) => ({
          timestamp: clock(seconds),
          percentage: value,
          type: OxygenSaturationType.Blood,
        })),
      },
    },
    scores: { sleep: summary.overallSleepScore?.value },
  }
}

/**
 * Seconds in each stage. A night that nobody scored (typed in, off the wrist) has zeros in all of them: it has no stages,
 * and its length is all sleep.
 */
function stagesOf(summary: SleepSummary) {
  const { deepSleepDurationInSeconds: deep, lightSleepDurationInSeconds: light, remSleepInSeconds: rem } = summary
  const { durationInSeconds: duration, awakeDurationInSeconds: awake } = summary
  const scored = sleepIn(summary)
  if (scored === 0 && (duration ?? 0) > 0) {
    return { asleep: duration, deep: null, light: null, rem: null, awake: (awake ?? 0) > 0 ? awake : null }
  }
  const complete = [deep, light, rem].every((stage) => typeof stage === 'number')
  const asleep = complete || fits(duration, scored) ? scored : asleepIn(summary)
  return { asleep, deep, light, rem, awake }
}

/** The duration without what it holds besides sleep. */
function asleepIn(summary: SleepSummary): number | null {
  const { durationInSeconds: duration } = summary
  if (typeof duration !== 'number') return null
  return isAwakeIncluded(summary) ? duration - (summary.awakeDurationInSeconds ?? 0) : duration
}

function sleepIn(summary: SleepSummary): number {
  const { deepSleepDurationInSeconds: deep, lightSleepDurationInSeconds: light, remSleepInSeconds: rem } = summary
  return (deep ?? 0) + (light ?? 0) + (rem ?? 0)
}

function unmeasurable(summary: SleepSummary): number | null {
  return summary.unmeasurableSleepInSeconds ?? summary.unmeasurableSleepDurationInSeconds ?? null
}

/**
 * Devices leave time awake out of the duration, Garmin's printed examples count it in. Whichever sum fits this night
 * better says which it is; where neither does, it is left out.
 */
function isAwakeIncluded(summary: SleepSummary): boolean {
  const { durationInSeconds: duration, awakeDurationInSeconds: awake } = summary
  if (typeof duration !== 'number') return false
  const asleep = sleepIn(summary)
  const included = [asleep + (awake ?? 0), asleep + (awake ?? 0) + (unmeasurable(summary) ?? 0)]
  const closest = Math.min(...included.map((sum) => Math.abs(duration - sum)))
  return closest <= FITS_SECONDS && closest < Math.abs(duration - asleep)
}

function fits(duration: number | null | undefined, sum: number): boolean {
  return typeof duration === 'number' && Math.abs(duration - sum) <= FITS_SECONDS
}

interface Segment {
  from: number
  to: number
  level: number
}

/** The end is that of the last stage, unless the map of stages belongs to something else than the totals. */
function spanOf(summary: SleepSummary): { end: number; segments: Segment[] } {
  const start = summary.startTimeInSeconds
  const besides = isAwakeIncluded(summary) ? 0 : (summary.awakeDurationInSeconds ?? 0) + (unmeasurable(summary) ?? 0)
  const byTotals = start + (summary.durationInSeconds ?? sleepIn(summary)) + besides
  const segments = segmentsOf(summary.sleepLevelsMap)
  const byMap = Math.max(...segments.map(({ to }) => to))
  const contradicts = byTotals > start && byMap - byTotals > MAP_BEYOND_SECONDS
  const end = byMap > start && !contradicts ? byMap : byTotals
  return { end, segments: segments.filter(({ from }) => from < end) }
}

/** What is in no list is no sleep, and no sample either. */
function countStrangers({ sleepLevelsMap: map }: SleepSummary, context: MapContext): void {
  for (const name of Object.keys(map ?? {})) {
    if (!LEVELS.has(name.toLowerCase())) context.unknown('sleeps.sleepLevelsMap', name)
  }
}

function segmentsOf(map: Record<string, unknown> | null | undefined): Segment[] {
  const segments: Segment[] = []
  for (const [name, list] of Object.entries(map ?? {})) {
    const level = LEVELS.get(name.toLowerCase())
    if (level === undefined || !Array.isArray(list)) continue
    for (const each of list) {
      if (!isObject(each)) continue
      const { startTimeInSeconds: from, endTimeInSeconds: to } = each
      if (isInstant(from) && isInstant(to)) segments.push({ from, to, level })
    }
  }
  return segments.sort((a, b) => a.from - b.from)
}

function isInstant(seconds: unknown): seconds is number {
  return typeof seconds === 'number' && isOnCalendar(seconds * 1000)
}

/** Kept apart from the night that they came with, under the day and their start. */
function napsOf(summary: SleepSummary, day: LocalDay, context: MapContext): Mapped[] {
  return (summary.naps ?? []).flatMap((raw): Mapped[] => {
    const parsed = Nap.safeParse(raw)
    if (!parsed.success) {
      context.unreadable?.('naps', parsed.error.issues[0]!.message)
      return []
    }
    const { napStartTimeInSeconds: start, napDurationInSeconds: duration, napOffsetInSeconds: offset } = parsed.data
    const clock = clockOf(zoneAt(start, offset ?? summary.startTimeOffsetInSeconds, context.timeZone))
    return [
      {
        type: 'sleep',
        key: { id: `${day}-nap-${start}` },
        day,
        record: {
          metadata: {
            start_time: clock(start),
            end_time: clock(start + duration),
            is_nap: true,
            upload_type: uploadType(parsed.data.napValidation),
          },
          sleep_durations_data: {
            asleep: { duration_asleep_state_seconds: duration },
            other: { duration_in_bed_seconds: duration },
          },
        },
      },
    ]
  })
}

function uploadType(validation: string | null | undefined): number {
  const word = validation?.toUpperCase() ?? ''
  if (word.endsWith('_TENTATIVE')) return SleepUploadType.Tentative
  if (word === 'MANUAL') return SleepUploadType.Manual
  if (word === 'OFF_WRIST') return SleepUploadType.Indeterminate
  return SleepUploadType.Automatic
}
