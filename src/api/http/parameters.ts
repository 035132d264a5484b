// Values as they come in a query string.
import { z } from 'zod'
import { isLocalDay } from '../../model/local-day.ts'
import { instantOf } from '../../model/timestamps.ts'
import { ApiError } from '../../platform/errors.ts'
import { likest } from '../../platform/spelling.ts'
import type { Operation } from './operation.ts'
import { type FieldProblem, parseInput } from './validate.ts'

/** Which environment: where a header cannot be set. */
const DEV_ID = 'dev_id'
/** What is asked of any list, also of one that has nothing to narrow by it. */
const OF_LISTS = new Set(['limit', 'cursor', 'user_id', 'type', 'state'])
const MOST_SHOWN = 10

/** Whether a body may have no members but the schema's. The Terra-compatible API passes over others, as Terra does. */
export function takesNoOthers(operation: Operation, body: z.ZodType): body is z.ZodObject {
  return isOperators(operation) && body instanceof z.ZodObject
}

/** Ours to be strict with; the others take what Terra takes. */
export function isOperators({ auth }: Operation): boolean {
  return auth === 'admin' || auth === 'instance'
}

/** The first value of each name; an empty one counts as absent. The admin API refuses names that it does not know. */
export function readQuery(operation: Operation, url: string): Record<string, unknown> {
  const query: Record<string, string> = {}
  for (const [name, value] of new URL(url).searchParams) {
    if (value !== '' && !Object.hasOwn(query, name)) {
      Object.defineProperty(query, name, { value, enumerable: true, configurable: true })
    }
  }
  if (isOperators(operation)) {
    const known = Object.keys(operation.query?.shape ?? {})
    const names = Object.keys(query).filter((name) => !OF_LISTS.has(name) && name !== DEV_ID)
    refuse(unknownNames(names, known))
  }
  return operation.query === undefined ? {} : parseInput(operation.query, query, 'query')
}

/** What is wrong with each name that a query does not know. */
export function unknownNames(names: readonly string[], known: readonly string[]): FieldProblem[] {
  return names
    .filter((name) => !known.includes(name))
    .slice(0, MOST_SHOWN)
    .map((name) => ({ field: name.slice(0, 200), problem: `is not known here${instead(name, known)}` }))
}

function refuse(fields: FieldProblem[]): void {
  if (fields.length === 0) return
  const message = fields.map(({ field, problem }) => `${field}: ${problem}`).join('; ')
  throw new ApiError('invalid_request', 400, message, { extra: { fields } })
}

function instead(name: string, known: readonly string[]): string {
  if (known.length === 0) return '; no parameters are'
  const like = likest(name.slice(0, 100), known)
  return `; ${like === null ? '' : `did you mean ${like}? `}known are ${known.join(', ')}`
}

const YES = ['true', 'True', 'TRUE', '1']
const NO = ['false', 'False', 'FALSE', '0']

/** Booleans as every SDK spells them: true, True, 1 and their opposites. */
export const yesOrNo = z
  .enum([...YES, ...NO], { error: 'must be true or false' })
  .transform((text) => YES.includes(text))
  .meta({ openapi: { type: 'boolean' } })

const NO_INSTANT = 'must be an ISO 8601 time, such as 2026-01-31T08:00:00Z'

/** Epoch milliseconds of a time that a list or an order is bounded by; a day alone is its midnight in UTC. */
export const instantText = z
  .string()
  .max(100)
  .transform((text, { addIssue }) => {
    const at = instantOf(text)
    if (at === null) addIssue({ code: 'custom', message: NO_INSTANT })
    return at ?? Number.NaN
  })
  .meta({
    openapi: {
      type: 'string',
      maxLength: 100,
      pattern: '^\\d{4}-\\d{2}-\\d{2}([Tt ].+)?$',
      examples: ['2026-01-31T08:00:00Z'],
    },
  })

export const localDayText = z
  .string()
  .refine(isLocalDay, { error: 'must be a day that exists, as YYYY-MM-DD' })
  .meta({ openapi: { type: 'string', format: 'date' } })
