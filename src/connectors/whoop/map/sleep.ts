import { SleepLevel, SleepUploadType } from '../../../model/enumerations.ts'
import { instantIn, type LocalDay, localDayOf, wireAt } from '../../../model/local-day.ts'
import { millisecondsToSeconds, round } from '../../../model/units.ts'
import type { MapContext, Mapped, MappedOf } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { isLongestOf, minutesOf, readNights } from '../nights.ts'
import { Sleep, StreamRow } from '../payloads.ts'
import { dayOfSleep, spanOf, UTC } from '../time.ts'
import { isWanted, records, versionOf } from './records.ts'

export function mapSleep(payload: unknown, context: MapContext): Mapped[] {
  const sleeps = records('sleep', Sleep, payload, context)
  return [...sleeps.map((sleep) => sleepOf(sleep, context)), ...scoresOfDays(sleeps, context)]
}

function sleepOf(sleep: Sleep, context: MapContext): MappedOf<'sleep'> {
  const { startAt, endAt, zone } = spanOf(sleep, context.timeZone)
  const { score } = sleep
  const stages = score?.stage_summary
  const light = seconds(stages?.total_light_sleep_time_milli)
  const deep = seconds(stages?.total_slow_wave_sleep_time_milli)
  const rem = seconds(stages?.total_rem_sleep_time_milli)
  return {
    type: 'sleep',
    key: { id: sleep.id },
    day: dayOfSleep(sleep, context.timeZone) ?? localDayOf(startAt, zone),
    main: sleep.nap === false,
    version: versionOf(sleep),
    record: {
      metadata: {
        start_time: wireAt(startAt, zone ?? UTC),
        end_time: endAt === null ? null : wireAt(endAt, zone ?? UTC),
        is_nap: sleep.nap,
        upload_type: SleepUploadType.Automatic,
      },
      respiration_data: { breaths_data: { avg_breaths_per_min: score?.respiratory_rate } },
      scores: { sleep: score?.sleep_performance_percentage },
      sleep_durations_data: {
        sleep_efficiency: score?.sleep_efficiency_percentage,
        asleep: {
          duration_asleep_state_seconds:
            light === null || deep === null || rem === null ? null : round(light + deep + rem, 3),
          duration_light_sleep_state_seconds: light,
          duration_deep_sleep_state_seconds: deep,
          duration_REM_sleep_state_seconds: rem,
        },
        awake: {
          duration_awake_state_seconds: seconds(stages?.total_awake_time_milli),
          num_wakeup_events: stages?.disturbance_count,
        },
        other: {
          duration_in_bed_seconds: seconds(stages?.total_in_bed_time_milli),
          duration_unmeasurable_sleep_seconds: seconds(stages?.total_no_data_time_milli),
        },
      },
    },
  }
}

/** The day's score is that of its night: of the longer one where a day has two, as the page or the question shows. */
function scoresOfDays(sleeps: readonly Sleep[], context: MapContext): Mapped[] {
  const known = readNights(context.request.nights)
  const nights = new Map<LocalDay, { sleep: Sleep; ms: number }>()
  for (const sleep of sleeps) {
    const day = dayOfSleep(sleep, context.timeZone)
    if (sleep.nap === true || day === null || !isWanted(day, context)) continue
    if (typeof sleep.score?.sleep_performance_percentage !== 'number') continue
    const { startAt, endAt } = spanOf(sleep, context.timeZone)
    const ms = endAt! - startAt
    if (!isLongestOf(day, minutesOf(ms), known)) continue
    if (ms > (nights.get(day)?.ms ?? 0)) nights.set(day, { sleep, ms })
  }
  return [...nights].map(([day, { sleep }]) => ({
    type: 'daily',
    key: { day },
    version: versionOf(sleep),
    record: { scores: { sleep: sleep.score?.sleep_performance_percentage } },
  }))
}

function seconds(milliseconds: number | null | undefined): number | null {
  return typeof milliseconds === 'number' ? millisecondsToSeconds(milliseconds) : null
}

/** A page from a file may be nobody's; it becomes no record then. */
const NOBODYS = ''

/** The signals of one sleep. It does not say of which: the question does. */
export function mapSleepStream(payload: unknown, context: MapContext): Mapped[] {
  const { sleep_id: id = NOBODYS, zone = context.timeZone ?? UTC, day } = context.request
  const rows = streamRows(payload, context)
    .map((row) => ({ ...row, at: instantIn(row.timestamp, UTC) }))
    .sort((a, b) => a.at - b.at)
    .map((row) => ({ ...row, timestamp: wireAt(row.at, zone), day: day ?? localDayOf(row.at, zone) }))
  const night: Mapped = {
    type: 'sleep',
    key: { id },
    record: {
      heart_rate_data: {
        detailed: {
          hr_samples: rows.flatMap(({ timestamp, hr }) => (typeof hr === 'number' ? [{ timestamp, bpm: hr }] : [])),
        },
      },
      sleep_durations_data: { hypnogram_samples: changesOf(rows) },
    },
  }
  const measured = rows.filter((row) => typeof row.skin_temp === 'number')
  return [
    night,
    ...[...Map.groupBy(measured, (row) => row.day)].map(([ofDay, own]): Mapped => ({
      type: 'body',
      key: { day: ofDay },
      record: {
        temperature_data: {
          skin_temperature_samples: own.map(({ timestamp, skin_temp }) => ({
            timestamp,
            temperature_celsius: skin_temp,
          })),
        },
      },
    })),
  ]
}

function streamRows(payload: unknown, context: MapContext): StreamRow[] {
  return readDocuments({ kind: 'sleep_stream', schema: StreamRow, lists: ['stream', 'records'] }, payload, context)
}

/** WHOOP tells asleep from awake and no stages apart. */
function changesOf(rows: readonly { timestamp: string; is_sleeping?: boolean | null }[]) {
  let before: boolean | null = null
  return rows.flatMap(({ timestamp, is_sleeping: asleep }) => {
    if (typeof asleep !== 'boolean' || asleep === before) return []
    before = asleep
    return [{ timestamp, level: asleep ? SleepLevel.Sleeping : SleepLevel.Awake }]
  })
}
