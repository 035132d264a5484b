// One session on the bed: a night or a nap, from lying down to getting up.
import type { DeepPartial } from '../../../model/records.ts'
import type { Sleep } from '../../../model/sleep.ts'
import { SleepLevel, SleepUploadType } from '../../../model/enumerations.ts'
import { isZone, wireIn } from '../../../model/local-day.ts'
import { parseTimestamp } from '../../../model/timestamps.ts'
import { ratioToPercent, round } from '../../../model/units.ts'
import type { MapContext } from '../../connector.ts'
import type { Pair, Session } from '../payloads.ts'

const LEVELS = new Map<string, number>([
  ['awake', SleepLevel.Awake],
  ['light', SleepLevel.Light],
  ['deep', SleepLevel.Deep],
  ['rem', SleepLevel.Rem],
  ['out', SleepLevel.OutOfBed],
  ['asleep', SleepLevel.Sleeping],
])
const OUT = 'out'
const SILENT = 'none'

export interface Placed {
  session: Session
  startAt: number
  /** Null where nobody says, as of somebody who is away. */
  endAt: number | null
  zone: string | null
}

export function placed(session: Session, context: MapContext): Placed {
  const startAt = parseTimestamp(session.ts).epochMs!
  const lasts = typeof session.duration === 'number' && session.duration > 0 ? session.duration * 1000 : null
  const presence = session.presenceEnd ? parseTimestamp(session.presenceEnd).epochMs! : null
  const end = lasts === null ? presence : startAt + lasts
  const { timezone } = session
  return {
    session,
    startAt,
    endAt: end !== null && end > startAt ? end : null,
    zone: timezone && isZone(timezone) ? timezone : context.timeZone,
  }
}

/** A night that still goes on ends with a stage that is none, and its scores are still to come. */
export function isSettled({ processing, incomplete }: Pick<Session, 'processing' | 'incomplete'>): boolean {
  return processing !== true && incomplete !== true
}

/** Sleep has no place for the room: it is of the Body of the day on which the person got up. */
export function roomOf({ session, zone }: Placed): { timestamp: string; temperature_celsius: number }[] {
  return once(session.timeseries?.tempRoomC ?? []).map(({ at, value }) => ({
    timestamp: shownAt(at, zone),
    temperature_celsius: value,
  }))
}

export function lowestHeartRate({ session }: Placed): number | null {
  const beats = (session.timeseries?.heartRate ?? []).map(({ value }) => value)
  return beats.length === 0 ? null : Math.min(...beats)
}

/** What the day says of its main session: means and the score come there. */
export interface Said {
  score: number | null
  averageBpm: number | null
  averageRmssd: number | null
  averageBreaths: number | null
}

