// Whether a value fits its schema, for values that nearly always do: the schema compiled to plain checks, which make nothing.
// What is wrong with one that does not is for the schema itself to say.
import { z } from 'zod'

export type Fits = (value: unknown) => boolean

/** Says yes to what the schema takes as it stands, and no to everything else. */
export function compileFits(schema: z.ZodType): Fits {
  if (hasChecks(schema)) return (value) => schema.safeParse(value).success
  if (schema instanceof z.ZodNullable) {
    const inner = compileFits(schema.unwrap() as z.ZodType)
    return (value) => value === null || inner(value)
  }
  if (schema instanceof z.ZodObject && schema.def.catchall === undefined) {
    const members = Object.entries(schema.shape).map(
      ([name, member]) => [name, compileFits(member as z.ZodType)] as const,
    )
    return (value) => {
      if (!isObject(value)) return false
      for (const [name, fits] of members) if (!fits(value[name])) return false
      return true
    }
  }
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.map((option) => compileFits(option as z.ZodType))
    return (value) => options.some((fits) => fits(value))
  }
  if (schema instanceof z.ZodArray) {
    const item = compileFits(schema.element as z.ZodType)
    return (value) => Array.isArray(value) && value.every(item)
  }
  if (schema instanceof z.ZodNumberFormat && schema.format === 'safeint') return Number.isSafeInteger
  if (schema.def.type === 'number' && !(schema instanceof z.ZodNumberFormat)) return Number.isFinite
  if (schema.def.type === 'string' && !(schema instanceof z.ZodStringFormat))
    return (value) => typeof value === 'string'
  if (schema instanceof z.ZodNull) return (value) => value === null
  if (schema instanceof z.ZodBoolean) return (value) => typeof value === 'boolean'
  return (value) => schema.safeParse(value).success
}

function hasChecks(schema: z.ZodType): boolean {
  return (schema.def.checks ?? []).length > 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
