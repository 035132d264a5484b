// Two records of one night, workout or day that two APIs gave: on which fields they agree.
import { withoutSamples } from '../../../model/records.ts'

export interface Difference {
  path: string
  /** As JSON. */
  old: string
  new: string
  /** Why these two may differ; null when nobody knows a reason. */
  because: string | null
}

export interface Compared {
  equal: number
  /** Fields that only one of them knows. */
  only_old: string[]
  only_new: string[]
  different: Difference[]
}

/** Ids are made for a user, scores and their times are nobody's. */
const LEFT_OUT = new Set(['metadata.summary_id', 'data_enrichment'])
/** Rounding sets the two apart by so much: a share of the larger, or one unit. */
const SHARE = 0.005
const UNIT = 1

/** Series are left out; their totals are compared. `differs` has reasons by path, or by its end. */
export function compareRecords(old: unknown, now: unknown, differs: Record<string, string>): Compared {
  const [before, since] = [leaves(withoutSamples(old)), leaves(withoutSamples(now))]
  const result: Compared = { equal: 0, only_old: [], only_new: [], different: [] }
  for (const path of [...new Set([...before.keys(), ...since.keys()])].sort()) {
    const [a, b] = [before.get(path), since.get(path)]
    if (a === undefined) result.only_new.push(path)
    else if (b === undefined) result.only_old.push(path)
    else if (alike(a, b)) result.equal++
    else
      result.different.push({ path, old: JSON.stringify(a), new: JSON.stringify(b), because: reasonFor(path, differs) })
  }
  return result
}

function reasonFor(path: string, differs: Record<string, string>): string | null {
  const named = Object.keys(differs).find((each) => path === each || path.endsWith(`.${each}`))
  return named === undefined ? null : differs[named]!
}

/** Everything that is not null, by its path; a list is one value. */
function leaves(value: unknown, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  if (LEFT_OUT.has(path) || value === null || value === undefined) return found
  if (Array.isArray(value)) {
    if (value.length > 0) found.set(path, value)
  } else if (typeof value === 'object') {
    for (const [name, member] of Object.entries(value)) leaves(member, path === '' ? name : `${path}.${name}`, found)
  } else {
    found.set(path, value)
  }
  return found
}

function alike(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= Math.max(UNIT, SHARE * Math.max(Math.abs(a), Math.abs(b)))
  }
  if (typeof a === 'string' && typeof b === 'string' && /^\d{4}-\d\d-\d\dT/.test(a))
    return Date.parse(a) === Date.parse(b)
  return JSON.stringify(a) === JSON.stringify(b)
}
