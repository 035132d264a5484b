import { z } from 'zod'
import { dayMetadata, flag, group, int, list, num, text, timestamp } from './fields.ts'

const phase = z
  .union([z.string(), z.int(), z.null()])
  .describe(
    'Phase as a word: menstrual, follicular, fertile, ovulation, luteal, pms, …; a number in environments that ask for numbers.',
  )

const MenstruationFlowSample = group('MenstruationFlowSample', 'Bleeding at one time.', {
  timestamp,
  flow: int('MenstruationFlow: 0 unknown, 1 none, 2 light, 3 medium, 4 heavy, 5 had.'),
})

const MenstruationIntervalSample = group('MenstruationIntervalSample', 'One phase with its bounds.', {
  start_timestamp: timestamp,
  end_timestamp: timestamp,
  phase,
})

const MenstruationMetadata = group('MenstruationMetadata', 'Which day.', dayMetadata)

const MenstruationData = group('MenstruationData', 'The cycle.', {
  period_start_date: text('First day of the period, YYYY-MM-DD.'),
  period_length_days: num('Days of bleeding.'),
  day_in_cycle: num('Day of the cycle; 1 is the first day of the period.'),
  current_phase: phase,
  length_of_current_phase_days: num('Days of this phase.'),
  days_until_next_phase: num('Days left of this phase.'),
  cycle_length_days: num('Days from period to period.'),
  predicted_cycle_length_days: num('Predicted days from period to period.'),
  is_predicted_cycle: flag('Whether this cycle is a prediction.'),
  fertility_window_start: text('First fertile day, YYYY-MM-DD.'),
  fertility_window_end: text('Last fertile day, YYYY-MM-DD.'),
  ovulation_day: text('Predicted day of ovulation, YYYY-MM-DD.'),
  last_updated_time: timestamp.describe('When the person last noted something, ISO 8601.'),
  menstruation_flow: list(MenstruationFlowSample, 'Bleeding.'),
  intervals: list(MenstruationIntervalSample, 'Phases with their bounds.'),
})

export const Menstruation = z
  .object({ metadata: MenstruationMetadata, menstruation_data: MenstruationData })
  .meta({ id: 'Menstruation', description: 'The menstrual cycle as of one local day.' })
export type Menstruation = z.infer<typeof Menstruation>
