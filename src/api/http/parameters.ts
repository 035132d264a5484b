// Values as they come in a query string.
import { z } from 'zod'
import { isLocalDay } from '../../model/local-day.ts'

const YES = ['true', 'True', 'TRUE', '1']
const NO = ['false', 'False', 'FALSE', '0']

/** Booleans as every SDK spells them: true, True, 1 and their opposites. */
export const yesOrNo = z
  .enum([...YES, ...NO], { error: 'must be true or false' })
  .transform((text) => YES.includes(text))
  .meta({ openapi: { type: 'boolean' } })

export const localDayText = z
  .string()
  .refine(isLocalDay, { error: 'must be a day that exists, as YYYY-MM-DD' })
  .meta({ openapi: { type: 'string', format: 'date' } })