/** `nap`: null where only the day would tell. */
export function sleepOf(
  own: Placed,
  { nap, said }: { nap: boolean | null; said: Said | null },
  context: MapContext,
): DeepPartial<Sleep> {
  const { session, startAt, endAt } = own
  const at = (epochMs: number): string => shownAt(epochMs, own.zone)
  const samples = <Sample>(
    pairs: readonly Pair[] | null | undefined,
    make: (timestamp: string, value: number) => Sample,
  ) => once(pairs ?? []).map((pair) => make(at(pair.at), pair.value))
  const { stageSummary: sums, timeseries } = session
  const variability = timeseries?.rmssd?.length ? timeseries.rmssd : timeseries?.hrv
  const stages = stagesOf(own, context)
  const snores = snoresOf(own)
  const snored = (session.snoring ?? null) === null ? null : snores
  return {
    metadata: {
      start_time: at(startAt),
      end_time: endAt === null ? null : at(endAt),
      is_nap: nap,
      upload_type: SleepUploadType.Automatic,
    },
    device_data: session.device?.specialization
      ? { manufacturer: MANUFACTURER, name: session.device.specialization }
      : null,
    sleep_durations_data: {
      sleep_efficiency: efficiency(sums?.sleepDuration, sums?.totalDuration),
      asleep: {
        duration_asleep_state_seconds: sums?.sleepDuration,
        duration_light_sleep_state_seconds: sums?.lightDuration,
        duration_deep_sleep_state_seconds: sums?.deepDuration,
        duration_REM_sleep_state_seconds: sums?.remDuration,
      },
      awake: {
        duration_awake_state_seconds: sums?.awakeDuration,
        duration_short_interruption_seconds: sums?.wasoDuration,
        num_out_of_bed_events: session.stages?.length ? stages.filter(({ stage }) => stage === OUT).length : null,
        sleep_latency_seconds: sums?.awakeBeforeSleepDuration,
        wake_up_latency_seconds: sums?.awakeAfterSleepDuration,
      },
      other: { duration_in_bed_seconds: sums?.totalDuration },
      hypnogram_samples: stages.map((piece) => ({ timestamp: at(piece.at), level: piece.level })),
    },
    heart_rate_data: {
      summary: { avg_hr_bpm: said?.averageBpm, avg_hrv_rmssd: said?.averageRmssd },
      detailed: {
        hr_samples: samples(timeseries?.heartRate, (timestamp, bpm) => ({ timestamp, bpm })),
        hrv_samples_rmssd: samples(variability, (timestamp, value) => ({
          timestamp,
          hrv_rmssd: value,
        })),
      },
    },
    respiration_data: {
      breaths_data: {
        avg_breaths_per_min: said?.averageBreaths,
        samples: samples(timeseries?.respiratoryRate, (timestamp, rate) => ({ timestamp, breaths_per_min: rate })),
      },
      snoring_data: {
        total_snoring_duration_seconds: snored?.reduce((sum, { seconds }) => sum + seconds, 0),
        num_snoring_events: snored?.length,
        samples: snores.map((snore) => ({ timestamp: at(snore.at), duration_seconds: snore.seconds })),
      },
    },
    // Lists of sessions have a 0 there that means nothing.
    scores: { sleep: said?.score ?? (session.score === 0 ? null : session.score) },
  }
}

export const MANUFACTURER = 'Eight Sleep'
const DECIMALS = 3

export function efficiency(asleep: number | null | undefined, inBed: number | null | undefined): number | null {
  if (typeof asleep !== 'number' || typeof inBed !== 'number' || inBed <= 0) return null
  return round(ratioToPercent(asleep / inBed), DECIMALS)
}

export function shownAt(epochMs: number, zone: string | null): string {
  return wireIn(epochMs, zone ?? '+00:00')
}

/** Pieces follow each other from the begin; what begins after the person got up is none. */
function stagesOf({ session, startAt }: Placed, context: MapContext): { at: number; stage: string; level: number }[] {
  const until = session.presenceEnd ? parseTimestamp(session.presenceEnd).epochMs! : Number.POSITIVE_INFINITY
  let at = startAt
  return (session.stages ?? []).flatMap(({ stage, duration }) => {
    const begins = at
    at += duration * 1000
    if (!stage || begins >= until || at === begins) return []
    const level = LEVELS.get(stage)
    if (level === undefined) context.unknown('session.stage', stage)
    return [{ at: begins, stage, level: level ?? SleepLevel.Unknown }]
  })
}

function snoresOf({ session, startAt }: Placed): { at: number; seconds: number }[] {
  let at = startAt
  return (session.snoring ?? []).flatMap(({ intensity, duration }) => {
    const begins = at
    at += duration * 1000
    return !intensity || intensity === SILENT || duration <= 0 ? [] : [{ at: begins, seconds: duration }]
  })
}

function once(pairs: readonly Pair[]): Pair[] {
  const seen = new Set<number>()
  return [...pairs].sort((a, b) => a.at - b.at).filter(({ at }) => !seen.has(at) && seen.add(at))
}
