import { SleepUploadType } from '../../../model/enumerations.ts'
import { localDayOf } from '../../../model/local-day.ts'
import { ratioToPercent } from '../../../model/units.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { firstZone, readList } from '../pages.ts'
import { Night } from '../payloads.ts'
import { shownAt } from '../time.ts'
import { devicesOf } from './device.ts'
import { isNap, nightId, ownNights } from './nights.ts'

export function mapSleepSummary(payload: unknown, context: MapContext): Mapped[] {
  const nights = readList({ kind: 'sleep_summary', list: 'series', schema: Night }, payload, context)
  return ownNights(nights).map((night) => {
    const zone = firstZone(night.timezone, context.timeZone)
    const nap = isNap(night.startdate, secondsAsleep(night) ?? night.enddate - night.startdate, zone)
    return {
      type: 'sleep',
      key: { id: nightId(night) },
      day: night.date ?? localDayOf(night.enddate * 1000, zone),
      main: !nap,
      record: sleepOf(night, nap, zone),
    }
  })
}

function sleepOf(night: Night, nap: boolean, zone: string | null) {
  const { data } = night
  return {
    metadata: {
      start_time: shownAt(night.startdate, zone),
      end_time: shownAt(night.enddate, zone),
      is_nap: nap,
      upload_type: SleepUploadType.Automatic,
    },
    device_data: devicesOf([night]),
    sleep_durations_data: {
      sleep_efficiency: typeof data.sleep_efficiency === 'number' ? ratioToPercent(data.sleep_efficiency) : null,
      asleep: {
        duration_asleep_state_seconds: secondsAsleep(night),
        duration_light_sleep_state_seconds: data.lightsleepduration,
        duration_deep_sleep_state_seconds: data.deepsleepduration,
        duration_REM_sleep_state_seconds: data.remsleepduration,
        num_REM_events: data.nb_rem_episodes,
      },
      awake: {
        duration_awake_state_seconds: data.wakeupduration,
        duration_short_interruption_seconds: data.waso,
        num_wakeup_events: data.wakeupcount,
        num_out_of_bed_events: data.out_of_bed_count,
        sleep_latency_seconds: data.sleep_latency ?? data.durationtosleep,
        wake_up_latency_seconds: data.wakeup_latency ?? data.durationtowakeup,
      },
      other: { duration_in_bed_seconds: data.total_timeinbed },
    },
    heart_rate_data: {
      summary: { avg_hr_bpm: data.hr_average, min_hr_bpm: data.hr_min, max_hr_bpm: data.hr_max },
    },
    respiration_data: {
      breaths_data: {
        avg_breaths_per_min: data.rr_average,
        min_breaths_per_min: data.rr_min,
        max_breaths_per_min: data.rr_max,
      },
      snoring_data: {
        total_snoring_duration_seconds: data.snoring,
        num_snoring_events: data.snoringepisodecount,
      },
    },
    scores: { sleep: data.sleep_score },
  }
}

/** Old summaries have stages alone, imported nights one number. */
function secondsAsleep({ data }: Night): number | null {
  const { lightsleepduration: light, deepsleepduration: deep, remsleepduration: rem } = data
  if (typeof data.total_sleep_time === 'number') return data.total_sleep_time
  if (typeof light === 'number' && typeof deep === 'number' && typeof rem === 'number') return light + deep + rem
  return data.asleepduration ?? null
}
