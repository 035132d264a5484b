// What Garmin says of a day: its totals, its stress, its oxygen. One record, kept by the day that Garmin Connect shows.
import { OxygenSaturationType, StressLevel, UploadType } from '../../../model/enumerations.ts'
import type { LocalDay } from '../../../model/local-day.ts'
import { round } from '../../../model/units.ts'
import type { MapContext, Mapped, Piece } from '../../connector.ts'
import { DailySummary, PulseOx, StressDetails } from '../payloads.ts'
import { latest, read, summaries } from '../summaries.ts'
import { boundsOf, clockOf, isNotNegative, isPositive, localDay, type TimedValue, valuesAt, zoneAt } from '../time.ts'

interface OfDay {
  startTimeInSeconds: number
  startTimeOffsetInSeconds?: number | null | undefined
  calendarDate?: string | null | undefined
}

/** The day as Garmin labels it, else the date on the device's clock when it began. */
export function dayOf(summary: OfDay, known: string | null): { day: LocalDay; zone: string | null } {
  const { startTimeInSeconds: start, startTimeOffsetInSeconds: offset } = summary
  const zone = zoneAt(start, offset, known)
  return { day: summary.calendarDate ?? localDay(start, zone), zone }
}

export function mapDailies(payload: unknown, context: MapContext): Mapped[] {
  return dailiesOf('dailies', payload, UploadType.Automatic, context)
}

/** What other companies' devices sent to Garmin. */
export function mapThirdPartyDailies(payload: unknown, context: MapContext): Mapped[] {
  return dailiesOf('thirdPartyDailies', payload, UploadType.ThirdParty, context)
}

function dailiesOf(kind: string, payload: unknown, uploadType: number, context: MapContext): Mapped[] {
  const all = summaries(kind, DailySummary, payload, context)
  return latest(all, (summary) => dayOf(summary, context.timeZone).day).map((summary) => {
    const { day, zone } = dayOf(summary, context.timeZone)
    return { type: 'daily', key: { day }, record: dailyOf(summary, day, zone, uploadType, context) }
  })
}

function dailyOf(summary: DailySummary, day: LocalDay, zone: string | null, uploadType: number, context: MapContext) {
  const { activeKilocalories: active, bmrKilocalories: atRest, consumedCalories: eaten } = summary
  const { moderateIntensityDurationInSeconds: moderate, vigorousIntensityDurationInSeconds: vigorous } = summary
  const heart = valuesAt(summary.timeOffsetHeartRateSamples, summary.startTimeInSeconds, isPositive)
  const clock = clockOf(zone)
  return {
    // The whole day also while it is not over yet.
    metadata: { ...boundsOf(day, zone), upload_type: uploadType },
    distance_data: {
      steps: summary.steps,
      distance_meters: summary.distanceInMeters,
      floors_climbed: summary.floorsClimbed,
    },
    calories_data: {
      net_activity_calories: active,
      BMR_calories: atRest,
      total_burned_calories: isNumber(active) && isNumber(atRest) ? active + atRest : null,
      // Garmin sends 0 for everybody who notes no meals.
      net_intake_calories: isNumber(eaten) && eaten > 0 ? eaten : null,
    },
    active_durations_data: {
      activity_seconds: summary.activeTimeInSeconds,
      moderate_intensity_seconds: moderate,
      vigorous_intensity_seconds: vigorous,
    },
    MET_data: { num_moderate_intensity_minutes: minutes(moderate), num_high_intensity_minutes: minutes(vigorous) },
    heart_rate_data: {
      summary: {
        // Garmin's own average is that of seven days.
        avg_hr_bpm: mean(heart),
        min_hr_bpm: summary.minHeartRateInBeatsPerMinute,
        max_hr_bpm: summary.maxHeartRateInBeatsPerMinute,
        resting_hr_bpm: summary.restingHeartRateInBeatsPerMinute,
      },
      detailed: { hr_samples: heart.map(({ seconds, value }) => ({ timestamp: clock(seconds), bpm: value })) },
    },
    stress_data: {
      avg_stress_level: measured(summary.averageStressLevel ?? summary.averageStresslevel),
      max_stress_level: measured(summary.maxStressLevel),
      stress_duration_seconds: summary.stressDurationInSeconds,
      rest_stress_duration_seconds: summary.restStressDurationInSeconds,
      activity_stress_duration_seconds: summary.activityStressDurationInSeconds,
      low_stress_duration_seconds: summary.lowStressDurationInSeconds,
      medium_stress_duration_seconds: summary.mediumStressDurationInSeconds,
      high_stress_duration_seconds: summary.highStressDurationInSeconds,
      stress_rating: stressRating(summary.stressQualifier, context),
    },
  }
}

