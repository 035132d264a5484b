// What every record has: its keys, compiled once from its schema, and partial values filled up to it.
import { z } from 'zod'
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
  names: readonly string[]
  members: readonly Skeleton[]
  index: ReadonlyMap<string, Skeleton>
}

const NULL: Scalar = { kind: 'scalar', unknown: null }

export function compileSkeleton(schema: z.ZodType): Skeleton {
  if (schema instanceof z.ZodObject) {
    const entries = Object.entries(schema.shape).map(
      ([name, member]) => [name, compileSkeleton(member as z.ZodType)] as const,
    )
    return {
      kind: 'group',
      names: entries.map(([name]) => name),
      members: entries.map(([, member]) => member),
      index: new Map(entries),
    }
  }
  if (schema instanceof z.ZodArray) return { kind: 'list', item: compileSkeleton(schema.element as z.ZodType) }
  const fallback = whenUnknown.get(schema)
  return fallback === undefined ? NULL : { kind: 'scalar', unknown: fallback.value }
}

/** Everything of `value`, and what it lacks. Throws, naming the place, when it has something that has no place. */
export function fill(skeleton: Skeleton, value: unknown, name: string): unknown {
  try {
    return filled(skeleton, value)
  } catch (cause) {
    if (!(cause instanceof Misfit)) throw cause
    // Paths are put together only now: a day of samples has thousands of places.
    throw new Error(misfit(skeleton, value, name) ?? `${name} does not fit`, { cause })
  }
}

class Misfit extends Error {}

function filled(skeleton: Skeleton, value: unknown): unknown {
  if (skeleton.kind === 'scalar') return value ?? skeleton.unknown
  if (skeleton.kind === 'list') {
    if (value === undefined || value === null) return []
    if (!Array.isArray(value)) throw new Misfit()
    const item = skeleton.item
    return value.map((each) => filled(item, each))
  }
  const result: Record<string, unknown> = {}
  const { names, members } = skeleton
  if (value === undefined || value === null) {
    for (let i = 0; i < names.length; i++) result[names[i]!] = filled(members[i]!, undefined)
    return result
  }
  if (typeof value !== 'object' || Array.isArray(value)) throw new Misfit()
  const given = value as Record<string, unknown>
  let found = 0
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!
    const member = members[i]!
    const own = given[name]
    if (own !== undefined) found++
    result[name] = member.kind === 'scalar' ? (own ?? member.unknown) : filled(member, own)
  }
  for (const name in given) if (given[name] !== undefined) found--
  if (found !== 0) throw new Misfit()
  return result
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
  const stranger = given.find(([name]) => !skeleton.index.has(name))
  if (stranger !== undefined) return `${path} has no field ${stranger[0]}`
  return firstMisfit(given.map(([name, member]) => [skeleton.index.get(name)!, member, `${path}.${name}`]))
}

function firstMisfit(places: readonly [Skeleton, unknown, string][]): string | null {
  for (const [skeleton, value, path] of places) {
    const found = misfit(skeleton, value, path)
    if (found !== null) return found
  }
  return null
}
