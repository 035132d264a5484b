import { z } from 'zod'
import { dayMetadata } from './daily.ts'
import { flag, int, list, num, text, timestamp } from './fields.ts'

const phase = z
  .union([z.string(), z.int(), z.null()])
  .describe('menstrual, follicular, fertile, ovulation, luteal, pms, …; a number in environments that ask for numbers.')

export const Menstruation = z
  .object({
    metadata: z.object(dayMetadata).meta({ id: 'MenstruationMetadata', description: 'Which day.' }),
    menstruation_data: z.object({
      period_start_date: text('First day of the period, YYYY-MM-DD.'),
      period_length_days: num('Days of bleeding.'),
      day_in_cycle: num('1 is the first day of the period.'),
      current_phase: phase,
      length_of_current_phase_days: num('Days of this phase.'),
      days_until_next_phase: num('Days left of this phase.'),
      cycle_length_days: num('Days from period to period.'),
      predicted_cycle_length_days: num('Predicted days from period to period.'),
      is_predicted_cycle: flag('Whether this cycle is a prediction.'),
      fertility_window_start: text('First fertile day, YYYY-MM-DD.'),
      fertility_window_end: text('Last fertile day, YYYY-MM-DD.'),
      ovulation_day: text('Day of ovulation, YYYY-MM-DD.'),
      last_updated_time: timestamp,
      menstruation_flow: list(
        z.object({ timestamp, flow: int('MenstruationFlow: 0 unknown, 1 none, 2 light, 3 medium, 4 heavy, 5 had.') }),
        'Bleeding.',
      ),
      intervals: list(
        z.object({ start_timestamp: timestamp, end_timestamp: timestamp, phase }),
        'Phases with their bounds.',
      ),
    }),
  })
  .meta({ id: 'Menstruation', description: 'The menstrual cycle as of one local day.' })
export type Menstruation = z.infer<typeof Menstruation>
