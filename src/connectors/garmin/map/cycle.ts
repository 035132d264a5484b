// The menstrual cycle, one record for each, kept by the first day of the period; and glucose in pregnancy.
import { addDays } from '../../../model/local-day.ts'
import { type MenstrualPhase } from '../../../model/enumerations.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { GlucoseReading, MenstrualCycle } from '../payloads.ts'
import { latest, summaries } from '../summaries.ts'
import { boundsOf, clockOf, localDay } from '../time.ts'

/** ~ Words, since spellings differ (`MENSTRUAL`, `PERIOD`); the more particular ones first. The number is not reliable. */
const PHASES: readonly (readonly [word: string, phase: MenstrualPhase])[] = [
  ['FIRST_TRIMESTER', 'first_trimester'],
  ['SECOND_TRIMESTER', 'second_trimester'],
  ['THIRD_TRIMESTER', 'third_trimester'],
  ['MENSTRUAL', 'menstrual'],
  ['PERIOD', 'menstrual'],
  ['OVULATION', 'ovulation'],
  ['FOLLICULAR', 'follicular'],
  ['FERTILE', 'fertile'],
  ['LUTEAL', 'luteal'],
]

export function mapMct(payload: unknown, context: MapContext): Mapped[] {
  const all = summaries('mct', MenstrualCycle, payload, context)
  const cycles = latest(all, (summary) => summary.periodStartDate)
  return [...cycles.map((summary) => cycleOf(summary, context)), ...glucoseOf(cycles, context)]
}

function cycleOf(summary: MenstrualCycle, context: MapContext): Mapped {
  const { periodStartDate: first, lastUpdatedTimeInSeconds: updated } = summary
  return {
    type: 'menstruation',
    key: { day: first },
    record: {
      metadata: boundsOf(first, context.timeZone),
      menstruation_data: {
        period_start_date: first,
        period_length_days: summary.periodLength,
        day_in_cycle: summary.dayInCycle,
        current_phase: phaseOf(summary.currentPhaseType, context),
        length_of_current_phase_days: summary.lengthOfCurrentPhase,
        days_until_next_phase: summary.daysUntilNextPhase,
        cycle_length_days: summary.cycleLength,
        predicted_cycle_length_days: summary.predictedCycleLength,
        is_predicted_cycle: summary.isPredictedCycle,
        ...fertileWindow(summary),
        last_updated_time: typeof updated === 'number' ? clockOf(context.timeZone)(updated) : null,
      },
    },
  }
}

function phaseOf(type: string | null | undefined, context: MapContext): MenstrualPhase | null {
  if (!type) return null
  const name = type.toUpperCase().replaceAll(/[\s-]+/g, '_')
  const known = PHASES.find(([word]) => name.includes(word))
  if (known === undefined) context.unknown('mct.currentPhaseType', type)
  return known?.[1] ?? 'unknown'
}

/** Days of the cycle: the first day of the period is day 1. */
function fertileWindow({ periodStartDate, fertileWindowStart: first, lengthOfFertileWindow: days }: MenstrualCycle) {
  if (!isCycleDay(first)) return {}
  const start = addDays(periodStartDate, Math.round(first) - 1)
  return {
    fertility_window_start: start,
    fertility_window_end: isCycleDay(days) ? addDays(start, Math.round(days) - 1) : null,
  }
}

/** From 1; a year is beyond every cycle. */
function isCycleDay(days: number | null | undefined): days is number {
  return typeof days === 'number' && days >= 1 && days <= 366
}

function glucoseOf(cycles: readonly MenstrualCycle[], context: MapContext): Mapped[] {
  const clock = clockOf(context.timeZone)
  const readings = cycles.flatMap(({ pregnancySnapshot }) =>
    (pregnancySnapshot?.bloodGlucoseList ?? []).flatMap((raw) => {
      const parsed = GlucoseReading.safeParse(raw)
      if (!parsed.success) return []
      const { reportTimestampInSeconds: seconds, valueInMilligramsPerDeciliter: value } = parsed.data
      return [{ seconds, value }]
    }),
  )
  const ordered = readings.sort((a, b) => a.seconds - b.seconds)
  return [...Map.groupBy(ordered, ({ seconds }) => localDay(seconds, context.timeZone))].map(([day, ofDay]) => ({
    type: 'body',
    key: { day },
    record: {
      metadata: boundsOf(day, context.timeZone),
      glucose_data: {
        blood_glucose_samples: ofDay.map(({ seconds, value }) => ({
          timestamp: clock(seconds),
          blood_glucose_mg_per_dL: value,
        })),
      },
    },
  }))
}
