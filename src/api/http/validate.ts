// Schema errors as sentences that name the field, what is wrong with it and what would be right.
import type { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'

const MAX_SHOWN = 10

export interface FieldProblem {
  field: string
  problem: string
}

/** Answers 400 `invalid_request` unless the value fits. `place` names the whole: `body`, `query`. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown, place: string): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const fields = result.error.issues.slice(0, MAX_SHOWN).flatMap((issue) => problemsOf(issue, place))
  const message = fields.map(({ field, problem }) => `${field}: ${problem}`).join('; ')
  throw new ApiError('invalid_request', 400, message, { extra: { fields } })
}

function problemsOf(issue: z.core.$ZodIssue, place: string): FieldProblem[] {
  const field = issue.path.length === 0 ? place : issue.path.map(String).join('.').slice(0, 200)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_SHOWN).map((key) => ({
      field: [...issue.path.map(String), key].join('.').slice(0, 200),
      problem: 'is not known here; check its spelling',
    }))
  }
  return [{ field, problem: sentence(issue) }]
}

function sentence(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (!issue.message.startsWith('Invalid input')) return issue.message
      if (issue.input === undefined && issue.message.includes('received undefined'))
        return `is required: ${kindOf(issue.expected)}`
      return `must be ${kindOf(issue.expected)}`
    case 'invalid_value':
      // Where the schema has words of its own, they are better.
      if (!issue.message.startsWith('Invalid ')) return issue.message
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'invalid_key':
      return issue.issues[0] === undefined ? issue.message : sentence(issue.issues[0])
    case 'too_small':
      if (!issue.message.startsWith('Too small')) return issue.message
      // Texts and lists of at least one.
      if (issue.minimum === 1 && measure(issue.origin) !== '') return 'must not be empty'
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${measure(issue.origin)}`
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${measure(issue.origin)}`
    default:
      return issue.message
  }
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a JSON object',
  record: 'a JSON object',
  array: 'a JSON array',
  null: 'null',
}

function kindOf(expected: string): string {
  return KINDS[expected] ?? expected
}

function measure(origin: string): string {
  if (origin === 'string') return ' characters long'
  if (origin === 'array' || origin === 'set') return ' items long'
  return ''
}
