// What the ring and the glucose sensor say of a day.
import { dayBounds } from '../../../model/local-day.ts'
import { round } from '../../../model/units.ts'
import type { Mapped } from '../../connector.ts'
import { countsOf, type MetricsDay, numberIn, type Reading, readingsOf, timeOf } from '../metrics.ts'

export function dailyOf({ day, entries, zone }: MetricsDay): Mapped[] {
  const value = (type: string): number | null => numberIn(entries.get(type), 'value')
  // A ring that is off the finger feels no heart.
  const beats = readingsOf(entries.get('hr')).filter(({ value: bpm }) => bpm > 0)
  const variability = readingsOf(entries.get('hrv'))
  const steps = countsOf(entries.get('steps'))
  const sum = steps.length === 0 ? null : steps.reduce((total, step) => total + step.value, 0)
  const active = value('active_minutes')
  const inactive = value('inactive_time')
  const facts = {
    steps: numberIn(entries.get('steps'), 'total') ?? sum,
    resting: numberIn(entries.get('night_rhr'), 'avg'),
    variability: numberIn(entries.get('hrv'), 'avg'),
    oxygen: numberIn(entries.get('spo2'), 'avg'),
    vo2: value('vo2_max'),
    recovery: value('recovery_index'),
    activity: value('movement_index'),
    sleep:
      numberIn(entries.get('sleep_score'), 'value', 'score') ?? numberIn(entries.get('sleep')?.sleep_score, 'score'),
  }
  const nothing = [...Object.values(facts), active, inactive].every((each) => each === null)
  if (nothing && beats.length === 0 && variability.length === 0) return []
  return [
    {
      type: 'daily',
      key: { day },
      record: {
        metadata: dayBounds(day, zone),
        distance_data: {
          steps: facts.steps,
          detailed: {
            step_samples: soFar(steps).map(({ at, value: count }) => ({ timestamp: timeOf(at, zone), steps: count })),
          },
        },
        active_durations_data: {
          activity_seconds: active === null ? null : active * 60,
          inactivity_seconds: inactive === null ? null : inactive * 60,
        },
        heart_rate_data: {
          summary: {
            ...spread(beats, numberIn(entries.get('hr'), 'avg')),
            resting_hr_bpm: facts.resting,
            avg_hrv_rmssd: facts.variability,
          },
          detailed: {
            hr_samples: beats.map(({ at, value: bpm }) => ({ timestamp: timeOf(at, zone), bpm })),
            hrv_samples_rmssd: variability.map(({ at, value: hrv }) => ({
              timestamp: timeOf(at, zone),
              hrv_rmssd: hrv,
            })),
          },
        },
        oxygen_data: { avg_saturation_percentage: facts.oxygen, vo2max_ml_per_min_per_kg: facts.vo2 },
        scores: { recovery: facts.recovery, activity: facts.activity, sleep: facts.sleep },
      },
    },
  ]
}

/** The mean is the provider's where it gives one, else that of its readings. */
function spread(
  readings: readonly Reading[],
  average: number | null,
): { avg_hr_bpm: number | null; min_hr_bpm: number | null; max_hr_bpm: number | null } {
  if (readings.length === 0) return { avg_hr_bpm: average, min_hr_bpm: null, max_hr_bpm: null }
  const values = readings.map(({ value }) => value)
  return {
    avg_hr_bpm: average ?? round(values.reduce((sum, value) => sum + value, 0) / values.length, 2),
    min_hr_bpm: Math.min(...values),
    max_hr_bpm: Math.max(...values),
  }
}

/** Each slot has its own steps; the wire's samples grow. */
function soFar(slots: readonly Reading[]): Reading[] {
  let total = 0
  return slots.map(({ at, value }) => ({ at, value: (total += value) }))
}

export function bodyOf({ day, entries, zone }: MetricsDay): Mapped[] {
  const skin = readingsOf(entries.get('temp'))
  const glucose = readingsOf(entries.get('glucose'))
  const mean = numberIn(entries.get('average_glucose'), 'value')
  const inTarget = numberIn(entries.get('time_in_target'), 'value')
  if (skin.length === 0 && glucose.length === 0 && mean === null && inTarget === null) return []
  return [
    {
      type: 'body',
      key: { day },
      record: {
        metadata: dayBounds(day, zone),
        temperature_data: {
          skin_temperature_samples: skin.map(({ at, value }) => ({
            timestamp: timeOf(at, zone),
            temperature_celsius: value,
          })),
        },
        glucose_data: {
          blood_glucose_samples: glucose.map(({ at, value }) => ({
            timestamp: timeOf(at, zone),
            blood_glucose_mg_per_dL: value,
          })),
          day_avg_blood_glucose_mg_per_dL: mean,
          time_in_range: inTarget,
        },
      },
    },
  ]
}