const STRESS_RATINGS = new Map<string, number>([
  ['unknown', StressLevel.Unknown],
  ['calm', StressLevel.Rest],
  ['balanced', StressLevel.Low],
  ['stressful', StressLevel.Medium],
  ['very_stressful', StressLevel.High],
])

/** `calm_awake` says the same of the hours awake alone. */
function stressRating(qualifier: string | null | undefined, context: MapContext): number | null {
  if (!qualifier) return null
  const rating = STRESS_RATINGS.get(qualifier.toLowerCase().replace(/_awake$/, ''))
  if (rating === undefined) context.unknown('dailies.stressQualifier', qualifier)
  return rating ?? StressLevel.Unknown
}

/** Negative levels are reasons why there is none: off the wrist, moving, too little data, recovering, unidentified. */
export function mapStressDetails(payload: unknown, context: MapContext): Mapped[] {
  const all = summaries('stressDetails', StressDetails, payload, context)
  return latest(all, (summary) => dayOf(summary, context.timeZone).day).map((summary) => {
    const { day, zone } = dayOf(summary, context.timeZone)
    const levels = (values: TimedValue[]) => {
      const clock = clockOf(zone)
      return values.map(({ seconds, value }) => ({ timestamp: clock(seconds), level: value }))
    }
    const { startTimeInSeconds: start } = summary
    return {
      type: 'daily',
      key: { day },
      record: {
        metadata: boundsOf(day, zone),
        stress_data: {
          samples: levels(valuesAt(summary.timeOffsetStressLevelValues, start, isNotNegative)),
          body_battery_samples: levels(valuesAt(summary.timeOffsetBodyBatteryValues, start, isNotNegative)),
        },
      },
    }
  })
}

/** A day has one summary of what the device measured by itself, and one of each time that the person asked for. */
function oxygenName(summary: PulseOx): string {
  return `${summary.startTimeInSeconds}${summary.onDemand === true ? '-on-demand' : ''}`
}

export function piecesOfPulseOx(payload: unknown, context: MapContext): Piece[] {
  return read('pulseox', PulseOx, payload, context).map(({ summary, raw }) => ({
    id: oxygenName(summary),
    days: [dayOf(summary, context.timeZone).day],
    item: raw,
  }))
}

export function mapPulseOx(payload: unknown, context: MapContext): Mapped[] {
  const all = latest(summaries('pulseox', PulseOx, payload, context), oxygenName)
  return byDay(all, context).map(({ day, zone, items }) => {
    const clock = clockOf(zone)
    const values = items.flatMap((summary) =>
      valuesAt(summary.timeOffsetSpo2Values, summary.startTimeInSeconds, isPositive),
    )
    return {
      type: 'daily',
      key: { day },
      record: {
        metadata: boundsOf(day, zone),
        oxygen_data: {
          saturation_samples: values.map(({ seconds, value }) => ({
            timestamp: clock(seconds),
            percentage: value,
            type: OxygenSaturationType.Blood,
          })),
        },
      },
    }
  })
}

/** Summaries by the record that they add to, in order; the zone is that of the earliest. */
export function byDay<Summary extends OfDay>(
  all: readonly Summary[],
  context: MapContext,
): { day: LocalDay; zone: string | null; items: Summary[] }[] {
  const ordered = all.toSorted((a, b) => a.startTimeInSeconds - b.startTimeInSeconds)
  const days = Map.groupBy(ordered, (summary) => dayOf(summary, context.timeZone).day)
  return [...days].map(([day, items]) => ({ day, zone: dayOf(items[0]!, context.timeZone).zone, items }))
}

function mean(values: readonly TimedValue[]): number | null {
  if (values.length === 0) return null
  return round(values.reduce((sum, { value }) => sum + value, 0) / values.length, 2)
}

function minutes(seconds: number | null | undefined): number | null {
  return isNumber(seconds) ? round(seconds / 60, 2) : null
}

function measured(level: number | null | undefined): number | null {
  return isNumber(level) && level >= 0 ? level : null
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number'
}
