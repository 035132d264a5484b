// Scales, cuffs and estimates: several of a day make one record, and each may come by itself.
import { OxygenSaturationType } from '../../../model/enumerations.ts'
import { dayBounds } from '../../../model/local-day.ts'
import type { MapContext, Mapped, Piece } from '../../connector.ts'
import { BloodPressure, BodyComposition, HealthSnapshot, MeasuredSeries, UserMetrics } from '../payloads.ts'
import { latest, read, summaries } from '../summaries.ts'
import { boundsOf, clockOf, isPositive, localDay, valuesAt, zoneAt } from '../time.ts'

/** When something was measured, and on which day of the person that was. */
function momentOf(seconds: number, offset: number | null | undefined, known: string | null) {
  const zone = zoneAt(seconds, offset, known)
  return { seconds, day: localDay(seconds, zone), zone, timestamp: clockOf(zone)(seconds) }
}

interface Measured<Summary> {
  summary: Summary
  at: ReturnType<typeof momentOf>
}

function byDay<Summary>(all: readonly Measured<Summary>[]): [string, Measured<Summary>[]][] {
  // Two of one moment are one that was corrected.
  const ordered = latest(all, ({ at }) => String(at.seconds)).sort((a, b) => a.at.seconds - b.at.seconds)
  return [...Map.groupBy(ordered, ({ at }) => at.day)]
}

function compositions(payload: unknown, context: MapContext) {
  return read('bodyComps', BodyComposition, payload, context).map(({ summary, raw }) => ({
    summary,
    raw,
    at: momentOf(summary.measurementTimeInSeconds, summary.measurementTimeOffsetInSeconds, context.timeZone),
  }))
}

export function piecesOfBodyComps(payload: unknown, context: MapContext): Piece[] {
  return compositions(payload, context).map(({ summary, raw, at }) => pieceOf(summary, raw, at))
}

export function mapBodyComps(payload: unknown, context: MapContext): Mapped[] {
  return byDay(compositions(payload, context)).map(([day, measured]) => ({
    type: 'body',
    key: { day },
    record: {
      metadata: boundsOf(day, measured[0]!.at.zone, measured.at(-1)!.at.zone),
      measurements_data: {
        measurements: measured.map(({ summary, at }) => ({
          measurement_time: at.timestamp,
          weight_kg: typeof summary.weightInGrams === 'number' ? summary.weightInGrams / 1000 : null,
          BMI: summary.bodyMassIndex,
          bodyfat_percentage: summary.bodyFatInPercent,
          water_percentage: summary.bodyWaterInPercent,
          muscle_mass_g: summary.muscleMassInGrams,
          bone_mass_g: summary.boneMassInGrams,
        })),
      },
    },
  }))
}

/** The start, where there is one too, is not the moment of measuring. */
function pressures(payload: unknown, context: MapContext) {
  return read('bloodPressures', BloodPressure, payload, context).map(({ summary, raw }) => {
    const { measurementTimeInSeconds: at, measurementTimeOffsetInSeconds: offset } = summary
    const [seconds, zoneOffset] =
      typeof at === 'number'
        ? [at, offset ?? summary.startTimeOffsetInSeconds]
        : [summary.startTimeInSeconds!, summary.startTimeOffsetInSeconds ?? offset]
    return { summary, raw, at: momentOf(seconds, zoneOffset, context.timeZone) }
  })
}

export function piecesOfBloodPressures(payload: unknown, context: MapContext): Piece[] {
  return pressures(payload, context).map(({ summary, raw, at }) => pieceOf(summary, raw, at))
}

export function mapBloodPressures(payload: unknown, context: MapContext): Mapped[] {
  return byDay(pressures(payload, context)).map(([day, measured]) => ({
    type: 'body',
    key: { day },
    record: {
      metadata: boundsOf(day, measured[0]!.at.zone, measured.at(-1)!.at.zone),
      blood_pressure_data: {
        blood_pressure_samples: measured.flatMap(({ summary: { systolic, diastolic }, at }) =>
          typeof systolic === 'number' || typeof diastolic === 'number'
            ? [{ timestamp: at.timestamp, systolic_bp: systolic, diastolic_bp: diastolic }]
            : [],
        ),
      },
      heart_data: {
        heart_rate_data: {
          detailed: {
            hr_samples: measured.flatMap(({ summary: { pulse }, at }) =>
              typeof pulse === 'number' && pulse > 0 ? [{ timestamp: at.timestamp, bpm: pulse }] : [],
            ),
          },
        },
      },
    },
  }))
}

