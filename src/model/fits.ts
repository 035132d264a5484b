// Whether a value fits its schema, for values that nearly always do: the schema compiled to plain checks, which make nothing.
// What is wrong with one that does not is for the schema itself to say.
import { z } from 'zod'
import { Code, quoted } from './code.ts'

export type Fits = (value: unknown) => boolean

/** Says yes to what the schema takes as it stands, and no to everything else. */
export function compileFits(schema: z.ZodType): Fits {
  const code = new Code()
  return code.compile(code.define(`return ${check(schema, 'v', code)}`))
}

/** Whether `value`, an expression, fits: an expression as well. */
function check(schema: z.ZodType, value: string, code: Code): string {
  if (hasChecks(schema)) return asked(schema, value, code)
  if (schema instanceof z.ZodNullable) {
    return `(${value} === null || ${check(schema.unwrap() as z.ZodType, value, code)})`
  }
  if (schema instanceof z.ZodObject && schema.def.catchall === undefined) {
    const members = Object.entries(schema.shape).map(([name, member]) =>
      check(member as z.ZodType, `v[${quoted(name)}]`, code),
    )
    const isObject = "typeof v === 'object' && v !== null && !Array.isArray(v)"
    return `${code.define(`return ${[isObject, ...members].join(' && ')}`)}(${value})`
  }
  if (schema instanceof z.ZodUnion) {
    return `(${schema.options.map((option) => check(option as z.ZodType, value, code)).join(' || ')})`
  }
  if (schema instanceof z.ZodArray) {
    const item = check(schema.element as z.ZodType, 'item', code)
    const all = `for (const item of v) if (!${item}) return false; return true`
    return `${code.define(`if (!Array.isArray(v)) return false; ${all}`)}(${value})`
  }
  if (schema instanceof z.ZodNumberFormat && schema.format === 'safeint') return `Number.isSafeInteger(${value})`
  if (schema.def.type === 'number' && !(schema instanceof z.ZodNumberFormat)) return `Number.isFinite(${value})`
  if (schema.def.type === 'string' && !(schema instanceof z.ZodStringFormat)) return `(typeof ${value} === 'string')`
  if (schema instanceof z.ZodNull) return `(${value} === null)`
  if (schema instanceof z.ZodBoolean) return `(typeof ${value} === 'boolean')`
  return asked(schema, value, code)
}

/** By the schema itself. */
function asked(schema: z.ZodType, value: string, code: Code): string {
  return `${code.constant((given: unknown) => schema.safeParse(given).success)}(${value})`
}

function hasChecks(schema: z.ZodType): boolean {
  return (schema.def.checks ?? []).length > 0
}
