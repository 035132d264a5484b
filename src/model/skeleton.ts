// What every record has: its keys, compiled once from its schema, and partial values filled up to it.
import { z } from 'zod'
import { Code, quoted } from './code.ts'
import { whenUnknown } from './fields.ts'

/** How one place of a record is filled: with a value, with a list of such items, or with such an object. */
export type Skeleton = Scalar | List | Group

interface Scalar {
  kind: 'scalar'
  /** Null, but for the few members that clients require. */
  unknown: null | number | string
}

interface List {
  kind: 'list'
  item: Skeleton
}

interface Group {
  kind: 'group'
  members: ReadonlyMap<string, Skeleton>
}

const NULL: Scalar = { kind: 'scalar', unknown: null }

export function compileSkeleton(schema: z.ZodType): Skeleton {
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape).map(
      ([name, member]) => [name, compileSkeleton(member as z.ZodType)] as const,
    )
    return { kind: 'group', members: new Map(members) }
  }
  if (schema instanceof z.ZodArray) return { kind: 'list', item: compileSkeleton(schema.element as z.ZodType) }
  const fallback = whenUnknown.get(schema)
  return fallback === undefined ? NULL : { kind: 'scalar', unknown: fallback.value }
}

/** Everything of `value`, and what it lacks. Throws, naming the place, when it has something that has no place. */
export type Fill = (value: unknown, name: string) => unknown

export function compileFill(skeleton: Skeleton): Fill {
  const code = new Code()
  const filled = code.compile(code.define(`return ${filling(skeleton, 'v', code)}`))
  return (value, name) => {
    try {
      return filled(value)
    } catch (cause) {
      if (!(cause instanceof Misfit)) throw cause
      // Paths are put together only now: a day of samples has thousands of places.
      throw new Error(misfit(skeleton, value, name) ?? `${name} does not fit`, { cause })
    }
  }
}

class Misfit extends Error {}

/** `value`, an expression, filled: an expression as well. */
function filling(skeleton: Skeleton, value: string, code: Code): string {
  if (skeleton.kind === 'scalar') return `(${value} ?? ${JSON.stringify(skeleton.unknown)})`
  const isGiven = 'if (v !== undefined && v !== null)'
  const refuse = `throw new ${code.constant(Misfit)}()`
  if (skeleton.kind === 'list') {
    const item = code.define(`return ${filling(skeleton.item, 'v', code)}`)
    const given = `{ if (!Array.isArray(v)) ${refuse}; return v.map((item) => ${item}(item)) }`
    return `${code.define(`${isGiven} ${given} return []`)}(${value})`
  }
  const members = [...skeleton.members]
  const literal = (of: (i: number) => string): string =>
    `return { ${members.map(([name, member], i) => `${quoted(name)}: ${filling(member, of(i), code)}`).join(', ')} }`
  const given = [
    `if (typeof v !== 'object' || Array.isArray(v)) ${refuse}`,
    `let strangers = 0; for (const name in v) if (v[name] !== undefined) strangers++`,
    ...members.map(([name], i) => `const m${i} = v[${quoted(name)}]; if (m${i} !== undefined) strangers--`),
    `if (strangers !== 0) ${refuse}`,
    literal((i) => `m${i}`),
  ]
  return `${code.define(`${isGiven} { ${given.join('; ')} } ${literal(() => 'undefined')}`)}(${value})`
}

/** The first place that does not fit, in words; null when all of it does. */
function misfit(skeleton: Skeleton, value: unknown, path: string): string | null {
  if (skeleton.kind === 'scalar' || value === undefined || value === null) return null
  if (skeleton.kind === 'list') {
    if (!Array.isArray(value)) return `${path} must be a list`
    return firstMisfit(value.map((item, i) => [skeleton.item, item, `${path}[${i}]`]))
  }
  if (typeof value !== 'object' || Array.isArray(value)) return `${path} must be an object`
  const given = Object.entries(value).filter(([, member]) => member !== undefined)
  const stranger = given.find(([name]) => !skeleton.members.has(name))
  if (stranger !== undefined) return `${path} has no field ${stranger[0]}`
  return firstMisfit(given.map(([name, member]) => [skeleton.members.get(name)!, member, `${path}.${name}`]))
}

function firstMisfit(places: readonly [Skeleton, unknown, string][]): string | null {
  for (const [skeleton, value, path] of places) {
    const found = misfit(skeleton, value, path)
    if (found !== null) return found
  }
  return null
}