function pieceOf(summary: { summaryId?: string | null }, raw: unknown, at: { day: string; seconds: number }): Piece {
  return { id: summary.summaryId ?? String(at.seconds), days: [at.day], item: raw }
}

/** Estimates of a day, without a time: they stand at its beginning. */
export function mapUserMetrics(payload: unknown, context: MapContext): Mapped[] {
  const all = summaries('userMetrics', UserMetrics, payload, context)
  return latest(all, (summary) => summary.calendarDate).map((summary) => {
    const { calendarDate: day, fitnessAge: age } = summary
    return {
      type: 'body',
      key: { day },
      record: {
        oxygen_data: { vo2max_ml_per_min_per_kg: summary.vo2Max ?? summary.vo2MaxCycling },
        measurements_data: {
          measurements:
            typeof age === 'number'
              ? [{ measurement_time: dayBounds(day, context.timeZone).start_time, estimated_fitness_age: age }]
              : [],
        },
      },
    }
  })
}

function snapshots(payload: unknown, context: MapContext) {
  return read('healthSnapshot', HealthSnapshot, payload, context).map(({ summary, raw }) => {
    const { startTimeInSeconds: start } = summary
    const offset = summary.offsetStartTimeInSeconds ?? summary.startTimeOffsetInSeconds
    const at = momentOf(start, offset, context.timeZone)
    return { summary, raw, at: { ...at, day: summary.calendarDate ?? at.day } }
  })
}

export function piecesOfHealthSnapshot(payload: unknown, context: MapContext): Piece[] {
  return snapshots(payload, context).map(({ raw, at }) => ({ id: String(at.seconds), days: [at.day], item: raw }))
}

const SERIES = new Set(['heart_rate', 'spo2', 'rmssd_hrv', 'sdrr_hrv', 'respiration', 'stress'])

/** Two minutes at rest that the person asked for. Body has no place for their stress and breath. */
export function mapHealthSnapshot(payload: unknown, context: MapContext): Mapped[] {
  return byDay(snapshots(payload, context)).map(([day, measured]) => {
    const series = measured.flatMap(({ summary, at }) => {
      const clock = clockOf(at.zone)
      return (summary.summaries ?? []).flatMap((raw) => {
        const parsed = MeasuredSeries.safeParse(raw)
        if (!parsed.success) return []
        const values = valuesAt(parsed.data.epochSummaries, at.seconds, isPositive)
        const samples = values.map(({ seconds, value }) => ({ timestamp: clock(seconds), value }))
        const type = parsed.data.summaryType?.toLowerCase()
        if (type && !SERIES.has(type)) context.unknown('healthSnapshot.summaryType', type)
        return [{ ...parsed.data, type, samples }]
      })
    })
    const samplesOf = (type: string) => series.filter((each) => each.type === type).flatMap((each) => each.samples)
    // Of several sessions in a day, the last.
    const lastOf = (type: string) => series.findLast((each) => each.type === type)
    return {
      type: 'body',
      key: { day },
      record: {
        metadata: boundsOf(day, measured[0]!.at.zone, measured.at(-1)!.at.zone),
        heart_data: {
          heart_rate_data: {
            summary: {
              avg_hr_bpm: lastOf('heart_rate')?.avgValue,
              min_hr_bpm: lastOf('heart_rate')?.minValue,
              max_hr_bpm: lastOf('heart_rate')?.maxValue,
              avg_hrv_rmssd: lastOf('rmssd_hrv')?.avgValue,
              avg_hrv_sdnn: lastOf('sdrr_hrv')?.avgValue,
            },
            detailed: {
              hr_samples: samplesOf('heart_rate').map(({ timestamp, value }) => ({ timestamp, bpm: value })),
              hrv_samples_rmssd: samplesOf('rmssd_hrv').map(({ timestamp, value }) => ({
                timestamp,
                hrv_rmssd: value,
              })),
              hrv_samples_sdnn: samplesOf('sdrr_hrv').map(({ timestamp, value }) => ({ timestamp, hrv_sdnn: value })),
            },
          },
        },
        oxygen_data: {
          avg_saturation_percentage: lastOf('spo2')?.avgValue,
          saturation_samples: samplesOf('spo2').map(({ timestamp, value }) => ({
            timestamp,
            percentage: value,
            type: OxygenSaturationType.Blood,
          })),
        },
      },
    }
  })
}
