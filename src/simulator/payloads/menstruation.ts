import { MenstruationFlow } from '../../model/enumerations.ts'
import { dayBounds } from '../../model/local-day.ts'
import type { DeepPartial, RecordOf } from '../../model/records.ts'
import { simulateDay } from '../people/day.ts'
import { plusDays } from '../people/days.ts'
import type { Person } from '../people/person.ts'
import { chance } from '../people/random.ts'
import { timeAt } from './series.ts'

const CYCLE_DAYS = 28
const DAY_MS = 86_400_000
/** Days of the cycle, from 1, both included. */
const PHASES = [
  { phase: 'menstrual', from: 1, to: 5 },
  { phase: 'follicular', from: 6, to: 10 },
  { phase: 'fertile', from: 11, to: 13 },
  { phase: 'ovulation', from: 14, to: 14 },
  { phase: 'luteal', from: 15, to: 28 },
] as const
const FLOWS = [
  MenstruationFlow.Medium,
  MenstruationFlow.Heavy,
  MenstruationFlow.Medium,
  MenstruationFlow.Light,
  MenstruationFlow.Light,
] as const
const NOTED_MINUTE = 8 * 60

/** The order names the type, so everyone has a cycle here. Each person's begins on a day of its own. */
export function menstruation(who: Person, day: string): DeepPartial<RecordOf<'menstruation'>> {
  const shift = Math.floor(chance('cycle', who.id)() * CYCLE_DAYS)
  const dayInCycle = ((Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY_MS) + shift) % CYCLE_DAYS) + 1
  const dateOf = (cycleDay: number): string => plusDays(day, cycleDay - dayInCycle)
  const current = PHASES.find((phase) => dayInCycle <= phase.to)!
  const bled = FLOWS.slice(0, dayInCycle).map((flow, i) => ({
    timestamp: timeAt(who, simulateDay(who, dateOf(i + 1)), NOTED_MINUTE),
    flow,
  }))
  return {
    metadata: { ...dayBounds(day, who.timeZone), timestamp_localization: 1 },
    menstruation_data: {
      period_start_date: dateOf(1),
      period_length_days: PHASES[0].to,
      day_in_cycle: dayInCycle,
      current_phase: current.phase,
      length_of_current_phase_days: current.to - current.from + 1,
      days_until_next_phase: current.to - dayInCycle + 1,
      cycle_length_days: CYCLE_DAYS,
      predicted_cycle_length_days: CYCLE_DAYS,
      is_predicted_cycle: false,
      fertility_window_start: dateOf(11),
      fertility_window_end: dateOf(14),
      ovulation_day: dateOf(14),
      last_updated_time: timeAt(who, simulateDay(who, day), NOTED_MINUTE),
      menstruation_flow: bled,
      intervals: PHASES.filter((phase) => phase.from <= dayInCycle).map((phase) => ({
        start_timestamp: dayBounds(dateOf(phase.from), who.timeZone).start_time,
        end_timestamp: dayBounds(dateOf(phase.to), who.timeZone).end_time,
        phase: phase.phase,
      })),
    },
  }
}
