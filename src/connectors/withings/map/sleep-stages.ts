// Stages of a night and what was measured in each: pieces without order, sometimes of several devices.
import { SleepLevel, SleepUploadType } from '../../../model/enumerations.ts'
import { localDayOf } from '../../../model/local-day.ts'
import type { MapContext, Mapped, MappedOf } from '../../connector.ts'
import { countIn, readList } from '../pages.ts'
import { Stage, STAGE_SERIES } from '../payloads.ts'
import { shownAt, timedValues } from '../time.ts'
import { isNap } from './nights.ts'

const AWAKE = 0
const MANUAL = 4
const OUT_OF_BED = 15
const LEVELS = new Map<number, number>([
  [AWAKE, SleepLevel.Awake],
  [1, SleepLevel.Light],
  [2, SleepLevel.Deep],
  [3, SleepLevel.Rem],
  [MANUAL, SleepLevel.Sleeping],
  [5, SleepLevel.Sleeping],
  [OUT_OF_BED, SleepLevel.OutOfBed],
])
/** Further apart than this, two pieces of a page that names no night are two sleeps. */
const APART_SECONDS = 3600

/** A page that was read for one night adds to that night. Any other shows nights without their summary. */
export function mapSleepStages(payload: unknown, context: MapContext): Mapped[] {
  const all = readList({ kind: 'sleep', list: 'series', schema: Stage, series: STAGE_SERIES }, payload, context)
  const stages = all.filter((stage) => stage.enddate > stage.startdate).sort((a, b) => a.startdate - b.startdate)
  if (stages.length === 0) return []
  const hasHoles = all.length < countIn(payload, 'series')
  const { sleep_id: id, deviceid } = context.request
  if (id === undefined) {
    return sleepsOf(stages).map((own) => wholeSleep(ofOneDevice(own, undefined), { context, hasHoles }))
  }
  return [{ type: 'sleep', key: { id }, record: sleepOf(ofOneDevice(stages, deviceid), { context, hasHoles }) }]
}

interface Page {
  context: MapContext
  /** Some of its pieces could not be read. */
  hasHoles: boolean
}

function wholeSleep(own: readonly Stage[], page: Page): MappedOf<'sleep'> {
  const zone = page.context.timeZone
  const start = own[0]!.startdate
  const end = Math.max(...own.map((stage) => stage.enddate))
  const record = sleepOf(own, page)
  const nap = isNap(start, secondsOf(own.filter(({ state }) => state !== AWAKE && state !== OUT_OF_BED)), zone)
  const bounds = { start_time: shownAt(start, zone), end_time: shownAt(end, zone), is_nap: nap }
  return {
    type: 'sleep',
    key: { id: String(start) },
    day: localDayOf(end * 1000, zone),
    main: !nap,
    record: { ...record, metadata: { ...bounds, upload_type: SleepUploadType.Automatic, ...record.metadata } },
  }
}

/** The device of the summary, else the one that saw more of the night; what it sent twice counts once. */
function ofOneDevice(stages: readonly Stage[], wanted: string | undefined): Stage[] {
  const devices = [...Map.groupBy(stages, deviceOf).values()]
  const own = devices.find((of) => wanted !== undefined && deviceOf(of[0]!) === wanted)
  const chosen = own ?? devices.sort((a, b) => secondsOf(b) - secondsOf(a))[0] ?? []
  const begun = new Set<number>()
  return chosen.filter(({ startdate }) => !begun.has(startdate) && begun.add(startdate))
}

function secondsOf(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + stage.enddate - stage.startdate, 0)
}

function deviceOf(stage: Stage): string {
  return stage.hash_deviceid ?? stage.deviceid ?? String(stage.model ?? '')
}

function sleepsOf(stages: readonly Stage[]): Stage[][] {
  const sleeps: Stage[][] = []
  let until = Number.NEGATIVE_INFINITY
  for (const stage of stages) {
    if (stage.startdate - until > APART_SECONDS) sleeps.push([])
    sleeps.at(-1)!.push(stage)
    until = Math.max(until, stage.enddate)
  }
  return sleeps
}

function sleepOf(stages: readonly Stage[], { context, hasHoles }: Page) {
  const zone = context.timeZone
  const series = <Sample>(
    field: 'hr' | 'rr' | 'snoring' | 'rmssd' | 'sdnn_1',
    make: (timestamp: string, value: number) => Sample,
  ) =>
    timedValues(Object.assign({}, ...stages.map((stage) => stage[field])), zone).map(({ timestamp, value }) =>
      make(timestamp, value),
    )
  const byHand = stages.every((stage) => stage.state === MANUAL)
  return {
    metadata: byHand ? { upload_type: SleepUploadType.Manual } : {},
    sleep_durations_data: {
      hypnogram_samples: stages.flatMap(({ startdate, enddate, state }, i) => {
        const sample = { timestamp: shownAt(startdate, zone), level: levelOf(state, context) }
        // A stage lasts until the next begins: not beyond its own end into a piece that nobody could read.
        const hole = hasHoles && enddate < (stages[i + 1]?.startdate ?? enddate)
        return hole ? [sample, { timestamp: shownAt(enddate, zone), level: SleepLevel.Unknown }] : [sample]
      }),
    },
    heart_rate_data: {
      detailed: {
        hr_samples: series('hr', (timestamp, bpm) => ({ timestamp, bpm })),
        hrv_samples_rmssd: series('rmssd', (timestamp, value) => ({ timestamp, hrv_rmssd: value })),
        hrv_samples_sdnn: series('sdnn_1', (timestamp, value) => ({ timestamp, hrv_sdnn: value })),
      },
    },
    respiration_data: {
      breaths_data: { samples: series('rr', (timestamp, rate) => ({ timestamp, breaths_per_min: rate })) },
      snoring_data: {
        samples: series('snoring', (timestamp, seconds) => ({ timestamp, duration_seconds: seconds })).filter(
          (sample) => sample.duration_seconds > 0,
        ),
      },
    },
  }
}

function levelOf(state: number | null | undefined, context: MapContext): number {
  const level = state === null || state === undefined ? undefined : LEVELS.get(state)
  if (level === undefined && typeof state === 'number') context.unknown('sleep.state', String(state))
  return level ?? SleepLevel.Unknown
}
