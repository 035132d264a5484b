import {
  HeartRateContext,
  OxygenSaturationType,
  RecoveryLevel,
  SleepLevel,
  SleepUploadType,
} from '../../model/enumerations.ts'
import { nameBasedUuid } from '../../model/ids.ts'
import { wireIn } from '../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../model/records.ts'
import { simulateDay } from '../people/day.ts'
import { CELL_MS, type Night, secondsIn, type Stage } from '../people/night.ts'
import type { Person } from '../people/person.ts'
import { device } from './device.ts'
import { nightReadings, sleepScore } from './night-readings.ts'
import { heartSummary, mean, round } from './series.ts'

const LEVELS = { deep: SleepLevel.Deep, light: SleepLevel.Light, rem: SleepLevel.Rem, awake: SleepLevel.Awake } as const
const CELL_SECONDS = CELL_MS / 1000
/** Waking for longer is remembered in the morning. */
const LONG_INTERRUPTION_SECONDS = 300

/** The night that ends on this day. */
export function sleep(who: Person, day: string, provider: string): DeepPartial<RecordOf<'sleep'>> {
  const { night, strain } = simulateDay(who, day)
  const readings = nightReadings(who, night)
  const span = { start_time: wireIn(night.startAt, who.timeZone), end_time: wireIn(night.endAt, who.timeZone) }
  const heart = readings.bpm.map(({ timestamp, value }) => ({
    timestamp,
    bpm: value,
    context: HeartRateContext.NotActive,
  }))
  const summary = heartSummary(heart)
  const breaths = readings.breaths.map(({ timestamp, value }) => ({ timestamp, breaths_per_min: value }))
  const perMinute = breaths.map((sample) => sample.breaths_per_min)
  const oxygen = readings.oxygen.map(({ timestamp, value }) => ({
    timestamp,
    percentage: value,
    type: OxygenSaturationType.Blood,
  }))
  const readiness = Math.round(78 - 16 * strain)
  return {
    metadata: {
      ...span,
      summary_id: nameBasedUuid('generated', provider, who.id, 'sleep', day),
      is_nap: false,
      upload_type: SleepUploadType.Automatic,
      timestamp_localization: 1,
    },
    device_data: device(provider, ['SLEEP_TYPE', 'HEART_RATE', 'OXYGEN_SATURATION']),
    sleep_durations_data: durations(who, night),
    heart_rate_data: {
      summary: {
        ...summary,
        avg_hrv_rmssd: readings.avgHrv,
        resting_hr_bpm: summary.min_hr_bpm,
        user_max_hr_bpm: who.maxBpm,
      },
      detailed: {
        hr_samples: heart,
        hrv_samples_rmssd: readings.hrv.map(({ timestamp, value }) => ({ timestamp, hrv_rmssd: value })),
      },
    },
    respiration_data: {
      breaths_data: {
        ...span,
        avg_breaths_per_min: mean(perMinute),
        min_breaths_per_min: Math.min(...perMinute),
        max_breaths_per_min: Math.max(...perMinute),
        on_demand_reading: false,
        samples: breaths,
      },
      oxygen_saturation_data: {
        ...span,
        avg_saturation_percentage: mean(oxygen.map((sample) => sample.percentage)),
        samples: oxygen,
      },
    },
    readiness_data: {
      readiness,
      recovery_level:
        readiness >= 85 ? RecoveryLevel.VeryGood : readiness >= 70 ? RecoveryLevel.Good : RecoveryLevel.Ok,
    },
    scores: { sleep: sleepScore(night) },
    temperature_data: { delta: night.temperatureDeviation },
  }
}

function durations(who: Person, night: Night) {
  const inBed = night.cells.length * CELL_SECONDS
  const awake = secondsIn(night, 'awake')
  const runs = runsOf(night)
  const first = runs[0]!
  const last = runs.at(-1)!
  const latency = first.stage === 'awake' ? first.seconds : 0
  const wakings = runs.slice(1, -1).filter((run) => run.stage === 'awake')
  const isLong = (run: { seconds: number }): boolean => run.seconds >= LONG_INTERRUPTION_SECONDS
  const total = (of: readonly { seconds: number }[]): number => of.reduce((seconds, run) => seconds + run.seconds, 0)
  return {
    sleep_efficiency: round(((inBed - awake) / inBed) * 100, 1),
    asleep: {
      duration_asleep_state_seconds: inBed - awake,
      duration_deep_sleep_state_seconds: secondsIn(night, 'deep'),
      duration_light_sleep_state_seconds: secondsIn(night, 'light'),
      duration_REM_sleep_state_seconds: secondsIn(night, 'rem'),
      num_REM_events: runs.filter((run) => run.stage === 'rem').length,
    },
    awake: {
      duration_awake_state_seconds: awake,
      sleep_latency_seconds: latency,
      wake_up_latency_seconds: last.stage === 'awake' ? last.seconds : 0,
      num_wakeup_events: wakings.length,
      duration_long_interruption_seconds: total(wakings.filter(isLong)),
      duration_short_interruption_seconds: total(wakings.filter((run) => !isLong(run))),
    },
    other: { duration_in_bed_seconds: inBed },
    hypnogram_samples: runs.map((run) => ({
      timestamp: wireIn(night.startAt + run.cell * CELL_MS, who.timeZone),
      level: LEVELS[run.stage],
    })),
  }
}

function runsOf(night: Night): { stage: Stage; cell: number; seconds: number }[] {
  const runs: { stage: Stage; cell: number; seconds: number }[] = []
  night.cells.forEach((stage, cell) => {
    const last = runs.at(-1)
    if (last?.stage === stage) last.seconds += CELL_SECONDS
    else runs.push({ stage, cell, seconds: CELL_SECONDS })
  })
  return runs
}
